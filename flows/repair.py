"""A repair: each AIP a task."""

from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow

from flows import command, steps
from preservation.assembly.archive import opened
from preservation.assembly.recovery import Silence, recover
from preservation.assembly.repairs import repair_or_wait, require_mended, to_repair
from preservation.forms.repaired import repaired


@flow(name="repair", persist_result=False)
def repair(archive: str, aip_ids: list[str] | None = None) -> list[dict[str, Any]]:
    """Mend the AIPs named, or those found bad; an outcome for each, as `repair.json` describes it.

    Fails with every reason when something could not be saved, after all AIPs were looked at.
    """
    place = opened(Path(archive).resolve())
    recover(place)
    step = partial(repair_or_wait, place, progress=Silence())
    outcomes = steps.fan_out("repair", step, to_repair(place, aip_ids or []))
    require_mended(outcomes)
    packages = {summary.id: summary for summary in place.catalogue.packages()}
    forms = [repaired(one, packages[one.plan.package]) for one in outcomes]
    return [form.model_dump(mode="json") for form in forms]


if __name__ == "__main__":
    command.run(repair)
