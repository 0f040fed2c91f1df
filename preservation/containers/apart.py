"""7z and ISO images: listed and written by a process apart, which may hang or take all memory."""

import importlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from preservation.containers.entries import Entry, Listing
from preservation.containers.writing import Tree, full
from preservation.errors import ToolFailed
from preservation.tools.process import Json, Worker

MEMORY = 2 * 1024**3
"""Octets of address space; a 7z whose dictionary asks for more is refused."""

_START, _PACE = 60.0, 500_000
"""Seconds in any case, and octets (packed and unpacked) a second that the slowest computer does."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a kind of container: its name, its module, and the codes of what may be wrong."""

    name: str
    module: str
    damaged: str
    special: str
    locked: str


SEVEN = Reader("7z", "preservation.tools.sevenzip", "7Z-DATA", "7Z-SPECIAL", "7Z-ENCRYPTED")
ISO = Reader("iso", "preservation.tools.isofile", "ISO-DATA", "ISO-SPECIAL", "ISO-DATA")


def unpack(file: BinaryIO, tree: Tree, listing: Listing, *, reader: Reader) -> None:
    """Write all files of a container into a tree; raises Refused with all that is wrong.

    The process writes files with numbers for names, into a folder beside; they are then moved.
    """
    answer = importlib.import_module(reader.module).answer  # its library takes 0.1 s to load
    room = shutil.disk_usage(tree.place).free
    path = os.path.realpath(f"/proc/self/fd/{file.fileno()}")
    beside = tree.place.with_name(f"{tree.place.name}-{reader.name}")
    beside.mkdir(mode=0o750)
    try:
        with Worker(reader.name, answer, memory=MEMORY) as worker:
            _list(worker, path, listing, reader)
            listing.refuse()
            if listing.octets > room:
                raise full(listing.octets, room)
            deadline = _START + (listing.packed + listing.octets) / _PACE
            order = {"path": path, "folder": str(beside), "most": listing.octets}
            said = _ask(worker, order, deadline, listing, reader)
        if said == "full":
            raise full()
        _take(tree, beside, listing, reader)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _take(tree: Tree, beside: Path, listing: Listing, reader: Reader) -> None:
    for number, entry in enumerate(listing.entries):
        if entry.folder:
            tree.folder(entry.path)
            continue
        file = beside / str(number)
        if not file.exists() and not entry.size:
            file.touch()
        if not file.exists() or file.stat().st_size != entry.size:
            listing.say(reader.damaged, entry.path, "another size", f"{entry.size} octets")
            continue
        tree.adopt(entry.path, file, entry.modified_ns)


def _ask(worker: Worker, order: Json, deadline: float, listing: Listing, reader: Reader) -> Json:
    """What the process says; one that it cannot read is damaged, or made to hurt."""
    try:
        return worker.call(order, deadline_seconds=deadline)
    except ToolFailed as failed:
        listing.say(reader.damaged, b"", "; ".join(failed.reasons)[:300])
        listing.refuse()
        raise


def _list(worker: Worker, path: str, listing: Listing, reader: Reader) -> None:
    said = _ask(worker, {"path": path}, _START, listing, reader)
    if said == "encrypted":
        listing.say(reader.locked)
        return
    for name, size, kind, modified in said:
        path_in = name.encode("utf-8", "surrogatepass")
        if kind == "other":
            listing.say(reader.special, path_in)
        listing.add(Entry(path_in.rstrip(b"/"), size, kind == "folder", modified))
