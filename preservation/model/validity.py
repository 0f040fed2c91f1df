"""Whether a file is what its format asks for: what each validator judged, and what follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from preservation.model.formats import Format


class Verdict(StrEnum):
    """What is established of a file, from the best to the worst; the last says nothing of it.

    A *well-formed* file can be read as its format to its end; *valid* it is when it also keeps the
    rules of the format, which somebody must have checked.
    """

    VALID = "valid"
    WELL_FORMED = "well-formed"
    NOT_VALID = "not valid"
    NOT_WELL_FORMED = "not well-formed"
    NOT_PERFORMED = "not performed"


FAULTY = (Verdict.NOT_VALID, Verdict.NOT_WELL_FORMED)
"""Verdicts that say that something is wrong with the file."""

_GRAVITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a validator must know of a file to tell whether it can judge it.

    `extension` is in lower case, without the dot; `claim` what the file says of itself beyond its
    format (`PDF/A-1b`). All files of an equal candidate are judged by the same validators.
    """

    format: Format
    extension: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one validator (`agent`, with its version) says of one file.

    `against` is what it was held against (`PDF/A-1b`, `the PNG format`); `note` what was found
    wrong, or why the check was not made.
    """

    agent: str
    verdict: Verdict
    against: str
    note: str = ""


def verdict(judgements: Iterable[Judgement]) -> Verdict:
    """What several judgements of one file come to: the worst of those that were made.

    One that finds nothing wrong does not outweigh one that does; a check that was not made counts
    for nothing, and with no other the whole was not performed. Valid is what one validator calls
    valid and none calls wrong.
    """
    made = {it.verdict for it in judgements} - {Verdict.NOT_PERFORMED}
    faults = made.intersection(FAULTY)
    if faults:
        return max(faults, key=_GRAVITY.__getitem__)
    return min(made, key=_GRAVITY.__getitem__, default=Verdict.NOT_PERFORMED)
