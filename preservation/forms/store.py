"""The form of a store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from preservation.forms.form import Form


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
