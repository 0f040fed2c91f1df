"""What a file is: one identifier's answer, and the decision between two of them."""

from dataclasses import dataclass
from enum import StrEnum

from preservation.model.identifiers import Puid


class Basis(StrEnum):
    """What an answer rests on, from the most to the least certain."""

    CONTAINER = "container"
    SIGNATURE = "signature"
    XML = "xml"
    TEXT = "text"
    EXTENSION = "extension"
    NONE = "none"


EMPTY_FILE = "empty file"
"""How the warning of every identifier's answer for a file without content begins."""

CERTAINTY = {basis: rank for rank, basis in enumerate(Basis)}


@dataclass(frozen=True, slots=True)
class Format:
    """A file format as PRONOM names it; `puid` is None when PRONOM does not know it."""

    puid: Puid | None
    name: str
    version: str = ""
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one identifier said of one file.

    `formats` is empty when it knew none and has several when it could not decide. `evidence` is the
    identifier's own words (`byte match at 0, 16`), `warning` what it warned of (`extension
    mismatch`). `not_performed` is the reason why there is no answer at all: then the rest is empty.
    """

    agent: str
    formats: tuple[Format, ...] = ()
    basis: Basis = Basis.NONE
    evidence: str = ""
    warning: str = ""
    not_performed: str = ""

    @property
    def sure(self) -> bool:
        """One format, by content, that the file's extension does not contradict."""
        return (
            len(self.formats) == 1
            and self.basis in (Basis.CONTAINER, Basis.SIGNATURE, Basis.XML)
            and not self.warning
            and not self.not_performed
        )


@dataclass(frozen=True, slots=True)
class Identification:
    """The format decided on for one file, why, and every answer that was heard."""

    format: Format
    basis: Basis
    reason: str
    answers: tuple[Answer, ...]

    @property
    def known(self) -> bool:
        """Whether a PUID was found."""
        return self.format.puid is not None

    @property
    def performed(self) -> bool:
        """Whether at least one identifier gave an answer."""
        return any(not answer.not_performed for answer in self.answers)
