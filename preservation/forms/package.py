"""What every document about a package has."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form


class Copy(BaseModel):
    """One copy of an AIP."""

    model_config = STRICT

    store: str
    version: int = Field(description="the version of the AIP that it is a copy of")
    key: str = Field(description="where the AIP's tar lies in the store")
    sha512: str
    state: Literal["sound", "corrupt", "missing", "unchecked"]
    checked: datetime | None = Field(None, description="when every octet was last compared")
    reasons: tuple[str, ...] = ()


class Package(Form):
    """What every document about a package has; `aip_id` is null when none was made."""

    aip_id: str | None = None
    version: int | None = None
    files: int = Field(0, description="files of the payload")
    bytes: int = Field(0, description="octets of the payload")
    copies: tuple[Copy, ...] = ()
