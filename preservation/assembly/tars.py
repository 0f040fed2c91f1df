"""A package in a tar that is read where it lies and never unpacked; links by their names."""

import hashlib
import io
import os
from pathlib import Path
from typing import BinaryIO

from preservation import containers
from preservation.containers.entries import Listing
from preservation.containers.tar import Members
from preservation.model.agreement import Limits
from preservation.model.contents import Contents, Found, Oddity
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused
from preservation.streams import CHUNK


class TarSource:
    """A package as an uncompressed tar that is read where it lies."""

    container = str(containers.Form.TAR)

    def __init__(self, place: Path, limits: Limits) -> None:
        """Raises Refused with all that is wrong with the tar."""
        self.place = place
        self.name = written(os.fsencode(place.name))
        listing = Listing(limits, place.stat().st_size)
        offsets: dict[bytes, int] = {}
        with containers.opened(place) as file:
            members = Members(containers.Plain(file), listing)
            for entry in members:
                offsets[entry.path] = members.offset
        listing.refuse()
        self.remarks = tuple(listing.remarks)
        paths = [*(e.path for e in listing.entries), *listing.links]
        top = top_of(paths, {e.path for e in listing.entries if e.folder})
        if not top:
            self.remarks = (*self.remarks, Remark("CONTAINER-TOP"))
        files = [e for e in listing.entries if not e.folder]
        cut = len(top) + 1 if top else 0
        self.contents = Contents([Found(e.path[cut:], e.size, e.modified_ns) for e in files])
        self.contents.files.sort(key=lambda f: f.path)
        add_links(self.contents, below(top, listing.links))
        self.sizes = {file.path: file.size for file in self.contents.files}
        self._offsets = {e.path[cut:]: offsets[e.path] for e in files}

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""
        with self.open(name) as source:
            return source.read()

    def open(self, name: bytes) -> BinaryIO:
        """A member, open for reading."""
        return io.BufferedReader(_Slice(self.place, self._offsets[name], self.sizes[name]))

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
            tar.seek(self._offsets[name])
            left = size
            while left and (chunk := tar.read(min(left, CHUNK))):
                left -= len(chunk)
                for h in hashes:
                    h.update(chunk)
        if left:
            raise Refused(Remark("FILE-CHANGED", written(name)))
        return tuple(Digest(a, h.hexdigest()) for a, h in zip(algorithms, hashes, strict=True))


class _Slice(io.RawIOBase):
    """Some octets of a file as a file of its own."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._start, self._size, self._here = start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._here, os.SEEK_END: self._size}[whence]
        self._here = max(0, base + offset)
        return self._here

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        octets = max(0, min(len(buffer), self._size - self._here))
        self._file.seek(self._start + self._here)
        count = self._file.readinto(memoryview(buffer)[:octets]) or 0
        self._here += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def top_of(paths: list[bytes], folders: set[bytes]) -> bytes:
    """The one folder in which everything lies; empty when there is none."""
    tops = {path.partition(b"/")[0] for path in paths}
    top = next(iter(tops), b"")
    inside = top in folders or all(b"/" in path for path in paths)
    return top if len(tops) == 1 and inside else b""


def below(top: bytes, links: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Links by their paths below the top folder."""
    return {link[len(top) + 1 if top else 0 :]: target for link, target in links.items()}


def add_links(found: Contents, links: dict[bytes, bytes]) -> None:
    """Say of links that were not made where they lead, by their names alone."""
    there = {file.path for file in found.files} | set(found.empty_folders)
    for path in list(there):
        while path := path.rpartition(b"/")[0]:
            there.add(path)
    for link, target in links.items():
        place = os.path.normpath(os.path.join(b"/", os.path.dirname(link), target))
        depth = os.path.normpath(os.path.join(os.path.dirname(link) or b".", target))
        outside = target.startswith(b"/") or depth.split(b"/")[0] == b".."
        dangling = not outside and place[1:] not in there and place != b"/"
        found.oddities.append(Oddity(link, "symbolic link", target, not outside, dangling))
    found.oddities.sort(key=lambda odd: odd.path)
