"""Octets in chunks, read once and hashed on the way."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused

CHUNK = 4 * 1024 * 1024
"""Octets read at a time from a large file: large enough for the disk, small enough for memory."""

_BUFFER = 1024 * 1024
"""Octets that are read and hashed at a time: few enough to stay in the cache of a core."""


class Reading(NamedTuple):
    """What one pass over a file told: its octets, the digests asked for, when it was changed."""

    size: int
    digests: tuple[Digest, ...]
    modified_ns: int


def read_once(path: bytes, algorithms: tuple[Algorithm, ...], *, expected: int = CHUNK) -> Reading:
    """Read a regular file once and compute all digests on the way.

    `expected` octets are asked for at first, so that a small file costs no large buffer. Raises
    OSError when it cannot be read, and Refused when it changes while it is read.
    """
    handle = os.open(path, _OPENING)
    try:
        ask = expected + 1 if expected < CHUNK else CHUNK
        first = os.read(handle, ask)
        size = len(first)
        hashes = [_NEW[a](first) for a in algorithms]
        if size == ask:
            size += _read_rest(handle, hashes)
        state = os.fstat(handle)
    finally:
        os.close(handle)
    if state.st_size != size:
        octets, promised = f"{size} octets read", f"{state.st_size} by the file system"
        raise Refused(Remark("FILE-CHANGED", written(path), octets, promised))
    digests = tuple(map(Digest.known, algorithms, [h.hexdigest() for h in hashes]))
    return Reading(size, digests, state.st_mtime_ns)


_OPENING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""No link is followed, and nothing waits for whoever writes into a pipe."""

_NEW = {a: partial(getattr(hashlib, a.value), usedforsecurity=False) for a in Algorithm} | {
    Algorithm.SHA512: hashlib.sha512,
    Algorithm.SHA256: hashlib.sha256,
}
"""Constructors, which cost a third of asking for an algorithm by its name."""


def _read_rest(handle: int, hashes: "list[hashlib._Hash]") -> int:
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    size = 0
    while count := os.readv(handle, [buffer]):
        for h in hashes:
            h.update(view[:count])
        size += count
    return size


def sha512(content: bytes) -> Digest:
    """The archive's own digest of something small."""
    return Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())


def digest_of(chunks: Iterable[bytes], heard: Callable[[int], None] | None = None) -> Digest:
    """The archive's own digest of a stream; `heard` is told the octets of each chunk."""
    whole = hashlib.sha512()
    for chunk in chunks:
        whole.update(chunk)
        if heard:
            heard(len(chunk))
    return Digest(Algorithm.SHA512, whole.hexdigest())


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was just written: where, how many octets, and its SHA-512."""

    path: Path
    size: int
    digest: Digest


def write_file(path: Path, chunks: Iterable[bytes]) -> Written:
    """Write a new file from chunks, hashing on the way; its folder is made if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    total, digest = 0, hashlib.sha512()
    with path.open("xb") as out:
        for chunk in chunks:
            digest.update(chunk)
            out.write(chunk)
            total += len(chunk)
    return Written(path, total, Digest(Algorithm.SHA512, digest.hexdigest()))


class Taker:
    """Takes a given number of octets at a time from a stream of chunks, without joining them."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Begin at the start of the stream."""
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def take(self, octets: int) -> Iterator[memoryview]:
        """The next octets in pieces; fewer when the stream ends before."""
        while octets:
            if not self._rest:
                following = next(self._chunks, None)
                if following is None:
                    return
                self._rest = memoryview(following)
                continue
            piece, self._rest = self._rest[:octets], self._rest[octets:]
            octets -= len(piece)
            yield piece

    def whole(self, octets: int) -> bytes:
        """The next octets joined; fewer when the stream ends before."""
        return b"".join(self.take(octets))


def file_chunks(path: bytes) -> Iterator[bytes]:
    """The content of a file."""
    with open(path, "rb", buffering=0) as source:
        while chunk := source.read(CHUNK):
            yield chunk


def same(one: Iterable[bytes], other: Iterable[bytes]) -> bool:
    """Whether two streams are the same octets, in whatever chunks they come."""
    pairs = zip_longest(windows(one, CHUNK), windows(other, CHUNK))
    return all(left == right for left, right in pairs)


def windows(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same octets in pieces of just `size`, but for the last; none is copied needlessly."""
    waiting: list[bytes] = []
    held = 0
    for chunk in chunks:
        rest = chunk
        while held + len(rest) >= size:
            piece, rest = rest[: size - held], rest[size - held :]
            yield b"".join([*waiting, piece]) if waiting else piece
            waiting, held = [], 0
        if rest:
            waiting.append(rest)
            held += len(rest)
    if waiting:
        yield b"".join(waiting)
