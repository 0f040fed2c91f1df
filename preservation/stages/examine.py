"""Examine: is an AIP of ours what its METS and PREMIS say? Everything wrong at once."""

from collections.abc import Iterator, Mapping

from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.recording import Stage
from preservation.rules import Refused, sentence
from preservation.standards import mets, schema
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import METS

Digests = Mapping[bytes, tuple[Digest, ...]]


def examine(found: Digests, source: Source) -> Stage[None]:
    """Judge an AIP of ours by its METS and PREMIS; what is none is left alone.

    `found` are the digests of its files, by path.
    """
    root = _root(source)
    if not root or not _ours(source, root + b"METS.xml"):
        return
    digests = {
        path: digest
        for path, every in found.items()
        for digest in every
        if digest.algorithm is Algorithm.SHA512
    }
    faults: list[Remark] = []
    for finding in _judge_aip(source, root, digests):
        faults += finding.remarks
        yield finding
    if faults:
        raise Refused(*faults)


def _root(source: Source) -> bytes:
    """The folder of the AIP in its bag, with `/`, or nothing."""
    tops = {name.split(b"/")[1] for name in source.sizes if name.count(b"/") > 1}
    roots = [b"data/" + top + b"/" for top in tops]
    return next((root for root in roots if root + b"METS.xml" in source.sizes), b"")


def _ours(source: Source, name: bytes) -> bool:
    """Whether Arkiv wrote this METS: the schemas are a profile of what Arkiv writes, no more."""
    with source.open(name) as stream:
        for event, element in untrusted(stream, written(name)):
            if event == "end" and element.tag == f"{{{METS}}}name" and element.text == ARKIV.name:
                return True
            if event == "end" and element.tag == f"{{{METS}}}metsHdr":
                break
    return False


def _judge_aip(source: Source, root: bytes, digests: Mapping[bytes, Digest]) -> Iterator[Finding]:
    documents = [
        name
        for name in sorted(source.sizes)
        if name.startswith(root)
        and name.endswith((b"/METS.xml", b"metadata/preservation/premis.xml"))
        and not name.startswith((root + b"submission/", root + b"representations/original/data/"))
    ]
    detail = "AIP: METS and PREMIS by the schemas of Arkiv"
    faults = [fault for name in documents for fault in _schema_faults(source, name)]
    if faults:
        yield _failure(detail, [Remark("AIP-SCHEMA", found=fault) for fault in faults])
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
    if faults:
        yield _failure(detail, [Remark("AIP-LINK", found=fault) for fault in faults])
    else:
        note = f"{links} links agree"
        yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note)


def _failure(detail: str, faults: list[Remark]) -> Finding:
    note = "; ".join(sentence(fault) for fault in faults)
    return Finding(
        EventType.VALIDATION, Outcome.FAILURE, ARKIV, detail, note, remarks=tuple(faults)
    )


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
