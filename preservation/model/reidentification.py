"""Which stored files are due to be asked about again, now that there are newer signatures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from preservation.model.fixity import Digest
from preservation.model.formats import Answer, Basis, Format

_RELEASE = re.compile(r"PRONOM (\d+)")


class Cause(StrEnum):
    """Why a file is due, from the strongest cause to the weakest."""

    NOT_ASKED = "no identifier answered"
    UNKNOWN = "its format is unknown"
    EXTENSION = "its format is told by extension only"
    DISPUTED = "the identifiers do not agree"
    OLDER = "the answer is by older signatures"


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is on record of a stored file: where it lies, its format, who said so, by what.

    `path` is its path in the AIP, `releases` the notes of the agents whose answers it rests on, by
    their names.
    """

    path: str
    original_name: str
    size: int
    digest: Digest
    format: Format
    answers: tuple[Answer, ...]
    releases: Mapping[str, str]
    reason: str = ""

    @property
    def basis(self) -> Basis:
        """What the format rests on, as far as the answers tell."""
        told = [a.basis for a in self.answers if self.format.puid in {f.puid for f in a.formats}]
        return min(told, key=tuple(Basis).index, default=Basis.NONE)


@dataclass(frozen=True, slots=True)
class Due:
    """A file that newer signatures may tell otherwise, and why."""

    file: OnRecord
    cause: Cause


def due(
    files: Sequence[OnRecord], now: Mapping[str, str], *, every: bool = False
) -> tuple[Due, ...]:
    """The files to be asked about again by agents with these notes; none where nothing is newer.

    Newer is a release of PRONOM above the one on record, or an identifier that was not heard. A
    file whose format is sure is due only with `every`.
    """
    found = []
    for file in files:
        cause = _cause(file)
        if _newer(file, now) and (every or cause is not Cause.OLDER):
            found.append(Due(file, cause))
    return tuple(found)


def _newer(file: OnRecord, now: Mapping[str, str]) -> bool:
    heard = {answer.agent for answer in file.answers if not answer.not_performed}
    return any(
        name not in heard or _release(note) > _release(file.releases.get(name, ""))
        for name, note in now.items()
    )


def _cause(file: OnRecord) -> Cause:
    given = [answer for answer in file.answers if not answer.not_performed]
    named = {a.formats[0].puid for a in given if len(a.formats) == 1}
    if not given:
        return Cause.NOT_ASKED
    if file.format.puid is None:
        return Cause.UNKNOWN
    if file.basis is Basis.EXTENSION:
        return Cause.EXTENSION
    return Cause.DISPUTED if len(named) > 1 else Cause.OLDER


def _release(note: str) -> int:
    found = _RELEASE.search(note)
    return int(found[1]) if found else 0
