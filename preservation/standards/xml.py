"""XML written as a stream of escaped templates, and read as a stream of complete elements.

A tree of a large package takes most of a gigabyte; a stream takes what one element takes.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import quote, unquote

from lxml import etree

METS = "http://www.loc.gov/METS/"
PREMIS = "http://www.loc.gov/premis/v3"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CHUNK = 256 * 1024

_SPECIAL = re.compile("[^\t\n !#-%'-;=?-~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL_IN_VALUE = re.compile(
    "[^ !#-%'-;=?-~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
)
_RESERVED = re.compile(r"[^A-Za-z0-9_.~/-]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def namespace(element: etree._Element) -> str:
    """The namespace of an element, empty when it has none.

    `etree.QName` raises for a name such as `dc:title` whose prefix nobody declared.
    """
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if code in (0x9, 0xA, 0xD) or 0x7F <= code < 0xA0:
        return f"&#{code};"
    return "\ufffd"


def text(value: str) -> str:
    """Escape the content of an element.

    A character that no XML 1.0 document can hold (section 2.2), which a tool's own words may
    contain, becomes U+FFFD; a carriage return becomes a reference, or a parser would make it a
    line feed (section 2.11).
    """
    return _SPECIAL.sub(_escaped, value)


def attribute(value: str) -> str:
    """Escape an attribute's value for double quotes; white space survives normalisation (3.3.3)."""
    return _SPECIAL_IN_VALUE.sub(_escaped, value)


def instant(moment: datetime) -> str:
    """A moment as xs:dateTime in UTC: `2024-05-01T10:00:00Z`; ValueError without a time zone."""
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone")
        moment = moment.astimezone(UTC)
    return moment.isoformat()[:-6] + "Z"


def moment(written: str) -> datetime:
    """The moment that `instant` wrote."""
    return datetime.fromisoformat(written).astimezone(UTC)


def href(path: str) -> str:
    """A relative path as a URI reference (RFC 3986): percent-encoded UTF-8, `/` kept."""
    return _RESERVED.sub(_percent_encoded, path)


def _percent_encoded(match: re.Match[str]) -> str:
    return _percent_encodings(match.group())


@lru_cache(maxsize=4096)
def _percent_encodings(char: str) -> str:
    return quote(char, safe="")


def path(reference: str) -> str:
    """The relative path that `href` wrote."""
    return unquote(reference, errors="strict")


def stream(pieces: Iterable[str]) -> Iterator[bytes]:
    """A whole document in UTF-8 chunks of some 256 KiB, from escaped pieces of it."""
    waiting = [_DECLARATION]
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield "".join(waiting).encode("utf-8")
            waiting.clear()
            size = 0
    if waiting:
        yield "".join(waiting).encode("utf-8")


def elements(
    source: BinaryIO, *, whole: Iterable[str], opening: Iterable[str] = ()
) -> Iterator[etree._Element]:
    """The elements of these names (`{namespace}name`) in order of the document, in flat memory.

    Those in `whole` come with their content, when they end, and are emptied afterwards; those in
    `opening` come when they begin, with attributes only. Raises ValueError for a document that is
    not well-formed or has a document type declaration: entities and DTDs are never read.
    """
    wanted = (set(whole), set(opening))
    parsing = etree.iterparse(
        source,
        events=("start", "end"),
        tag=sorted(wanted[0] | wanted[1]),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
    )
    checked = False
    try:
        for event, element in parsing:
            if not checked:
                _refuse_dtd(element)
                checked = True
            if event == "start":
                if element.tag in wanted[1]:
                    yield element
            elif element.tag in wanted[0]:
                yield element
                _empty(element)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed: {error}") from error


def required(element: etree._Element, name: str) -> str:
    """The value of an attribute; ValueError when it is not there."""
    value = element.get(name)
    if value is None:
        raise ValueError(f"{element.tag} lacks {name}")
    return value


def _refuse_dtd(element: etree._Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type declaration is not allowed")


def _empty(element: etree._Element) -> None:
    """Free an element that was read and all before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
