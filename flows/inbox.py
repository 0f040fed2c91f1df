"""The inboxes: each SIP that is complete is a run of the flow `ingest`."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow

from flows import command
from flows.ingest import ingest
from flows.place import opened_once
from preservation.assembly.inbox import Arrival, alone, arrivals, require_taken, take
from preservation.forms import IngestForm, letter
from preservation.forms.inbox import taken


@flow(name="ingest-inbox", persist_result=False)
def ingest_inbox(archive: str) -> list[dict[str, Any]]:
    """Take every SIP that is complete in an inbox; gives what became of each (`inbox.json`).

    One run at a time on one machine; those of several machines share the SIPs. Fails when a SIP
    was set aside, failed or must wait, after all were looked at.
    """
    with opened_once(archive) as place, alone(place) as first:
        found = [
            take(place, it, ingest=partial(_ingested, archive, it), publish=letter.publish)
            for it in (arrivals(place) if first else ())
        ]
    ended = [it for it in found if it]
    require_taken(ended)
    return [taken(it).model_dump(mode="json") for it in ended]


def _ingested(archive: str, arrival: Arrival, sip: Path) -> IngestForm:
    return IngestForm(**ingest(archive, str(sip), agreement=arrival.inbox.agreement))


if __name__ == "__main__":
    command.run(ingest_inbox)
