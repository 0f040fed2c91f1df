"""Packages where they lie: in a folder, or in a tar that is read and never unpacked."""

import hashlib
import os
import tarfile
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from preservation import folders
from preservation.errors import Misconfigured, Rejected
from preservation.model.contents import Contents, Found
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused
from preservation.standards.tar import END
from preservation.streams import CHUNK, read_once


class FolderSource:
    """A package as a folder on disk; what lies in it is looked at once, when first asked for."""

    def __init__(self, place: Path, name: str = "") -> None:
        """The folder, and what its producer called it if that is not the folder's name."""
        self.place = place
        self.name = name or written(os.fsencode(place.name))
        self._root = os.fsencode(place)

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
        reading = read_once(os.path.join(self._root, name), algorithms, expected=size)
        if (reading.size, reading.modified_ns) != (size, modified_ns):
            raise Refused(Remark("FILE-CHANGED", written(name)))
        return reading.digests


class TarSource:
    """A package as an uncompressed tar with one top-level folder."""

    def __init__(self, place: Path) -> None:
        """Raises Rejected when it is no such tar."""
        self.place = place
        self.name = written(os.fsencode(place.name))
        self._archive, self._members = _tar(place)
        self.contents = Contents(
            [Found(name, it.size, int(it.mtime * 1e9)) for name, it in self._members.items()]
        )
        self.sizes = {file.path: file.size for file in self.contents.files}

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""
        with self.open(name) as source:
            return source.read()

    def open(self, name: bytes) -> BinaryIO:
        """A member, open for reading."""
        return cast("BinaryIO", self._archive.extractfile(self._members[name]))

    def digests(
        self,
        name: bytes,
        algorithms: tuple[Algorithm, ...],
        *,
        size: int,
        modified_ns: int,  # noqa: ARG002  the port's; a member's own time never changes
    ) -> tuple[Digest, ...]:
        """Digests of a member, read once by its place in the tar."""
        hashes = [hashlib.new(a.value, usedforsecurity=False) for a in algorithms]
        with self.place.open("rb", buffering=0) as tar:
            tar.seek(self._members[name].offset_data)
            left = size
            while left and (chunk := tar.read(min(left, CHUNK))):
                left -= len(chunk)
                for h in hashes:
                    h.update(chunk)
        if left:
            raise Refused(Remark("FILE-CHANGED", written(name)))
        return tuple(Digest(a, h.hexdigest()) for a, h in zip(algorithms, hashes, strict=True))


def source_of(path: Path) -> FolderSource | TarSource:
    """The package at a path; raises Misconfigured or Rejected when there is none to look at."""
    if path.is_dir():
        return FolderSource(path)
    if not path.is_file():
        raise Misconfigured(f"{path}: is neither a folder nor a file; name a bag, an AIP or a tar")
    return TarSource(path)


def _tar(path: Path) -> tuple[tarfile.TarFile, dict[bytes, tarfile.TarInfo]]:
    _require_end(path)
    try:
        archive = tarfile.open(path, "r:", errorlevel=2)  # noqa: SIM115  lives as long as its source
        infos = archive.getmembers()
    except tarfile.TarError as error:
        raise Rejected(f"{path}: is not an uncompressed tar: {error}") from error
    reasons = []
    members: dict[bytes, tarfile.TarInfo] = {}
    tops = set()
    for info in infos:
        top, _, name = info.name.partition("/")
        key = os.fsencode(name)
        tops.add(top)
        if info.isdir():
            continue
        if not info.isreg() or not name or ".." in info.name.split("/"):
            reasons.append(f"{path}: {info.name!r} is not a plain file below the top folder")
        elif key in members:
            reasons.append(f"{path}: {info.name!r} is there twice")
        members[key] = info
    if len(tops) != 1:
        reasons.append(f"{path}: {len(tops)} top-level folders, expected one")
    if reasons:
        raise Rejected(*reasons)
    return archive, members


def _require_end(path: Path) -> None:
    """A tar that was cut off is read without complaint by others; its last blocks tell."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < len(END):
            raise Rejected(f"{path}: is too short for a tar")
        file.seek(-len(END), os.SEEK_END)
        if file.read() != END:
            raise Rejected(f"{path}: the end of the tar is missing; it was cut off")
