"""Pack: METS, PREMIS, Dublin Core and manifests written and validated, and the tar laid out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from preservation import __version__
from preservation.model.description import Record, Statement
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.names import written
from preservation.model.packages import Aip, Characterized, Role, Sip
from preservation.model.premis import (
    ARKIV,
    Agent,
    AgentType,
    Event,
    EventType,
    FileObject,
    Finding,
    Outcome,
    RepresentationObject,
    object_identifier,
)
from preservation.model.storage import Account, HeldFile, Member, Summary
from preservation.recording import Stage
from preservation.standards import bagit, dublin_core, eark, mets, premis, readme, received, schema
from preservation.streams import Written, write_file

ORIGINAL = "representations/original"
DESCRIPTION = "metadata/descriptive/dc.xml"
FILE_DESCRIPTIONS = "metadata/descriptive/dc-files.xml"
PACKAGE_PREMIS = "metadata/preservation/premis.xml"
FILE_PREMIS = f"{ORIGINAL}/metadata/preservation/premis.xml"
VERSION = 1

_LATEST = 253402300799  # the last second of the year 9999, the last that a datetime can be
_XML = "application/xml"


@dataclass(frozen=True, slots=True)
class Packing:
    """What pack needs besides the package: when, for which stores, and a folder to write into.

    `events` gives the events on record at the moment it is called; `organization` may be empty.
    """

    created: datetime
    stores: tuple[StoreName, ...]
    scratch: Path
    organization: str
    events: Callable[[], Sequence[Event]]


@dataclass(slots=True)
class _Documents:
    """The documents of an AIP written so far, by their path in it, in the order of writing."""

    package: PackageId
    folder: Path
    created: datetime
    written: dict[str, Written] = field(default_factory=dict)

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        self.written[path] = write_file(self.folder / path, chunks)

    def reference(self, path: str, mime: str, below: str = "") -> mets.FileRef:
        """A METS file element for a document, its path relative to the folder `below`."""
        it = self.written[path]
        identifier = object_identifier(self.package, path)
        relative = path.removeprefix(below)
        return mets.FileRef(identifier, relative, it.size, it.digest, mime, self.created)

    def metadata(
        self, path: str, kind: str, version: str = "", below: str = ""
    ) -> mets.MetadataRef:
        """A METS reference to a metadata document."""
        it = self.reference(path, _XML, below)
        return mets.MetadataRef(
            it.identifier, it.path, it.size, it.digest, it.mime, it.created, kind, version
        )

    def group(self, use: str, folder: str, mime: Callable[[str], str]) -> mets.FileGroup:
        """A METS file group of all documents of a folder."""
        paths = [path for path in self.written if path.startswith(folder)]
        return mets.FileGroup(use, tuple(self.reference(path, mime(path)) for path in paths))


def pack(characterized: Characterized, *, packing: Packing) -> Stage[Aip]:
    """Write every document of the AIP, validate it against our schemas, and lay out the tar.

    The last event that PREMIS has is this one; it is on record before PREMIS is written.
    """
    verified = characterized.identified.verified
    sip = verified.sip
    account = _account(sip)
    detail = "AIP (E-ARK CSIP and AIP 2.2, METS 1.12, PREMIS 3, BagIt 1.0)"
    note = f"{account.preserved_files} files, {account.preserved_bytes} octets of payload"
    yield Finding(EventType.PACKAGE_CREATION, Outcome.SUCCESS, ARKIV, detail, note)
    events = tuple(packing.events())
    documents = _Documents(sip.id, packing.scratch / "aip", packing.created)
    records = _describe(sip, documents)
    _accompany(sip, documents, account.preserved_files)
    _represent(characterized, documents, packing, _creation(events))
    _enclose(characterized, documents, packing, events)
    _validate(documents)
    members = tuple(_members(characterized, documents))
    name = written(os.fsencode(sip.root.name))
    files = tuple(_held(file) for file in _file_objects(characterized))
    summary = Summary(
        sip.id,
        VERSION,
        packing.created,
        name,
        verified.fingerprint,
        account,
        records,
        files,
        events,
        packing.stores,
    )
    return Aip(sip.id, VERSION, packing.created, members, summary)


def _account(sip: Sip) -> Account:
    payload = [f.size for f in sip.files if f.role is Role.PAYLOAD]
    submission = [f.size for f in sip.files if f.role is Role.SUBMISSION]
    excluded = [e.size for e in sip.exclusions]
    return Account(
        len(payload), sum(payload), len(submission), sum(submission), len(excluded), sum(excluded)
    )


def _creation(events: Sequence[Event]) -> str:
    made = [e.identifier for e in events if e.finding.type is EventType.PACKAGE_CREATION]
    return made[-1]


def _describe(sip: Sip, documents: _Documents) -> tuple[Record, ...]:
    """Dublin Core of the package and of its files; without a title, the SIP's name."""
    told = next((record for record in sip.description if not record.about), Record("", ()))
    if not told.first("title"):
        title = Statement("title", written(os.fsencode(sip.root.name)))
        told = Record("", (title, *told.statements))
    documents.write(DESCRIPTION, [dublin_core.write_package(told)])
    others = tuple(record for record in sip.description if record.about)
    if others:
        documents.write(FILE_DESCRIPTIONS, dublin_core.write_files(others))
    return (told, *others)


def _accompany(sip: Sip, documents: _Documents, files: int) -> None:
    """Documentation and schemas: all that a stranger needs to read the package without Arkiv."""
    for name, content in readme.readme(sip.id, files=files, version=VERSION).items():
        documents.write(f"documentation/{name}", [content])
    if any(received.entries(sip)):
        documents.write(received.PATH, received.write(sip))
    for file in sorted(schema.folder().glob("*.xsd")):
        documents.write(f"schemas/{file.name}", [file.read_bytes()])


def _moment(nanoseconds: int) -> datetime:
    seconds = min(max(nanoseconds // 1_000_000_000, 0), _LATEST)
    return datetime.fromtimestamp(seconds, UTC)


def _file_objects(characterized: Characterized) -> Iterator[FileObject]:
    identified = characterized.identified
    package = identified.verified.sip.id
    for file, identification, characteristics in zip(
        identified.payload,
        identified.identifications,
        characterized.characteristics,
        strict=True,
    ):
        yield FileObject(
            object_identifier(package, file.received.path),
            file.received.path,
            written(file.received.given),
            file.received.size,
            _moment(file.received.modified_ns),
            file.digests,
            identification.format,
            identification.reason,
            identification.answers,
            characteristics.facts,
            characteristics.inhibitors,
        )


def _held(file: FileObject) -> HeldFile:
    told = file.format
    return HeldFile(
        file.path,
        file.original_name,
        file.size,
        file.digests[0],
        told.puid,
        told.name,
        told.mime,
    )


def _agents(packing: Packing) -> tuple[Agent, ...]:
    if not packing.organization:
        return (ARKIV,)
    return ARKIV, Agent(packing.organization, type=AgentType.ORGANIZATION)


def _represent(
    characterized: Characterized, documents: _Documents, packing: Packing, creation: str
) -> None:
    """PREMIS and METS of the representation that holds the files as they were submitted."""
    package = documents.package
    representation = RepresentationObject(object_identifier(package, ORIGINAL), "original")
    documents.write(
        FILE_PREMIS,
        premis.write_representation(
            package=package,
            representation=representation,
            files=_file_objects(characterized),
            creation=creation,
        ),
    )
    below = f"{ORIGINAL}/"
    content = (
        mets.FileRef(
            file.identifier,
            file.path.removeprefix(below),
            file.size,
            file.digests[0],
            file.format.mime,
            file.modified,
            file.format if file.format.puid else None,
        )
        for file in _file_objects(characterized)
    )
    document = mets.Mets(
        "original",
        "the files as they were submitted",
        packing.created,
        mets.Kind.REPRESENTATION,
        _agents(packing),
        (),
        (documents.metadata(FILE_PREMIS, "PREMIS", "3.0", below),),
        (mets.FileGroup(eark.content_use("original"), content),),
    )
    documents.write(f"{below}METS.xml", mets.write(document))


def _enclose(
    characterized: Characterized,
    documents: _Documents,
    packing: Packing,
    events: Sequence[Event],
) -> None:
    """PREMIS and METS of the package as a whole."""
    sip = characterized.identified.verified.sip
    name = written(os.fsencode(sip.root.name))
    representation = RepresentationObject(object_identifier(sip.id, ORIGINAL), "original")
    documents.write(
        PACKAGE_PREMIS,
        premis.write_package(
            package=sip.id,
            sip=name,
            representations=[representation],
            events=events,
            rights=sip.rights,
        ),
    )
    submission = (
        mets.FileRef(
            object_identifier(sip.id, file.received.path),
            file.received.path,
            file.received.size,
            file.digests[0],
            "",
            _moment(file.received.modified_ns),
        )
        for file in characterized.identified.verified.files
        if file.received.role is Role.SUBMISSION
    )
    descriptive = [p for p in (DESCRIPTION, FILE_DESCRIPTIONS) if p in documents.written]
    document = mets.Mets(
        str(sip.id),
        name,
        packing.created,
        mets.Kind.PACKAGE,
        _agents(packing),
        tuple(documents.metadata(path, "DC") for path in descriptive),
        (documents.metadata(PACKAGE_PREMIS, "PREMIS", "3.0"),),
        (
            documents.group("Documentation", "documentation/", _documentation_mime),
            documents.group("Schemas", "schemas/", lambda _: _XML),
            mets.FileGroup("Submission", submission),
        ),
        (mets.RepresentationRef("original", documents.reference(f"{ORIGINAL}/METS.xml", _XML)),),
    )
    documents.write("METS.xml", mets.write(document))


def _documentation_mime(path: str) -> str:
    return "text/plain" if path.endswith(".txt") else "application/x-ndjson"


def _validate(documents: _Documents) -> None:
    """Refuse to pack a document that our own schemas refuse: that is a bug, not a bad SIP."""
    for path, written_ in documents.written.items():
        name = _SCHEMAS.get(path)
        if name is None:
            continue
        reasons = schema.validate(written_.path, name)
        if reasons:
            raise RuntimeError(f"{path}: {'; '.join(reasons)}")


_SCHEMAS = {
    "METS.xml": schema.SchemaName.METS,
    f"{ORIGINAL}/METS.xml": schema.SchemaName.METS,
    PACKAGE_PREMIS: schema.SchemaName.PREMIS,
    FILE_PREMIS: schema.SchemaName.PREMIS,
    DESCRIPTION: schema.SchemaName.DUBLIN_CORE,
    FILE_DESCRIPTIONS: schema.SchemaName.FILE_DESCRIPTIONS,
}


def _order(path: str) -> tuple[int, str]:
    """METS first, then metadata, then what accompanies: the head of the tar tells all about it."""
    heads = ("METS.xml", "metadata/", f"{ORIGINAL}/", "documentation/", "schemas/")
    return next((n for n, head in enumerate(heads) if path.startswith(head)), len(heads)), path


def _members(characterized: Characterized, documents: _Documents) -> Iterator[Member]:
    """Every member of the tar: tag files, documents, submission material, payload."""
    package = documents.package
    base = f"data/{package}/"
    seconds = int(documents.created.timestamp())
    inner = [
        Member(base + path, it.size, it.digest, seconds, os.fsencode(it.path))
        for path, it in sorted(documents.written.items(), key=lambda item: _order(item[0]))
    ]
    sip = characterized.identified.verified.sip
    root = os.fsencode(sip.root)
    files = characterized.identified.verified.files
    for role in (Role.SUBMISSION, Role.PAYLOAD):
        inner += [
            Member(
                base + file.received.path,
                file.received.size,
                file.digests[0],
                file.received.modified_ns // 1_000_000_000,
                os.path.join(root, file.received.given),
            )
            for file in files
            if file.received.role is role
        ]
    tags = _tag_files(inner, documents)
    for member in (*tags, *inner):
        yield Member(
            f"{package}/{member.name}", member.size, member.digest, member.modified, member.source
        )


def _tag_files(payload: Sequence[Member], documents: _Documents) -> Iterator[Member]:
    """The bag around the AIP (RFC 8493): every file of `data/` in the manifest."""
    folder = documents.folder.parent / "bag"
    seconds = int(documents.created.timestamp())
    octets = sum(member.size for member in payload)
    info = (
        ("Bag-Software-Agent", f"Arkiv {__version__}"),
        ("Bagging-Date", documents.created.date().isoformat()),
        ("External-Identifier", str(documents.package)),
        ("Payload-Oxum", f"{octets}.{len(payload)}"),
    )
    contents: tuple[tuple[str, Iterable[bytes]], ...] = (
        ("bagit.txt", [bagit.DECLARATION]),
        ("bag-info.txt", [bagit.bag_info(info)]),
        ("manifest-sha512.txt", bagit.manifest((m.name, m.digest) for m in payload)),
    )
    tags = [(name, write_file(folder / name, chunks)) for name, chunks in contents]
    listed = bagit.manifest((name, it.digest) for name, it in tags)
    tags.append(("tagmanifest-sha512.txt", write_file(folder / "tagmanifest-sha512.txt", listed)))
    for name, it in tags:
        yield Member(name, it.size, it.digest, seconds, os.fsencode(it.path))
