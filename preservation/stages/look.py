"""Look: what lies in a store as a whole, against what the archive knows of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from preservation.model.audit import Stray, StrayKind
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.recording import Stage
from preservation.standards import ledger, ocfl, tombstone
from preservation.standards.places import IDENTITY, QUARANTINE, REPAIR, SEALED

TOLD = 20
"""Strays that the event names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue has: the versions of AIPs, those counted in this store, deleted AIPs."""

    versions: Mapping[PackageId, int]
    counted: Mapping[PackageId, frozenset[int]]
    buried: frozenset[PackageId]


def strays(store: StoreName, keys: Iterable[str], known: Known) -> Iterator[Stray]:
    """All that the archive cannot explain among keys of a store, which come sorted.

    What lies inside the folder of an AIP that is known is for the audit of its copies.
    """
    roots = ocfl.root_files()
    for package, those in groupby(keys, key=ocfl.package_of):
        if package is not None:
            yield from _of_package(store, package, list(those), known)
            continue
        for key in those:
            if key.startswith(tombstone.PREFIX):
                if tombstone.package_of(key) not in known.buried:
                    yield _grave(store, key)
            elif not _is_ours(key) and key not in roots:
                reason = f"store {store}: {key} is not of the archive; look what it is"
                yield Stray(StrayKind.FOREIGN, key, reason)


def _is_ours(key: str) -> bool:
    batch = ledger.sequence_of(key) is not None
    return batch or key == IDENTITY or key.startswith((QUARANTINE, REPAIR, SEALED))


def _grave(store: StoreName, key: str) -> Stray:
    reason = (
        f"store {store}: {key} says that an AIP was deleted, and the catalogue does not; run "
        f"arkiv rebuild --store {store} if the store is right"
    )
    return Stray(StrayKind.TOMBSTONE, key, reason)


def _of_package(
    store: StoreName, package: PackageId, keys: Sequence[str], known: Known
) -> Iterator[Stray]:
    folder = f"{ocfl.object_root(package)}/"
    committed = {it[1] for it in map(ocfl.committed, keys) if it}
    if package in known.buried:
        reason = f"store {store}: has AIP {package}, which was deleted; run arkiv tidy"
        yield Stray(StrayKind.DELETED, folder, reason)
        return
    versions = known.versions.get(package, 0)
    counted = known.counted.get(package, frozenset())
    for version in sorted(committed - counted):
        if version > versions:
            kind, said = StrayKind.UNKNOWN, "the catalogue does not know it"
            remedy = f"run arkiv rebuild --store {store} if it is of this archive"
        else:
            kind, said = StrayKind.UNCOUNTED, "the catalogue counts no copy there"
            remedy = f"run arkiv store sync {store}"
        reason = f"store {store}: version {version} of AIP {package}: {said}; {remedy}"
        yield Stray(kind, folder, reason)
    if not committed and not versions:
        reason = (
            f"store {store}: {keys[0]} and {len(keys) - 1} more are of AIP {package}, which was "
            "never committed; run arkiv tidy, or remove them by hand if they stay"
        )
        yield Stray(StrayKind.LEFT, folder, reason)


def looked(found: Sequence[Stray], waits: Sequence[str]) -> Stage[None]:
    """What was found of a whole store, or why nothing can be said of it."""
    detail = "all that lies in a store, against the catalogue"
    if waits:
        note = "; ".join(waits)
        yield Finding(EventType.VALIDATION, Outcome.NOT_PERFORMED, ARKIV, detail, note)
        return
    told = [stray.reason for stray in found[:TOLD]]
    if len(found) > TOLD:
        told.append(f"and {len(found) - TOLD} more")
    outcome = Outcome.FAILURE if found else Outcome.SUCCESS
    yield Finding(EventType.VALIDATION, outcome, ARKIV, detail, "; ".join(told))
