"""Documents about file formats: what a file is, which signatures tell it, what is asked again."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Failure, Form

BasisWord = Literal["container", "signature", "xml", "text", "extension", "none"]


class NamedFormat(BaseModel):
    """A format as an identifier named it; `puid` is null when PRONOM does not know it."""

    model_config = STRICT

    puid: str | None
    name: str
    version: str
    mime: str


class IdentifierAnswer(BaseModel):
    """What one identifier said of one file."""

    model_config = STRICT

    agent: str = Field(description="the identifier with its version")
    release: str = Field(description="the releases of the signatures that it went by")
    formats: tuple[NamedFormat, ...] = Field(description="several when it could not decide")
    basis: BasisWord
    evidence: str = Field(description="in the identifier's own words")
    warning: str
    not_performed: str = Field(description="why there is no answer; empty when there is one")


class ToldFormat(BaseModel):
    """What told the format of one stored file."""

    model_config = STRICT

    path: str = Field(description="its path in the AIP")
    original_name: str
    puid: str | None
    name: str
    version: str
    basis: BasisWord
    reason: str = Field(description="why this format, or why none")
    answers: tuple[IdentifierAnswer, ...]


class IdentifyForm(Form):
    """What one file is, why, and what each identifier said of it."""

    status: Literal["identified", "unknown", "not performed"]
    path: str = Field(description="as it was named, in written form")
    puid: str | None
    name: str
    version: str
    mime: str
    basis: BasisWord
    reason: str = Field(description="why this format, or why none")
    disputed: bool = Field(description="the identifiers each named one format, and not the same")
    bytes: int | None = Field(description="null for what is not a file")
    sha512: str | None = Field(description="when it was asked for")
    answers: tuple[IdentifierAnswer, ...]


class Signatures(BaseModel):
    """What one identifier goes by."""

    model_config = STRICT

    agent: str
    pronom: int | None = Field(description="the release of PRONOM; null when it is not told")
    containers: int | None = Field(description="the release of the container signatures")
    dated: str | None = Field(description="when the signature file was made, where it says so")
    source: Literal["built in", "installed"]
    installed: datetime | None = Field(description="when somebody installed it in this archive")
    files: tuple[str, ...] = Field(description="the installed files")
    left_out: tuple[str, ...] = Field(description="signatures in a syntax that is not known")


class FormatsForm(Form):
    """Which signatures tell formats here; `limited` when there is no identifier."""

    status: Literal["healthy", "limited"]
    signatures: tuple[Signatures, ...]


class Reidentified(BaseModel):
    """One file that is due to be asked about again, and what came of it."""

    model_config = STRICT

    path: str = Field(description="its path in the AIP")
    original_name: str
    because: str
    before: str | None = Field(description="the PUID that is on record")
    after: str | None = Field(description="the PUID now; null too where nothing was asked yet")
    outcome: Literal["due", "same", "changed", "not performed"]
    reason: str


class ReidentifyForm(Form):
    """What was asked again of one AIP, or is due to be; `current` when nothing is."""

    status: Literal["current", "due", "reidentified"] | Failure
    aip_id: str
    files: int = Field(description="files of the payload")
    due: int = Field(description="files whose answer newer signatures may change")
    changed: int
    told: tuple[Reidentified, ...]
