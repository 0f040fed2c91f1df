"""The judge of an E-ARK package: every METS document of it, its folders, and what they link to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from preservation.model.fixity import Claim
from preservation.model.report import Level, Remark
from preservation.rules import Refused
from preservation.standards.eark import (
    divisions,
    header,
    layout,
    links,
    premis_rules,
    sections,
    table,
)
from preservation.standards.eark.document import Document, Element, read
from preservation.standards.eark.judging import Files, Judging, Remarks, shown

Opened = Callable[[bytes], BinaryIO]
_TABLES = {"SIP": table.SIP, "AIP": table.AIP, "DIP": table.DIP}
_UNLISTED = 50


@dataclass(slots=True)
class Judgement:
    """What was found: `kind` is SIP, AIP or DIP; digests are claims, to be compared by another.

    `documents` are the METS documents, `histories` the PREMIS documents that they refer to.
    """

    kind: str = "SIP"
    objid: str = ""
    content: bool = False
    remarks: list[Remark] = field(default_factory=list)
    claims: dict[bytes, tuple[Claim, ...]] = field(default_factory=dict)
    documents: list[bytes] = field(default_factory=list)
    histories: list[bytes] = field(default_factory=list)


def judge(
    sizes: Mapping[bytes, int], opened: Opened, *, empty: Iterable[bytes] = (), place: str = ""
) -> Judgement:
    """Judge a package by its files (octets by path below its root) and its empty folders.

    `place` is where the root lies in what was submitted; remarks name documents with it.
    """
    files = Files(sizes, empty)
    found = Judgement()
    referenced: set[bytes] = set()
    for path in _documents(files):
        found.documents.append(path)
        referenced.add(path)
        base = path.removesuffix(b"METS.xml")
        it = Judging(files, base, Remarks(place + shown(path)), found.claims, referenced)
        try:
            _document(it, path, opened, found)
        except Refused as refused:
            found.remarks += refused.remarks
        found.remarks += it.remarks.all()
    found.remarks[:0] = layout.judge(files, content=found.content)
    if found.kind == "AIP":
        _histories(found, opened, place)
    _unlisted(files, referenced, found)
    return found


def _documents(files: Files) -> Iterable[bytes]:
    """The root METS document, and that of each representation."""
    if b"METS.xml" in files.sizes:
        yield b"METS.xml"
    for name in files.folders(b"representations/"):
        path = b"representations/" + name + b"/METS.xml"
        if path in files.sizes:
            yield path


def _document(it: Judging, path: bytes, opened: Opened, found: Judgement) -> None:
    kinds = table.by_path(table.CSIP)
    kinds_of: dict[str, Mapping[str, tuple[table.Check, ...]]] = {
        kind: table.by_path(table.CSIP, checks) for kind, checks in _TABLES.items()
    }
    current = kinds

    def seen(element: Element) -> None:
        nonlocal current
        if element.name == "metsHdr" and it.is_root:
            said = element.get("csip:OAISPACKAGETYPE")
            found.kind = _kind(element, said)
            current = kinds_of[found.kind]
        _attributes(it, element, current.get(element.path, ()))
        if element.name == "file":
            _location(it, element)
        links.judge(it, element)
        if element.name == "mdRef" and element.get("MDTYPE").startswith("PREMIS"):
            target = it.resolve(element.get("xlink:href"))
            if target in it.files.sizes and target is not None and target not in found.histories:
                found.histories.append(target)

    with opened(path) as stream:
        document = read(stream, it.remarks.where, seen)
    _judge_whole(it, document, found)


def _kind(header_: Element, said: str) -> str:
    """By its profile, else by its OAIS package type; a type that does not fit is remarked later."""
    claimed = header.kind_of(header_.parent) if header_.parent else ""
    typed = {"AIU": "AIP", "AIC": "AIP"}.get(said, said)
    return claimed or (typed if typed in _TABLES else "SIP")


def _judge_whole(it: Judging, document: Document, found: Judgement) -> None:
    sections.judge(it, document)
    divisions.judge(it, document)
    if it.is_root:
        found.objid = document.root.get("OBJID")
        uses = (group.get("USE") for group in document.root.all("fileSec", "fileGrp"))
        found.content = any(use.casefold().startswith("representations") for use in uses)
        header.judge(it, document, found.kind)


def _attributes(it: Judging, element: Element, checks: Iterable[table.Check]) -> None:
    for check in checks:
        value = element.get(check.attribute)
        if check.optional and check.attribute not in element.attributes:
            continue
        if expected := check.test(value):
            grave = Level.WARNING if expected == table.UNREGISTERED else check.level
            it.remarks.add(check.code, element, value or "nothing", expected, level=grave)


def _location(it: Judging, file: Element) -> None:
    locations = sum(child.name == "FLocat" for child in file.children)
    if locations != 1:
        it.remarks.add("CSIP76", file, f"{locations} of them", "one FLocat")


def _histories(found: Judgement, opened: Opened, place: str) -> None:
    for path in found.histories:
        remarks = Remarks(place + shown(path))
        try:
            with opened(path) as stream:
                premis_rules.judge(stream, remarks)
        except Refused as refused:
            found.remarks += refused.remarks
        found.remarks += remarks.all()


def _unlisted(files: Files, referenced: set[bytes], found: Judgement) -> None:
    """Files that no METS document names: nobody vouches for them."""
    if not found.documents:
        return
    unlisted = [path for path in files.sizes if path not in referenced]
    found.remarks += [Remark("EARK-UNLISTED", shown(path)) for path in unlisted[:_UNLISTED]]
    if len(unlisted) > _UNLISTED:
        more = f"{len(unlisted) - _UNLISTED} more files"
        found.remarks.append(Remark("EARK-UNLISTED", "", more, level=Level.WARNING))
