"""PREMIS documents that this archive wrote, read back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import BinaryIO

from lxml import etree

from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import (
    Agent,
    AgentType,
    Application,
    Event,
    EventType,
    FileObject,
    Finding,
    Outcome,
    RepresentationObject,
    RightsStatement,
)
from preservation.model.validity import Judgement, Verdict
from preservation.standards.premis import rights
from preservation.standards.premis.document import (
    ANSWER,
    CHARACTERISTICS,
    DECISION,
    PremisDocument,
    answer,
)
from preservation.standards.xml import PREMIS, XSI, elements, moment, required

_ALGORITHMS = {algorithm.mets_name: algorithm for algorithm in Algorithm}
_NS = {"p": PREMIS, "c": CHARACTERISTICS}
_NO_PATHS: Mapping[str, str] = MappingProxyType({})


def read(source: BinaryIO, *, paths: Mapping[str, str] = _NO_PATHS) -> PremisDocument:
    """The inverse of `write_package` and `write_representation`.

    `paths` gives the paths of objects that are described elsewhere, by their identifiers, so that
    events name them by path. Raises ValueError for what is no such document; validate it first.
    """
    reading = _Reading(paths)
    names = (f"{{{PREMIS}}}{name}" for name in ("object", "event", "agent", "rightsStatement"))
    for element in elements(source, whole=names):
        reading.take(etree.QName(element).localname, element)
    return reading.document()


def _text(element: etree._Element, path: str) -> str:
    """The text at a path of PREMIS names (`a/b`); ValueError when there is no such element."""
    found = element.find("/".join(f"p:{name}" for name in path.split("/")), _NS)
    if found is None:
        raise ValueError(f"{element.tag} lacks {path}")
    return found.text or ""


def _optional(element: etree._Element, path: str) -> str:
    return element.findtext("/".join(f"p:{name}" for name in path.split("/")), "", _NS)


def _all(element: etree._Element, path: str) -> Iterator[etree._Element]:
    return element.iterfind("/".join(f"p:{name}" for name in path.split("/")), _NS)


class _Reading:
    """What was read so far; events wait for the agents, which stand after them."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = dict(paths)
        self.package = ""
        self.sip = ""
        self.representations: list[RepresentationObject] = []
        self.files: list[FileObject] = []
        self.events: list[tuple[Finding, str, datetime, str]] = []
        self.agents: dict[str, Agent] = {}
        self.rights: list[RightsStatement] = []

    def take(self, name: str, element: etree._Element) -> None:
        """Take in one entity."""
        if name == "event":
            self.events.append(_event(element))
        elif name == "agent":
            identifier = _text(element, "agentIdentifier/agentIdentifierValue")
            self.agents[identifier] = _agent(element)
        elif name == "rightsStatement":
            self.rights.append(rights.read(element, self.paths, self.package))
        else:
            self.take_object(element)

    def take_object(self, element: etree._Element) -> None:
        """Take in an object, whatever its category."""
        category = element.get(f"{{{XSI}}}type")
        identifier = _text(element, "objectIdentifier/objectIdentifierValue")
        if category == "file":
            file = _file(element, identifier, self.paths)
            self.files.append(file)
            self.paths[identifier] = file.path
        elif category == "representation":
            path = _text(element, "storage/contentLocation/contentLocationValue")
            self.paths[identifier] = path
            name = path.removeprefix("representations/")
            self.representations.append(RepresentationObject(identifier, name))
            related = "relationship/relatedObjectIdentifier/relatedObjectIdentifierValue"
            self.package = _text(element, related)
        else:
            self.package = identifier
            self.sip = _text(element, "originalName")

    def document(self) -> PremisDocument:
        """All of it."""
        return PremisDocument(
            package=PackageId(self.package),
            sip=self.sip,
            representations=tuple(self.representations),
            files=tuple(self.files),
            events=tuple(self._events()),
            agents=tuple(self.agents.values()),
            rights=tuple(self.rights),
        )

    def _events(self) -> Iterator[Event]:
        for finding, identifier, when, agent in self.events:
            if agent not in self.agents:
                raise ValueError(f"event {identifier} names an agent that is not described")
            objects = tuple(self.paths.get(name, name) for name in finding.objects)
            if objects == (self.package,):
                objects = ()
            known = Finding(
                finding.type,
                finding.outcome,
                self.agents[agent],
                finding.detail,
                finding.note,
                objects,
            )
            yield Event(identifier, when, known)


def _file(element: etree._Element, identifier: str, paths: Mapping[str, str]) -> FileObject:
    about = element.find("p:objectCharacteristics", _NS)
    if about is None:
        raise ValueError(f"object {identifier} lacks objectCharacteristics")
    notes = [note.text or "" for note in _all(about, "format/formatNote")]
    decisions = [note.removeprefix(DECISION) for note in notes if note.startswith(DECISION)]
    told = "p:objectCharacteristicsExtension/c:characteristics"
    facts = about.iterfind(f"{told}/c:fact", _NS)
    outputs = about.iterfind(f"{told}/c:output", _NS)
    judgements = about.iterfind(f"{told}/c:judgement", _NS)
    return FileObject(
        identifier=identifier,
        path=_text(element, "storage/contentLocation/contentLocationValue"),
        original_name=_text(element, "originalName"),
        size=int(_text(about, "size")),
        modified=moment(_text(about, "creatingApplication/dateCreatedByApplication")),
        digests=tuple(_digest(fixity) for fixity in _all(about, "fixity")),
        format=_format(about),
        format_note=decisions[0] if decisions else "",
        answers=tuple(answer(note) for note in notes if note.startswith(ANSWER)),
        characteristics=tuple((required(fact, "name"), fact.text or "") for fact in facts),
        inhibitors=tuple(kind.text or "" for kind in _all(about, "inhibitors/inhibitorType")),
        applications=tuple(_applications(about)),
        outputs=tuple((required(output, "by"), output.text or "") for output in outputs),
        judgements=tuple(_judgement(element) for element in judgements),
        source=_source(element, paths),
    )


def _source(element: etree._Element, paths: Mapping[str, str]) -> str:
    """The path of the file that this one was unpacked from; its identifier if it is not known."""
    for relationship in _all(element, "relationship"):
        if _text(relationship, "relationshipType") == "derivation":
            related = _text(relationship, "relatedObjectIdentifier/relatedObjectIdentifierValue")
            return paths.get(related, related)
    return ""


def _applications(about: etree._Element) -> Iterator[Application]:
    """The programs that are named; the date without a name is that of the file itself."""
    for element in _all(about, "creatingApplication"):
        name = _optional(element, "creatingApplicationName")
        if name:
            yield Application(
                name,
                _optional(element, "creatingApplicationVersion"),
                _optional(element, "dateCreatedByApplication"),
            )


def _judgement(element: etree._Element) -> Judgement:
    return Judgement(
        required(element, "by"),
        Verdict(required(element, "verdict")),
        required(element, "against"),
        element.text or "",
    )


def _digest(fixity: etree._Element) -> Digest:
    algorithm = _text(fixity, "messageDigestAlgorithm")
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"{algorithm!r} is not a digest algorithm known here")
    return Digest(_ALGORITHMS[algorithm], _text(fixity, "messageDigest"))


def _format(about: etree._Element) -> Format:
    key = _optional(about, "format/formatRegistry/formatRegistryKey")
    return Format(
        Puid(key) if key else None,
        _text(about, "format/formatDesignation/formatName"),
        _optional(about, "format/formatDesignation/formatVersion"),
    )


def _event(element: etree._Element) -> tuple[Finding, str, datetime, str]:
    note = "eventOutcomeInformation/eventOutcomeDetail/eventOutcomeDetailNote"
    finding = Finding(
        EventType(_text(element, "eventType")),
        Outcome(_text(element, "eventOutcomeInformation/eventOutcome")),
        Agent(""),
        _text(element, "eventDetailInformation/eventDetail"),
        _optional(element, note),
        tuple(
            link.text or ""
            for link in _all(element, "linkingObjectIdentifier/linkingObjectIdentifierValue")
        ),
    )
    return (
        finding,
        _text(element, "eventIdentifier/eventIdentifierValue"),
        moment(_text(element, "eventDateTime")),
        _text(element, "linkingAgentIdentifier/linkingAgentIdentifierValue"),
    )


def _agent(element: etree._Element) -> Agent:
    return Agent(
        _text(element, "agentName"),
        _optional(element, "agentVersion"),
        AgentType(_text(element, "agentType")),
        _optional(element, "agentNote"),
    )
