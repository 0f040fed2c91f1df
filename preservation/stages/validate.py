"""Validate: is a bag, or an AIP in its bag, what it says of itself? Everything wrong at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from preservation.errors import Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.ports import Progress, Source
from preservation.recording import Stage
from preservation.standards import bagit, mets, schema


class Kind(StrEnum):
    """What a folder or tar is taken for."""

    AIP = "aip"
    BAG = "bag"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Validated:
    """What was looked at, and whether nothing was wrong; what was wrong is in the findings."""

    kind: Kind
    files: int
    bytes: int
    valid: bool


def kind_of(source: Source) -> Kind:
    """Told by names alone: `bagit.txt`, and METS below one folder of `data/`."""
    if b"bagit.txt" not in source.sizes:
        return Kind.FOLDER
    return Kind.AIP if _root(source) else Kind.BAG


def _root(source: Source) -> bytes:
    """The folder of the AIP in the bag, with `/`, or nothing."""
    tops = {name.split(b"/")[1] for name in source.sizes if name.count(b"/") > 1}
    roots = [b"data/" + top + b"/" for top in tops]
    return next((root for root in roots if root + b"METS.xml" in source.sizes), b"")


def validate(source: Source, *, progress: Progress) -> Stage[Validated]:
    """Judge a bag by RFC 8493, and an AIP of ours by its METS and PREMIS too."""
    octets = sum(source.sizes.values())
    progress.begin("check", octets)
    wrong: list[Finding] = []
    digests: dict[bytes, Digest] = {}
    for finding in _judge_bag(source, digests, progress):
        wrong.append(finding)
        yield finding
    kind = kind_of(source)
    if kind is Kind.AIP:
        for finding in _judge_aip(source, digests):
            wrong.append(finding)
            yield finding
    valid = all(f.outcome is not Outcome.FAILURE for f in wrong)
    return Validated(kind, len(source.sizes), octets, valid)


def _judge_bag(
    source: Source, digests: dict[bytes, Digest], progress: Progress
) -> Iterator[Finding]:
    detail = "bag: complete (RFC 8493, section 3)"
    try:
        claims = bagit.claims(source.content, source.sizes)
    except Rejected as rejected:
        for reason in rejected.reasons:
            yield Finding(EventType.VALIDATION, Outcome.FAILURE, ARKIV, detail, reason)
        return
    note = f"{len(source.sizes)} files, none missing and none too many"
    yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note)
    detail = "bag: every digest of every manifest"
    damaged = 0
    for name, claimed in claims.items():
        algorithms = {claim.algorithm for claim in claimed} - {Algorithm.SHA512}
        found = source.digests(name, (Algorithm.SHA512, *sorted(algorithms)))
        progress.advance(source.sizes[name])
        digests[name] = found[0]
        for claim in claimed:
            actual = next(digest for digest in found if digest.algorithm is claim.algorithm)
            if actual != claim:
                damaged += 1
                note = f"{written(name)}: {claim.short} in the manifest, {actual.short} in the file"
                yield Finding(EventType.FIXITY_CHECK, Outcome.FAILURE, ARKIV, detail, note)
    if not damaged:
        note = f"{len(claims)} files agree"
        yield Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, ARKIV, detail, note)


def _judge_aip(source: Source, digests: Mapping[bytes, Digest]) -> Iterator[Finding]:
    root = _root(source)
    documents = [
        name
        for name in sorted(source.sizes)
        if name.startswith(root)
        and name.endswith((b"/METS.xml", b"metadata/preservation/premis.xml"))
        and not name.startswith((root + b"submission/", root + b"representations/original/data/"))
    ]
    detail = "AIP: METS and PREMIS by the schemas of Arkiv"
    faults = [fault for name in documents for fault in _schema_faults(source, name)]
    for fault in faults:
        yield Finding(EventType.VALIDATION, Outcome.FAILURE, ARKIV, detail, fault)
    if faults:
        return
    note = f"{len(documents)} documents are valid"
    yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note)
    detail = "AIP: every file that METS names, with its size and digest"
    links = 0
    faults = []
    for name in documents:
        if name.endswith(b"/METS.xml"):
            for fault in _link_faults(source, name, digests):
                if fault:
                    faults.append(fault)
                links += 1
    for fault in faults:
        yield Finding(EventType.VALIDATION, Outcome.FAILURE, ARKIV, detail, fault)
    if not faults:
        note = f"{links} links agree"
        yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note)


def _schema_faults(source: Source, name: bytes) -> Iterator[str]:
    kind = schema.SchemaName.METS if name.endswith(b"/METS.xml") else schema.SchemaName.PREMIS
    with source.open(name) as stream:
        for reason in schema.validate(stream, kind):
            yield f"{written(name)}: {reason}"


def _link_faults(source: Source, name: bytes, digests: Mapping[bytes, Digest]) -> Iterator[str]:
    """For each link of a METS document what is wrong with it; nothing when it is in order."""
    folder = name.rpartition(b"/")[0] + b"/"
    with source.open(name) as stream:
        document = mets.read(stream)
    references: list[mets.MetadataRef | mets.FileRef] = [
        *document.descriptive,
        *document.provenance,
        *(representation.mets for representation in document.representations),
        *(file for group in document.groups for file in group.files),
    ]
    for it in references:
        target = folder + it.path.encode("utf-8")
        where = f"{written(name)}: {it.path}"
        if target not in source.sizes:
            yield f"{where}: the file is not there"
        elif source.sizes[target] != it.size:
            yield f"{where}: {it.size} octets expected, {source.sizes[target]} found"
        elif digests.get(target) != it.digest:
            found = digests[target].short if target in digests else "no digest"
            yield f"{where}: {it.digest.short} expected, {found} found"
        else:
            yield ""
