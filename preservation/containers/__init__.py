"""Containers (zip, tar, tar.gz, 7z) of packages: told by what they are, unpacked with care.

Everything in a container is judged before or while it is written, all faults at once; a container
within it is a file like any other. What fails leaves nothing behind.
"""

import gzip
import hashlib
import os
import shutil
import stat
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO

from preservation.containers import apart, pkzip, tar
from preservation.containers.entries import Listing, most_octets, shortened
from preservation.containers.writing import Tree, full
from preservation.errors import Misconfigured
from preservation.model.agreement import Limits
from preservation.model.fixity import Algorithm, Digest
from preservation.model.report import Remark
from preservation.rules import Refused


class Form(StrEnum):
    """The containers that can be unpacked; packages come in all but ISO images."""

    ZIP = "zip"
    TAR = "tar"
    TAR_GZ = "tar.gz"
    SEVEN = "7z"
    ISO = "iso"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of a container: `entries` and `octets` of it, the digest of the container.

    `links` are symbolic links, which were not made, and their targets.
    """

    form: Form
    entries: int
    octets: int
    digest: Digest
    links: dict[bytes, bytes]
    remarks: list[Remark]


def form_of(path: Path) -> Form | None:
    """Which container a file is, by its first octets; None when it is none, or no regular file."""
    try:
        with opened(path) as file:
            head = file.read(tar.BLOCK)
    except (OSError, Misconfigured):
        return None
    return form_by(head)


def form_by(head: bytes) -> Form | None:
    """Which container begins with these octets, of which there must be 512 if there are."""
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return Form.ZIP
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return Form.SEVEN
    if head.startswith(b"\x1f\x8b"):
        return Form.TAR_GZ
    return Form.TAR if tar.begins(head) else None


def opened(path: Path) -> BinaryIO:
    """A regular file, open for reading; raises Misconfigured when it is something else.

    A named pipe is never waited for.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Misconfigured(f"{path}: is neither a folder nor a file")
    return open(handle, "rb")


def unpack(path: Path, folder: Path, limits: Limits, form: Form | None = None) -> Unpacked:
    """Unpack a container into a new folder, which is gone again when anything is wrong.

    `form` is needed for an ISO image, whose beginning does not show what it is. Raises Refused with
    all that is wrong, Unavailable when the disk is full.
    """
    form = form or form_of(path)
    if form is None:
        raise Refused(Remark("CONTAINER-KIND"))
    with opened(path) as file:
        before = os.fstat(file.fileno())
        listing = Listing(limits, before.st_size)
        try:
            with Tree(folder, limits, most_octets(limits, before.st_size)) as tree:
                _WRITERS[form](file, tree, listing)
            digest = _digest(file)
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                listing.say("FILE-CHANGED")
            listing.refuse()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    remarks = shortened(listing.remarks)
    return Unpacked(form, len(listing.entries), listing.octets, digest, listing.links, remarks)


def _digest(file: BinaryIO) -> Digest:
    file.seek(0)
    whole = hashlib.sha512()
    while chunk := file.read(tar.CHUNK):
        whole.update(chunk)
    return Digest(Algorithm.SHA512, whole.hexdigest())


def _room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise full(wanted, free)


def _unzip(file: BinaryIO, tree: Tree, listing: Listing) -> None:
    members = pkzip.members(file, listing)
    listing.refuse()
    _room(tree.place, listing.octets)
    for entry in listing.entries:
        if entry.folder:
            tree.folder(entry.path)
    for member in members:
        try:
            content = pkzip.content(file, member)
            tree.file(member.entry.path, content, member.entry.modified_ns)
        except Refused as refused:  # the other files may be damaged too
            listing.remarks += refused.remarks


class Plain:
    """A file as octets that come one after the other; what is passed over is not read."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin at the start of the file."""
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        file.seek(0)
        self.read = file.read

    def skip(self, octets: int) -> int:
        """Pass over octets; gives how many there were."""
        here = self._file.tell()
        return self._file.seek(min(self._size, here + octets)) - here


class _Inflated:
    """What a gzip file unfolds to, never more than `most`; damage is told by its code."""

    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file = file
        self._left = most
        self._most = most

    def read(self, octets: int) -> bytes:
        try:
            chunk = self._file.read(octets)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Refused(Remark("TAR-GZIP", "", str(error))) from error
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused(Remark("CONTAINER-RATIO", "", "more", f"at most {self._most} octets"))
        return chunk

    def skip(self, octets: int) -> int:
        left = octets
        while left and (chunk := self.read(min(left, tar.CHUNK))):
            left -= len(chunk)
        return octets - left


def _untar(file: BinaryIO, tree: Tree, listing: Listing) -> None:
    for _ in tar.Members(Plain(file), listing):
        pass
    listing.refuse()
    _room(tree.place, listing.octets)
    again = Listing(listing.limits, listing.packed)
    _write_tar(tar.Members(Plain(file), again), tree, again)


def _gunzip(file: BinaryIO, tree: Tree, listing: Listing) -> None:
    headers = (listing.limits.files + 64) * 3 * tar.BLOCK  # more than files have
    most = most_octets(listing.limits, listing.packed) + min(headers, listing.packed * 1100)
    with gzip.GzipFile(fileobj=file, mode="rb") as unzipped:
        _write_tar(tar.Members(_Inflated(unzipped, most), listing), tree, listing)


def _write_tar(members: tar.Members, tree: Tree, listing: Listing) -> None:
    try:
        for entry in members:
            if not listing.sound:  # look on for what else is wrong, but write no more
                continue
            if entry.folder:
                tree.folder(entry.path)
            else:
                tree.file(entry.path, members.content(), entry.modified_ns)
    except Refused as refused:
        listing.remarks += refused.remarks
        listing.refuse()


_WRITERS: Mapping[Form, Callable[[BinaryIO, Tree, Listing], None]] = {
    Form.ZIP: _unzip,
    Form.TAR: _untar,
    Form.TAR_GZ: _gunzip,
    Form.SEVEN: partial(apart.unpack, reader=apart.SEVEN),
    Form.ISO: partial(apart.unpack, reader=apart.ISO),
}

__all__ = ["Form", "Plain", "Unpacked", "form_by", "form_of", "opened", "unpack"]
