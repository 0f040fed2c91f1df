"""Events that another system recorded, out of its PREMIS 2 or 3, alone or inside METS."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from lxml import etree

from preservation.model.premis import Agent, AgentType, Event, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import XLINK, local

_NAMESPACES = (
    "http://www.loc.gov/premis/v3",
    "info:lc/xmlns/premis-v2",
    "http://www.loc.gov/standards/premis",
)
_METS = "{http://www.loc.gov/METS/}"
_SECTION = f"{_METS}amdSec"
_WANTED = tuple(f"{{{n}}}{name}" for n in _NAMESPACES for name in ("object", "event", "agent"))
_UNNAMED = uuid.UUID("b4a3c0f4-6b5e-5f0d-8a77-0d8d4f3d9a21")
_TYPES = {
    "name cleanup": EventType.FILENAME_CHANGE,
    "registration": EventType.ACCESSION,
    "removal from quarantine": EventType.UNQUARANTINE,
    "placement in quarantine": EventType.QUARANTINE,
    "ingest": EventType.INGESTION,
    "ingest start": EventType.INGESTION_START,
    "ingest end": EventType.INGESTION_END,
    "compression": EventType.MODIFICATION,
    "fixity checking": EventType.FIXITY_CHECK,
    "virus scan": EventType.VIRUS_CHECK,
}
_OUTCOMES = {
    **dict.fromkeys(("success", "successful", "pass", "passed", "positive", "ok"), Outcome.SUCCESS),
    **dict.fromkeys(("failure", "fail", "failed", "negative", "error"), Outcome.FAILURE),
    "warning": Outcome.WARNING,
    "not performed": Outcome.NOT_PERFORMED,
}
_AGENTS = {kind.value: kind for kind in AgentType}

Locate = Callable[[str], str]
"""The path in the AIP of a file that another system names, or the empty string."""


@dataclass(slots=True)
class _Told:
    element: dict[str, str]
    objects: list[str]
    agents: list[str]


@dataclass(slots=True)
class _History:
    """What was read so far; `section` are the events and files of one part of a METS document.

    `sections` are the objects of each part by its ID, `places` where the METS document says that an
    object lies now, which is not where it lay when it was first named. `parts` are those that the
    file at hand names.
    """

    events: list[_Told] = field(default_factory=list)
    agents: dict[str, Agent] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    linked: dict[str, list[str]] = field(default_factory=dict)
    section: list[_Told] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    sections: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)


def read(
    stream: BinaryIO, where: str, locate: Locate
) -> tuple[tuple[Event, ...], tuple[Remark, ...]]:
    """The events of a document that lies at `where`, with their own dates and identifiers.

    What does not map stands in the note as the other system said it. Raises Refused for a document
    that is no safe XML; an event without a date that can be read is a remark.
    """
    history = _collected(stream, where)
    events: dict[str, Event] = {}
    remarks: list[Remark] = []
    for told in history.events:
        when = _moment(told.element["date"])
        if when is None:
            found = told.element["date"] or "no date"
            remarks.append(Remark("HISTORY-DATE", where, f"{told.element['identifier']}: {found}"))
            continue
        event = _event(history, told, when, where, locate)
        events.setdefault(event.identifier, event)
    return tuple(events.values()), tuple(remarks)


def _collected(stream: BinaryIO, where: str) -> _History:
    history = _History()
    for kind, element in untrusted(stream, where, whole=_WANTED):
        if element.tag == _SECTION:
            if kind == "end":
                history.sections[element.get("ID", "")] = history.files
            history.section, history.files = _section(history, ended=kind == "end")
        elif kind == "start" and element.tag == f"{_METS}file":
            history.parts = element.get("ADMID", "").split()
        elif kind == "start" and element.tag == f"{_METS}FLocat":
            for part in history.parts:
                for key in history.sections.get(part, ()):
                    history.places[key] = element.get(f"{{{XLINK}}}href", "")
        elif kind == "end" and element.tag in _WANTED:
            _take(history, element)
    return history


def _section(history: _History, *, ended: bool) -> tuple[list[_Told], list[str]]:
    """At its end, the events of a section of METS are about the file of that section."""
    if ended:
        for told in history.section:
            told.objects += [it for it in history.files if it not in told.objects]
    return [], []


def _take(history: _History, element: etree._Element) -> None:
    name = local(element)
    if name == "agent":
        agent = _agent(element)
        for key in _values(element, "agentIdentifierValue"):
            history.agents.setdefault(key, agent)
    elif name == "object":
        keys = _values(element, "objectIdentifierValue")
        given = _first(element, "originalName") or _first(element, "contentLocationValue")
        history.files += keys[:1]
        for key in keys:
            history.names[key] = given
        for event in _values(element, "linkingEventIdentifierValue"):
            history.linked.setdefault(event, []).extend(keys[:1])
    else:
        told = _Told(
            {
                "identifier": _first(element, "eventIdentifierValue"),
                "type": _first(element, "eventType"),
                "date": _first(element, "eventDateTime"),
                "detail": _first(element, "eventDetail"),
                "outcome": _first(element, "eventOutcome"),
                "note": "; ".join(_values(element, "eventOutcomeDetailNote")),
            },
            _values(element, "linkingObjectIdentifierValue"),
            _values(element, "linkingAgentIdentifierValue"),
        )
        history.events.append(told)
        history.section.append(told)


def _event(history: _History, told: _Told, when: datetime, where: str, locate: Locate) -> Event:
    it = told.element
    kind, kind_note = _type(it["type"])
    outcome = _OUTCOMES.get(it["outcome"].lower(), Outcome.NOT_TOLD)
    notes = [f"imported from {where}", *kind_note]
    if it["outcome"] and it["outcome"].lower() != outcome.value:
        notes.append(f"outcome there: {it['outcome']}")
    if it["note"]:
        notes.append(it["note"])
    about = [*told.objects, *history.linked.get(it["identifier"], ())]
    places = (_place(history, name, locate) for name in dict.fromkeys(about))
    described = [name for name in told.agents if name in history.agents]
    named = told.agents[0] if told.agents else "unknown"
    note = f"named so in {where}, which does not describe it"
    agent = (
        history.agents[described[0]]
        if described
        else Agent(named, type=AgentType.ORGANIZATION, note=note)
    )
    said = "\n".join((where, *it.values(), *about))
    identifier = it["identifier"] or str(uuid.uuid5(_UNNAMED, said))
    finding = Finding(
        kind,
        outcome,
        agent,
        it["detail"] or it["type"],
        "; ".join(notes),
        tuple(dict.fromkeys(place for place in places if place)),
    )
    return Event(identifier, when, finding)


def _place(history: _History, name: str, locate: Locate) -> str:
    """Where an object lies by its own name, or, if it was renamed since, by the METS document."""
    return locate(history.names.get(name, name)) or locate(history.places.get(name, ""))


def _type(given: str) -> tuple[EventType, Iterator[str] | tuple[str, ...]]:
    lowered = given.lower()
    known = {kind.value: kind for kind in EventType} | _TYPES
    kind = known.get(lowered, EventType.OTHER)
    return kind, () if lowered == kind.value else (f"type there: {given or 'none'}",)


def _agent(element: etree._Element) -> Agent:
    kind = _AGENTS.get(_first(element, "agentType").lower(), AgentType.ORGANIZATION)
    name = _first(element, "agentName") or _first(element, "agentIdentifierValue") or "unknown"
    version = _first(element, "agentVersion")
    return Agent(name, version, kind, "; ".join(_values(element, "agentNote")))


def _moment(value: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(value)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _values(element: etree._Element, name: str) -> list[str]:
    """The texts of all elements of this name below, whatever the version of PREMIS."""
    found = (" ".join((it.text or "").split()) for it in element.iter(f"{{*}}{name}"))
    return [text for text in found if text]


def _first(element: etree._Element, name: str) -> str:
    return next(iter(_values(element, name)), "")
