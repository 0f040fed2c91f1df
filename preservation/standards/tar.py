"""The tar of an AIP as a layout: fixed header fields, known offsets, any range at any time.

Format: POSIX.1-2001 ustar headers, with a pax extended header where a name or a size does not fit.
Owner, group and mode are the same for all; the same members give the same octets.
"""

import hashlib
import os
import stat
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from preservation.errors import Rejected
from preservation.model.storage import Member

BLOCK = 512
END = bytes(2 * BLOCK)
CHUNK = 1024 * 1024

_USTAR_SIZE = 8**11
_OWNER = b"0000644\0" + b"0000000\0" * 2
_FIXED = sum(_OWNER) + 8 * ord(" ")  # the checksum counts itself as spaces
_TAIL = b"ustar\x0000" + bytes(64) + b"0000000\x000000000\x00"


def _split(name: str) -> tuple[bytes, bytes] | None:
    """Prefix and name as ustar holds them, or None when it cannot."""
    if not name.isascii():
        return None
    octets = name.encode("ascii")
    if len(octets) <= 100:
        return b"", octets
    cut = octets.find(b"/", len(octets) - 101)
    if cut < 0 or cut > 155 or cut == len(octets) - 1:
        return None
    return octets[:cut], octets[cut + 1 :]


@lru_cache(maxsize=1024)
def _ending(kind: bytes, prefix: bytes) -> tuple[bytes, int]:
    """Everything after the checksum, and the sum of its octets; the same for a whole folder."""
    tail = b"%s%s%s%s" % (kind, bytes(100), _TAIL, prefix.ljust(167, b"\0"))
    return tail, sum(tail) + _FIXED


def _block(name: bytes, prefix: bytes, size: int, modified: int, kind: bytes) -> bytes:
    numbers = b"%011o\0%011o\0" % (size, modified)
    tail, total = _ending(kind, prefix)
    total += sum(name) + sum(numbers)
    return b"%s%s%s%06o\0 %s" % (name.ljust(100, b"\0"), _OWNER, numbers, total, tail)


def _record(keyword: str, value: bytes) -> bytes:
    """A pax record: its own length in decimal, keyword, value (POSIX pax, extended header)."""
    body = b" %s=%s\n" % (keyword.encode("ascii"), value)
    length = len(body) + len(str(len(body)))
    if len(str(length)) != len(str(len(body))):
        length = len(body) + len(str(length))
    return str(length).encode("ascii") + body


def _padding(size: int) -> int:
    return -size % BLOCK


def header(name: str, size: int, modified: int) -> bytes:
    """All octets before a member's content: its header, after an extended one where needed."""
    modified = min(max(modified, 0), _USTAR_SIZE - 1)
    fields = _split(name)
    if fields and size < _USTAR_SIZE:
        return _block(fields[1], fields[0], size, modified, b"0")
    records = b"" if fields else _record("path", name.encode("utf-8"))
    if size >= _USTAR_SIZE:
        records += _record("size", str(size).encode("ascii"))
    plain = name.encode("ascii", "replace").replace(b"?", b"_")
    top, _, last = plain.partition(b"/")
    title = b"%s/PaxHeaders/%s" % (top[:40], last.rpartition(b"/")[2][:40])
    extended = _block(title, b"", len(records), modified, b"x")
    shown = fields or (b"", plain[-100:].lstrip(b"/"))
    return (
        extended
        + records.ljust(len(records) + _padding(len(records)), b"\0")
        + _block(shown[1], shown[0], size if size < _USTAR_SIZE else 0, modified, b"0")
    )


def modified(literal: bytes) -> int:
    """When a member was last changed, in seconds since 1970, from the octets before its content."""
    return int(literal[-BLOCK:][136:147], 8)


def _header_size(name: str, size: int) -> int:
    if size < _USTAR_SIZE and _split(name):
        return BLOCK
    return len(header(name, size, 0))


class Layout:
    """A tar that need not exist: its members in order, their offsets, and any range of octets."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Lay the members out; O(n) time, 16 octets a member."""
        self.members = members
        self._starts = array("Q")
        self._offsets = array("Q")
        end = padding = 0
        for member in members:
            self._starts.append(end)
            offset = end + padding + _header_size(member.name, member.size)
            self._offsets.append(offset)
            end = offset + member.size
            padding = _padding(member.size)
        self._starts.append(end)
        self.size = end + padding + len(END)

    def offset(self, index: int) -> int:
        """Where the content of a member begins, in octets from the start of the tar."""
        return self._offsets[index]

    def literal(self, index: int) -> bytes:
        """The octets between the content of the member before and the content of this one.

        The index one past the last member gives the last padding and the end of the tar.
        """
        before = _padding(self.members[index - 1].size) if index else 0
        if index == len(self.members):
            return bytes(before) + END
        member = self.members[index]
        return bytes(before) + header(member.name, member.size, member.modified)

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The octets from `start` up to `stop` (the end by default), in chunks of a few MiB.

        Sources are read once, in order. Raises Rejected when a source is shorter or longer than it
        was when it was checked in.
        """
        left = (self.size if stop is None else min(stop, self.size)) - start
        waiting: list[bytes] = []
        held = 0
        for piece in self._pieces(start):
            if left <= 0:
                break
            waiting.append(piece if len(piece) <= left else piece[:left])
            held += len(waiting[-1])
            left -= len(waiting[-1])
            if held >= CHUNK:
                yield b"".join(waiting)
                waiting, held = [], 0
        if waiting:
            yield b"".join(waiting)

    def _pieces(self, start: int) -> Iterator[bytes]:
        index = bisect_right(self._starts, start) - 1
        skip = start - self._starts[index]
        for number in range(index, len(self.members)):
            literal = self.literal(number)
            yield literal[skip:]
            yield from _content(self.members[number], max(skip - len(literal), 0))
            skip = 0
        yield self.literal(len(self.members))[skip:]


class LayoutCheck:
    """Compares octets that come back, in order, with a layout: every header and every member."""

    def __init__(self, layout: Layout) -> None:
        """Begin at the start of the tar; `damaged` gets the names of members that differ."""
        self.damaged: list[str] = []
        self._layout = layout
        self._index = 0
        self._literal = layout.literal(0)
        self._left = 0
        self._hash = hashlib.sha512()

    def feed(self, window: bytes) -> None:
        """Take the next octets, any number of them."""
        view = memoryview(window)
        position = 0
        while position < len(view):
            if self._literal:
                position += self._compare(view[position : position + len(self._literal)])
            elif self._index >= len(self._layout.members):
                self._blame("octets after the end of the tar")
                return
            else:
                position += self._digest(view[position : position + self._left])

    def finish(self) -> tuple[str, ...]:
        """The names of what differs; call it once, after the last octet."""
        if self._literal or self._index < len(self._layout.members):
            self._blame("the end of the tar is missing")
        return tuple(self.damaged)

    def _blame(self, what: str) -> None:
        if what not in self.damaged[-1:]:
            self.damaged.append(what)

    def _name(self) -> str:
        members = self._layout.members
        return members[self._index].name if self._index < len(members) else "the end of the tar"

    def _compare(self, found: memoryview) -> int:
        expected, self._literal = self._literal[: len(found)], self._literal[len(found) :]
        if found != expected:
            self._blame(self._name())
        if not self._literal and self._index < len(self._layout.members):
            self._left = self._layout.members[self._index].size
            self._hash = hashlib.sha512()
            if not self._left:
                self._digest(found[:0])
        return len(found)

    def _digest(self, found: memoryview) -> int:
        self._hash.update(found)
        self._left -= len(found)
        if not self._left:
            member = self._layout.members[self._index]
            if self._hash.hexdigest() != member.digest.value:
                self._blame(member.name)
            self._index += 1
            self._literal = self._layout.literal(self._index)
        return len(found)


def _content(member: Member, skip: int) -> Iterator[bytes]:
    if member.size <= skip:
        return
    try:
        # Without O_NONBLOCK a pipe that took the place of the file would be waited for.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(member.source, flags)
    except OSError as error:
        raise Rejected(
            f"{member.name}: cannot be read any more ({error.strerror}); "
            "submit again when nobody writes to the package"
        ) from error
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size != member.size:
            raise _changed(member)
        if skip:
            os.lseek(handle, skip, os.SEEK_SET)
        left = member.size - skip
        while left:
            piece = os.read(handle, min(left, CHUNK))
            if not piece:
                raise _changed(member)
            left -= len(piece)
            yield piece
    finally:
        os.close(handle)


def _changed(member: Member) -> Rejected:
    return Rejected(
        f"{member.name}: {member.size} octets when it was checked in, not so now; "
        "submit again when nobody writes to the package"
    )
