"""The documents of repairs, of the release of what they set aside, and of restore drills."""

from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.forms.package import Package


class Mended(BaseModel):
    """One object of one store that was put right, or would be."""

    model_config = STRICT

    store: str
    key: str
    fault: Literal["damaged", "missing", "explained by no inventory"]
    origin: Literal["another copy", "known", "salvaged", "ready", "none"] = Field(
        description="where the right octets come from; none for what is only set aside"
    )
    sources: tuple[str, ...] = Field(description="the stores that the right octets come from")
    members: tuple[str, ...] = Field(description="what was damaged in a tar that is there")


class Lost(BaseModel):
    """An object that no store has right, and what exactly of it."""

    model_config = STRICT

    key: str
    stores: tuple[str, ...]
    what: tuple[str, ...] = Field(description="members of a tar, or why nothing can be said")


class RepairForm(Package):
    """What a repair did for one AIP; with `lost`, what nobody has is as it was."""

    status: Literal["sound", "repaired", "repairable", "lost", "unavailable"]
    mended: tuple[Mended, ...] = ()
    lost: tuple[Lost, ...] = ()
    kept: tuple[str, ...] = Field((), description="where the damaged objects are kept")


class ReleaseForm(Form):
    """Damaged objects that somebody let go."""

    status: Literal["released"]
    aip_id: str
    objects: int
    bytes: int
    by: str
    because: str


class Part(BaseModel):
    """One part of a restore drill."""

    model_config = STRICT

    name: str
    outcome: Literal["success", "failure", "not performed"]
    said: str = Field(description="what was found, or why the part was not performed")


class DrillForm(Form):
    """An AIP restored from one store alone; `restored` only when every part was performed."""

    status: Literal["restored", "incomplete", "not restored"]
    aip_id: str
    version: int
    store: str
    parts: tuple[Part, ...]
