"""Stores as they stand, what became of one that comes or goes, and what one does."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Failure, Form

if TYPE_CHECKING:
    from preservation.assembly.store_check import StoreChecked


class StoreForm(Form):
    """A store: where it is, what it is for, and its copies by the catalogue."""

    status: Literal["made", "known"]
    name: str
    url: str
    role: str
    copies: int = 0
    bytes: int = Field(0, description="octets of the tars of all copies")
    states: Mapping[str, int] = Field(default_factory=dict, description="copies by their state")
    oldest_proof: datetime | None = Field(
        None, description="when the copy that waited longest was read whole; null: one never was"
    )


class StoreChangeForm(Form):
    """What became of a store that was added, filled or retired; or what is planned."""

    status: Literal["planned", "filled", "incomplete", "retired"] | Failure
    name: str
    copies: int = Field(0, description="copies made, to be made, or no longer counted")
    bytes: int = Field(0, description="octets of these")


class Probe(BaseModel):
    """One thing that a store must do, and what it did."""

    model_config = STRICT

    does: str
    well: bool
    found: str


class StoreCheckForm(Form):
    """What a store does, and whether its copies are there."""

    status: Literal["usable", "wrong", "missing"]
    name: str
    role: str
    url: str
    probes: tuple[Probe, ...]
    present: int = Field(description="copies that are there in their size; not a fixity check")
    missing: int
    unknown: int = Field(description="AIP versions there that the catalogue does not count there")


class KeyForm(Form):
    """A new key of age; `recipient` is its public half."""

    status: Literal["made"]
    file: str
    recipient: str


STORE_FORMS: tuple[type[Form], ...] = (StoreForm, StoreChangeForm, StoreCheckForm, KeyForm)


def checked(value: "StoreChecked") -> StoreCheckForm:
    """What a store does, and whether its copies are there."""
    failed = [it for it in value.probes if not it.well]
    reasons = [f"store {value.told.name}: cannot {it.does}: {it.found}" for it in failed]
    wrong: Literal["wrong", "missing", "usable"] = "missing" if value.missing else "usable"
    return StoreCheckForm(
        status="wrong" if failed else wrong,
        reasons=(*reasons, *value.missing),
        name=value.told.name,
        role=value.told.role,
        url=value.told.url,
        probes=tuple(Probe(does=it.does, well=it.well, found=it.found) for it in value.probes),
        present=value.present,
        missing=len(value.missing),
        unknown=value.unknown,
    )
