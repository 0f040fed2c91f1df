"""Files inside a ZIP or OLE2 container, by their names, both ends of each read once."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Protocol

import olefile

END = 128 << 10
"""Octets of a file in a container that are looked at, from each end."""

_LARGEST = 64 << 20


class Opened(Protocol):
    """An open container."""

    def has(self, path: str) -> bool:
        """Whether a file of this name is in it."""
        ...

    def ends(self, path: str) -> tuple[bytes, bytes]:
        """The first and the last octets of a file that is in it."""
        ...


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = frozenset(archive.namelist())
        self.ends = cache(self._ends)

    def has(self, path: str) -> bool:
        return path in self._names

    def _ends(self, path: str) -> tuple[bytes, bytes]:
        start = end = b""
        left = _LARGEST
        with self._archive.open(path) as file:
            while left > 0 and (chunk := file.read(END)):
                start = start if len(start) >= END else (start + chunk)[:END]
                end = (end + chunk)[-END:]
                left -= len(chunk)
        return start, end if left > 0 else b""


class _Ole2:
    def __init__(self, file: olefile.OleFileIO) -> None:
        self._file = file
        # `CompObj` in a signature is `\1CompObj` in the file.
        self._names: dict[str, Sequence[str]] = {}
        for parts in file.listdir():
            name = "/".join(parts)
            self._names.setdefault(name, parts)
            if not name[:1].isprintable():
                self._names.setdefault(name[1:], parts)
        self.ends = cache(self._ends)

    def has(self, path: str) -> bool:
        return path in self._names

    def _ends(self, path: str) -> tuple[bytes, bytes]:
        with self._file.openstream(self._names[path]) as stream:
            content = stream.read()
        return content[:END], content[-END:]


@contextmanager
def opened(path: str, kind: str) -> Iterator[Opened]:
    """Open a container of a kind (`ZIP`, `OLE2`); raises what its reader raises."""
    if kind == "ZIP":
        with zipfile.ZipFile(path) as archive:
            yield _Zip(archive)
    else:
        with olefile.OleFileIO(path) as file:
            yield _Ole2(file)
