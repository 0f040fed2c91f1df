"""What a judge has at hand: the package's files and folders, and the remarks that it makes."""

import posixpath
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from preservation.model.fixity import Claim
from preservation.model.names import written
from preservation.model.report import Level, Remark
from preservation.standards.eark.document import Element

_EACH = 50
"""Remarks of one rule in one document: a hundred thousand of them would help nobody."""


class Files:
    """The files of a package by their paths below its root, and its folders, empty ones too."""

    def __init__(self, sizes: Mapping[bytes, int], empty: Iterable[bytes] = ()) -> None:
        """`sizes` are octets by path, `empty` the folders with nothing in them."""
        self.sizes = sizes
        self._looked = 0
        self._sorted = sorted([*sizes, *(folder + b"/" for folder in empty)])

    def below(self, folder: bytes) -> Iterator[bytes]:
        """Paths that begin with `folder` (ending with `/`), empty folders among them."""
        at = bisect_left(self._sorted, folder)
        while at < len(self._sorted) and self._sorted[at].startswith(folder):
            yield self._sorted[at]
            at += 1

    def files(self, folder: bytes) -> Iterator[bytes]:
        """Files below a folder."""
        return (path for path in self.below(folder) if path in self.sizes)

    def has(self, folder: bytes) -> bool:
        """Whether there is such a folder."""
        return next(self.below(folder), None) is not None

    def filled(self, folder: bytes) -> bool:
        """Whether there is a file below it."""
        return next(self.files(folder), None) is not None

    def folders(self, folder: bytes) -> list[bytes]:
        """Names of the folders in a folder."""
        found: dict[bytes, None] = {}
        at = bisect_left(self._sorted, folder)
        while at < len(self._sorted) and self._sorted[at].startswith(folder):
            name, slash, _ = self._sorted[at][len(folder) :].partition(b"/")
            if slash and name:
                found[name] = None
                at = bisect_left(self._sorted, folder + name + b"0")  # `0` follows `/`
            else:
                at += 1
        return list(found)

    def spelled(self, path: bytes) -> bytes:
        """The only file that has this path but for capitals; empty when there is none."""
        folder = path.rpartition(b"/")[0]
        beside = self.files(folder + b"/" if folder else b"")
        found = [p for p in beside if p.lower() == path.lower()] if self._looked < 100 else []
        self._looked += 1
        return found[0] if len(found) == 1 else b""

    def folded(self, folder: str) -> bool:
        """Whether a folder of this name is there, in capitals or not."""
        if self.has(folder.encode("utf-8", "surrogateescape") + b"/"):
            return True
        at = b""
        for part in folder.casefold().split("/"):
            names = self.folders(at)
            name = next((n for n in names if n.decode("utf-8", "replace").casefold() == part), None)
            if name is None:
                return False
            at += name + b"/"
        return True


class Remarks:
    """Remarks on one document, so many of each rule and then their number."""

    def __init__(self, where: str) -> None:
        """`where` is the document's path in the package."""
        self.where = where
        self._made: list[Remark] = []
        self._counts: Counter[str] = Counter()

    def add(
        self,
        code: str,
        at: Element | int = 0,
        found: str = "",
        expected: str = "",
        *,
        level: Level | None = None,
    ) -> None:
        """What rule `code` says of an element or a line."""
        self._counts[code] += 1
        if self._counts[code] <= _EACH:
            line = at.line if isinstance(at, Element) else at
            where = f"{self.where}, line {line}" if line else self.where
            self._made.append(Remark(code, where, _short(found), _short(expected), level))

    def all(self) -> tuple[Remark, ...]:
        """The remarks, and how many more there would be."""
        more = [
            Remark(code, self.where, f"the same in {count - _EACH} more places")
            for code, count in self._counts.items()
            if count > _EACH
        ]
        return (*self._made, *more)


def _short(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= 120 else f"{value[:100]}... ({len(value)} characters)"


class Judging(NamedTuple):
    """One METS document on trial: `base` is its folder (`representations/r/`), empty at the root.

    `claims` and `referenced` are of the whole package and grow with every document.
    """

    files: Files
    base: bytes
    remarks: Remarks
    claims: dict[bytes, tuple[Claim, ...]]
    referenced: set[bytes]

    @property
    def is_root(self) -> bool:
        """Whether it is the METS document of the package, not of a representation."""
        return not self.base

    def resolve(self, href: str) -> bytes | None:
        """The path that a link leads to; None for one that leads out of the package."""
        reference = href.strip().removeprefix("file:").partition("#")[0]
        if reference.startswith("//"):
            reference = reference[2:]
        raw = reference.encode("utf-8", "surrogateescape")
        for given in (unquote_to_bytes(raw), raw):
            path = posixpath.normpath(self.base + given)
            if not path.startswith((b"../", b"/")) and path in self.files.sizes:
                return path
        path = posixpath.normpath(self.base + unquote_to_bytes(raw))
        return None if path.startswith((b"../", b"/")) or path == b".." else path


def shown(path: bytes) -> str:
    """A path in a remark."""
    return written(path)
