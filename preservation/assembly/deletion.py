"""Deletion: an AIP leaves the catalogue with its approval, then every store, and a tombstone stays.

What a crash or a store that is away leaves undone, the next `tidy` does.
"""

from dataclasses import dataclass

from preservation.assembly.archive import Archive
from preservation.assembly.decisions import Word, approve, decision, note
from preservation.assembly.named import required
from preservation.assembly.recovery import recover
from preservation.assembly.scratch import of_aip
from preservation.errors import Unavailable
from preservation.model.disposal import Act, Tombstone
from preservation.model.identifiers import StoreName
from preservation.ports import Progress
from preservation.stages import dispose
from preservation.standards import ocfl, tombstone

_PATIENCE = 10.0
"""Seconds to wait for others who work on the AIP."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """An AIP that is deleted: from which stores it is gone, and why others must be waited for.

    `retired` are stores that are not in use, which nobody touched and which may have it still.
    """

    tombstone: Tombstone
    gone: tuple[StoreName, ...] = ()
    waits: tuple[str, ...] = ()
    retired: tuple[StoreName, ...] = ()

    @property
    def done(self) -> bool:
        """Whether no store in use has anything of it."""
        return not self.waits


def delete(archive: Archive, id_: str, word: Word, *, progress: Progress) -> Deletion:
    """Approve a deletion that somebody else requested, and carry it out.

    Raises Misconfigured with all that forbids it, Unavailable while somebody works on the AIP.
    """
    recover(archive)
    package = required(archive.catalogue, id_).id
    with archive.claims.claimed(of_aip(package), wait=_PATIENCE):
        stone = approve(archive, required(archive.catalogue, package), word)
        return carry_out(archive, stone, progress=progress)


def carry_out(archive: Archive, stone: Tombstone, *, progress: Progress) -> Deletion:
    """Remove a deleted AIP from every store; who calls this has claimed it, and noted its approval.

    What is removed already is no error: it may be done again.
    """
    package, document = stone.package, tombstone.write(stone)
    known = archive.stores.keys() | archive.retired.keys()
    waits = [
        f"store {name}: had a copy and is not in arkiv.toml; put it back"
        for name in stone.stores
        if name not in known
    ]
    gone: list[StoreName] = []
    objects = 0
    progress.begin("delete", len(archive.stores))
    for name, store in archive.stores.items():
        try:
            objects += dispose.remove(package, document, store=store)
            gone.append(name)
        except Unavailable as unavailable:
            waits += unavailable.reasons
        progress.advance(1)
    standing = archive.catalogue.disposals.standing(package)
    if not waits and (objects or standing.done is None):
        stage = dispose.removed(gone, objects)
        done = decision(archive, package, stone.approval.version, Act.DELETE, "", stage)
        archive.catalogue.disposals.removed(done)
        note(archive)
    return Deletion(stone, tuple(gone), tuple(waits), _retired(archive, stone))


def unfinished(archive: Archive) -> tuple[Tombstone, ...]:
    """Deleted AIPs of which a store may have something: not yet removed, or it came back."""
    disposals = archive.catalogue.disposals
    waiting = {stone.package for stone in disposals.tombstones(to_remove=True)}
    return tuple(
        stone
        for stone in disposals.tombstones()
        if stone.package in waiting or _returned(archive, stone)
    )


def _returned(archive: Archive, stone: Tombstone) -> bool:
    """Whether a store has something of a deleted AIP, or lacks its tombstone."""
    root, key = ocfl.object_root(stone.package) + "/", tombstone.key(stone.package)
    for store in archive.stores.values():
        try:
            if store.size(key) is None or next(store.keys(root), None) is not None:
                return True
        except Unavailable:
            continue
    return False


def _retired(archive: Archive, stone: Tombstone) -> tuple[StoreName, ...]:
    found = []
    for name, store in archive.retired.items():
        try:
            there = next(store.keys(ocfl.object_root(stone.package) + "/"), None) is not None
        except Unavailable:
            there = True
        if there:
            found.append(name)
    return tuple(found)
