"""METS, PREMIS and Dublin Core of an AIP, from what the stages found."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

from preservation.model.description import Record, Statement
from preservation.model.names import written
from preservation.model.packages import Characterized, Role, Sip, Validated
from preservation.model.premis import (
    Event,
    FileObject,
    RepresentationObject,
    object_identifier,
)
from preservation.stages.pack.documents import (
    DESCRIPTION,
    FILE_DESCRIPTIONS,
    FILE_PREMIS,
    ORIGINAL,
    PACKAGE_PREMIS,
    VERSION,
    XML,
    Documents,
    Packing,
)
from preservation.standards import dublin_core, mets, premis, readme, received, schema
from preservation.standards.eark import terms as eark

_LATEST = 253402300799  # the last second of the year 9999, the last that a datetime can be


def describe(sip: Sip, documents: Documents) -> tuple[Record, ...]:
    """Dublin Core of the package and of its files; without a title, the SIP's name."""
    told = next((record for record in sip.description if not record.about), Record("", ()))
    if not told.first("title"):
        title = Statement("title", sip.name)
        told = Record("", (title, *told.statements))
    documents.write(DESCRIPTION, [dublin_core.write_package(told)])
    others = tuple(record for record in sip.description if record.about)
    if others:
        documents.write(FILE_DESCRIPTIONS, dublin_core.write_files(others))
    return (told, *others)


def accompany(sip: Sip, documents: Documents, files: int) -> None:
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


RULES = "submission/"
"""Where the agreement and the format policy lie that the package came under."""

TOML = "application/toml"


def keep_rules(sip: Sip, documents: Documents, rules: Mapping[str, bytes]) -> None:
    """What the package came under, as it was then; under another name if the SIP has a file of it.

    A rule without a text is not kept: nobody agreed on it.
    """
    taken = {file.path for file in sip.files}
    for name, text in rules.items():
        if text:
            places = (f"{RULES}{name}.toml", f"{RULES}{name}-of-the-archive.toml")
            documents.write(next(path for path in places if path not in taken), [text])


def file_objects(validated: Validated) -> Iterator[FileObject]:
    """A PREMIS object for each payload file, in the order of the package."""
    characterized = validated.characterized
    identified = characterized.identified
    package = identified.verified.sip.id
    for file, identification, characteristics, judgements in zip(
        identified.payload,
        identified.identifications,
        characterized.characteristics,
        validated.judgements,
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
            characteristics.applications,
            characteristics.outputs,
            judgements,
            file.received.source,
        )


def represent(
    objects: Sequence[FileObject], documents: Documents, packing: Packing, creation: str
) -> None:
    """PREMIS and METS of the representation that holds the files as they were submitted."""
    package = documents.package
    representation = RepresentationObject(object_identifier(package, ORIGINAL), "original")
    documents.write(
        FILE_PREMIS,
        premis.write_representation(
            package=package, representation=representation, files=objects, creation=creation
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
        for file in objects
    )
    document = mets.Mets(
        "original",
        "the files as they were submitted",
        packing.created,
        mets.Kind.REPRESENTATION,
        packing.agents,
        (),
        (documents.metadata(FILE_PREMIS, "PREMIS", "3.0", below),),
        (mets.FileGroup(eark.content_use("original"), content),),
    )
    documents.write(f"{below}METS.xml", mets.write(document))


def enclose(
    characterized: Characterized,
    documents: Documents,
    packing: Packing,
    events: Sequence[Event],
) -> None:
    """PREMIS and METS of the package as a whole."""
    sip = characterized.identified.verified.sip
    name = sip.name
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
    rules = [documents.reference(p, TOML) for p in documents.written if p.startswith(RULES)]
    files = (
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
        packing.agents,
        tuple(documents.metadata(path, "DC") for path in descriptive),
        (documents.metadata(PACKAGE_PREMIS, "PREMIS", "3.0"),),
        (
            documents.group("Documentation", "documentation/", _documentation_mime),
            documents.group("Schemas", "schemas/", lambda _: XML),
            mets.FileGroup("Submission", chain(rules, files)),
        ),
        (mets.RepresentationRef("original", documents.reference(f"{ORIGINAL}/METS.xml", XML)),),
    )
    documents.write("METS.xml", mets.write(document))


def _documentation_mime(path: str) -> str:
    return "text/plain" if path.endswith(".txt") else "application/x-ndjson"
