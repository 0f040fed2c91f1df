"""7z: listed and written by a process of its own, which may hang or take all memory."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from preservation.containers.entries import Entry, Listing
from preservation.containers.writing import Tree, full
from preservation.errors import ToolFailed
from preservation.tools.process import Json, Worker

MEMORY = 2 * 1024**3
"""Octets of address space for a 7z; one whose dictionary asks for more is refused."""

_START, _PACE = 60.0, 500_000
"""Seconds in any case, and octets (packed and unpacked) a second that the slowest computer does."""


def unpack(file: BinaryIO, tree: Tree, listing: Listing, *, room: int) -> None:
    """Write all files of a 7z into a tree; raises Refused with all that is wrong.

    The process writes files with numbers for names, into a folder beside; they are then moved.
    """
    from preservation.tools import sevenzip  # noqa: PLC0415  its library takes 0.1 s to load

    path = os.path.realpath(f"/proc/self/fd/{file.fileno()}")
    beside = tree.place.with_name(tree.place.name + "-7z")
    beside.mkdir(mode=0o750)
    try:
        with Worker("7z", sevenzip.answer, memory=MEMORY) as worker:
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


def _ask(worker: Worker, order: Json, deadline: float, listing: Listing) -> Json:
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
