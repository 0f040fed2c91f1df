"""What a format policy says."""

import os
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.model.names import written
from preservation.model.policy import OnInvalid, Risk

if TYPE_CHECKING:
    from preservation.policies import Decided


class PolicyFormat(BaseModel):
    """What is decided about some formats."""

    model_config = STRICT

    puids: tuple[str, ...]
    name: str
    risk: Risk
    because: str
    invalid: OnInvalid = Field(description="what becomes of faulty files of these formats")


class PolicyLetIn(BaseModel):
    """A faulty file that is taken all the same."""

    model_config = STRICT

    sha512: str
    by: str
    because: str


class PolicyForm(Form):
    """A format policy without mistakes."""

    status: Literal["valid"]
    name: str
    version: str = Field(description="the beginning of the SHA-512 of its text")
    file: str
    because: str
    invalid: OnInvalid = Field(description="what becomes of faulty files")
    risk: Risk = Field(description="of formats that are not named")
    unknown: Risk = Field(description="of files of unknown format")
    formats: tuple[PolicyFormat, ...]
    let_in: tuple[PolicyLetIn, ...]


def decided(value: "Decided") -> PolicyForm:
    """A format policy."""
    told = value.told
    return PolicyForm(
        status="valid",
        name=value.policy.name,
        version=value.policy.version,
        file=written(os.fsencode(value.file)),
        because=told.because,
        invalid=told.invalid,
        risk=told.risk,
        unknown=told.unknown,
        formats=tuple(
            PolicyFormat(
                puids=it.puids,
                name=it.name,
                risk=it.risk,
                because=it.because,
                invalid=it.invalid or told.invalid,
            )
            for it in told.format
        ),
        let_in=tuple(
            PolicyLetIn(sha512=it.sha512, by=it.by, because=it.because) for it in told.let_in
        ),
    )
