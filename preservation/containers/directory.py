"""The end of a zip and its central directory (APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16)."""

import calendar
import os
from dataclasses import dataclass
from struct import unpack_from
from typing import BinaryIO

from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused

_FULL, _LARGE = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Central:
    """The fields of an entry of the central directory that are held against the local header."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def end(file: BinaryIO) -> tuple[int, int, int]:
    """How many entries there are, where the central directory begins, and where it ends."""
    length = file.seek(0, os.SEEK_END)
    base = max(0, length - 22 - _FULL)
    file.seek(base)
    tail = file.read()
    signs = (
        [n for n in range(len(tail) - 21) if tail.startswith(b"PK\5\6", n)]
        if (tail.count(b"PK\5\6") < 1000)
        else []
    )
    ends = [n for n in signs if n + 22 + unpack_from("<H", tail, n + 20)[0] == len(tail)]
    if len(ends) != 1:
        code = "ZIP-JUNK" if signs and not ends else "ZIP-END"
        raise Refused(Remark(code, "", f"{len(ends)} ends of a zip"))
    _, disk, first, here, entries, size, offset = unpack_from("<IHHHHII", tail, ends[0])
    stop = base + ends[0]
    large = entries == _FULL or _LARGE in (size, offset)
    large_end = _wide_end(file, stop) if large or _has_locator(file, stop) else None
    if large_end:
        told = (disk, first, here, entries, size, offset)
        full = (_FULL, _FULL, _FULL, _FULL, _LARGE, _LARGE)
        if any(a not in (b, f) for a, b, f in zip(told, large_end[1:], full, strict=True)):
            raise Refused(Remark("ZIP-64", "", "other values in the two ends"))
        stop, disk, first, here, entries, size, offset = large_end
    if disk or first or here != entries:
        raise Refused(Remark("ZIP-SPLIT"))
    if offset + size != stop:
        raise Refused(Remark("ZIP-JUNK", "", f"the directory is not where its end says: {offset}"))
    return entries, offset, stop


def _has_locator(file: BinaryIO, stop: int) -> bool:
    file.seek(max(0, stop - 20))
    return stop >= 20 and file.read(4) == b"PK\6\7"


def _wide_end(file: BinaryIO, stop: int) -> tuple[int, int, int, int, int, int, int] | None:
    """Where the zip64 end begins, and its fields in the order of the small one's."""
    if not _has_locator(file, stop):
        return None
    file.seek(stop - 20)
    _, _, place, disks = unpack_from("<IIQI", file.read(20))
    if place + 56 > stop - 20 or disks > 1:
        raise Refused(Remark("ZIP-64", "", f"an end at octet {place}"))
    file.seek(place)
    fields = unpack_from("<IQHHIIQQQQ", file.read(56))
    sign, length, _, _, disk, first, here, entries, size, offset = fields
    if sign != 0x06064B50 or place + 12 + length != stop - 20:
        raise Refused(Remark("ZIP-64", "", "an end that is none"))
    return place, disk, first, here, entries, size, offset


def central(file: BinaryIO, position: int, stop: int) -> tuple[Central, int, int, int]:
    """The entry of the directory at this place: where the next is, when changed, its mode."""
    file.seek(position)
    head = file.read(46)
    if len(head) < 46 or head[:4] != b"PK\1\2":
        raise Refused(Remark("ZIP-DIRECTORY", "", f"no entry at octet {position}"))
    flags, method, clock, crc, packed, size = unpack_from("<HHIIII", head, 8)
    names, extras, comments, disk, _, attributes, offset = unpack_from("<HHHHHII", head, 28)
    after = position + 46 + names + extras + comments
    if after > stop:
        raise Refused(Remark("ZIP-DIRECTORY", "", f"an entry at octet {position} that has no end"))
    name, extra = file.read(names), file.read(extras)
    size, packed, offset = wide(extra, size, packed, offset)
    if disk not in (0, _FULL):
        raise Refused(Remark("ZIP-SPLIT", written(name)))
    mode = attributes >> 16 if head[5] == 3 or attributes >> 16 else 0
    return Central(name, flags, method, crc, packed, size, offset), after, _modified(clock), mode


def wide(extra: bytes, *told: int) -> tuple[int, int, int]:
    """Sizes and offset, from the zip64 field where the 32 bits are full."""
    place, values = 0, list(told)
    while place + 4 <= len(extra):
        kind, length = unpack_from("<HH", extra, place)
        field = extra[place + 4 : place + 4 + length]
        place += 4 + length
        if kind != 1:
            continue
        for n, value in enumerate(values):
            if value == _LARGE:
                if len(field) < 8:
                    raise Refused(Remark("ZIP-64", "", "a field that is too short"))
                values[n], field = unpack_from("<Q", field)[0], field[8:]
        break
    values += [0] * (3 - len(values))
    return values[0], values[1], values[2]


def _modified(clock: int) -> int:
    """Nanoseconds since 1970 of an MS-DOS date and time; 0 when it is none. It knows no zone."""
    year, month, day = 1980 + (clock >> 25), clock >> 21 & 15, clock >> 16 & 31
    hour, minute, second = clock >> 11 & 31, clock >> 5 & 63, (clock & 31) * 2
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return 0
    return calendar.timegm((year, month, day, hour, minute, second)) * 10**9
