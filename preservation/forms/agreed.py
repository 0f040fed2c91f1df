"""What an agreement says, key by key, for who wants to know what counts."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.model.names import written

if TYPE_CHECKING:
    from preservation.agreements import Agreed


class AgreedRule(BaseModel):
    """One key of an agreement, whether it is written down or not."""

    model_config = STRICT

    key: str = Field(description="table and key, such as `limits.files`")
    value: str | int | tuple[str, ...] | None
    written: bool = Field(description="false: the agreement does not say it, so the default counts")
    meaning: str


class AgreedForm(Form):
    """A submission agreement without mistakes."""

    status: Literal["valid"]
    name: str
    producer: str
    because: str
    file: str


class RulesForm(Form):
    """What an agreement says, with what counts where it says nothing."""

    status: Literal["valid"]
    name: str
    version: str = Field(description="the beginning of the SHA-512 of its text")
    file: str
    because: dict[str, str] = Field(description="why, by table; the whole agreement by ``")
    rules: tuple[AgreedRule, ...]


def agreed(value: "Agreed") -> AgreedForm:
    """A submission agreement."""
    return AgreedForm(
        status="valid",
        name=value.agreement.name,
        producer=value.agreement.producer,
        because=value.told.because,
        file=written(os.fsencode(value.file)),
    )


def rules(value: "Agreed") -> RulesForm:
    """Every key of an agreement."""
    return RulesForm(
        status="valid",
        name=value.agreement.name,
        version=value.agreement.version,
        file=written(os.fsencode(value.file)),
        because={table: why for table, why in _because(value.told, "") if why},
        rules=tuple(_rules(value.told, "")),
    )


def _because(told: BaseModel, name: str) -> Iterator[tuple[str, str]]:
    yield name, getattr(told, "because", "")
    for key in type(told).model_fields:
        inner = getattr(told, key)
        if isinstance(inner, BaseModel):
            yield from _because(inner, key)


def _rules(told: BaseModel, prefix: str) -> Iterator[AgreedRule]:
    for key, field in type(told).model_fields.items():
        value = getattr(told, key)
        if isinstance(value, BaseModel):
            yield from _rules(value, f"{prefix}{key}.")
        elif key != "because":
            shown = tuple(map(str, value)) if isinstance(value, tuple) else value
            yield AgreedRule(
                key=prefix + key,
                value=shown,
                written=key in told.model_fields_set,
                meaning=field.description or "",
            )
