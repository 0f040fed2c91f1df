"""The exception tree, arranged by who must act.

Each class carries the exit code of the command line and the HTTP status that the web gives for it.
A message says what, of what, expected and found, and the next step.
"""

from typing import ClassVar


class ArkivError(Exception):
    """Every error that Arkiv raises on purpose; anything else is a bug (exit code 1)."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, *reasons: str) -> None:
        """Keep every reason: a person who must act wants to know all of them at once."""
        super().__init__(*reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(self.reasons)


class Misconfigured(ArkivError):
    """The operator must act: a setting, a profile or a policy is wrong or missing."""

    exit_code = 2


class Rejected(ArkivError):
    """The producer must act: this package cannot be taken in as it is."""

    exit_code = 3
    http_status = 422
    report: str | None = None
    """The folder that has the report for the producer, once there is one."""


class Corrupt(ArkivError):
    """The archive must act: a copy that it keeps is not what was stored."""

    exit_code = 4


class ToolFailed(ArkivError):
    """The operator must look at a tool that crashed, timed out or answered nonsense."""

    exit_code = 5


class ToolMissing(ToolFailed):
    """The operator may install a tool that is not there."""


class Unavailable(ArkivError):
    """Nobody must act: a store or service did not answer; the same call may succeed later."""

    exit_code = 6
    http_status = 503


class Busy(Unavailable):
    """Somebody else works on the same thing at this moment; the call may succeed after that."""


class AlreadyExists(ArkivError):
    """A key that must be written only if absent was there; the writer decides what that means."""
