"""A foreign METS document, read as a stream: what its rules need, and nothing of what it lists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

from lxml import etree

from preservation.model.report import Remark
from preservation.rules import Refused
from preservation.standards.eark import terms
from preservation.standards.untrusted import line_of, untrusted
from preservation.standards.xml import METS, XLINK

_PREFIX = f"{{{METS}}}"
_SHORT = {
    f"{{{terms.CSIP}}}": "csip:",
    f"{{{terms.SIP}}}": "sip:",
    f"{{{XLINK}}}": "xlink:",
}
_LIMIT = 5_000_000
"""Elements, identifiers and pointers that are remembered of one document."""

_HEADER = ("mets", "metsHdr", "agent", "name", "note", "altRecordID")
_METADATA = ("dmdSec", "amdSec", "digiprovMD", "rightsMD", "techMD", "sourceMD", "mdRef", "mdWrap")
_FILES = ("fileSec", "fileGrp", "file", "FLocat", "structMap", "div", "fptr", "mptr")
_KEPT = frozenset((*_HEADER, *_METADATA, *_FILES))
_POINTERS = ("ADMID", "DMDID", "FILEID")


@dataclass(slots=True)
class Element:
    """An element of METS: its `path` without repeated groups and divisions, `line`, attributes.

    Names of attributes have the usual prefixes (`csip:OTHERTYPE`, `xlink:href`).
    """

    name: str
    path: str
    line: int
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    files: int = 0

    def get(self, name: str) -> str:
        """An attribute's value without white space around it; empty when it is not there."""
        return self.attributes.get(name, "").strip()

    def all(self, *names: str) -> Iterator["Element"]:
        """The elements below, by the names of each step."""
        first, *rest = names
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(*rest)
                else:
                    yield child


@dataclass(slots=True)
class Document:
    """What was remembered: the tree but for files, all identifiers, and what points to them.

    `repeated` are identifiers that stand a second time, `pointers` the first place where each
    identifier is pointed to, by (attribute, the path of its element, identifier).
    """

    where: str
    root: Element
    ids: dict[str, str] = field(default_factory=dict)
    repeated: list[tuple[str, Element]] = field(default_factory=list)
    pointers: dict[tuple[str, str, str], int] = field(default_factory=dict)


Seen: TypeAlias = Callable[[Element], None]
"""Called for every element when it ends, with all its children."""


def read(stream: BinaryIO, where: str, seen: Seen) -> Document:
    """Read a METS document; raises Refused (family XML) for what is none.

    Files are shown to `seen` and forgotten: a hundred thousand of them cost nothing.
    """
    reading = _Reading(where, seen)
    for event, element in untrusted(stream, where):
        if event == "start":
            reading.begin(element)
        else:
            reading.end(element)
    if reading.document is None:
        raise Refused(Remark("XML-SYNTAX", where, "no element"))
    return reading.document


class _Reading:
    def __init__(self, where: str, seen: Seen) -> None:
        self.where = where
        self.document: Document | None = None
        self._seen = seen
        self._open: list[Element | None] = []
        self._names: dict[str, str] = {}
        self._kept = 0

    def begin(self, element: etree._Element) -> None:
        """Take in an element with its attributes."""
        tag = str(element.tag)
        name = tag[len(_PREFIX) :] if tag.startswith(_PREFIX) else ""
        if self.document is None and name != "mets":
            raise Refused(Remark("XML-ROOT", self.where, tag, f"mets of {METS}"))
        parent = self._open[-1] if self._open else None
        if name not in _KEPT or (self._open and parent is None):
            self._open.append(None)
            return
        names = self._names
        attributes = {
            names.get(k) or self._named(k): v
            for k, v in element.attrib.items()
            if isinstance(k, str) and isinstance(v, str)
        }
        path = name
        if parent is not None:
            repeated = name == parent.name == "fileGrp"
            path = parent.path if repeated else f"{parent.path}/{name}"
        made = Element(name, path, line_of(element), attributes, parent)
        if self.document is None:
            self.document = Document(self.where, made)
        elif parent is not None and name != "file":
            parent.children.append(made)
        self._open.append(made)
        self._remember(self.document, made)

    def end(self, element: etree._Element) -> None:
        """Show an element that is complete."""
        made = self._open.pop()
        if made is None:
            return
        if made.name in ("name", "note", "altRecordID"):
            made.text = (element.text or "").strip()
        elif made.name == "file" and made.parent is not None:
            made.parent.files += 1
        self._seen(made)

    def _named(self, attribute: str) -> str:
        space, brace, local = attribute.rpartition("}")
        prefix = _SHORT.get(space + brace, "other:") if brace else ""
        self._names[attribute] = prefix + local
        return prefix + local

    def _remember(self, document: Document, made: Element) -> None:
        identifier = made.attributes.get("ID")
        if identifier is not None:
            if identifier in document.ids:
                document.repeated.append((identifier, made))
            else:
                document.ids[identifier] = made.path
                self._kept += 1
        for attribute in _POINTERS:
            if attribute in made.attributes:
                for target in made.attributes[attribute].split():
                    document.pointers.setdefault((attribute, made.path, target), made.line)
                    self._kept += 1
        self._kept += made.name != "file"
        if self._kept > _LIMIT or len(document.repeated) > 1000:
            found = f"over {_LIMIT} elements and identifiers, or over 1000 that are there twice"
            raise Refused(Remark("XML-SIZE", self.where, found))
