"""7z, by py7zr in a process of its own: it may hang, and it may take all memory."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from preservation.containers.entries import Entry, Listing
from preservation.containers.writing import FULL, Tree, full
from preservation.errors import ToolFailed
from preservation.tools.process import Worker

MEMORY = 2 * 1024**3
"""Octets of address space for a 7z; one whose dictionary asks for more is refused."""

_START, _PACE = 60.0, 500_000
"""Seconds in any case, and octets (packed and unpacked) a second that the slowest computer does."""


def unpack(file: BinaryIO, tree: Tree, listing: Listing, *, room: int) -> None:
    """Write all files of a 7z into a tree; raises Refused with all that is wrong.

    The process writes files with numbers for names, into a folder beside; they are then moved.
    """
    path = os.path.realpath(f"/proc/self/fd/{file.fileno()}")
    beside = tree.place.with_name(tree.place.name + "-7z")
    beside.mkdir(mode=0o750)
    try:
        with Worker("7z", answer, memory=MEMORY) as worker:
            _list(worker, path, listing)
            listing.refuse()
            if listing.octets > room:
                raise full(listing.octets, room)
            deadline = _START + (listing.packed + listing.octets) / _PACE
            order = {"path": path, "folder": str(beside), "most": listing.octets}
            said = _ask(worker, order, deadline, listing)
        if said == "full":
            raise full()
        _take(tree, beside, listing)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _take(tree: Tree, beside: Path, listing: Listing) -> None:
    for number, entry in enumerate(listing.entries):
        if entry.folder:
            tree.folder(entry.path)
            continue
        file = beside / str(number)
        if not file.exists() and not entry.size:
            file.touch()
        if not file.exists() or file.stat().st_size != entry.size:
            listing.say("7Z-DATA", entry.path, "another size", f"{entry.size} octets")
            continue
        tree.adopt(entry.path, file, entry.modified_ns)


def _ask(worker: Worker, order: Any, deadline: float, listing: Listing) -> Any:
    """What the process says; a 7z that it cannot read is damaged, or made to hurt."""
    try:
        return worker.call(order, deadline_seconds=deadline)
    except ToolFailed as failed:
        listing.say("7Z-DATA", b"", "; ".join(failed.reasons)[:300])
        listing.refuse()
        raise


def _list(worker: Worker, path: str, listing: Listing) -> None:
    said = _ask(worker, {"path": path}, _START, listing)
    if said == "encrypted":
        listing.say("7Z-ENCRYPTED")
        return
    for name, size, kind, modified in said:
        path_in = name.encode("utf-8", "surrogatepass")
        if kind == "other":
            listing.say("7Z-SPECIAL", path_in)
        listing.add(Entry(path_in.rstrip(b"/"), size, kind == "folder", modified))


def answer(order: Any) -> Any:
    """In the process: list what is in a 7z, or write its files, as the order says."""
    import py7zr
    from py7zr.exceptions import PasswordRequired

    try:
        with py7zr.SevenZipFile(order["path"], "r") as archive:
            if archive.needs_password():
                return "encrypted"
            if "folder" not in order:
                return list(_entries(archive))
            return _write(archive, order)
    except PasswordRequired:
        return "encrypted"


def _entries(archive: Any) -> Iterator[tuple[str, int, str, int]]:
    for it in archive.files:
        kind = "folder" if it.is_directory else "other"
        if not it.is_directory and not (it.is_symlink or it.is_junction or it.is_socket):
            kind = "file"
        modified = it.lastwritetime
        changed = int(modified.totimestamp() * 1e9) if modified is not None else 0
        yield it.filename, it.uncompressed or 0, kind, changed


def _write(archive: Any, order: Any) -> str:
    from py7zr.io import Py7zIO, WriterFactory

    left = order["most"]

    class Numbered(Py7zIO):
        """A file that is written once, forward."""

        def __init__(self, name: str) -> None:
            number = str(int(name.rpartition("/")[2]))
            self._file = open(f"{order['folder']}/{number}", "xb")  # noqa: SIM115  closed by close

        def write(self, s: bytes | bytearray) -> int:
            nonlocal left
            left -= len(s)
            if left < 0:
                raise ValueError("more content than it says")
            return self._file.write(s)

        def read(self, size: int | None = None) -> bytes:  # noqa: ARG002  the library's
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002  the library's
            return 0

        def flush(self) -> None:
            self._file.flush()

        def size(self) -> int:
            return self._file.tell()

        def close(self) -> None:
            self._file.close()

    class Factory(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            return Numbered(filename)

    for number, it in enumerate(archive.files):
        it._file_info["filename"] = str(number)  # no name of the container is ever a path here
    try:
        archive.extractall(factory=Factory())
    except OSError as error:
        if error.errno in FULL:
            return "full"
        raise
    return "done"
