"""What became of looking at a thing that the archive needs."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What is the matter with a thing."""

    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at; `without` says what is switched off when it is not there."""

    name: str
    state: State
    found: str
    without: str = ""
