"""The entries of a zip: the central directory held against the local headers, octet by octet.

APPNOTE.TXT 6.3.10. A reader that believes one of the two sees another package than one that
believes the other, so both must say the same, and nothing may lie between or around them.
"""

import bz2
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from
from typing import BinaryIO

from preservation.containers.directory import Central, central, end, wide
from preservation.containers.entries import Entry, Listing
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused

CHUNK = 256 * 1024
STORED, DEFLATED, BZIP2 = 0, 8, 12
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_STREAMED = 0x8
_LINK, _SETUID = stat.S_IFLNK, stat.S_ISUID | stat.S_ISGID


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the central directory, and where its content begins."""

    entry: Entry
    method: int
    crc: int
    packed: int
    start: int


def members(file: BinaryIO, listing: Listing) -> list[Member]:
    """All files of a zip that may be written; what is wrong is in the listing.

    Raises Refused when its directory cannot be read.
    """
    entries, start, stop = end(file)
    if entries > listing.limits.files:
        listing.say("CONTAINER-FILES", b"", f"{entries} entries", f"at most {listing.limits.files}")
        listing.refuse()
    found, extents, position = [], [], start
    for _ in range(entries):
        told, position, modified, mode = central(file, position, stop)
        begin = _local(file, told, start, listing)
        if begin is None:
            continue
        extents.append((told.offset, begin + told.packed, told))
        entry = _judged(told, mode, modified, listing)
        if entry and not entry.folder:
            found.append(Member(entry, told.method, told.crc, told.packed, begin))
    if position != stop:
        raise Refused(Remark("ZIP-DIRECTORY", "", f"{stop - position} octets after its entries"))
    _judge_extents(extents, start, listing)
    return found


def content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The content of a file, inflated; raises Refused when size or CRC are not as promised."""
    size = crc = 0
    for chunk in _inflated(file, member):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        if size > member.entry.size:
            break
        yield chunk
    if size != member.entry.size:
        more = "more" if size > member.entry.size else f"{size} octets"
        raise Refused(_of("ZIP-SIZE", member, more, f"{member.entry.size} octets"))
    if crc != member.crc:
        raise Refused(_of("ZIP-CRC", member, f"{crc:08x}", f"{member.crc:08x}"))


def _of(code: str, member: Member, found: str, expected: str = "") -> Remark:
    return Remark(code, written(member.entry.path), found, expected)


def _inflated(file: BinaryIO, member: Member) -> Iterator[bytes]:
    file.seek(member.start)
    left = member.packed
    if member.method == STORED:
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
        return
    try:
        yield from _deflated(file, left) if member.method == DEFLATED else _bzipped(file, left)
    except (zlib.error, OSError, EOFError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Refused(_of("ZIP-DATA", member, str(error))) from error


def _deflated(file: BinaryIO, left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflate.eof:
        data = inflate.unconsumed_tail
        if not data:
            data = file.read(min(CHUNK, left))
            left -= len(data)
        chunk = inflate.decompress(data, CHUNK)
        if not chunk and not data:
            raise EOFError("cut off")
        if chunk:
            yield chunk
    if left or inflate.unused_data:
        raise ValueError("octets after the end of the compressed content")


def _bzipped(file: BinaryIO, left: int) -> Iterator[bytes]:
    inflate = bz2.BZ2Decompressor()
    while not inflate.eof:
        data = b""
        if inflate.needs_input:
            data = file.read(min(CHUNK, left))
            left -= len(data)
            if not data:
                raise EOFError("cut off")
        if chunk := inflate.decompress(data, CHUNK):
            yield chunk
    if left or inflate.unused_data:
        raise ValueError("octets after the end of the compressed content")


def _local(file: BinaryIO, said: Central, start: int, listing: Listing) -> int | None:
    """Where the content begins, when the local header says the same as the directory."""
    file.seek(said.offset)
    head = file.read(30)
    if said.offset + 30 > start or len(head) < 30 or head[:4] != b"PK\3\4":
        listing.say("ZIP-LOCAL", said.name, f"no header at octet {said.offset}")
        return None
    flags, method, _, crc, packed, size, names, extras = unpack_from("<HHIIIIHH", head, 6)
    name, extra = file.read(names), file.read(extras)
    size, packed, _ = wide(extra, size, packed)
    begin: int = said.offset + 30 + names + extras
    told, expected = (crc, packed, size), (said.crc, said.packed, said.size)
    streamed = flags & _STREAMED and all(a in (0, b) for a, b in zip(told, expected, strict=True))
    if name != said.name:
        listing.say("ZIP-LOCAL", said.name, written(name), written(said.name))
    elif method != said.method or (flags ^ said.flags) & (_ENCRYPTED | _STREAMED):
        listing.say("ZIP-LOCAL", said.name, "another method or other flags")
    elif told != expected and not streamed:
        listing.say("ZIP-LOCAL", said.name, "another size or CRC")
    if begin + said.packed > start:
        listing.say("ZIP-OVERLAP", said.name, "content that reaches into the directory")
        return None
    return begin


def _judged(said: Central, mode: int, modified: int, listing: Listing) -> Entry | None:
    name = said.name
    kind = stat.S_IFMT(mode)
    if said.flags & _ENCRYPTED:
        listing.say("ZIP-ENCRYPTED", name)
    elif kind == _LINK:
        listing.say("ZIP-SYMLINK", name)
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        listing.say("ZIP-SPECIAL", name)
    elif said.method not in (STORED, DEFLATED, BZIP2):
        listing.say("ZIP-METHOD", name, f"method {said.method}")
    if mode & _SETUID:
        listing.say("CONTAINER-SETUID", name)
    folder = name.endswith(b"/")
    if (folder and said.size) or (said.method == STORED and said.size != said.packed):
        listing.say("ZIP-SIZE", name, f"{said.packed} octets", f"{said.size} octets")
    path = name.removesuffix(b"/") if folder else name
    entry = Entry(path, said.size, folder, modified)
    return entry if listing.add(entry) else None


def _judge_extents(
    extents: list[tuple[int, int, Central]], directory: int, listing: Listing
) -> None:
    """Entries lie one after the other: none in another, and nothing before or between them."""
    extents.sort(key=lambda extent: extent[:2])
    position = gaps = 0
    before: Central | None = None
    for begin, stop, here in [*extents, (directory, directory, None)]:
        gap = begin - position
        descriptor = before is not None and before.flags & _STREAMED and gap in (12, 16, 20, 24)
        if gap < 0 and here and before:
            listing.say("ZIP-OVERLAP", here.name, written(before.name))
        elif gap > 0 and before is None:
            listing.say("ZIP-JUNK", b"", f"{gap} octets before the first entry")
        elif gap > 0 and not descriptor:
            gaps += gap
        position, before = max(position, stop), here
    if gaps:
        listing.say("ZIP-GAP", b"", f"{gaps} octets")
