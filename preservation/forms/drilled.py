"""Restore drills in the form that the command prints."""

from typing import TYPE_CHECKING, Literal

from preservation.forms.repair import DrillForm, Part
from preservation.model.premis import Outcome

if TYPE_CHECKING:
    from preservation.model.drill import Drilled

_Status = Literal["restored", "incomplete", "not restored"]


def drilled(value: "Drilled") -> DrillForm:
    """The outcome of a drill of one AIP."""
    statuses: dict[Outcome, _Status] = {
        Outcome.SUCCESS: "restored",
        Outcome.NOT_PERFORMED: "incomplete",
    }
    bad = (part for part in value.parts if part.outcome is not Outcome.SUCCESS)
    return DrillForm(
        status=statuses.get(value.outcome, "not restored"),
        reasons=tuple(f"{part.name}: {part.outcome}: {part.said}" for part in bad),
        aip_id=value.package,
        version=value.version,
        store=value.store,
        parts=tuple(
            Part.model_validate({"name": p.name, "outcome": p.outcome.value, "said": p.said})
            for p in value.parts
        ),
    )
