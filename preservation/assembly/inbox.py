"""Inboxes: where producers put SIPs, and from where each is taken once it is complete.

A SIP lies in `incoming` until its fate is known, and then below `preserved` or `refused`, in a
folder with what its producer is told; in `set-aside` lies what twice failed, or twice ended the
process that worked on it, for a person to look at.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import Generic, TypeVar

from preservation.assembly.archive import Archive
from preservation.assembly.check import remarks_of
from preservation.errors import ArkivError, Busy, Rejected, Unavailable
from preservation.model.names import written
from preservation.settings.inbox import InboxSettings

T = TypeVar("T")

INCOMING, PRESERVED, REFUSED, ASIDE = "incoming", "preserved", "refused", "set-aside"
TRIES = 2
"""How often a SIP may fail, or end the process that works on it, until it is set aside."""
_SIP = "sip"
"""Below the folder that a SIP gets; what its producer is told lies beside it."""
_LONG = 240
"""Octets of a name to which a number can be added; what is longer gets a digest for a folder."""
_BEGUN = ".begun"
"""The folder that remembers the tries; a name that no SIP has, as it starts with a dot."""


class Fate(StrEnum):
    """What became of a SIP; one that waits or failed is still in `incoming`."""

    PRESERVED = "preserved"
    REFUSED = "refused"
    ASIDE = "set aside"
    FAILED = "failed"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A SIP that is complete, in the inbox that it came to."""

    inbox: InboxSettings
    folder: Path
    path: Path

    @property
    def name(self) -> str:
        """Its name, as people can read it."""
        return written(os.fsencode(self.path.name))


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """What became of a SIP, where it lies now, and what its ingest gave, if it is preserved."""

    name: str
    fate: Fate
    path: Path
    reasons: tuple[str, ...] = ()
    receipt: T | None = None


def arrivals(archive: Archive) -> Iterator[Arrival]:
    """The SIPs that are complete, inbox by inbox, in the order of their names.

    Complete is what lies beside its marker, or what nobody changed for `quiet` seconds: neither it
    nor anything in it. What starts with a dot, or is neither folder nor file, is passed over.
    Raises Unavailable when an inbox is not there.
    """
    for inbox in archive.settings.inboxes:
        folder = archive.folder / inbox.folder
        if not folder.is_dir():
            raise Unavailable(f"inbox {folder}: is not there; make the folder, or mount its disk")
        for name in (INCOMING, PRESERVED, REFUSED, ASIDE, _BEGUN):
            (folder / name).mkdir(exist_ok=True)
        for path in sorted((folder / INCOMING).iterdir()):
            if _is_sip(path, inbox) and _is_complete(path, inbox, archive.clock.now().timestamp()):
                yield Arrival(inbox, folder, path)


@contextmanager
def alone(archive: Archive) -> Iterator[bool]:
    """Whether nobody else on this machine takes SIPs; while the block runs nobody else begins."""
    with ExitStack() as held:
        try:
            held.enter_context(archive.claims.claimed(f"inboxes of {gethostname()}"))
        except Busy:
            yield False
        else:
            yield True


def take(
    archive: Archive,
    arrival: Arrival,
    *,
    ingest: Callable[[Path], T],
    publish: Callable[[Path, Taken[T]], None],
) -> Taken[T] | None:
    """Ingest a SIP and move it to where its fate belongs; None when another is at it, or was.

    `ingest` gives the receipt or raises; `publish` writes what the producer is told into a
    folder. A crash at any moment costs nothing: the SIP is
    taken again, and what was preserved by then is found.
    """
    try:
        with archive.claims.claimed(f"inbox {arrival.path}"):
            if not arrival.path.exists():
                return None
            return _take(arrival, ingest, publish)
    except Busy:
        return None


def require_taken(taken: list[Taken[T]]) -> None:
    """Raise ArkivError, with every reason, when something was set aside, failed or must wait."""
    for fate, kind in (
        (Fate.ASIDE, ArkivError),
        (Fate.FAILED, ArkivError),
        (Fate.WAITS, Unavailable),
    ):
        reasons = [
            f"{it.name}: {reason}" for it in taken if it.fate is fate for reason in it.reasons
        ]
        if reasons:
            raise kind(*reasons)


def _is_sip(path: Path, inbox: InboxSettings) -> bool:
    if path.name.startswith(".") or path.is_symlink():
        return False
    is_marker = inbox.marker and path.name.endswith(inbox.marker)
    return not is_marker and (path.is_dir() or path.is_file())


def _is_complete(path: Path, inbox: InboxSettings, now: float) -> bool:
    if inbox.marker:
        return _marker(path, inbox).exists()
    try:
        return now - _changed(path) >= inbox.quiet
    except FileNotFoundError:
        return False  # it is being moved at this moment


def _marker(path: Path, inbox: InboxSettings) -> Path:
    return path.with_name(path.name + inbox.marker)


def _changed(path: Path) -> float:
    """When something of a SIP was last written or renamed.

    A copy may keep the time of writing of its original; the time of change is the system's own.
    """
    newest = path.lstat().st_ctime
    for folder, _, files in os.walk(path):
        for name in (".", *files):
            newest = max(newest, os.lstat(Path(folder, name)).st_ctime)
    return newest


def _take(
    arrival: Arrival, ingest: Callable[[Path], T], publish: Callable[[Path, Taken[T]], None]
) -> Taken[T]:
    begun = _Tries(arrival.folder / _BEGUN / _short(arrival.path.name))
    before = begun.reasons()
    moved = partial(_moved, arrival, begun, publish)
    if len(before) >= TRIES:
        return moved(Taken(arrival.name, Fate.ASIDE, arrival.path, before))
    begun.begin()
    try:
        receipt = ingest(arrival.path)
    except Rejected as refused:
        again = any(remark.code == "SIP-AGAIN" for remark in remarks_of(refused))
        # A try that was cut short may have preserved it: then it is no fault of the producer.
        fate = Fate.PRESERVED if again and before else Fate.REFUSED
        return moved(Taken(arrival.name, fate, arrival.path, refused.reasons), refused.report)
    except Unavailable as unavailable:
        begun.forget(len(before))
        return Taken(arrival.name, Fate.WAITS, arrival.path, unavailable.reasons)
    except Exception as error:  # one bad SIP keeps none of the others out
        begun.failed(str(error) if isinstance(error, ArkivError) else repr(error))
        if len(before) + 1 >= TRIES:
            return moved(Taken(arrival.name, Fate.ASIDE, arrival.path, begun.reasons()))
        return Taken(arrival.name, Fate.FAILED, arrival.path, begun.reasons())
    return moved(Taken(arrival.name, Fate.PRESERVED, arrival.path, receipt=receipt))


def _moved(
    arrival: Arrival,
    begun: "_Tries",
    publish: Callable[[Path, Taken[T]], None],
    taken: Taken[T],
    report: str | None = None,
) -> Taken[T]:
    """Tell the producer, then move the SIP, then forget its tries: a crash between repeats it."""
    where = {Fate.PRESERVED: PRESERVED, Fate.REFUSED: REFUSED}.get(taken.fate, ASIDE)
    folder = _free(arrival.folder / where, arrival.path.name)
    place = folder / _SIP / arrival.path.name
    place.parent.mkdir(parents=True, exist_ok=True)
    publish(folder, taken)
    if report:
        for file in Path(report).iterdir():
            shutil.copyfile(file, folder / file.name)
    arrival.path.rename(place)
    if arrival.inbox.marker:
        _marker(arrival.path, arrival.inbox).unlink(missing_ok=True)
    begun.forget(0)
    return replace(taken, path=place)


def _free(where: Path, name: str) -> Path:
    """A new folder of that name, or of the name with a number."""
    stem = name if len(os.fsencode(name)) <= _LONG else _short(name)
    folder, number = where / stem, 1
    while not _is_free(folder):
        number += 1
        folder = where / f"{stem}-{number}"
    return folder


def _is_free(folder: Path) -> bool:
    """Whether a folder was made here, or a crash left it without its SIP; it is empty then.

    Producers may be able to write here: no link is followed, and nothing of theirs is touched.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
            return False
        left = list(folder.iterdir())
        if not all(map(_is_left, left)):
            return False
        for it in left:
            if it.name != _SIP:
                it.unlink()
    return True


def _is_left(path: Path) -> bool:
    if path.name == _SIP:
        return not path.is_symlink() and path.is_dir() and not any(path.iterdir())
    return path.is_symlink() or path.is_file()


def _short(name: str) -> str:
    return sha256(os.fsencode(name)).hexdigest()


class _Tries:
    """How often a SIP was begun and came to no end, a line for each; it survives crashes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def reasons(self) -> tuple[str, ...]:
        with suppress(FileNotFoundError):
            lines = self._file.read_text("utf-8").splitlines()
            return tuple(line or "the process that worked on it was ended" for line in lines)
        return ()

    def begin(self) -> None:
        """An empty line; what ends this process leaves it empty."""
        self._write([*self._lines(), ""])

    def failed(self, reason: str) -> None:
        self._write([*self._lines()[:-1], " ".join(reason.split())])

    def forget(self, keep: int) -> None:
        lines = self._lines()[:keep]
        if lines:
            self._write(lines)
        else:
            self._file.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        return self._file.read_text("utf-8").splitlines() if self._file.exists() else []

    def _write(self, lines: list[str]) -> None:
        partial = self._file.with_name(f"{self._file.name}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._file)
