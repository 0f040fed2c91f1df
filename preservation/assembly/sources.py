"""Packages where they lie: in a folder, in a container that is unpacked, or in a tar as it is."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from preservation import containers, folders
from preservation.assembly.tars import TarSource, add_links, below
from preservation.containers import Form, Unpacked, form_of
from preservation.errors import Misconfigured
from preservation.model.agreement import Limits
from preservation.model.contents import Contents
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.recording import Stage
from preservation.rules import Refused, sentence
from preservation.streams import read_once


class FolderSource:
    """A package as a folder on disk; what lies in it is looked at once, when first asked for."""

    unpacked: Unpacked | None = None
    container = ""

    def __init__(self, place: Path, name: str = "") -> None:
        """The folder, and what its producer called it if that is not the folder's name."""
        self.place = place
        self.name = name or written(os.fsencode(place.name))
        self._root = os.fsencode(place)
        self._below = os.path.join(self._root, b"")

    @cached_property
    def contents(self) -> Contents:
        """Everything in it; raises Refused when a folder cannot be read."""
        return folders.contents(self._root)

    @cached_property
    def sizes(self) -> dict[bytes, int]:
        """Octets of every file."""
        return {file.path: file.size for file in self.contents.files}

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""
        with self.open(name) as source:
            return source.read()

    def open(self, name: bytes) -> BinaryIO:
        """A file, open for reading."""
        return open(os.path.join(self._root, name), "rb")

    def digests(
        self, name: bytes, algorithms: tuple[Algorithm, ...], *, size: int, modified_ns: int
    ) -> tuple[Digest, ...]:
        """Digests of a file, read once."""
        reading = read_once(self._below + name, algorithms, expected=size)
        if reading.size != size or reading.modified_ns != modified_ns:
            raise Refused(Remark("FILE-CHANGED", written(name)))
        return reading.digests


class UnpackedSource(FolderSource):
    """A package that came out of a container; its links were not made, but are accounted for."""

    def __init__(self, place: Path, name: str, unpacked: Unpacked, top: bytes) -> None:
        """The folder, the name of the container, and what came out of it; `top` is the folder."""
        super().__init__(place, name)
        self.unpacked = unpacked
        self.container = str(unpacked.form)
        self._links = below(top, unpacked.links)

    @cached_property
    def contents(self) -> Contents:
        """Everything in it, with the links that the container had."""
        found = folders.contents(self._root)
        add_links(found, self._links)
        return found


def source_at(
    path: Path, scratch: Path, limits: Limits | None = None, name: str = ""
) -> FolderSource:
    """The package at a path; a container is unpacked into `scratch`, which must not be there.

    `name` is what its producer called it, if that is not the name of the file. Raises Misconfigured
    when there is none to look at, Refused when a container is not sound.
    """
    name = name or written(os.fsencode(path.name))
    if path.is_dir():
        return FolderSource(path, name)
    if not path.is_file():
        raise Misconfigured(f"{path}: is neither a folder nor a file; name the folder of the SIP")
    unpacked = containers.unpack(path, scratch, limits or Limits())
    children = os.listdir(os.fsencode(scratch))
    links = {link.partition(b"/")[0] for link in unpacked.links}
    top = children[0] if len(children) == 1 and links <= set(children) else b""
    if not (top and (scratch / os.fsdecode(top)).is_dir()):
        unpacked.remarks.append(Remark("CONTAINER-TOP"))
        return UnpackedSource(scratch, name, unpacked, b"")
    return UnpackedSource(scratch / os.fsdecode(top), name, unpacked, top)


@contextmanager
def source_of(
    path: Path, limits: Limits | None = None, name: str = "", *, whole: bool = False
) -> Iterator[FolderSource | TarSource]:
    """The package at a path, to be looked at; what had to be unpacked is removed afterwards.

    A tar is read as it lies, unless its files are needed on disk, `whole`.
    """
    if not whole and form_of(path) is Form.TAR:
        yield TarSource(path, limits or Limits())
        return
    with tempfile.TemporaryDirectory(prefix="arkiv-") as folder:
        yield source_at(path, Path(folder) / "unpacked", limits, name)


def unpacking(source: Source) -> Stage[None]:
    """Tell what came out of the container, if there was one, and what is odd about it."""
    unpacked: Unpacked | None = getattr(source, "unpacked", None)
    remarks = tuple(unpacked.remarks if unpacked else getattr(source, "remarks", ()))
    if unpacked:
        note = f"{unpacked.entries} entries, {unpacked.octets} octets; container: {unpacked.digest}"
        detail = f"{unpacked.form} {source.name} unpacked"
        yield Finding(EventType.UNPACKING, Outcome.SUCCESS, ARKIV, detail, note)
    if remarks:
        note = "; ".join(sentence(remark) for remark in remarks)
        detail = "the rules of containers"
        yield Finding(EventType.VALIDATION, Outcome.WARNING, ARKIV, detail, note, remarks=remarks)
