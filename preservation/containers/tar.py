"""The entries of a tar (ustar, pax, GNU, v7), read forward with nothing skipped in silence.

POSIX.1-2001, pax Interchange Format. Only files and folders are content; symbolic links are noted
and not made; everything else is a named reason to refuse.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from preservation.containers.entries import Entry, Listing
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused

BLOCK = 512
CHUNK = 1024 * 1024
_LONG = 1024 * 1024  # octets of an extended header or a long name
_PADDING = 16 * 1024 * 1024  # zeros after the end: a record of the largest tape
_SPECIAL = {b"3": "a device", b"4": "a device", b"6": "a named pipe"}


class Forward(Protocol):
    """Octets that come one after the other; `skip` gives how many there were to pass over."""

    def read(self, octets: int) -> bytes:
        """The next octets; fewer at the end."""
        ...

    def skip(self, octets: int) -> int:
        """Pass over octets."""
        ...


@dataclass(slots=True)
class _Pending:
    """What extended headers say of the next entry."""

    path: bytes | None = None
    target: bytes | None = None
    size: int | None = None
    modified_ns: int | None = None
    sparse: bool = False


@dataclass(slots=True)
class Members:
    """Iterates over the files of a tar; `offset` is where the content of the present one begins."""

    stream: Forward
    listing: Listing
    offset: int = 0
    _position: int = 0
    _left: int = 0
    _next: _Pending = field(default_factory=_Pending)

    def __iter__(self) -> Iterator[Entry]:
        """Each file that may be written; read its content before asking for the next.

        Raises Refused when the tar cannot be read on.
        """
        while (header := self._header()) is not None:
            kind, size = header[156:157], _number(header[124:136])
            if size is None:
                self._stop("TAR-HEADER", "no size")
            entry = self._entry(header, kind, size or 0)
            if entry:
                self.offset = self._position
                yield entry
            self._pass_over()
        self._end()

    def content(self) -> Iterator[bytes]:
        """The content of the present file in chunks; raises Refused when it is cut off."""
        while self._left > 0:
            chunk = self.stream.read(min(CHUNK, self._left))
            if not chunk:
                self._stop("TAR-CUT", f"{self._left} octets of a file missing")
            self._left -= len(chunk)
            self._position += len(chunk)
            yield chunk

    def _entry(self, header: bytes, kind: bytes, size: int) -> Entry | None:
        if kind in b"xXgLK":
            self._extended(kind, size)
            return None
        pending, self._next = self._next, _Pending()
        path = _path(header) if pending.path is None else pending.path
        while path.startswith(b"./"):
            path = path[2:].lstrip(b"/") or b"."
        size = size if pending.size is None else pending.size
        self._left = size
        folder = kind == b"5" or (kind in b"0\0" and path.endswith(b"/"))
        if kind == b"S" or pending.sparse:
            self.listing.say("TAR-SPARSE", path)
        elif kind == b"2":
            target = pending.target if pending.target is not None else _text(header[157:257])
            self.listing.link(path, target)
            self._left = 0
        elif kind == b"1":
            self.listing.say("TAR-HARDLINK", path, written(_text(header[157:257])))
            self._left = 0
        elif kind in _SPECIAL:
            self.listing.say("TAR-SPECIAL", path, _SPECIAL[kind])
            self._left = 0
        elif kind not in (b"0", b"\0", b"7", b"5"):
            self.listing.say("TAR-TYPE", path, f"type {kind!r}")
        else:
            return self._content(header, path, pending, folder=folder)
        return None

    def _content(
        self, header: bytes, path: bytes, pending: _Pending, *, folder: bool
    ) -> Entry | None:
        path = path.rstrip(b"/") if folder else path
        if folder and path in (b".", b""):
            return None
        if folder and self._left:
            self.listing.say("TAR-HEADER", path, "a folder with content")
        if (_number(header[100:108]) or 0) & 0o6000:
            self.listing.say("CONTAINER-SETUID", path)
        modified = pending.modified_ns
        if modified is None:
            modified = (_number(header[136:148]) or 0) * 10**9
        entry = Entry(path, self._left, folder, modified)
        return entry if self.listing.add(entry) else None

    def _extended(self, kind: bytes, size: int) -> None:
        if size > _LONG:
            self._stop("TAR-PAX", f"{size} octets", f"at most {_LONG}")
        self._left = size
        octets = b"".join(self.content())
        if kind == b"L":
            self._next.path = octets.split(b"\0", 1)[0]
        elif kind == b"K":
            self._next.target = octets.split(b"\0", 1)[0]
        else:
            self._records(octets, everywhere=kind == b"g")

    def _records(self, octets: bytes, *, everywhere: bool) -> None:
        """Records of a pax header: their length in decimal, a space, keyword=value, a newline."""
        rest = octets
        while rest:
            digits, _, _ = rest[:21].partition(b" ")
            length = int(digits) if digits.isdigit() else 0
            whole = len(digits) + 4 <= length <= len(rest)
            record, rest = rest[:length], rest[length:]
            keyword, equals, value = record[len(digits) + 1 : -1].partition(b"=")
            if not whole or record[-1:] != b"\n" or not equals:
                self._stop("TAR-PAX", "a record that cannot be read")
            self._record(keyword, value, everywhere=everywhere)

    def _record(self, keyword: bytes, value: bytes, *, everywhere: bool) -> None:
        if everywhere and keyword in (b"path", b"linkpath", b"size"):
            self._stop("TAR-PAX", f"{written(keyword)} for all entries")
        if keyword == b"path":
            self._next.path = value
        elif keyword == b"linkpath":
            self._next.target = value
        elif keyword == b"size":
            if not value.isdigit() or len(value) > 19:
                self._stop("TAR-PAX", f"size {written(value[:30])}")
            self._next.size = int(value)
        elif keyword == b"mtime" and not everywhere:
            seconds, _, fraction = value.partition(b".")
            if seconds.isdigit() and len(seconds) < 12 and (not fraction or fraction.isdigit()):
                self._next.modified_ns = int(seconds) * 10**9 + int(fraction[:9].ljust(9, b"0"))
        elif keyword.startswith(b"GNU.sparse"):
            self._next.sparse = True

    def _header(self) -> bytes | None:
        """The next header block; None at the first block of the end."""
        block = self.stream.read(BLOCK)
        self._position += len(block)
        if len(block) < BLOCK:
            self._stop("TAR-CUT", "no end of the tar")
        if not any(block):
            return None
        if not _summed(block):
            self._stop("TAR-HEADER", f"a wrong checksum at octet {self._position - BLOCK}")
        return block

    def _pass_over(self) -> None:
        size = self._left
        if size:
            passed = self.stream.skip(size)
            self._position += passed
            if passed < size:
                self._stop("TAR-CUT", f"{size - passed} octets of a file missing")
            self._left = 0
        if padding := -self._position % BLOCK:
            passed = len(self.stream.read(padding))
            self._position += passed
            if passed < padding:
                self._stop("TAR-CUT", "no end of the tar")

    def _end(self) -> None:
        """Two blocks of zeros, and then nothing but zeros: else something is hidden or missing."""
        block = self.stream.read(BLOCK)
        if len(block) < BLOCK:
            self._stop("TAR-CUT", "half an end of the tar")
        total = 0
        while block:
            total += len(block)
            if any(block):
                self._stop("TAR-JUNK", "octets after the end")
            if total > _PADDING:
                self._stop("TAR-JUNK", f"more than {_PADDING} zeros after the end")
            block = self.stream.read(CHUNK)
        if self._next != _Pending():
            self.listing.say("TAR-PAX", b"", "an extended header of nothing")

    def _stop(self, code: str, found: str, expected: str = "") -> None:
        """Nothing after this can be trusted: say all that was found."""
        self.listing.remarks.append(Remark(code, "", found, expected))
        self.listing.refuse()
        raise Refused(Remark(code, "", found, expected))


def begins(block: bytes) -> bool:
    """Whether this is the first block of a tar: a header, or the end of one without entries."""
    return len(block) == BLOCK and (_summed(block) or not any(block) or block[257:262] == b"ustar")


def _summed(block: bytes) -> bool:
    """Whether the checksum is right; some old programs summed octets with a sign."""
    rest = block[:148] + b" " * 8 + block[156:]
    told = _number(block[148:156])
    return told is not None and told in (sum(rest), sum(b - 256 if b > 127 else b for b in rest))


def _path(header: bytes) -> bytes:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _text(octets: bytes) -> bytes:
    return octets.split(b"\0", 1)[0]


def _number(octets: bytes) -> int | None:
    """A number in octal or, as GNU has it, in base 256; None when it is neither."""
    if octets[0] == 0x80:
        return int.from_bytes(octets[1:], "big")
    digits = octets.split(b"\0", 1)[0].strip(b" ")
    if not digits:
        return 0
    return int(digits, 8) if all(d in b"01234567" for d in digits) else None
