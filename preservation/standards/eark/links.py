"""What lies behind the links of a METS document: is it there, so large, of that kind, unaltered?"""

from typing import NamedTuple

from preservation.model.fixity import Algorithm, Claim, Digest
from preservation.model.report import Level
from preservation.standards.eark.document import Element
from preservation.standards.eark.judging import Judging, shown
from preservation.standards.eark.table import SECTIONS

_ALGORITHMS = {algorithm.mets_name: algorithm for algorithm in Algorithm}


class Codes(NamedTuple):
    """The rules of one kind of link."""

    target: str
    mime: str
    size: str
    digest: str
    kind: str


_FILE = Codes("CSIP79", "CSIP68", "CSIP69", "CSIP71", "CSIP72")
_SECTIONS = {
    f"{section}/mdRef": Codes(*(f"CSIP{first + n}" for n in (2, 4, 5, 7, 8)))
    for section, first in SECTIONS.items()
}
_OTHER = Codes("EARK-LINK", "EARK-LINK", "EARK-LINK", "EARK-DIGEST", "EARK-DIGEST")

_TYPES = {
    b"pdf": ("application/pdf",),
    b"xml": ("application/", "text/"),
    b"xsd": ("application/", "text/"),
    b"txt": ("text/", "application/"),
    b"csv": ("text/", "application/"),
    b"html": ("text/", "application/"),
    b"png": ("image/",),
    b"jpg": ("image/",),
    b"jpeg": ("image/",),
    b"tif": ("image/",),
    b"tiff": ("image/",),
    b"gif": ("image/",),
    b"jp2": ("image/", "video/"),
    b"wav": ("audio/",),
    b"mp3": ("audio/", "video/"),
    b"flac": ("audio/",),
    b"mp4": ("video/", "audio/", "application/mp4"),
    b"zip": ("application/",),
    b"docx": ("application/",),
}
"""What the media type of a file with such a name can begin with: only plain contradictions."""


def judge(it: Judging, element: Element) -> None:
    """Look behind a `file`, an `mdRef` or an `mptr`; its digest is left to be compared later."""
    if element.name == "file":
        for location in element.children:
            if location.name == "FLocat":
                _look(it, location, element, _FILE)
    elif element.name == "mdRef":
        _look(it, element, element, _SECTIONS.get(element.path, _OTHER))


def _look(it: Judging, link: Element, said: Element, codes: Codes) -> None:
    href = link.get("xlink:href")
    if not href:
        return
    if href.startswith(("http:", "https:", "urn:", "ftp:")):
        expected = "a file of the package"
        it.remarks.add(codes.target, link, href, expected, level=Level.WARNING)
        return
    path = it.resolve(href)
    if path is None:
        it.remarks.add(codes.target, link, href, "a file of the package")
        return
    if path not in it.files.sizes:
        it.remarks.add(codes.target, link, href, "a file that is there")
        path = it.files.spelled(path) if link.name == "mdRef" else b""
        if not path:
            return
    size = it.files.sizes[path]
    it.referenced.add(path)
    _compare(it, said, codes, path, size)


def _compare(it: Judging, said: Element, codes: Codes, path: bytes, size: int) -> None:
    given = said.get("SIZE")
    if given.isascii() and given.isdigit() and int(given) != size:
        expected = f"{given} octets"
        it.remarks.add(codes.size, said, f"{shown(path)} has {size} octets", expected)
    ending = path.rpartition(b".")[2].lower()
    mime = said.get("MIMETYPE").lower()
    if "/" in mime and not mime.startswith(_TYPES.get(ending, ("",))):
        begins = " or ".join(_TYPES[ending])
        found = f"{mime} for {shown(path)}"
        it.remarks.add(codes.mime, said, found, f"{begins}...", level=Level.WARNING)
    value, kind = said.get("CHECKSUM").lower(), said.get("CHECKSUMTYPE")
    algorithm = _ALGORITHMS.get(kind)
    if not value:
        return
    if algorithm is None:
        if kind:
            it.remarks.add("EARK-DIGEST", said, kind)
        return
    try:
        digest = Digest(algorithm, value)
    except ValueError:
        it.remarks.add(codes.digest, said, value, f"a {kind} checksum")
        return
    claim = Claim(digest, f"{it.remarks.where}, line {said.line}", codes.digest)
    it.claims[path] = (*it.claims.get(path, ()), claim)
