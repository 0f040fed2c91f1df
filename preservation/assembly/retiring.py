"""Stores that come and go: one is added and filled; one is retired when enough copies are sound."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from preservation import agreements
from preservation.assembly import ledger
from preservation.assembly.archive import Archive, open_store
from preservation.assembly.audits import audit_copies, batches
from preservation.assembly.filling import changing
from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable
from preservation.model.audit import Depth
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Event
from preservation.model.storage import FEWEST, Copy, CopyState, StoreRole, Summary
from preservation.ports import Progress
from preservation.recording import Heard, record
from preservation.settings import stores as in_file
from preservation.settings.file import StoreSettings, read
from preservation.stages import withdraw

TOLD = 20
"""Reasons that are told of a retirement that is refused; the rest are counted."""


def introduce(folder: Path, store: StoreSettings) -> None:
    """Make an empty store and write it into `arkiv.toml`; what is there already stays.

    Raises Misconfigured when the name is that of another store, or its place is taken.
    """
    settings = read(folder)
    told = {it.name: it for it in settings.stores}
    known = told.get(store.name)
    if known is not None and known.role is StoreRole.RETIRED:
        raise Misconfigured(
            f"store {store.name}: is retired; give it another role in arkiv.toml, then run: "
            f"arkiv store sync {store.name}"
        )
    if known is not None and (known.url, known.role) != (store.url, store.role):
        raise Misconfigured(
            f"store {store.name}: is {known.url} with the role {known.role} already; give the new "
            "store a name of its own"
        )
    same = [it.name for it in told.values() if _place(folder, it) == _place(folder, store)]
    if known is None and same:
        raise Misconfigured(
            f"{store.url}: is store {same[0]} already; two copies in one place are one copy"
        )
    open_store(folder, store, settings.archive.id).initialize()
    if known is None:
        in_file.add(folder, store)


def _place(folder: Path, store: StoreSettings) -> str:
    return store.url if "://" in store.url else str((folder / store.url).resolve())


@dataclass(frozen=True, slots=True)
class Retirement:
    """Who retires which store and why; copies proven at most `days` ago need no new proof."""

    store: StoreName
    who: str
    reason: str
    days: int


def retire(archive: Archive, wanted: Retirement, *, progress: Progress) -> int:
    """Count a store no more, once every AIP has enough proven copies elsewhere; its copies.

    What lies in it stays and is no longer looked at. Interrupted, it is done by doing it again.
    Raises Misconfigured, Corrupt or Unavailable with what stands against it; then all is as it was,
    but for the audits that were made to know.
    """
    name = wanted.store
    store = archive.stores.get(name) or archive.retired.get(name)
    if store is None:
        raise Misconfigured(
            f"store {name}: is not in arkiv.toml; it has {', '.join(archive.stores)}"
        )
    with changing(archive):
        _refuse(Misconfigured, tuple(_against(archive, name)))
        copies = [copy for copy in archive.catalogue.copies() if copy.store == name]
        leaving = {copy.package for copy in copies}
        _require_enough(archive, wanted, leaving, progress)
        for batch in batches(copies):
            ledger.put_on_record(archive, [_leaving(archive, it, wanted) for it in batch])
        in_file.retire(archive.folder, name)
    return len(copies)


def _against(archive: Archive, name: StoreName) -> Iterator[str]:
    """What forbids that a store is retired, whatever its copies are."""
    remaining = [other for other in archive.preserving if other != name]
    if not remaining:
        yield f"store {name}: is the last that AIPs are written to; add another before"
    for told in sorted(agreements.available(archive.folder)):
        try:
            storage = agreements.find(told, archive.folder).told.storage
        except ArkivError as error:
            yield from error.reasons
            continue
        if name in storage.stores:
            yield f"agreement {told}: names store {name}; put another in its place there"
        elif storage.copies and storage.copies > len(remaining):
            count = f"{storage.copies} copies, and {len(remaining)} stores would be left"
            yield f"agreement {told}: asks for {count}; add a store before"


def _require_enough(
    archive: Archive, wanted: Retirement, leaving: set[PackageId], progress: Progress
) -> None:
    """Raise unless each AIP has as many proven copies in other stores as it needs."""
    others = _elsewhere(archive, wanted.store, leaving)
    since = archive.clock.now() - timedelta(days=wanted.days)
    stale = [
        copy
        for those in others.values()
        for copy in those
        if copy.state is not CopyState.SOUND or copy.checked is None or copy.checked < since
    ]
    outcomes = list(audit_copies(archive, stale, depth=Depth.FIXITY, progress=progress))
    others = _elsewhere(archive, wanted.store, leaving)
    lacking = []
    for summary in archive.catalogue.packages():
        if summary.id in leaving:
            needed = enough(archive, summary, without=wanted.store)
            proven = _whole(summary, others[summary.id])
            if len(proven) < needed:
                held = f"in {', '.join(proven)}" if proven else "nowhere else"
                lacking.append(
                    f"{summary.id}: {needed} sound copies needed without store {wanted.store}, "
                    f"{len(proven)} {held}"
                )
    if not lacking:
        return
    reasons = [reason for it in outcomes for reason in it.reasons]
    states = {it.state for it in outcomes}
    kind: type[ArkivError] = Misconfigured
    if states & {CopyState.CORRUPT, CopyState.MISSING}:
        kind = Corrupt
    elif CopyState.UNCHECKED in states:
        kind = Unavailable
    _refuse(kind, (*lacking, *reasons), "add a store or repair the copies, then retire this one")


def enough(archive: Archive, summary: Summary, *, without: StoreName) -> int:
    """How many sound copies an AIP needs when a store is gone.

    As many as it was given, or one in each store that AIPs are then written to; never fewer than
    two, unless it was ingested into one alone.
    """
    left = sum(name != without for name in archive.preserving)
    return min(len(summary.stores), max(FEWEST, left))


def _elsewhere(
    archive: Archive, name: StoreName, leaving: set[PackageId]
) -> defaultdict[PackageId, list[Copy]]:
    """Copies that count, in other stores, of the AIPs that have one in this."""
    found: defaultdict[PackageId, list[Copy]] = defaultdict(list)
    counted = {s.name for s in archive.settings.stores if s.role is not StoreRole.ACCESS}
    for copy in archive.catalogue.copies():
        there = copy.store in archive.stores and copy.store in counted
        if there and copy.store != name and copy.package in leaving:
            found[copy.package].append(copy)
    return found


def _whole(summary: Summary, copies: Sequence[Copy]) -> tuple[str, ...]:
    """The stores in which every version of an AIP is sound."""
    sound: defaultdict[str, set[int]] = defaultdict(set)
    for copy in copies:
        if copy.state is CopyState.SOUND:
            sound[copy.store].add(copy.version)
    every = set(range(1, summary.version + 1))
    return tuple(store for store, versions in sound.items() if every <= versions)


def _refuse(kind: type[ArkivError], reasons: tuple[str, ...], remedy: str = "") -> None:
    if reasons:
        more = (f"and {len(reasons) - TOLD} more",) if len(reasons) > TOLD else ()
        raise kind(*reasons[:TOLD], *more, *([remedy] if remedy else []))


def _leaving(archive: Archive, copy: Copy, wanted: Retirement) -> tuple[Copy, CopyState, Event]:
    journal = Heard()
    state = record(
        withdraw.retire(copy, who=wanted.who, reason=wanted.reason),
        name=f"retire {copy.store} {copy.version}",
        run=uuid4(),
        package=copy.package,
        journal=journal,
        clock=archive.clock,
    )
    return copy, state, journal.heard[-1]
