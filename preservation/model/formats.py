"""What a file is: one identifier's answer, and the decision between two of them."""

import re
from collections.abc import Iterable, Sequence
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

DAMAGED = "it may be damaged: "
"""How a warning begins that a file is cut short, or its head is not what the rest asks for."""

_PUIDS = re.compile(r"(?:x-)?fmt/[0-9]+")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LISTED = 4

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

    @property
    def disputed(self) -> bool:
        """Whether two identifiers each named one format, and not the same."""
        named = {a.formats[0].puid for a in self.answers if len(a.formats) == 1}
        return self.known and len(named) > 1


def decide(answers: Sequence[Answer]) -> Identification:
    """The format that these answers make most likely, or an explicit unknown with the reason.

    `answers` has the identifier with the newest signature release first. The more certain basis
    wins; where they are equal, the newer release. A name that PRONOM does not know is taken only
    when nobody names a format that it knows, and a format by extension alone only if no identifier
    that knows this extension found that no signature of it fits.
    """
    heard = tuple(answers)
    given = [answer for answer in heard if not answer.not_performed]
    if not given:
        return _unknown(_no_answer(heard), heard)
    if any(answer.warning.startswith(EMPTY_FILE) for answer in given):
        return _unknown("the file is empty", heard)
    excluded = {puid for answer in given if not answer.formats for puid in _puids(answer.warning)}
    named = [answer for answer in given if answer.formats]
    registered = [answer for answer in named if any(one.puid for one in answer.formats)]
    best = min(registered or named, key=lambda a: CERTAINTY[a.basis], default=None)
    damage = "".join(f"; {a.warning}" for a in given if a.warning.startswith(DAMAGED))
    if best is None or (best.basis is Basis.EXTENSION and excluded.issuperset(_names(best))):
        return _unknown(_no_signature(excluded) + damage, heard)
    if len(best.formats) > 1:
        return _unknown(_several(best) + (damage if best.basis is Basis.EXTENSION else ""), heard)
    if best.formats[0].puid is None:
        name = best.formats[0].name
        return _unknown(f"{best.agent} calls it {name}, which PRONOM does not know", heard)
    return Identification(best.formats[0], _basis(best, given), _because(best, heard), heard)


def not_identified(reason: str) -> Identification:
    """What was not even asked about, and why."""
    return _unknown(f"not identified: {reason}", ())


def _unknown(reason: str, answers: tuple[Answer, ...]) -> Identification:
    return Identification(Format(None, "unknown"), Basis.NONE, reason, answers)


def _no_answer(answers: Sequence[Answer]) -> str:
    reasons = "; ".join(answer.not_performed for answer in answers)
    return f"not identified: {reasons or 'no identifier is installed'}"


def _no_signature(excluded: Iterable[str]) -> str:
    if excluded:
        return f"no signature fits, not even one of its extension's: {_list(excluded)}"
    return "no signature fits, and PRONOM does not know its extension"


def _several(answer: Answer) -> str:
    count = len(answer.formats)
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    if answer.basis is Basis.EXTENSION:
        return (
            f"no signature fits, and {number} formats have its extension: {_list(_names(answer))}"
        )
    return f"{number} formats fit equally well: {_list(_names(answer))}"


def _because(best: Answer, answers: Sequence[Answer]) -> str:
    """Who says so, by what, what spoke against it and what was not heard."""
    words = [f"by {best.basis} only" if best.basis is Basis.EXTENSION else f"by {best.basis}"]
    for answer in answers:
        if answer.not_performed:
            words.append(f"not heard: {answer.not_performed}")
        elif _names(answer) == _names(best):
            words.append(answer.agent + (f" ({answer.warning})" if answer.warning else ""))
        elif answer.formats:
            words.append(f"{answer.agent} says {_list(_names(answer))} by {answer.basis}")
        else:
            words.append(f"{answer.agent} knows none")
    return "; ".join(words)


def _basis(best: Answer, given: Sequence[Answer]) -> Basis:
    """The most certain basis of all who name the same format alone."""
    agreed = [answer.basis for answer in given if _names(answer) == _names(best)]
    return min(agreed, key=CERTAINTY.__getitem__)


def _names(answer: Answer) -> list[str]:
    return [one.puid or one.name for one in answer.formats]


def _puids(text: str) -> list[str]:
    return _PUIDS.findall(text)


def _list(names: Iterable[str]) -> str:
    """The names in order of number, the first few spelt out."""
    ordered = sorted(names, key=lambda name: (name.rstrip("0123456789"), len(name), name))
    more = len(ordered) - _LISTED
    return ", ".join(ordered[:_LISTED]) + (f" and {more} more" if more > 0 else "")
