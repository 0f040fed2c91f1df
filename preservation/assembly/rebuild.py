"""The catalogue again, from one store alone: it is a fold over summaries and the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.decisions import note
from preservation.assembly.holdings import held, load
from preservation.catalogue.holdings import SqlCatalogue
from preservation.errors import Corrupt, Misconfigured
from preservation.model.disposal import Act, Decision, Tombstone, standing
from preservation.model.disposal import tombstone as bury
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy, Summary
from preservation.ports import Progress, Store
from preservation.standards import tombstone
from preservation.standards.ledger import Entry


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: the AIPs taken in, and those that the store could not tell of."""

    store: StoreName
    packages: tuple[PackageId, ...]
    reasons: tuple[str, ...]


def rebuild(archive: Archive, *, store: str | None, progress: Progress) -> Rebuilt:
    """Make the catalogue anew from one store (the first by default), all or nothing.

    An AIP whose documents in this store are damaged is left out and named; but one that the
    catalogue knows is never forgotten: then Corrupt is raised and the catalogue stays as it was.
    What was decided on AIPs comes back from the ledger, and those deleted as tombstones.
    Raises Misconfigured for a store that the archive does not have, Unavailable when the store does
    not answer.
    """
    source = _source(archive, store)
    note(archive)
    known = {(summary.id, summary.version) for summary in archive.catalogue.packages()}
    packages = list(held(source))
    entries: defaultdict[PackageId, list[Entry]] = defaultdict(list)
    decisions: defaultdict[PackageId, list[Decision]] = defaultdict(list)
    for line in ledger.lines(source):
        if isinstance(line, Decision):
            decisions[line.package].append(line)
        elif isinstance(line, Entry):
            entries[line.package].append(line)
    stones = {
        package: _tombstone(source, package)
        for package, made in decisions.items()
        if standing(made).approval
    }
    taken: list[tuple[PackageId, int]] = []
    reasons: list[str] = []
    progress.begin("rebuild", len(packages))
    with archive.catalogue.rebuilding() as catalogue:
        for package, newest in packages:
            if stones.get(package):
                continue  # on its way out of this store
            try:
                for summary, copies, heard in _versions(source, package, newest, entries[package]):
                    catalogue.register(summary, copies, [entry.event for entry in heard])
                taken.append((package, newest))
            except Corrupt as corrupt:
                reasons += (f"{package}: {reason}" for reason in corrupt.reasons)
            progress.advance(1)
        for package, made in decisions.items():
            _decide(catalogue, package, made, stones.get(package))
        lost = {it for it in known - set(taken) if it[0] not in stones}
        _require_all(lost, source, reasons)
    return Rebuilt(source.name, tuple(package for package, _ in taken), tuple(reasons))


def _tombstone(source: Store, package: PackageId) -> Tombstone | None:
    """The tombstone of an AIP in a store; raises Corrupt when it is not one."""
    try:
        document = b"".join(source.read(tombstone.key(package)))
    except KeyError:
        return None
    return tombstone.read(document)


def _decide(
    catalogue: SqlCatalogue, package: PackageId, made: list[Decision], stone: Tombstone | None
) -> None:
    """What was decided on one AIP; of one that was deleted the tombstone, made anew if need be."""
    now = standing(made)
    decided = [it for it in made if it.act not in (Act.APPROVE, Act.DELETE)]
    catalogue.disposals.decide(decided, noted=True)
    if now.approval is None:
        return
    versions = catalogue.versions(package)
    if stone is None and now.request and versions:
        stone = bury(versions, catalogue.copies(package), now.request, now.approval)
    if stone is None:
        raise Corrupt(f"{package}: was deleted, and this store has no tombstone of it")
    catalogue.disposals.bury(stone, noted=True)
    for done in made:
        if done.act is Act.DELETE:
            catalogue.disposals.removed(done, noted=True)


def _require_all(lost: set[tuple[PackageId, int]], source: Store, reasons: list[str]) -> None:
    if not lost:
        return
    named = [
        f"{package}: version {version} is known to the catalogue, not told by store {source.name}"
        for package, version in sorted(lost)
    ]
    raise Corrupt(
        *reasons,
        *named,
        "the catalogue stays as it was; rebuild from another store with --store, or move the "
        "catalogue away first if this store is right",
    )


def _source(archive: Archive, store: str | None) -> Store:
    if store is None:
        return next(iter(archive.stores.values()))
    found = next((s for name, s in archive.stores.items() if name == store), None)
    if store in archive.retired:
        raise Misconfigured(
            f"store {store}: is retired and was not told of anything since; rebuild from another"
        )
    if found is None:
        names = ", ".join(archive.stores)
        raise Misconfigured(f"store {store}: not in arkiv.toml; it has {names}")
    return found


def _versions(
    source: Store, package: PackageId, newest: int, entries: list[Entry]
) -> Iterator[tuple[Summary, list[Copy], list[Entry]]]:
    for version in range(1, newest + 1):
        summary, own = load(source, package, version)
        heard = [entry for entry in entries if entry.version == version]
        yield summary, list(ledger.folded(own, summary.stores, heard).values()), heard
