"""An audit: copies in batches, each batch a task."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows import command, steps
from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_batch, batches, copies_of, require_sound
from preservation.assembly.recovery import Silence
from preservation.forms import words
from preservation.model.audit import Depth

BATCHES_AT_A_TIME = 2
"""A batch reads on all cores; while one puts its outcomes on record, another reads."""


@flow(
    name="audit",
    persist_result=False,
    # Prefect types the parameter for runners of any future, and its runners are invariant.
    task_runner=ThreadPoolTaskRunner(max_workers=BATCHES_AT_A_TIME),  # type: ignore[arg-type]
)
def audit(
    archive: str, depth: str = "fixity", aip_ids: list[str] | None = None
) -> list[dict[str, Any]]:
    """Audit all AIPs, or those named; gives an outcome for each, as `audit.json` describes it.

    Fails with every reason when a copy is not sound, after all copies were looked at.
    """
    place = opened(Path(archive).resolve())
    copies = copies_of(place, aip_ids or [])
    step = partial(audit_batch, place, depth=Depth(depth), progress=Silence())
    outcomes = [one for batch in steps.fan_out("audit", step, batches(copies)) for one in batch]
    require_sound(outcomes)
    forms = words.audits(outcomes, place.catalogue, depth=Depth(depth))
    return [form.model_dump(mode="json") for form in forms]


if __name__ == "__main__":
    command.run(audit)
