"""The bare cost of what an ingest cannot do without, written as tightly as Python allows.

`once`: read every file and hash it with SHA-512. `promises`: that, then two sequential writes of
all octets, flushed, and two read-backs of them, on two threads.
"""

import argparse
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHUNK = 4 * 1024 * 1024


def paths(folder: Path) -> list[bytes]:
    """Every file below a folder."""
    return [
        os.path.join(top, name)
        for top, _, names in os.walk(os.fsencode(folder))
        for name in sorted(names)
    ]


def digest(path: bytes) -> str:
    """SHA-512 of one file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        if size < CHUNK:
            return hashlib.sha512(os.read(handle, size + 1)).hexdigest()
        whole, buffer = hashlib.sha512(), bytearray(CHUNK)
        while count := os.readv(handle, [buffer]):
            whole.update(memoryview(buffer)[:count])
        return whole.hexdigest()
    finally:
        os.close(handle)


def chunks(files: list[bytes]) -> Iterator[bytes]:
    """All octets one after the other, in pieces of about 4 MiB, each file read once."""
    waiting, held = [], 0
    for path in files:
        handle = os.open(path, os.O_RDONLY)
        size = os.fstat(handle).st_size
        while piece := os.read(handle, min(size + 1, CHUNK)):
            waiting.append(piece)
            held += len(piece)
            if held >= CHUNK:
                yield b"".join(waiting)
                waiting, held = [], 0
        os.close(handle)
    yield b"".join(waiting)


def write(files: list[bytes], targets: list[Path], pool: ThreadPoolExecutor) -> None:
    """All octets into each target, the sources read once, flushed to the medium."""
    outs = [os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL) for target in targets]
    for chunk in chunks(files):
        list(pool.map(os.write, outs, [chunk] * len(outs)))
    list(pool.map(os.fsync, outs))
    for out in outs:
        os.posix_fadvise(out, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(out)


def read(target: Path) -> None:
    """A file from its start to its end."""
    handle, buffer = os.open(target, os.O_RDONLY), bytearray(CHUNK)
    while os.readv(handle, [buffer]):
        pass
    os.close(handle)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["once", "promises"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("scratch", type=Path)
    told = parser.parse_args()
    found = paths(told.folder)
    if told.what == "once":
        for path in found:
            digest(path)
    else:
        targets = [told.scratch / "bare-a", told.scratch / "bare-b"]
        large = os.stat(found[0]).st_size > CHUNK  # threads do not help small files
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(digest, found)) if large else [digest(path) for path in found]
            write(found, targets, pool)
            list(pool.map(read, targets))
        for target in targets:
            target.unlink()
