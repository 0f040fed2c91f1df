"""The rules that speak of one attribute of one element: a table, and the tests that it needs."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from preservation.model.report import Level
from preservation.standards.eark import terms

Test: TypeAlias = Callable[[str], str]
"""What was expected in place of a value that is there; empty when the value is right."""


class Check(NamedTuple):
    """Rule `code`: an element at `path` has `attribute`, which passes `test`.

    An `optional` one may be left out, but not be wrong; `level` is given where a wrong value is
    graver than the absence of which the rule speaks.
    """

    code: str
    path: str
    attribute: str
    test: Test
    optional: bool = False
    level: Level | None = None


def one_of(values: Iterable[str]) -> Test:
    """A term of a vocabulary."""
    known = frozenset(values)
    expected = " or ".join(sorted(known)) if len(known) < 6 else "a term of the vocabulary"
    return lambda value: "" if value in known else expected


def given(value: str) -> str:
    """Anything but nothing."""
    return "" if value else "a value"


_MOMENT = re.compile(
    r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(Z|[+-]\d\d:\d\d)?"
)
_URL = re.compile(r"https?://[^/\s]+\.[^/\s]+(/\S*)?")
_MIME = re.compile(r"([a-z]+)/([A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})(\s*;.*)?", re.DOTALL)
_TOP = frozenset(
    [
        "application",
        "audio",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ]
)
UNREGISTERED = "a media type that IANA registers"
"""Expected of a type that is well-formed and on no list at hand: a doubt, since lists grow."""

_TREES = ("vnd.", "x-", "x.", "prs.")
_KNOWN = frozenset(mimetypes.MimeTypes().types_map_inv[True]) | frozenset(
    [
        "application/gml+xml",
        "application/mods+xml",
        "application/mets+xml",
        "application/ogg",
        "multipart/related",
        "multipart/mixed",
        "application/sql",
        "application/warc",
        "application/mxf",
        "application/mp4",
        "application/x-tar",
        "application/rtf",
        "application/epub+zip",
        "application/tei+xml",
        "application/xslt+xml",
        "application/geopackage+sqlite3",
        "application/dicom",
        "application/postscript",
        "application/mbox",
        "application/gzip",
        "application/zip",
        "application/xml",
        "application/xml-dtd",
        "application/pdf",
        "text/csv",
        "text/markdown",
        "text/rtf",
        "text/xml",
        "text/css",
        "text/html",
        "text/plain",
        "text/calendar",
        "image/tiff",
        "image/jp2",
        "image/jpx",
        "image/png",
        "image/webp",
        "image/avif",
        "image/svg+xml",
        "image/jxl",
        "audio/flac",
        "audio/ogg",
        "audio/wav",
        "audio/mp4",
        "audio/aac",
        "video/mp4",
        "video/ogg",
        "video/webm",
        "video/matroska",
        "video/quicktime",
        "video/mpeg",
        "message/rfc822",
        "model/step",
        "model/stl",
        "model/obj",
        "font/ttf",
        "font/otf",
        "font/woff",
        "font/woff2",
    ]
)


def moment(value: str) -> str:
    """An xs:dateTime."""
    return "" if _MOMENT.fullmatch(value) else "a date and time such as 2026-01-31T12:00:00Z"


def number(value: str) -> str:
    """Octets."""
    return "" if value.isascii() and value.isdigit() else "a number of octets"


def url(value: str) -> str:
    """An address of the web."""
    return "" if _URL.fullmatch(value) else "a URL"


def mime(value: str) -> str:
    """A media type that IANA has, or may have in the trees where anybody registers one."""
    found = _MIME.fullmatch(value)
    if not found or found[1] not in _TOP:
        return "a media type such as application/pdf"
    essence = f"{found[1]}/{found[2]}"
    known = essence in _KNOWN or found[2].startswith(_TREES) or "+" in found[2]
    return "" if known else UNREGISTERED


CONTENT_TYPES = terms.CONTENT_INFORMATION_TYPES | {
    "OTHER",
    "citsarchival_v1_0",
    "citsarchivalinformation_v1_0",
    "SIARD",
    "SIARDDK1007",
    "SIARDDK128",
    "citspremis_v1_1",
    "citserms_v2_2",
    "citsgeospatial_v3_1",
}
STATUS = one_of(("CURRENT", "SUPERSEDED"))
_PARTY = one_of(("ORGANIZATION", "INDIVIDUAL"))
_CHECKSUMS = one_of(
    [
        "Adler-32",
        "CRC32",
        "HAVAL",
        "MD5",
        "MNP",
        "SHA-1",
        "SHA-256",
        "SHA-384",
        "SHA-512",
        "TIGER",
        "WHIRLPOOL",
    ]
)

_LINK: tuple[tuple[str, Test], ...] = (
    ("LOCTYPE", one_of(("URL",))),
    ("xlink:type", one_of(("simple",))),
    ("xlink:href", given),
    ("MDTYPE", one_of(terms.METADATA_TYPES | {terms.OTHER})),
    ("MIMETYPE", mime),
    ("SIZE", number),
    ("CREATED", moment),
    ("CHECKSUM", given),
    ("CHECKSUMTYPE", _CHECKSUMS),
)
"""What every mdRef has, in the order in which CSIP numbers it for each section."""

SECTIONS = {"mets/dmdSec": 22, "mets/amdSec/digiprovMD": 36, "mets/amdSec/rightsMD": 49}
"""The sections with an mdRef, and the number of the first rule of theirs."""


def _links() -> Iterable[Check]:
    for section, first in SECTIONS.items():
        for number_, (attribute, test) in enumerate(_LINK, start=first):
            yield Check(f"CSIP{number_}", f"{section}/mdRef", attribute, test)


_FILE = "mets/fileSec/fileGrp/file"
_SIP_FILE = ("NAME", "VERSION", "REGISTRY", "KEY")

CSIP: tuple[Check, ...] = (
    Check("CSIP1", "mets", "OBJID", given),
    Check("CSIP2", "mets", "TYPE", one_of(terms.CONTENT_CATEGORIES | {terms.OTHER})),
    Check("CSIP6", "mets", "PROFILE", url),
    Check("CSIP7", "mets/metsHdr", "CREATEDATE", moment),
    Check("CSIP8", "mets/metsHdr", "LASTMODDATE", moment, optional=True),
    Check(
        "CSIP9", "mets/metsHdr", "csip:OAISPACKAGETYPE", one_of(["SIP", "AIP", "DIP", "AIU", "AIC"])
    ),
    Check("CSIP18", "mets/dmdSec", "ID", given),
    Check("CSIP19", "mets/dmdSec", "CREATED", moment),
    Check("CSIP20", "mets/dmdSec", "STATUS", STATUS),
    Check("CSIP33", "mets/amdSec/digiprovMD", "ID", given),
    Check("CSIP34", "mets/amdSec/digiprovMD", "STATUS", STATUS),
    Check("CSIP46", "mets/amdSec/rightsMD", "ID", given),
    Check("CSIP47", "mets/amdSec/rightsMD", "STATUS", STATUS),
    *_links(),
    Check("CSIP59", "mets/fileSec", "ID", given),
    Check("CSIP64", "mets/fileSec/fileGrp", "USE", given),
    Check("CSIP65", "mets/fileSec/fileGrp", "ID", given),
    Check("CSIP67", _FILE, "ID", given),
    Check("CSIP68", _FILE, "MIMETYPE", mime),
    Check("CSIP69", _FILE, "SIZE", number),
    Check("CSIP70", _FILE, "CREATED", moment),
    Check("CSIP71", _FILE, "CHECKSUM", given),
    Check("CSIP72", _FILE, "CHECKSUMTYPE", _CHECKSUMS),
    Check("CSIP73", _FILE, "OWNERID", given, optional=True, level=Level.WARNING),
    Check("CSIP77", f"{_FILE}/FLocat", "LOCTYPE", one_of(("URL",))),
    Check("CSIP78", f"{_FILE}/FLocat", "xlink:type", one_of(("simple",))),
    Check("CSIP79", f"{_FILE}/FLocat", "xlink:href", given),
)
"""Rules of every METS document, of the package and of each representation."""

SIP: tuple[Check, ...] = (
    Check("SIP1", "mets", "LABEL", given, optional=True, level=Level.WARNING),
    Check(
        "SIP3",
        "mets/metsHdr",
        "RECORDSTATUS",
        one_of(["NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "VERSION", "DELETE", "OTHER"]),
        optional=True,
        level=Level.WARNING,
    ),
    Check("SIP4", "mets/metsHdr", "csip:OAISPACKAGETYPE", one_of(("SIP",))),
    *(
        Check(f"SIP{n}", _FILE, f"sip:FILEFORMAT{name}", given, optional=True, level=Level.WARNING)
        for n, name in enumerate(_SIP_FILE, start=32)
    ),
)
AIP: tuple[Check, ...] = (
    Check("AIPM1", "mets", "OBJID", given),
    Check("AIPM3", "mets/metsHdr", "csip:OAISPACKAGETYPE", one_of(("AIP", "AIU", "AIC"))),
    Check("AIPM4", "mets/dmdSec", "STATUS", STATUS, optional=True),
)
DIP: tuple[Check, ...] = (
    Check("DIP1", "mets", "OBJID", given),
    Check("DIP3", "mets/metsHdr", "csip:OAISPACKAGETYPE", one_of(("DIP",))),
    Check("DIP4", "mets/dmdSec", "STATUS", STATUS, optional=True),
)


def by_path(*tables: tuple[Check, ...]) -> Mapping[str, tuple[Check, ...]]:
    """The checks of some tables by the path of the element that they look at."""
    found: dict[str, tuple[Check, ...]] = {}
    for table in tables:
        for check in table:
            found[check.path] = (*found.get(check.path, ()), check)
    return found
