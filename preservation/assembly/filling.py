"""A store is given the copies that it lacks, each from a copy that was proven whole before."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.audits import audit_batch
from preservation.assembly.locks import secured
from preservation.assembly.recovery import recover
from preservation.assembly.scratch import of_aip
from preservation.errors import AlreadyExists, Misconfigured
from preservation.model.audit import Depth
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy, CopyState
from preservation.ports import Progress, Store
from preservation.recording import Heard, record
from preservation.stages.audit import Audited
from preservation.stages.replicate import mend, mirror
from preservation.standards import ocfl, tombstone
from preservation.standards.ledger import Entry

_PATIENCE = 600.0
"""Seconds to wait for others who work on the same AIP."""

_BEST_FIRST = (CopyState.SOUND, CopyState.UNCHECKED, CopyState.MISSING, CopyState.CORRUPT)


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one AIP version that a store lacked: its copy there, or why there is none."""

    wanted: Copy
    made: Copy | None
    failed: tuple[Audited, ...] = ()


@contextmanager
def changing(archive: Archive) -> Iterator[None]:
    """Only one process at a time changes which stores there are; what dead ones left is mended."""
    with archive.claims.claimed("stores"):
        recover(archive)
        ledger.bring_all(archive)
        settle(archive)
        yield


def lacking(copies: Sequence[Copy], store: StoreName) -> Mapping[Copy, tuple[Copy, ...]]:
    """What a store has no copy of, as it would lie there, each with the copies to make it from.

    By AIP and version, as the copies come; the best known copy is the first.
    """
    found: dict[Copy, tuple[Copy, ...]] = {}
    for _, those in groupby(copies, key=lambda copy: (copy.package, copy.version)):
        held = sorted(those, key=lambda copy: _BEST_FIRST.index(copy.state))
        if all(copy.store != store for copy in held):
            wanted = replace(held[0], store=store, state=CopyState.UNCHECKED, checked=None)
            found[wanted] = tuple(held)
    return found


def fill(archive: Archive, name: StoreName, *, progress: Progress) -> Iterator[Filled]:
    """Make every copy that a store lacks; each is on record before it is handed out.

    Interrupted, it goes on where it stopped. A version is made only after those before it. Raises
    Misconfigured for a store that is not in use, Unavailable when it does not answer, Corrupt when
    it does not give back what it was given.
    """
    target = archive.stores.get(name)
    if target is None:
        known = ", ".join(archive.stores)
        raise Misconfigured(f"store {name}: is not in use in this archive; it has {known}")
    ledger.bring(archive, target)
    _bring_tombstones(archive, target)
    wanted = lacking(archive.catalogue.copies(), name)
    progress.begin("copy", 2 * sum(copy.size for copy in wanted))
    failed: set[PackageId] = set()
    for copy, sources in wanted.items():
        if copy.package in failed:
            yield Filled(copy, None)
            continue
        with archive.claims.claimed(of_aip(copy.package), wait=_PATIENCE):
            done = _one(archive, copy, sources, target, progress)
            if done.made:
                secured(archive, [done.made])
        if done.made is None:
            failed.add(copy.package)
        yield done


def _bring_tombstones(archive: Archive, target: Store) -> None:
    """Every store tells of every AIP that was deleted."""
    for stone in archive.catalogue.disposals.tombstones():
        document = tombstone.write(stone)
        with suppress(AlreadyExists):
            target.put(tombstone.key(stone.package), [document], size=len(document))


def settle(archive: Archive) -> None:
    """Tell the catalogue what the ledger has and a crash kept from it.

    The copies of such AIPs are folded anew, since later events may have come in between.
    """
    source = ledger.newest(archive)
    lacking = _lacking_events(archive, ledger.entries(source))
    heard: dict[PackageId, list[Entry]] = {package: [] for package in lacking}
    for entry in ledger.entries(source) if lacking else ():
        if entry.package in heard:
            heard[entry.package].append(entry)
    for package, entries in heard.items():
        before = archive.catalogue.copies(package)
        for summary in archive.catalogue.versions(package):
            held = [copy for copy in before if copy.version == summary.version]
            if held:
                mine = [entry for entry in entries if entry.version == summary.version]
                _settle(archive, held, summary.stores, mine)


def _lacking_events(archive: Archive, entries: Iterator[Entry]) -> set[PackageId]:
    """The AIPs of which the ledger has events that the catalogue lacks."""
    held = {copy.package for copy in archive.catalogue.copies()}
    known: dict[PackageId, set[str]] = {}
    lacking: set[PackageId] = set()
    for entry in entries:
        package = entry.package
        if package not in held or package in lacking:
            continue
        if package not in known:
            known[package] = {event.identifier for event in archive.catalogue.events(package)}
        if entry.event.identifier not in known[package]:
            lacking.add(package)
    return lacking


def _settle(
    archive: Archive, held: Sequence[Copy], stores: Sequence[StoreName], entries: Sequence[Entry]
) -> None:
    own = replace(held[0], state=CopyState.UNCHECKED, checked=None, seen=None, inventory=None)
    now = ledger.folded(own, stores, entries)
    gone = [copy for copy in held if copy.store not in now]
    for copy in (*now.values(), *(replace(it, state=CopyState.WITHDRAWN) for it in gone)):
        archive.catalogue.checked(copy, [entry.event for entry in entries])


def _one(
    archive: Archive, copy: Copy, sources: Sequence[Copy], target: Store, progress: Progress
) -> Filled:
    if target.size(ocfl.commit_key(copy.package, copy.version)) is not None:
        # A crash came between its commit and its record, or it was counted once and is again.
        mend(target, copy.package, _newest(target, copy.package))
        (audited,) = audit_batch(archive, [copy], depth=Depth.FIXITY, progress=progress, alone=True)
        sound = audited.state is CopyState.SOUND
        return Filled(copy, audited.copy if sound else None, () if sound else (audited,))
    failed: list[Audited] = []
    for source in sources:
        store = archive.stores.get(source.store)
        if store is None:
            continue
        (audited,) = audit_batch(
            archive, [source], depth=Depth.FIXITY, progress=progress, alone=True
        )
        if audited.state is CopyState.SOUND:
            made = _mirrored(archive, copy, store, target)
            progress.advance(copy.size)
            return Filled(copy, made, tuple(failed))
        failed.append(audited)
    return Filled(copy, None, tuple(failed))


def _newest(store: Store, package: PackageId) -> int:
    found = map(ocfl.committed, store.keys(ocfl.object_root(package) + "/"))
    return max(it[1] for it in found if it)


def _mirrored(archive: Archive, copy: Copy, source: Store, target: Store) -> Copy:
    """The copy made and on record; also that it could not be made, which leaves no copy."""
    journal = Heard()
    state = CopyState.WITHDRAWN
    try:
        record(
            mirror(copy, source=source, target=target),
            name=f"mirror {target.name} {copy.version}",
            run=uuid4(),
            package=copy.package,
            journal=journal,
            clock=archive.clock,
        )
        state = CopyState.SOUND
    finally:
        made = ledger.put_on_record(archive, [(copy, state, event) for event in journal.heard])
    return made[-1]
