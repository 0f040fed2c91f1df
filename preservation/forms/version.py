"""The form of one version of an AIP."""

from datetime import datetime

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT
from preservation.model.storage import Summary


class Version(BaseModel):
    """One version of an AIP, complete; `sip` is what brought it."""

    model_config = STRICT

    number: int
    created: datetime
    files: int = Field(description="files of its payload")
    bytes: int = Field(description="octets of its payload")
    sip: str


def version(value: Summary) -> Version:
    """One version of an AIP."""
    return Version(
        number=value.version,
        created=value.created,
        files=value.account.preserved_files,
        bytes=value.account.preserved_bytes,
        sip=value.sip,
    )
