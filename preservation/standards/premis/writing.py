"""PREMIS documents as a stream: each object is in memory only while its lines are made."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from preservation.model.fixity import Digest
from preservation.model.formats import Format
from preservation.model.identifiers import PackageId
from preservation.model.premis import (
    Agent,
    Application,
    Event,
    EventType,
    FileObject,
    Outcome,
    RepresentationObject,
    RightsStatement,
    object_identifier,
)
from preservation.model.validity import Judgement
from preservation.standards.premis import rights as rights_of
from preservation.standards.premis.document import (
    CHARACTERISTICS,
    DECISION,
    PATH,
    PRODUCER,
    UUID,
    agent_identifier,
    answer_note,
)
from preservation.standards.xml import PREMIS, XSI, attribute, instant, stream, text

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VOCABULARY = "http://id.loc.gov/vocabulary/preservation/"
_TERMS_OF_OUTCOME = (Outcome.SUCCESS, Outcome.WARNING)
"""Outcomes that are terms of the Library of Congress; it says `fail`, and has no fourth."""


def write_package(
    *,
    package: PackageId,
    sip: str,
    representations: Sequence[RepresentationObject],
    events: Sequence[Event],
    rights: Sequence[RightsStatement] = (),
) -> Iterator[bytes]:
    """The package's document in UTF-8 chunks; `sip` is the SIP's name in written form.

    Objects cite the event `information package creation`, if it is among the events (AIP17).
    """
    made_by = _creation(events)
    parts = "".join(_object_link("related", r.identifier) for r in representations)
    objects = [
        '<object xsi:type="intellectualEntity">\n'
        f"{_identifier('object', str(package))}\n<originalName>{text(sip)}</originalName>\n"
        + (_relationship("has part", parts, made_by) if parts else "")
        + "</object>\n"
    ]
    objects += [_representation(package, r, made_by) for r in representations]
    return stream(_document(package, objects, events, rights, levels=2))


def write_representation(
    *,
    package: PackageId,
    representation: RepresentationObject,
    files: Iterable[FileObject],
    events: Sequence[Event] = (),
    creation: str = "",
) -> Iterator[bytes]:
    """A representation's document in UTF-8 chunks; `files` is read once and may be a generator.

    `creation` is the identifier of the event that made the package, where that event is described
    in the package's document and not among `events`.
    """
    made_by = creation or _creation(events)

    def objects() -> Iterator[str]:
        yield _representation(package, representation, made_by)
        included = _relationship(
            "is included in", _object_link("related", representation.identifier), made_by
        )
        for file in files:
            yield _file(file, included, _derivation(package, file.source) if file.source else "")

    return stream(_document(package, objects(), events, (), levels=4))


def _document(
    package: PackageId,
    objects: Iterable[str],
    events: Sequence[Event],
    rights: Sequence[RightsStatement],
    *,
    levels: int,
) -> Iterator[str]:
    """All of a document; `levels` is how many folders it lies below the AIP's root."""
    yield (
        f'<premis xmlns="{PREMIS}" xmlns:xsi="{XSI}"'
        f' xsi:schemaLocation="{PREMIS} {"../" * levels}schemas/premis.xsd" version="3.0">\n'
    )
    yield from objects
    for event in events:
        yield _event(package, event)
    for agent in dict.fromkeys(event.finding.agent for event in events):
        yield _agent(agent)
    for statement in rights:
        yield rights_of.write(package, statement)
    yield "</premis>\n"


def _creation(events: Sequence[Event]) -> str:
    made = (e.identifier for e in events if e.finding.type is EventType.PACKAGE_CREATION)
    return next(made, "")


def _identifier(entity: str, value: str, kind: str = UUID) -> str:
    name = f"{entity}Identifier"
    return (
        f"<{name}><{name}Type>{kind}</{name}Type><{name}Value>{text(value)}</{name}Value></{name}>"
    )


def _object_link(how: str, value: str, kind: str = UUID) -> str:
    return _identifier(f"{how}Object", value, kind)


def _relationship(kind: str, objects: str, made_by: str) -> str:
    return (
        "<relationship><relationshipType>structural</relationshipType>"
        f"<relationshipSubType>{kind}</relationshipSubType>{objects}"
        f"{_identifier('relatedEvent', made_by) if made_by else ''}</relationship>\n"
    )


def _derivation(package: PackageId, source: str) -> str:
    """That a file was unpacked from another."""
    return (
        "<relationship><relationshipType>derivation</relationshipType>"
        "<relationshipSubType>has source</relationshipSubType>"
        f"{_object_link('related', object_identifier(package, source))}</relationship>\n"
    )


def _storage(path: str) -> str:
    return (
        f"<storage><contentLocation><contentLocationType>{PATH}</contentLocationType>"
        f"<contentLocationValue>{text(path)}</contentLocationValue></contentLocation></storage>\n"
    )


def _representation(package: PackageId, it: RepresentationObject, made_by: str) -> str:
    return (
        f'<object xsi:type="representation">\n{_identifier("object", it.identifier)}\n'
        f"{_storage(f'representations/{it.name}')}"
        f"{_relationship('is part of', _object_link('related', str(package)), made_by)}</object>\n"
    )


def _file(file: FileObject, included: str, derived: str) -> str:
    notes = [answer_note(answer) for answer in file.answers]
    if file.format_note:
        notes.insert(0, DECISION + file.format_note)
    return (
        '<object xsi:type="file"><objectIdentifier><objectIdentifierType>UUID'
        f"</objectIdentifierType><objectIdentifierValue>{file.identifier}"
        "</objectIdentifierValue></objectIdentifier>\n"
        f"<objectCharacteristics><compositionLevel>0</compositionLevel>{_fixities(file.digests)}"
        f"<size>{file.size}</size>\n<format>{_format(file.format)}"
        f"{''.join([f'<formatNote>{text(note)}</formatNote>' for note in notes])}"
        "</format>\n<creatingApplication><dateCreatedByApplication>"
        f"{instant(file.modified)}</dateCreatedByApplication></creatingApplication>"
        f"{''.join(map(_application, file.applications))}{_inhibitors(file.inhibitors)}"
        f"{_characteristics(file)}"
        f"</objectCharacteristics><originalName>{text(file.original_name)}</originalName>\n"
        f"{_storage(file.path)}{included}{derived}</object>\n"
    )


def _fixities(digests: Sequence[Digest]) -> str:
    """The archive's own digest, and those that the producer gave."""
    own, *given = digests
    by = f"<messageDigestOriginator>{PRODUCER}</messageDigestOriginator>"
    return _fixity(own, "") + "".join([_fixity(digest, by) for digest in given])


def _fixity(digest: Digest, by: str) -> str:
    return (
        f"<fixity><messageDigestAlgorithm>{digest.algorithm.mets_name}</messageDigestAlgorithm>"
        f"<messageDigest>{digest.value}</messageDigest>{by}</fixity>"
    )


@lru_cache(maxsize=1024)
def _format(format: Format) -> str:
    version = f"<formatVersion>{text(format.version)}</formatVersion>" if format.version else ""
    registry = (
        "<formatRegistry><formatRegistryName>PRONOM</formatRegistryName>"
        f"<formatRegistryKey>{format.puid}</formatRegistryKey>"
        "<formatRegistryRole>specification</formatRegistryRole></formatRegistry>"
    )
    return (
        f"<formatDesignation><formatName>{text(format.name or 'unknown')}</formatName>{version}"
        f"</formatDesignation>{registry if format.puid else ''}"
    )


def _inhibitors(kinds: Sequence[str]) -> str:
    return "".join(
        [f"<inhibitors><inhibitorType>{text(k)}</inhibitorType></inhibitors>" for k in kinds]
    )


@lru_cache(maxsize=1024)
def _application(it: Application) -> str:
    version = it.version and (
        f"<creatingApplicationVersion>{text(it.version)}</creatingApplicationVersion>"
    )
    date = it.created and (
        f"<dateCreatedByApplication>{text(it.created)}</dateCreatedByApplication>"
    )
    return (
        f"<creatingApplication><creatingApplicationName>{text(it.name)}</creatingApplicationName>"
        f"{version}{date}</creatingApplication>"
    )


def _characteristics(file: FileObject) -> str:
    facts, outputs, judgements = file.characteristics, file.outputs, file.judgements
    if not facts and not outputs and not judgements:
        return ""
    said = "".join([f'<output by="{attribute(by)}">{text(told)}</output>' for by, told in outputs])
    rows = "".join(f'<fact name="{attribute(name)}">{text(value)}</fact>' for name, value in facts)
    return (
        f'<objectCharacteristicsExtension><characteristics xmlns="{CHARACTERISTICS}">{rows}{said}'
        f"{''.join(map(_judgement, judgements))}</characteristics></objectCharacteristicsExtension>"
    )


@lru_cache(maxsize=1024)
def _judgement(it: Judgement) -> str:
    return (
        f'<judgement by="{attribute(it.agent)}" against="{attribute(it.against)}"'
        f' verdict="{it.verdict}">{text(it.note)}</judgement>'
    )


def _event(package: PackageId, event: Event) -> str:
    finding = event.finding
    note = (
        f"<eventOutcomeDetail><eventOutcomeDetailNote>{text(finding.note)}"
        "</eventOutcomeDetailNote></eventOutcomeDetail>"
    )
    return (
        f"<event>{_identifier('event', event.identifier, _kind(event.identifier))}\n"
        f"<eventType{_authority('eventType') if finding.type is not EventType.OTHER else ''}>"
        f"{finding.type}</eventType>\n"
        f"<eventDateTime>{instant(event.when)}</eventDateTime>\n"
        f"<eventDetailInformation><eventDetail>{text(finding.detail)}</eventDetail>"
        "</eventDetailInformation>\n<eventOutcomeInformation><eventOutcome"
        f"{_authority('eventOutcome') if finding.outcome in _TERMS_OF_OUTCOME else ''}>"
        f"{finding.outcome}</eventOutcome>{note if finding.note else ''}"
        "</eventOutcomeInformation>\n"
        f"{_identifier('linkingAgent', agent_identifier(finding.agent))}\n"
        f"{''.join(_linked(package, path) for path in finding.objects or ('',))}</event>\n"
    )


def _kind(identifier: str) -> str:
    """The type of an event's identifier: that of another system may be no UUID."""
    return UUID if _UUID.fullmatch(identifier) else "local"


def _linked(package: PackageId, path: str) -> str:
    """A link to an object; what has no PREMIS object, as submission material, goes by its path."""
    if path and not path.startswith("representations/"):
        return _object_link("linking", path, PATH) + "\n"
    return _object_link("linking", object_identifier(package, path)) + "\n"


def _authority(vocabulary: str) -> str:
    return f' authority="{vocabulary}" authorityURI="{_VOCABULARY}{vocabulary}"'


def _agent(agent: Agent) -> str:
    version = f"<agentVersion>{text(agent.version)}</agentVersion>" if agent.version else ""
    note = f"<agentNote>{text(agent.note)}</agentNote>" if agent.note else ""
    return (
        f"<agent>{_identifier('agent', agent_identifier(agent))}"
        f"<agentName>{text(agent.name)}</agentName>"
        f"<agentType{_authority('agentType')}>{agent.type}</agentType>{version}{note}</agent>\n"
    )
