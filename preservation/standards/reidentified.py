"""What was found when stored files were identified again, as the note of an event.

One event says it for all files of which the same was found; the catalogue reads it there, so a
rebuild from any store gives the newer formats again.
"""

import json
from dataclasses import dataclass

from preservation.errors import Corrupt
from preservation.model.formats import Answer, Format
from preservation.model.identifiers import Puid
from preservation.model.premis import EventType, Finding
from preservation.standards.premis.document import answer, answer_note
from preservation.standards.shape import Each, differences, parsed

DETAIL = "the format of stored files is told again"
_HEAD = "now "
_SHAPE = {
    "format": [str],
    "reason": str,
    "answers": [str],
    "releases": Each(str),
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The format decided on, why, every answer, and the releases that they went by."""

    format: Format
    reason: str
    answers: tuple[Answer, ...]
    releases: tuple[tuple[str, str], ...]


def note(it: Conclusion) -> str:
    """The note of the event: a line for a person, then the same as JSON."""
    told = it.format
    head = f"{_HEAD}{told.puid or 'unknown'} {told.name} {told.version}".rstrip()
    document = {
        "format": [told.puid or "", told.name, told.version, told.mime],
        "reason": it.reason,
        "answers": list(map(answer_note, it.answers)),
        "releases": dict(it.releases),
    }
    return f"{head}: {it.reason}\n{json.dumps(document, ensure_ascii=False)}"


def conclusion(finding: Finding) -> Conclusion | None:
    """What a finding concludes; None for one that is of another kind.

    Raises Corrupt when it should conclude something and is not in the form that `note` gives it.
    """
    kind = finding.type is EventType.FORMAT_IDENTIFICATION and finding.detail == DETAIL
    if not kind or not finding.note.startswith(_HEAD):
        return None
    found = parsed(finding.note.rpartition("\n")[2].encode("utf-8"), "event")
    if wrong := differences(found, _SHAPE, "event"):
        raise Corrupt(*wrong)
    try:
        puid, name, version, mime = found["format"]
        return Conclusion(
            Format(Puid(puid) if puid else None, name, version, mime),
            found["reason"],
            tuple(map(answer, found["answers"])),
            tuple(found["releases"].items()),
        )
    except ValueError as error:
        raise Corrupt(f"event: {error}") from error
