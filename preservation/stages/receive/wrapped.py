"""Descriptions that stand in a METS document itself (`dmdSec/mdWrap`), and what they are about."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from preservation.model.description import ELEMENTS, Statement
from preservation.model.names import written
from preservation.ports import Source
from preservation.stages.receive.reading import Said
from preservation.standards import descriptive
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import XLINK, local, namespace

_METS = "{http://www.loc.gov/METS/}"
_DC = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")


@dataclass(slots=True)
class _Mets:
    """Descriptions by their section, files by their ID, and which division has which of both."""

    described: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    of_files: dict[str, str] = field(default_factory=dict)
    of_folders: dict[str, str] = field(default_factory=dict)
    divisions: list[etree._Element] = field(default_factory=list)
    file: str = ""


def created(source: Source, document: bytes) -> str:
    """When a METS document says that it was made; nothing if it does not say that."""
    with source.open(document) as stream:
        for kind, element in untrusted(stream, written(document)):
            if kind == "start" and element.tag == f"{_METS}metsHdr":
                return element.get("LASTMODDATE", "") or element.get("CREATEDATE", "")
            if element.tag in (f"{_METS}dmdSec", f"{_METS}amdSec", f"{_METS}fileSec"):
                break
    return ""


def statements(
    source: Source, document: bytes, base: bytes, *, folders: bytes | None = None
) -> Sequence[Said]:
    """What the sections say whose description stands in the METS document itself.

    `base` is the folder that the links of the document start from. A section is about the file or
    folder of the division that names it; `folders` is where the folders of divisions lie, without
    it they have none and the section is about the package. Raises Refused.
    """
    mets = _Mets()
    with source.open(document) as stream:
        for kind, element in untrusted(stream, written(document), whole=(f"{_METS}dmdSec",)):
            _take(mets, kind, element)
    said: list[Said] = []
    for section, found in mets.described.items():
        if section in mets.of_folders and folders is not None:
            about = mets.of_folders[section]
            place = b"" if about in ("", "objects") else folders + os.fsencode(about)
            said.append((place, found))
        elif section in mets.of_files:
            href = unquote(mets.files.get(mets.of_files[section], ""))
            if href:
                said.append((base + os.fsencode(href), found))
        elif folders is None:
            said.append((b"", found))
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
    known = [
        descriptive.said(root) for root in section.iterfind(f"{_METS}mdWrap/{_METS}xmlData/{{*}}*")
    ]
    if any(known):
        return tuple(it for one in known if one for it in one.statements)
    found = []
    for element in section.iter("{*}*"):
        name = local(element)
        value = " ".join((element.text or "").split())
        if namespace(element) in _DC and name in ELEMENTS and value:
            found.append(Statement(name, value))
    return tuple(found)
