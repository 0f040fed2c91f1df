"""Manifests: which digest is claimed of which path, and every line that claims none."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO

from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.report import Counted, Remark
from preservation.standards.bagit.lines import MOST_ABSENT, Unreadable, numbered, too_long, wholes
from preservation.standards.bagit.paths import are_plain, leaves_the_bag
from preservation.standards.bagit.tags import Declaration

_NAME = re.compile(rb"(tag)?manifest-([0-9A-Za-z_./-]+)\.txt", re.IGNORECASE)
_HEX = b"0123456789abcdefABCDEF"
_BLANK = b" \t"
_LISTED = 20
"""Lines of one mark that are told one by one; the rest of them only as a number."""


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a manifest says; `plain` is whether it is as section 2.4 wants it."""

    file: bytes
    of_tags: bool
    algorithm: str
    plain: bool


@dataclass(slots=True)
class Manifest:
    """The digests of one manifest by path as written in it, `./` and `*` taken off."""

    name: Name
    entries: dict[bytes, Digest] = field(default_factory=dict)
    remarks: Counted = field(default_factory=Counted)


def name(path: bytes) -> Name | None:
    """What the name of a tag file says if it is that of a manifest."""
    match = _NAME.fullmatch(path)
    if not match or b"/" in path:
        return None
    told = match[2].decode("ascii")
    algorithm = re.sub(r"[^0-9a-z]", "", told.lower())
    return Name(path, bool(match[1]), algorithm, path == path.lower() and told == algorithm)


def read(stream: BinaryIO, named: Name, told: Declaration, sizes: Collection[bytes]) -> Manifest:
    """Read a manifest whose algorithm is known (section 2.1.3), and judge its lines.

    `sizes` has the paths of all files, to tell a `*` that marks from one that begins a name.
    """
    found = Manifest(named)
    reader = _Reader(found, Algorithm(named.algorithm), told, sizes)
    unfit = told.unfit(written(named.file), found.remarks)
    try:
        for first, text in wholes(stream, told.encoding):
            if not reader.take_plain(first, text):
                for number, line in numbered(first, text, unfit):
                    reader.take(number, line)
    except Unreadable as error:
        found.remarks.append(error.remark(written(named.file), told.encoding))
    reader.close()
    return found


class _Reader:
    """Takes the lines of one manifest; marks that every line bears are told once."""

    def __init__(
        self, found: Manifest, algorithm: Algorithm, told: Declaration, sizes: Collection[bytes]
    ) -> None:
        self._found, self._algorithm, self._sizes = found, algorithm, sizes
        self._strict = told.version >= (1, 0)
        self._length = algorithm.hex_length
        self._lines = re.compile(
            rb"^([0-9A-Fa-f]{%d}) +([^ \n][^\n]*)$" % self._length, re.MULTILINE
        )
        self._file = written(found.name.file)
        self._most = 2 * len(sizes) + MOST_ABSENT
        self._marked: dict[str, list[int]] = {}
        self._marks: Counter[str] = Counter()

    def take_plain(self, first: int, text: bytes) -> bool:
        """Take whole lines at once if no rule has anything to say of any; else take none."""
        if not are_plain(text):
            return False
        found = self._lines.findall(text)
        if len(found) != len(text.splitlines()):
            return False
        algorithm, digest = self._algorithm, Digest.known
        entries = {path: digest(algorithm, value.decode("ascii").lower()) for value, path in found}
        if len(entries) != len(found) or not entries.keys().isdisjoint(self._found.entries):
            return False
        self._found.entries |= entries
        if len(self._found.entries) > self._most:
            too_long(f"more than {self._most} files listed", first)
        return True

    def take(self, number: int, line: bytes) -> None:
        value, rest = line[: self._length], line[self._length :]
        path = rest.lstrip(_BLANK)
        if value.strip(_HEX) or not path or len(path) == len(rest):
            self._remark("RFC8493-2.1.3-LINE", number, line[:80])
            return
        path = self._plain(path, number)
        if leaves_the_bag(path):
            self._remark("RFC8493-5.1", number, path)
            return
        digest = Digest(self._algorithm, value.decode("ascii").lower())
        entries = self._found.entries
        held = entries.setdefault(path, digest)
        if held is not digest:
            code = "REPEATED" if held == digest and not self._strict else "DUPLICATE"
            self._remark(f"RFC8493-2.1.3-{code}", number, path)
        elif len(entries) > self._most:
            too_long(f"more than {self._most} files listed", number)

    def _plain(self, path: bytes, number: int) -> bytes:
        if path.startswith(b"*") and path not in self._sizes:
            path = path[1:]
            self._mark("RFC8493-6-MARKER", number)
        if path.startswith(b"./"):
            path = path[2:]
            self._mark("RFC8493-2.1.3-RELATIVE", number)
        return path

    def _mark(self, code: str, number: int) -> None:
        self._marks[code] += 1
        if self._marks[code] <= _LISTED:
            self._marked.setdefault(code, []).append(number)

    def _remark(self, code: str, number: int, found: bytes) -> None:
        if not self._found.remarks.only_counted(code):
            where = f"{self._file}, line {number}"
            self._found.remarks.append(Remark(code, where, written(found)))

    def close(self) -> None:
        for code, numbers in self._marked.items():
            rest = self._marks[code] - len(numbers)
            more = f" and {rest} more" if rest else ""
            listed = ", ".join(str(number) for number in numbers)
            self._found.remarks.append(Remark(code, self._file, f"line {listed}{more}"))
