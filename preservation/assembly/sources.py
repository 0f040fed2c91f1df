"""Packages where they lie: in a folder, or in a tar that is read and never unpacked."""

import hashlib
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from preservation import folders
from preservation.errors import Misconfigured, Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.standards.tar import END
from preservation.streams import CHUNK, read_once


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A package as a folder on disk; links and special files are not files of it."""

    root: bytes
    sizes: Mapping[bytes, int]

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""
        with self.open(name) as source:
            return source.read()

    def open(self, name: bytes) -> BinaryIO:
        """A file, open for reading."""
        return open(os.path.join(self.root, name), "rb")

    def digests(self, name: bytes, algorithms: tuple[Algorithm, ...]) -> tuple[Digest, ...]:
        """Digests of a file, read once."""
        return read_once(os.path.join(self.root, name), algorithms).digests


@dataclass(frozen=True, slots=True)
class TarSource:
    """A package as an uncompressed tar with one top-level folder."""

    archive: tarfile.TarFile
    members: Mapping[bytes, tarfile.TarInfo]
    sizes: Mapping[bytes, int]

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""
        with self.open(name) as source:
            return source.read()

    def open(self, name: bytes) -> BinaryIO:
        """A member, open for reading."""
        return cast("BinaryIO", self.archive.extractfile(self.members[name]))

    def digests(self, name: bytes, algorithms: tuple[Algorithm, ...]) -> tuple[Digest, ...]:
        """Digests of a member, read once."""
        hashes = [hashlib.new(a.value, usedforsecurity=False) for a in algorithms]
        with self.open(name) as source:
            while chunk := source.read(CHUNK):
                for h in hashes:
                    h.update(chunk)
        return tuple(Digest(a, h.hexdigest()) for a, h in zip(algorithms, hashes, strict=True))


def source_of(path: Path) -> FolderSource | TarSource:
    """The package at a path; raises Misconfigured or Rejected when there is none to look at."""
    if path.is_dir():
        root = os.fsencode(path)
        found = folders.contents(root)
        return FolderSource(root, {file.path: file.size for file in found.files})
    if not path.is_file():
        raise Misconfigured(f"{path}: is neither a folder nor a file; name a bag, an AIP or a tar")
    return _tar(path)


def _tar(path: Path) -> TarSource:
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
    return TarSource(archive, members, {name: info.size for name, info in members.items()})


def _require_end(path: Path) -> None:
    """A tar that was cut off is read without complaint by others; its last blocks tell."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < len(END):
            raise Rejected(f"{path}: is too short for a tar")
        file.seek(-len(END), os.SEEK_END)
        if file.read() != END:
            raise Rejected(f"{path}: the end of the tar is missing; it was cut off")
