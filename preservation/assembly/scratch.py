"""What a living process holds, and a dead one holds no more: scratch folders, and SIPs."""

import fcntl
import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preservation.errors import Rejected
from preservation.model.fixity import Digest


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """A scratch folder that is this process's own for as long as it lives.

    Raises BlockingIOError when it is that of another.
    """
    with _alone(folder.parent):
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(lock)
            raise
    try:
        yield
    finally:
        os.close(lock)


def discard(folder: Path) -> None:
    """Remove a scratch folder with all that is in it; one that is not there is gone already."""
    if folder.parent.is_dir():
        with _alone(folder.parent):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(scratch: Path) -> Iterator[None]:
    """Nobody makes or removes a folder meanwhile: else one could be seen that is not yet locked."""
    scratch.mkdir(parents=True, exist_ok=True)
    handle = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Submissions:
    """The SIPs that are being ingested into an archive at this moment, by their fingerprints.

    Each is a lock on one octet of a file that stays empty, at an offset that the fingerprint
    gives; the system frees it when its holder ends, however that happens.
    """

    def __init__(self, file: Path) -> None:
        """Open the file of locks, which is made when it is not there."""
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def hold(self, fingerprint: Digest) -> None:
        """Hold a SIP until `close`; raises Rejected when it is on its way in already."""
        offset = int(fingerprint.value[:15], 16)
        lock = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, offset, 1, 0)
        try:
            fcntl.fcntl(self._handle, fcntl.F_OFD_SETLK, lock)
        except BlockingIOError:
            raise Rejected(
                "the same package is being ingested at this moment; wait for its receipt"
            ) from None

    def close(self) -> None:
        """Hold no SIP any more."""
        os.close(self._handle)
