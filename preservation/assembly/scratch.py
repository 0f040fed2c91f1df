"""What a living process holds, and a dead one holds no more: scratch folders, and SIPs."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from preservation.errors import Busy, Rejected
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId
from preservation.ports import Claims


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


def of_aip(package: PackageId) -> str:
    """What is claimed by whoever changes an AIP or judges it damaged."""
    return f"aip {package}"


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
    """The SIPs that this process ingests at this moment, by their fingerprints."""

    def __init__(self, claims: Claims) -> None:
        """Hold none yet."""
        self._claims = claims
        self._held = ExitStack()
        self._fingerprints: set[Digest] = set()

    def hold(self, fingerprint: Digest) -> None:
        """Hold a SIP until `close`; raises Rejected when it is on its way in already."""
        if fingerprint in self._fingerprints:
            return  # a step may be tried again
        try:
            self._held.enter_context(self._claims.claimed(f"sip {fingerprint.value}"))
        except Busy:
            raise Rejected(
                "the same package is being ingested at this moment; wait for its receipt"
            ) from None
        self._fingerprints.add(fingerprint)

    def close(self) -> None:
        """Hold no SIP any more."""
        self._held.close()
        self._fingerprints.clear()
