"""Looks at whole stores: what lies there that the archive cannot explain."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.scratch import of_aip
from preservation.errors import Busy, Unavailable
from preservation.model.audit import Stray, StrayKind
from preservation.model.identifiers import PackageId, StoreName
from preservation.ports import Progress
from preservation.recording import Heard, record
from preservation.stages.look import Known, looked, strays
from preservation.standards import ocfl, tombstone
from preservation.standards.ledger import Look

_NOBODY = PackageId(str(UUID(int=0)))
"""The event is of no package."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a store that the archive cannot explain, or why it was not looked at."""

    store: StoreName
    strays: tuple[Stray, ...] = ()
    waits: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that a person must know."""
        return (*self.waits, *(stray.reason for stray in self.strays))


def look(archive: Archive, *, progress: Progress) -> tuple[Looked, ...]:
    """Hold everything in every store against the catalogue; the outcomes are in the ledger.

    What somebody works on at this moment is not told.
    """
    progress.begin("look", len(archive.stores))
    lines, outcomes = [], []
    for name in archive.stores:
        found = _look(archive, name)
        journal = Heard()
        record(
            looked(found.strays, found.waits),
            name=f"look {name}",
            run=uuid4(),
            package=_NOBODY,
            journal=journal,
            clock=archive.clock,
        )
        lines.append(Look(name, journal.heard[0]))
        outcomes.append(found)
        progress.advance(1)
    ledger.append(archive, lines)
    return tuple(outcomes)


def _look(archive: Archive, name: StoreName) -> Looked:
    store = archive.stores[name]
    try:
        known, graves = _known(archive, name), set[str]()
        passing = _heeding(store.keys(""), graves)
        found = [it for it in strays(name, passing, known) if _stays(archive, name, it)]
        return Looked(name, (*found, *_without_tombstone(name, known, graves)))
    except Unavailable as unavailable:
        return Looked(name, waits=unavailable.reasons)


def _known(archive: Archive, name: StoreName, package: PackageId | None = None) -> Known:
    """What the catalogue has of all AIPs, or of one."""
    versions: dict[PackageId, int] = {}
    counted: defaultdict[PackageId, set[int]] = defaultdict(set)
    for copy in archive.catalogue.copies(package):
        versions[copy.package] = max(copy.version, versions.get(copy.package, 0))
        if copy.store == name:
            counted[copy.package].add(copy.version)
    newest = archive.catalogue.package(package) if package else None
    if newest:
        versions[newest.id] = newest.version
    buried = frozenset(stone.package for stone in archive.catalogue.disposals.tombstones())
    return Known(versions, {k: frozenset(it) for k, it in counted.items()}, buried)


def _stays(archive: Archive, name: StoreName, stray: Stray) -> bool:
    """Whether it is still so while nobody works on the AIP: else it was on its way."""
    package = ocfl.package_of(f"{stray.key}.")
    if package is None:
        return True
    try:
        with archive.claims.claimed(of_aip(package)):
            keys = archive.stores[name].keys(stray.key)
            again = strays(name, keys, _known(archive, name, package))
            return any(it.kind is stray.kind for it in again)
    except Busy:
        return False


def _heeding(keys: Iterable[str], graves: set[str]) -> Iterator[str]:
    """The same keys; those of tombstones are remembered on the way."""
    for key in keys:
        if key.startswith(tombstone.PREFIX):
            graves.add(key)
        yield key


def _without_tombstone(name: StoreName, known: Known, graves: set[str]) -> Iterator[Stray]:
    for package in sorted(known.buried):
        key = tombstone.key(package)
        if key not in graves:
            reason = f"store {name}: {key} is missing; run arkiv tidy"
            yield Stray(StrayKind.TOMBSTONE, key, reason)
