"""Which kind of package it is, by its names; no more is loaded than the reader of that kind."""

import re

from preservation.model.packages import SipKind
from preservation.ports import Source

EARK = frozenset({SipKind.EARK_SIP, SipKind.EARK_AIP, SipKind.EARK_DIP})
_ARCHIVEMATICA = re.compile(
    rb"data/METS\.[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\.xml"
)
_NAMESPACE = b"http://www.loc.gov/METS/"
_HEAD = 64 * 1024


def eark_root(source: Source) -> bytes | None:
    """The folder with `METS.xml`: the top, one folder down, or that in the payload of a bag.

    None when there is none, and when a file has that name by chance: it does not speak of METS,
    and has none of the folders of a package beside it.
    """
    paths = source.sizes
    inner = b"data/" if b"bagit.txt" in paths else b""
    below = [path for path in paths if path.startswith(inner)]
    tops = {path[len(inner) :].partition(b"/")[0] for path in below}
    places = [b"", inner, *(inner + top + b"/" for top in tops)]
    found = sorted({place for place in places if place + b"METS.xml" in paths}, key=len)
    if not found or (len(found) > 1 and found[0] not in (b"", inner)):
        return None
    if found[0] not in (b"", inner) and len(tops) > 1:
        return None
    return found[0] if _is_package(source, found[0]) else None


def _is_package(source: Source, place: bytes) -> bool:
    beside = (place + b"representations/", place + b"metadata/")
    if any(path.startswith(beside) for path in source.sizes):
        return True
    with source.open(place + b"METS.xml") as stream:
        return _NAMESPACE in stream.read(_HEAD).replace(b"\0", b"")


def archivematica_documents(source: Source) -> tuple[bytes, ...]:
    """The METS documents that an AIP of Archivematica has; none when the bag is no such AIP."""
    inner = (path for path in source.sizes if path.startswith(b"data/METS."))
    return tuple(path for path in inner if _ARCHIVEMATICA.fullmatch(path))


def fgs_content(source: Source) -> bytes | None:
    """The folder of the content beside the METS of FGS 1.2, which many makers write `Content/`.

    None when the package is no FGS.
    """
    if b"mets.xml" not in source.sizes:
        return None
    folders = (path.partition(b"/") for path in source.sizes)
    return next(
        (top + b"/" for top, slash, _ in folders if slash and top.lower() == b"content"), None
    )
