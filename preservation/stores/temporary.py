"""A file that is not yet an object: locked by its writer while it lives, swept when that died."""

import contextlib
import errno
import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_PREALLOCATED = 16 << 20
_WRITE_BACK = 8 << 20
_FREED = 64 << 20


@dataclass(slots=True)
class Temporary:
    """A new file in a folder of temporary files, open for writing; `written` counts its octets.

    The lock on it tells `sweep` that its writer lives: the kernel drops it with the process. Every
    method raises OSError as the system does.
    """

    path: Path
    descriptor: int
    written: int = 0
    _sent: int = 0

    @classmethod
    def create(cls, folder: Path) -> "Temporary":
        """A new empty file in the folder, which is made if it is not there."""
        while True:
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
            path = folder / secrets.token_hex(16)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # A sweep may have come between the file and its lock; then the file is gone.
                if os.fstat(descriptor).st_nlink:
                    return cls(path, descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def reserve(self, size: int) -> None:
        """Raise OSError (ENOSPC) now, and not after hours, when there is no room for the whole."""
        system = os.fstatvfs(self.descriptor)
        if system.f_blocks and system.f_bavail * system.f_frsize < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if size >= _PREALLOCATED:
            try:
                os.posix_fallocate(self.descriptor, 0, size)
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                    raise

    def write(self, chunk: bytes) -> None:
        """Append a chunk, and let the system begin to bring it to the medium."""
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]
        self.written += len(chunk)
        if self.written - self._sent >= _WRITE_BACK:
            # On Linux this starts the write-back of dirty pages (mm/fadvise.c), as sync_file_range
            # would, and frees the clean ones: at the end of many GiB fsync has little left to wait
            # for, and the cache still holds what others need.
            start = max(0, self._sent - _FREED)
            os.posix_fadvise(self.descriptor, start, self.written - start, os.POSIX_FADV_DONTNEED)
            self._sent = self.written

    def flush(self) -> None:
        """Make it read-only and bring it to the medium; its pages leave the cache.

        What is read afterwards is what the medium holds, not what memory remembers.
        """
        os.fchmod(self.descriptor, os.fstat(self.descriptor).st_mode & 0o444)
        os.fsync(self.descriptor)
        os.posix_fadvise(self.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def discard(self) -> None:
        """Remove its temporary name; what was linked or renamed from it stays.

        Raises nothing: what cannot be removed now is left to `sweep`.
        """
        with contextlib.suppress(OSError):
            self.path.unlink()
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def sweep(folder: Path) -> None:
    """Remove the temporary files whose writers are dead; a folder that is not there has none."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            _remove_unlocked(folder / name)


def _remove_unlocked(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(descriptor)
