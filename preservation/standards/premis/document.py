"""What a PREMIS document says, as values, and the terms that it says it in."""

import re
import uuid
from dataclasses import dataclass

from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import (
    Agent,
    Event,
    FileObject,
    RepresentationObject,
    RightsStatement,
)

CHARACTERISTICS = "urn:x-arkiv:characteristics"
"""Namespace of short technical facts in objectCharacteristicsExtension.

They are not written as significantProperties: PREMIS keeps those for what somebody judged worth
preserving, and a tool's measurement is no such judgement.
"""

UUID = "UUID"
PATH = "path in the AIP"
"""Types of identifiers and of content locations."""

PRODUCER = "producer"
"""The originator of every digest that is not the archive's own."""

DECISION = "decision: "
ANSWER = "answer: "
"""How a formatNote begins: why this format was decided on, or what one identifier answered."""

_AGENTS = uuid.UUID("5d3c2a0e-7f0b-5c0e-9c55-6d4f1d1f6d3b")
_SEPARATOR = " | "
_NOT_PERFORMED = "not performed"
_UNSAFE = re.compile(r"[\\|]")
_ESCAPED = re.compile(r"\\([\\|])")


@dataclass(frozen=True, slots=True)
class PremisDocument:
    """What stands in one PREMIS document; `sip` is empty in that of a representation.

    Events name their objects by paths in the AIP, or by identifiers where the paths are not known.
    The formats of files have no media type: METS has it.
    """

    package: PackageId
    sip: str
    representations: tuple[RepresentationObject, ...]
    files: tuple[FileObject, ...]
    events: tuple[Event, ...]
    agents: tuple[Agent, ...]
    rights: tuple[RightsStatement, ...]


def agent_identifier(agent: Agent) -> str:
    """The identifier (a UUID) that an agent has in every package."""
    return str(uuid.uuid5(_AGENTS, "\n".join((agent.type, agent.name, agent.version, agent.note))))


def answer_note(answer: Answer) -> str:
    r"""What an identifier answered, as one line of columns.

    `answer: siegfried 1.11 | signature | fmt/43 | JFIF | 1.01 | image/jpeg | byte match at 0 | `:
    agent, basis, four columns for each format, evidence, warning; `\` and `|` inside are escaped
    by `\`. Without an answer: agent, `not performed`, the reason.
    """
    if answer.not_performed:
        columns = [answer.agent, _NOT_PERFORMED, answer.not_performed]
    else:
        columns = [answer.agent, answer.basis]
        for it in answer.formats:
            columns += (it.puid or "", it.name, it.version, it.mime)
        columns += (answer.evidence, answer.warning)
    line = _SEPARATOR.join(columns)
    if "\\" in line or line.count("|") != len(columns) - 1:
        line = _SEPARATOR.join(_UNSAFE.sub(r"\\\g<0>", column) for column in columns)
    return ANSWER + line


def answer(note: str) -> Answer:
    """The answer that `answer_note` wrote; ValueError for any other text."""
    columns = [
        _ESCAPED.sub(r"\1", column) for column in note.removeprefix(ANSWER).split(_SEPARATOR)
    ]
    if len(columns) == 3 and columns[1] == _NOT_PERFORMED:
        return Answer(columns[0], not_performed=columns[2])
    agent, basis, *middle, evidence, warning = columns
    if len(middle) % 4:
        raise ValueError(f"{note!r} is not an identifier's answer")
    formats = tuple(
        Format(Puid(puid) if puid else None, name, version, mime)
        for puid, name, version, mime in zip(*[iter(middle)] * 4, strict=True)
    )
    return Answer(agent, formats, Basis(basis), evidence, warning)
