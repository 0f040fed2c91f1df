"""Several SIPs that are brought at once: which of the things in a folder is a package."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from preservation.assembly.scratch import claimed, discard
from preservation.assembly.sources import source_at
from preservation.assembly.tars import TarSource
from preservation.model.agreement import Limits
from preservation.model.names import written

_MARKS = ("bagit.txt", "METS.xml", "mets.xml")
_MARKS_IN_OCTETS = frozenset(mark.encode() for mark in _MARKS)


@dataclass(frozen=True, slots=True)
class Brought:
    """One SIP: where it lies, and its name in what holds several; none when it came alone."""

    path: Path
    name: str = ""

    def name_from(self, given: Path) -> str:
        """How the person who brought it calls it, who named what holds it."""
        above = written(os.fsencode(given))
        return f"{above}/{self.name}" if self.name else above


@contextmanager
def brought(
    path: Path, scratch: Path | None = None, *, several: bool, limits: Limits | None = None
) -> Iterator[tuple[Brought, ...]]:
    """The SIPs at a path: one as a rule, several when everything in a folder is a package.

    With `several` each thing in the folder, or in the container, is one, whatever it is. A
    container is then unpacked into a folder below `scratch` that is gone afterwards. Raises Refused
    when the container is not sound, and what `source_at` raises.
    """
    if not several:
        yield _children(path) if holds_packages(path) else (Brought(path),)
    elif path.is_dir():
        yield _children(path)
    else:
        with _room(scratch) as folder:
            source = source_at(path, folder / "unpacked", limits)
            yield _children(source.place)


@contextmanager
def _room(scratch: Path | None) -> Iterator[Path]:
    """A folder that is gone afterwards; one in an archive is swept also after a crash."""
    if scratch is None:
        with tempfile.TemporaryDirectory(prefix="arkiv-") as folder:
            yield Path(folder)
        return
    place = scratch / str(uuid4())
    with claimed(place):
        try:
            yield place
        finally:
            discard(place)


def holds_packages(folder: Path) -> bool:
    """Whether each thing in a folder is a package by its marks, and nothing else is beside."""
    if not folder.is_dir() or is_package(folder):
        return False
    children = sorted(folder.iterdir())
    return bool(children) and all(map(is_package, children))


def tar_holds_packages(source: TarSource) -> bool:
    """The same of a tar that was not unpacked."""
    heads: dict[bytes, set[bytes]] = {}
    for path in source.sizes:
        child, _, rest = path.partition(b"/")
        heads.setdefault(child, set()).add(rest)
    if not heads or heads.keys() & _MARKS_IN_OCTETS:
        return False
    return all(within & _MARKS_IN_OCTETS for within in heads.values())


def is_package(path: Path) -> bool:
    """Whether it is the folder of a bag or of an E-ARK package.

    A container is not asked: office files are containers too. With `several` it is one.
    """
    if path.is_symlink() or not path.is_dir():
        return False
    return any((path / mark).is_file() for mark in _MARKS)


def _children(folder: Path) -> tuple[Brought, ...]:
    return tuple(
        Brought(child, written(os.fsencode(child.name)))
        for child in sorted(folder.iterdir(), key=lambda it: os.fsencode(it.name))
        if not child.is_symlink()
    )
