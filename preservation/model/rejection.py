"""A SIP that was refused: what the archive remembers of it."""

from dataclasses import dataclass
from datetime import datetime

from preservation.model.identifiers import PackageId
from preservation.model.report import Said


@dataclass(frozen=True, slots=True)
class Rejection:
    """The record of a SIP that was not taken in; nothing else of it is kept.

    `kind` is None when it could not be told; `files` and `bytes` are what was found in it.
    `quarantine` is where a copy of it was put, if the agreement says so. `done` are the checks that
    were made, `not_made` those that were not: they stand in its report, not in its record.
    """

    id: PackageId
    name: str
    when: datetime
    kind: str | None
    agreement: str
    files: int
    bytes: int
    findings: tuple[Said, ...]
    quarantine: str = ""
    done: tuple[str, ...] = ()
    not_made: tuple[str, ...] = ()
