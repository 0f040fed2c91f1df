"""Files of a container are written below one folder and nowhere else, whatever their names say."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from preservation.errors import Unavailable
from preservation.model.agreement import Limits
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Tree:
    """A new folder that files are put into, each step of a path taken without following a link.

    No owner, no mode and no link of the container is taken over. `most` is how many octets may be
    written in all; the octets that really come are counted, not those that are promised.
    """

    def __init__(self, folder: Path, limits: Limits, most: int) -> None:
        """Make the folder; raises FileExistsError when it is there."""
        folder.mkdir(mode=0o750)
        self._root = os.open(folder, _DIRECTORY)
        self.place = folder
        self._limits = limits
        self._left = min(most, limits.bytes)
        self._most = self._left
        self._parent: tuple[bytes, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        os.close(self._root)

    def folder(self, path: bytes) -> None:
        """Make a folder, with those above it."""
        with told():
            self._enter(path)

    def file(self, path: bytes, chunks: Iterable[bytes], modified_ns: int = 0) -> int:
        """Write a new file from chunks; gives its octets.

        Raises Refused when more comes than may, Unavailable when the disk is full.
        """
        parent, _, name = path.rpartition(b"/")
        size = 0
        with told():
            handle = os.open(name, _NEW, 0o640, dir_fd=self._enter(parent))
            try:
                for chunk in chunks:
                    size += len(chunk)
                    self._count(path, size, len(chunk))
                    view = memoryview(chunk)
                    while view:
                        view = view[os.write(handle, view) :]
                if 0 < modified_ns < 1 << 62:
                    os.utime(handle, ns=(modified_ns, modified_ns))
            finally:
                os.close(handle)
        return size

    def adopt(self, path: bytes, file: Path, modified_ns: int) -> None:
        """Move a file that another process wrote on the same disk into its place."""
        parent, _, name = path.rpartition(b"/")
        with told():
            os.rename(file, name, dst_dir_fd=self._enter(parent))
            if 0 < modified_ns < 1 << 62:
                times = (modified_ns, modified_ns)
                os.utime(name, ns=times, dir_fd=self._enter(parent), follow_symlinks=False)

    def _count(self, path: bytes, size: int, more: int) -> None:
        self._left -= more
        if size > self._limits.file_bytes:
            expected = f"at most {self._limits.file_bytes} octets"
            raise Refused(Remark("CONTAINER-FILE-BYTES", written(path), "more", expected))
        if self._left < 0:
            code = "CONTAINER-BYTES" if self._most == self._limits.bytes else "CONTAINER-RATIO"
            raise Refused(Remark(code, written(path), "more", f"at most {self._most} octets"))

    def _enter(self, path: bytes) -> int:
        """A handle of a folder below the root; the last one is kept, as files come by folder."""
        if not path:
            return self._root
        if self._parent and self._parent[0] == path:
            return self._parent[1]
        self._leave()
        handle = os.dup(self._root)
        for part in path.split(b"/"):
            try:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o750, dir_fd=handle)
                inner = os.open(part, _DIRECTORY, dir_fd=handle)
            finally:
                os.close(handle)
            handle = inner
        self._parent = (path, handle)
        return handle

    def _leave(self) -> None:
        if self._parent:
            os.close(self._parent[1])
            self._parent = None


class told:  # noqa: N801  reads as a word: with told()
    """Say of a full disk that it is full: nobody's SIP is wrong then."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, OSError) and error.errno in FULL:
            raise full() from error


def full(wanted: int | None = None, free: int | None = None) -> Unavailable:
    """There is no room to unpack."""
    sizes = f": {wanted} octets wanted, {free} free" if wanted is not None else ""
    return Unavailable(
        f"the disk of the scratch folder is full{sizes}; nothing of the package was kept; "
        "make room and submit again"
    )
