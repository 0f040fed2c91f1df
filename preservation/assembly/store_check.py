"""Does a store do what it must, and are its copies there?"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from preservation.assembly.archive import Archive
from preservation.assembly.store_changes import named
from preservation.errors import AlreadyExists, ArkivError, Unavailable
from preservation.model.identifiers import StoreName
from preservation.model.storage import Copy, StoreRole
from preservation.ports import Progress, Store
from preservation.settings.file import StoreSettings
from preservation.standards import ocfl

PROBES = "checks/"
"""Where `store check` writes what it removes again."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that a store must do, and what it did."""

    does: str
    well: bool
    found: str


@dataclass(frozen=True, slots=True)
class StoreChecked:
    """What a store does, and which of its copies are not there in their size.

    `unknown` counts committed AIP versions that the catalogue does not have in this store.
    """

    told: StoreSettings
    probes: tuple[Probe, ...]
    present: int
    missing: tuple[str, ...]
    unknown: int


def check(archive: Archive, name: str, *, progress: Progress) -> StoreChecked:
    """Try whether a store does what it must, and whether each of its copies is there.

    A retired store is only read. Raises Misconfigured for a name unknown, Unavailable when the
    store does not answer.
    """
    told = named(archive, name)
    retired = told.role is StoreRole.RETIRED
    store = (archive.retired if retired else archive.stores)[StoreName(name)]
    store.size(ocfl.ROOT_DECLARATION)  # whether it answers at all
    probes = () if retired else tuple(_probes(store))
    copies = [copy for copy in archive.catalogue.copies() if copy.store == name]
    progress.begin("presence", len(copies))
    missing: list[str] = []
    for copy in copies:
        missing += _absent(copy, store)
        progress.advance(1)
    known_here = {(copy.package, copy.version) for copy in copies}
    committed = {it for it in map(ocfl.committed, store.keys(ocfl.ROOT)) if it}
    return StoreChecked(
        told, probes, len(copies) - len(missing), tuple(missing), len(committed - known_here)
    )


def _absent(copy: Copy, store: Store) -> Iterator[str]:
    if store.size(ocfl.commit_key(copy.package, copy.version)) is None:
        yield f"{copy.package}: version {copy.version} is not there; run arkiv audit {copy.package}"
    elif (size := store.size(copy.key)) != copy.size:
        yield f"{copy.package}: {copy.key}: {copy.size} octets expected, {size} found"


def _probes(store: Store) -> Iterator[Probe]:
    """Each promise of the port that can be tried with a small object, which is removed again."""
    key, content = f"{PROBES}{uuid4()}", b"written to see whether this store works\n"
    try:
        yield from _tried(store, key, content)
    finally:
        with suppress(ArkivError):
            store.remove(key)


def _tried(store: Store, key: str, content: bytes) -> Iterator[Probe]:
    try:
        store.put(key, [content], size=len(content))
    except Unavailable as error:
        yield Probe("write", False, str(error))
        return
    yield Probe("write", True, f"{len(content)} octets")
    read = b"".join(store.read(key))
    yield Probe("read", read == content, "as written" if read == content else "other octets")
    try:
        store.put(key, [b"other"], size=5)
    except AlreadyExists:
        unchanged = b"".join(store.read(key)) == content
        yield Probe("refuse to overwrite", unchanged, "refused" if unchanged else "it changed")
    else:
        yield Probe("refuse to overwrite", False, "the object was written over")
    part = b"".join(store.read(key, 8, 18))
    yield Probe("read a range", part == content[8:18], f"{len(part)} octets of 10")
    listed = list(store.keys(PROBES))
    yield Probe("list", key in listed, "listed" if key in listed else "not listed")
    store.remove(key)
    gone = store.size(key) is None
    yield Probe("remove", gone, "removed" if gone else "it is still there")
