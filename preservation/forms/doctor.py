"""What the doctor found."""

from typing import Literal

from pydantic import BaseModel

from preservation.forms.form import STRICT, Form


class Examined(BaseModel):
    """One thing that the doctor looked at; `without` is what is switched off when it is missing."""

    model_config = STRICT

    name: str
    state: Literal["ok", "missing", "wrong", "not configured"]
    found: str
    without: str = ""


class DoctorForm(Form):
    """What is installed, configured and missing."""

    status: Literal["healthy", "limited", "ill"]
    examined: tuple[Examined, ...]
