"""Files anywhere, in no archive: what each of them is, told by every identifier."""

import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from preservation.asking import formats_told
from preservation.model.fixity import Algorithm
from preservation.model.formats import Identification, decide, not_identified
from preservation.ports import Identifier, Progress
from preservation.rules import Refused
from preservation.streams import read_once

_BATCH = 256
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISLNK, "a symbolic link, which is not followed"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that was named or found below a folder.

    `refusal` says why it cannot be asked about; it is a `fault` when a person must act: what was
    named is no file, or cannot be read.
    """

    path: bytes
    size: int | None = None
    refusal: str = ""
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a file is; `sha512` is empty unless it was asked for."""

    place: Place
    identification: Identification
    sha512: str = ""


def places(named: Sequence[bytes]) -> Iterator[Place]:
    """Everything that is named and, of folders, all below them, in the order of names.

    What is named may be a link; below a folder no link is followed. Nothing is left out: what is
    no file, and a folder that cannot be read, comes with the reason.
    """
    for path in named:
        try:
            state = os.stat(path)
        except OSError as error:
            yield Place(path, refusal=error.strerror or str(error), fault=True)
            continue
        if stat.S_ISDIR(state.st_mode):
            yield from _below(path)
        else:
            yield _place(path, state, named=True)


def _below(folder: bytes) -> Iterator[Place]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            state = os.lstat(path)
            # What is named may be a link to a folder; what is found below it is not followed.
            if path is not folder and not stat.S_ISDIR(state.st_mode):
                yield _place(path, state, named=False)
                continue
            inside = sorted(os.listdir(path), reverse=True)
        except OSError as error:
            yield Place(path, refusal=error.strerror or str(error), fault=True)
            continue
        waiting += [os.path.join(path, name) for name in inside]


def _place(path: bytes, state: os.stat_result, *, named: bool) -> Place:
    if stat.S_ISREG(state.st_mode):
        return Place(path, state.st_size)
    kind = next((word for test, word in _KINDS if test(state.st_mode)), "of an unknown kind")
    return Place(path, refusal=f"it is {kind}, not a file", fault=named)


def identify_all(
    found: Sequence[Place],
    *,
    identifiers: Sequence[Identifier],
    digests: bool,
    progress: Progress,
) -> Iterator[Told]:
    """What each is, in order; all identifiers are asked about every file, at the same time.

    With `digests` each file is read whole and hashed before its identifiers are asked, which then
    find its head and tail in memory.
    """
    progress.begin("identify", len(found))
    with ThreadPoolExecutor(max(len(identifiers), 1)) as pool:
        for start in range(0, len(found), _BATCH):
            batch = found[start : start + _BATCH]
            yield from _told(batch, identifiers, pool, digests=digests)
            progress.advance(len(batch))


def _told(
    batch: Sequence[Place],
    identifiers: Sequence[Identifier],
    pool: ThreadPoolExecutor,
    *,
    digests: bool,
) -> Iterator[Told]:
    hashed = [_digested(place) if digests else (place, "") for place in batch]
    paths = [os.path.abspath(place.path) for place, _ in hashed if not place.refusal]
    answers = zip(*pool.map(lambda tool: formats_told(tool, paths), identifiers), strict=True)
    for place, digest in hashed:
        if place.refusal:
            yield Told(place, not_identified(place.refusal))
        else:
            yield Told(place, decide(next(answers) if identifiers else ()), digest)


def _digested(place: Place) -> tuple[Place, str]:
    """The same with its SHA-512; a refusal when it cannot be read or changes meanwhile."""
    if place.refusal or place.size is None:
        return place, ""
    path = os.path.realpath(place.path) if os.path.islink(place.path) else place.path
    try:
        reading = read_once(path, (Algorithm.SHA512,), expected=place.size)
    except OSError as error:
        return Place(place.path, place.size, error.strerror or str(error), fault=True), ""
    except Refused:
        return Place(place.path, place.size, "it changed while it was read", fault=True), ""
    return place, reading.digests[0].value
