"""METS, PREMIS and Dublin Core of an AIP, from what the stages found."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

from preservation.model.description import Record, Statement
from preservation.model.names import written
from preservation.model.packages import Characterized, Role, Sip, Validated, Verified
from preservation.model.premis import (
    Event,
    FileObject,
    RepresentationObject,
    object_identifier,
)
from preservation.stages.pack.documents import (
    DESCRIPTION,
    FILE_DESCRIPTIONS,
    ORIGINAL,
    PACKAGE_PREMIS,
    REPRESENTATIONS,
    XML,
    Documents,
    Packing,
    mets_of,
    premis_of,
)
from preservation.stages.pack.earlier import Earlier
from preservation.standards import dublin_core, mets, premis, readme, received, schema
from preservation.standards.eark import terms as eark

_LATEST = 253402300799  # the last second of the year 9999, the last that a datetime can be


def describe(sip: Sip, documents: Documents, packing: Packing) -> tuple[Record, ...]:
    """Dublin Core of the package and of its files; without a title, the SIP's name."""
    said = sip.description
    if packing.earlier:
        said = packing.earlier.description(said, sip)
    told = next((record for record in said if not record.about), Record("", ()))
    if not told.first("title"):
        title = Statement("title", sip.name)
        told = Record("", (title, *told.statements))
    documents.write(DESCRIPTION, [dublin_core.write_package(told)])
    others = tuple(record for record in said if record.about)
    if others:
        documents.write(FILE_DESCRIPTIONS, dublin_core.write_files(others))
    return (told, *others)


def accompany(sip: Sip, documents: Documents, packing: Packing, files: int) -> None:
    """Documentation and schemas: all that a stranger needs to read the package without Arkiv."""
    for name, content in readme.readme(sip.id, files=files, version=packing.version).items():
        documents.write(f"documentation/{name}", [content])
    before = packing.earlier.received if packing.earlier else b""
    if before or any(received.entries(sip)):
        documents.write(received.PATH, chain([before], received.write(sip)))
    for file in sorted(schema.folder().glob("*.xsd")):
        documents.write(f"schemas/{file.name}", [file.read_bytes()])


def _moment(nanoseconds: int) -> datetime:
    seconds = min(max(nanoseconds // 1_000_000_000, 0), _LATEST)
    return datetime.fromtimestamp(seconds, UTC)


RULES = "submission/"
"""Where the agreement and the format policy lie that the package came under."""

TOML = "application/toml"


def submission(version: int) -> str:
    """Where what came along with the submission of a version lies."""
    return RULES if version == 1 else f"{RULES}v{version}/"


def keep_rules(sip: Sip, documents: Documents, rules: Mapping[str, bytes], version: int) -> None:
    """What the package came under, as it was then; under another name if the SIP has a file of it.

    A rule without a text is not kept: nobody agreed on it.
    """
    taken, folder = {file.path for file in sip.files}, submission(version)
    for name, text in rules.items():
        if text:
            places = (f"{folder}{name}.toml", f"{folder}{name}-of-the-archive.toml")
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
    name: str,
    objects: Sequence[FileObject],
    documents: Documents,
    packing: Packing,
    creation: str,
) -> None:
    """PREMIS and METS of one representation; `original` has the files as they were submitted."""
    package, below = documents.package, f"{REPRESENTATIONS}{name}/"
    representation = RepresentationObject(object_identifier(package, below[:-1]), name)
    documents.write(
        premis_of(name),
        premis.write_representation(
            package=package, representation=representation, files=objects, creation=creation
        ),
    )
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
        name,
        "the files as they were submitted" if name == ORIGINAL else name,
        packing.created,
        mets.Kind.REPRESENTATION,
        packing.agents,
        (),
        (documents.metadata(premis_of(name), "PREMIS", "3.0", below),),
        (mets.FileGroup(eark.content_use(name), content),),
    )
    documents.write(mets_of(name), mets.write(document))


def enclose(
    characterized: Characterized,
    documents: Documents,
    packing: Packing,
    events: Sequence[Event],
    representations: Sequence[str],
) -> None:
    """PREMIS and METS of the package as a whole."""
    verified, earlier = characterized.identified.verified, packing.earlier
    sip = verified.sip
    name = earlier.summary.sip if earlier else sip.name
    rights = sip.rights or (earlier.rights if earlier else ())
    documents.write(
        PACKAGE_PREMIS,
        premis.write_package(
            package=sip.id,
            sip=name,
            representations=[
                RepresentationObject(object_identifier(sip.id, f"{REPRESENTATIONS}{each}"), each)
                for each in representations
            ],
            events=events,
            rights=rights,
        ),
    )
    rules = [documents.reference(p, TOML) for p in documents.written if p.startswith(RULES)]
    files = chain(_submitted(verified), _submitted_before(sip, earlier) if earlier else ())
    descriptive = [p for p in (DESCRIPTION, FILE_DESCRIPTIONS) if p in documents.written]
    document = mets.Mets(
        str(sip.id),
        name,
        earlier.begun if earlier else packing.created,
        mets.Kind.PACKAGE,
        packing.agents,
        tuple(documents.metadata(path, "DC") for path in descriptive),
        (documents.metadata(PACKAGE_PREMIS, "PREMIS", "3.0"),),
        (
            documents.group("Documentation", "documentation/", _documentation_mime),
            documents.group("Schemas", "schemas/", lambda _: XML),
            mets.FileGroup("Submission", chain(rules, files)),
        ),
        tuple(
            mets.RepresentationRef(each, documents.reference(mets_of(each), XML))
            for each in representations
        ),
        modified=packing.created if earlier else None,
    )
    documents.write("METS.xml", mets.write(document))


def _submitted(verified: Verified) -> Iterator[mets.FileRef]:
    for file in verified.files:
        it = file.received
        if it.role is Role.SUBMISSION:
            identifier = object_identifier(verified.sip.id, it.path)
            moment = _moment(it.modified_ns)
            yield mets.FileRef(identifier, it.path, it.size, file.digests[0], "", moment)


def _submitted_before(sip: Sip, earlier: Earlier) -> Iterator[mets.FileRef]:
    """What came along with earlier submissions, dated by the version that has it."""
    for path, row in earlier.submission(sip):
        identifier, moment = object_identifier(sip.id, path), earlier.summary.created
        yield mets.FileRef(identifier, path, row.size, row.digest, "", moment)


def _documentation_mime(path: str) -> str:
    return "text/plain" if path.endswith(".txt") else "application/x-ndjson"
