"""XML that a stranger wrote: read in bounded memory, never with a network, or refused by name.

Every document that came with a package is read through here and through nothing else. What is
refused is refused with a rule of the family XML: document type declarations (all entities begin
there), nesting and texts beyond measure, encodings that can hide markup, and what is no XML.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeAlias

from lxml import etree

from preservation.model.report import Remark
from preservation.rules import Refused

Event: TypeAlias = tuple[str, etree._Element]
"""`start`, with attributes only, or `end`, with all of the content that was not yet let go."""

_CHUNK = 64 * 1024
_BETWEEN = 16 * 1024 * 1024
"""Octets that may pass between two elements: more is one text, comment or tag beyond measure."""
_PROLOG = 1024 * 1024
_WHOLE = 64 * 1024 * 1024
_DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})""")
_NAMES_A_DTD = re.compile(
    rb"""<!DOCTYPE\s+[\w:.-]+\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')\s*>"""
)
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z_:][\w:.-]*;")
_ENCODINGS = ("UTF-8", "UTF-16", "US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125")


def untrusted(stream: BinaryIO, where: str, *, whole: Iterable[str] = ()) -> Iterator[Event]:
    """The elements of a document as they begin and end, in flat memory.

    An element is emptied when the event after its end is asked for; the parts of one whose name
    (`{namespace}name`) is in `whole` stay until it ends itself. Raises Refused, with `where` (the
    document's path in the package) in the remark.
    """
    yield from _Reader(where, frozenset(whole)).events(stream)


def line_of(element: etree._Element) -> int:
    """The line on which an element begins; 0 when it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


class _Reader:
    """Reads one document; elements of the names in `whole` keep their content until they end."""

    def __init__(self, where: str, whole: frozenset[str]) -> None:
        self._where = where
        self._whole = whole
        self._inside = 0
        self._begun = False
        self._parser = etree.XMLPullParser(
            ("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )

    def events(self, stream: BinaryIO) -> Iterator[Event]:
        """All events of the document."""
        passed, told = 0, False
        try:
            while chunk := stream.read(_CHUNK):
                if not told:
                    _require_encoding(chunk, self._where)
                    told = True
                passed += len(chunk)
                self._parser.feed(chunk)
                for event in self._waiting():
                    passed = 0
                    yield event
                    self._done(*event)
                if passed > (_BETWEEN if self._begun else _PROLOG):
                    raise Refused(Remark("XML-SIZE", self._where, f"over {passed} octets"))
            self._parser.close()
            for event in self._waiting():
                yield event
                self._done(*event)
        except etree.XMLSyntaxError as error:
            log = self._parser.feed_error_log
            raise Refused(_remark(error, self._where, log[0].message if log else "")) from error

    def _waiting(self) -> Iterator[Event]:
        for kind, element in self._parser.read_events():
            if isinstance(element, etree._Element):
                if not self._begun:
                    _require_plain(element, self._where)
                    self._begun = True
                yield str(kind), element

    def _done(self, kind: str, element: etree._Element) -> None:
        """Let go what was seen, unless an outer element is kept whole."""
        if self._whole and element.tag in self._whole:
            self._inside += 1 if kind == "start" else -1
        if kind == "end" and not self._inside:
            _let_go(element)


def parse_untrusted(
    document: bytes, where: str, *, limit: int = _WHOLE, doctype: bool = False
) -> etree._Element:
    """The root of a small document as a tree; raises Refused, also when it is over the limit.

    With `doctype` it may name a DTD, as finding aids do. The DTD is not read, so a document that
    needs its entities is refused all the same, and so is one that declares anything itself.
    """
    if len(document) > limit:
        raise Refused(
            Remark("XML-SIZE", where, f"{len(document)} octets", f"at most {limit} octets")
        )
    _require_encoding(document, where)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(_remark(error, where)) from error
    if doctype and document.count(b"<!DOCTYPE") == 1 and _NAMES_A_DTD.search(document):
        if entity := _ENTITY.search(document):
            raise Refused(Remark("XML-DTD", where, entity[0].decode("ascii", "replace")))
    else:
        _require_plain(root, where)
    return root


def _require_plain(root: etree._Element, where: str) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(Remark("XML-DTD", where, "a DOCTYPE"))


def _require_encoding(head: bytes, where: str) -> None:
    """Only encodings in which markup looks like markup: in UTF-7 a `<` may be written `+ADw-`."""
    declared = _DECLARED.match(head)
    encoding = declared[1].decode("ascii", "replace").upper() if declared else "UTF-8"
    if not encoding.startswith(_ENCODINGS):
        raise Refused(Remark("XML-ENCODING", where, encoding))


def _remark(error: etree.XMLSyntaxError, where: str, first: str = "") -> Remark:
    message = first or str(error.msg or error)
    lowered = message.lower()
    if "depth" in lowered:
        code = "XML-DEPTH"
    elif "huge" in lowered or "too long" in lowered or "limit" in lowered:
        code = "XML-SIZE"
    elif "entit" in lowered:
        code = "XML-DTD"
    elif "encoding" in lowered or "not proper utf-8" in lowered or "invalid bytes" in lowered:
        code = "XML-ENCODING"
    else:
        code = "XML-SYNTAX"
    return Remark(code, f"{where}, line {error.lineno}" if error.lineno else where, message)


def _let_go(element: etree._Element) -> None:
    """Free an element that was read and all before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
