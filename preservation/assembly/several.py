"""Several SIPs that are brought at once: which of the things in a folder is a package."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from preservation.assembly.sources import source_at
from preservation.containers import form_of
from preservation.model.agreement import Limits
from preservation.model.names import written

_MARKS = ("bagit.txt", "METS.xml", "mets.xml")


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
        if scratch:
            scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="arkiv-", dir=scratch) as folder:
            source = source_at(path, Path(folder) / "unpacked", limits)
            yield _children(source.place)


def holds_packages(folder: Path) -> bool:
    """Whether each thing in a folder is a package by its marks, and nothing else is beside."""
    if not folder.is_dir() or is_package(folder):
        return False
    children = sorted(folder.iterdir())
    return bool(children) and all(map(is_package, children))


def is_package(path: Path) -> bool:
    """Whether it is a bag, an E-ARK package or a container; a plain folder may be a part of one."""
    if path.is_symlink():
        return False
    if path.is_dir():
        return any((path / mark).is_file() for mark in _MARKS)
    return form_of(path) is not None


def _children(folder: Path) -> tuple[Brought, ...]:
    return tuple(
        Brought(child, written(os.fsencode(child.name)))
        for child in sorted(folder.iterdir(), key=lambda it: os.fsencode(it.name))
        if not child.is_symlink()
    )
