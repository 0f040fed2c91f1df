"""An audit: copies in batches, each batch a task."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows import command, steps
from preservation.assembly.archive import opened
from preservation.assembly.audits import (
    audit_batch,
    batches,
    found_bad,
    phases,
    require_sound,
)
from preservation.assembly.looks import Looked, look
from preservation.assembly.recovery import Silence
from preservation.assembly.repairs import repair_automatically
from preservation.forms import words
from preservation.forms.auditing import looked

BATCHES_AT_A_TIME = 2
"""A batch reads on all cores; while one puts its outcomes on record, another reads."""


@flow(
    name="audit",
    persist_result=False,
    # Prefect types the parameter for runners of any future, and its runners are invariant.
    task_runner=ThreadPoolTaskRunner(max_workers=BATCHES_AT_A_TIME),  # type: ignore[arg-type]
)
def audit(
    archive: str, what: str = "fixity", aip_ids: list[str] | None = None
) -> list[dict[str, Any]]:
    """Audit all AIPs, or those named; gives an outcome for each, as `audit.json` describes it.

    Without names also an outcome for each store, as `storeaudit.json` describes it. `what` is
    `fixity`, `presence`, or `due` for what the settings ask for today. Fails with every reason when
    a copy is not sound or something in a store is strange, after all were looked at and, where the
    settings say so, repaired.
    """
    place = opened(Path(archive).resolve())
    forms = []
    outcomes = []
    for depth, copies in phases(place, what, aip_ids or []):
        step = partial(audit_batch, place, depth=depth, progress=Silence())
        done = [one for batch in steps.fan_out("audit", step, batches(copies)) for one in batch]
        forms += list(words.audits(done, place.catalogue, depth=depth))
        outcomes += done
    looks: tuple[Looked, ...] = ()
    if not aip_ids and (what != "due" or outcomes):
        looks = steps.run("look", lambda: look(place, progress=Silence()))
    bad = found_bad(outcomes)
    if bad and place.settings.repair.automatic:
        steps.run("repair", lambda: tuple(repair_automatically(place, bad, Silence())))
    require_sound(outcomes, looks)
    told = [*forms, *map(looked, looks)]
    return [form.model_dump(mode="json") for form in told]


if __name__ == "__main__":
    command.run(audit)
