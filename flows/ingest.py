"""The ingest of one SIP: its stages in their order, each a task."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows import command, steps
from flows.place import opened_once
from preservation.assembly.ingest import begun
from preservation.assembly.recovery import Silence
from preservation.forms import letter, words
from preservation.forms.page import publish


@flow(name="ingest", flow_run_name=steps.called_after("sip"), persist_result=False)
def ingest(
    archive: str, sip: str, again: bool = False, agreement: str = "default"
) -> dict[str, Any]:
    """Preserve a SIP; gives its receipt, as the schema `ingest.json` describes it.

    `archive` and `sip` are folders; `again` lets a SIP in that is preserved already;
    `agreement` is the name of the one that it comes under.
    """
    with (
        opened_once(archive) as place,
        begun(
            place, again=again, progress=Silence(), publish=publish, agreement=agreement
        ) as ingestion,
    ):
        state: Any = Path(sip).absolute()
        for name, step in ingestion.steps:
            state = steps.run(name, step, state)
    receipt = words.receipt(state, sip)
    steps.leave("receipt", letter.in_markdown(receipt))
    return receipt.model_dump(mode="json")


if __name__ == "__main__":
    command.run(ingest)
