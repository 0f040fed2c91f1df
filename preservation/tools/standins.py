"""Other names, and smaller copies, for files that a tool cannot take as they are."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

WINDOW = 16 << 20
"""Octets of a large file that identification looks at: one half from each end."""

_CONTAINERS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_UNSAFE = re.compile(r"[^0-9A-Za-z+_-]")


class StandIns:
    """A folder of stand-ins that is removed when the block ends."""

    def __init__(self, scratch: Path) -> None:
        """`scratch` is a folder to work in; it must exist."""
        self._folder = tempfile.TemporaryDirectory(prefix="standins-", dir=scratch)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def link(self, path: bytes, extension: str = "") -> str:
        """A symbolic link to this file, with a plain name and the same extension, or this one."""
        place = self._place(b"." + extension.encode() if extension else path)
        Path(place).symlink_to(os.fsdecode(path))
        return place

    def ends(self, path: bytes) -> str:
        """A file with the first and the last half `WINDOW` of this one and the same extension."""
        place = self._place(path)
        with open(path, "rb") as source, open(place, "wb") as copy:
            copy.write(source.read(WINDOW // 2))
            source.seek(-(WINDOW // 2), os.SEEK_END)
            copy.write(source.read(WINDOW // 2))
        return place

    def _place(self, path: bytes) -> str:
        name = os.fsdecode(path.rpartition(b"/")[2])
        _, dot, extension = name.rpartition(".")
        self._count += 1
        # What no extension has becomes `_`, so an odd one stays odd and is never taken for none.
        safe = _UNSAFE.sub("_", extension)[:64] if dot else ""
        return os.path.join(self._folder.name, f"f{self._count}{dot}{safe}")


@contextmanager
def linked(paths: Sequence[str], extension: str = "") -> Iterator[list[str]]:
    """Links to files by plain names, in order, for programs that choke on others.

    They keep their extensions where none is given; all are gone when the block ends.
    """
    with tempfile.TemporaryDirectory(prefix="links-") as folder, StandIns(Path(folder)) as links:
        yield [links.link(os.fsencode(path), extension) for path in paths]


def plain(path: bytes) -> bool:
    """Whether every program can be given this path: UTF-8 and printable."""
    return os.fsdecode(path).isprintable()


def regular_size(path: bytes) -> int:
    """Octets of a regular file; raises OSError with the reason when it is none."""
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a regular file")
    return status.st_size


def needs_whole(path: bytes) -> bool:
    """Whether the format shows only inside: a zip or OLE2 container, read by its directory."""
    with open(path, "rb") as file:
        return file.read(8).startswith(_CONTAINERS)
