"""An AIP of Archivematica: a bag with its METS, the files below `objects/`, and their history."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from preservation.model.description import ELEMENTS, Statement
from preservation.model.names import written
from preservation.model.packages import SipKind
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive import kinds
from preservation.stages.receive.reading import Reading, Said
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import XLINK

_METS = "{http://www.loc.gov/METS/}"
_DC = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_OBJECTS = b"data/objects/"
_NO_PAYLOAD = (b"data/objects/metadata/", b"data/objects/submissionDocumentation/")


def refined(source: Source, bag: Reading) -> Reading:
    """The reading of a bag, or that of Archivematica's AIP where the bag holds one.

    What stands below `metadata/` and `submissionDocumentation/` is kept as submission material.
    """
    documents = kinds.archivematica_documents(source)
    payload = {
        path: path[len(_OBJECTS) :]
        for path in source.sizes
        if path.startswith(_OBJECTS) and not path.startswith(_NO_PAYLOAD)
    }
    if not documents or not payload:
        return bag
    refined = replace(
        bag, kind=SipKind.ARCHIVEMATICA_AIP, payload=payload, histories=documents, rights=()
    )
    try:
        return replace(refined, statements=_statements(source, documents[0]))
    except Refused as refused:
        return replace(refined, statements=(), remarks=(*bag.remarks, *refused.remarks))


@dataclass(slots=True)
class _Mets:
    """Descriptions by their section, files by their ID, and which division has which of both."""

    described: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    of_files: dict[str, str] = field(default_factory=dict)
    of_folders: dict[str, str] = field(default_factory=dict)
    divisions: list[etree._Element] = field(default_factory=list)
    file: str = ""


def _statements(source: Source, document: bytes) -> Sequence[Said]:
    mets = _Mets()
    with source.open(document) as stream:
        for kind, element in untrusted(stream, written(document), whole=(f"{_METS}dmdSec",)):
            _take(mets, kind, element)
    said: list[Said] = []
    for section, statements in mets.described.items():
        if section in mets.of_folders:
            about = mets.of_folders[section]
            place = b"" if about in ("", "objects") else _OBJECTS + os.fsencode(about)
            said.append((place, statements))
        elif section in mets.of_files:
            href = mets.files.get(mets.of_files[section], "")
            if href:
                said.append((b"data/" + os.fsencode(href), statements))
    return said


def _take(mets: _Mets, kind: str, element: etree._Element) -> None:
    name = str(element.tag).removeprefix(_METS)
    if name == "dmdSec" and kind == "end":
        found = _described(element)
        if found:
            mets.described[element.get("ID", "")] = found
    elif name == "file" and kind == "start":
        mets.file = element.get("ID", "")
    elif name == "FLocat" and kind == "start":
        mets.files[mets.file] = element.get(f"{{{XLINK}}}href", "")
    elif name == "fptr" and kind == "start" and mets.divisions:
        for section in mets.divisions[-1].get("DMDID", "").split():
            mets.of_files[section] = element.get("FILEID", "")
    elif name == "div":
        _division(mets, kind, element)


def _division(mets: _Mets, kind: str, element: etree._Element) -> None:
    if kind == "end":
        mets.divisions.pop()
        return
    mets.divisions.append(element)
    if element.get("TYPE") == "Directory":
        labels = [it.get("LABEL", "") for it in mets.divisions[1:]]
        place = "/".join(labels[1:] if labels[:1] == ["objects"] else labels)
        for section in element.get("DMDID", "").split():
            mets.of_folders.setdefault(section, place)


def _described(section: etree._Element) -> tuple[Statement, ...]:
    found = []
    for element in section.iter("{*}*"):
        name = etree.QName(element)
        value = " ".join((element.text or "").split())
        if name.namespace in _DC and name.localname in ELEMENTS and value:
            found.append(Statement(name.localname, value))
    return tuple(found)
