"""Repairs: copies mended from one another, package after package, each outcome on record."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.locks import secured
from preservation.assembly.named import all_required
from preservation.assembly.recovery import recover
from preservation.assembly.scratch import claimed, discard, of_aip
from preservation.errors import Busy, Corrupt, Misconfigured, Unavailable
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.repair import Defect, Mend, Plan
from preservation.model.storage import Copy, CopyState
from preservation.ports import Claim, Progress
from preservation.recording import Heard, record
from preservation.stages import repair as stage
from preservation.stages.repair import Intent, Survey
from preservation.standards.ledger import Entry
from preservation.standards.places import REPAIR

_BAD = (CopyState.CORRUPT, CopyState.MISSING)


class RepairStatus(StrEnum):
    """What came of it: nothing to do, mended, could be mended, cannot be, must wait for a store."""

    SOUND = "sound"
    REPAIRED = "repaired"
    REPAIRABLE = "repairable"
    LOST = "lost"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Repaired:
    """The outcome for one AIP: its copies as they are now, what was or would be mended, and how.

    `kept` are the folders in stores that have the damaged objects, as `store: folder`.
    """

    plan: Plan
    status: RepairStatus
    copies: tuple[Copy, ...]
    kept: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def to_repair(archive: Archive, ids: Sequence[str]) -> tuple[PackageId, ...]:
    """The packages named; or those with a copy that was found bad, and those begun and not ended.

    Raises Misconfigured for a name unknown.
    """
    if ids:
        return tuple(summary.id for summary in all_required(archive.catalogue, ids))
    bad = {copy.package for copy in archive.catalogue.copies() if copy.state in _BAD}
    return tuple(sorted(bad | begun(archive)))


def begun(archive: Archive) -> set[PackageId]:
    """The AIPs of which a repair was begun and not ended, in a store that answers."""
    found = set()
    for store in archive.stores.values():
        with suppress(Unavailable):
            for key in store.keys(REPAIR):
                with suppress(ValueError):
                    found.add(PackageId(key.split("/")[1]))
    return {package for package in found if archive.catalogue.package(package)}


def repair(
    archive: Archive, packages: Sequence[PackageId], *, planning: bool, progress: Progress
) -> Iterator[Repaired]:
    """Mend packages, one after the other; with `planning` nothing is written anywhere."""
    if not planning:
        recover(archive)
    for package in packages:
        yield repair_one(archive, package, planning=planning, progress=progress)


def repair_automatically(
    archive: Archive, packages: Iterable[PackageId], progress: Progress
) -> Iterator[Repaired]:
    """Mend what an audit found bad, if the settings say so; what must wait is told, not raised."""
    if not archive.settings.repair.automatic:
        return
    for package in dict.fromkeys(packages):
        try:
            yield repair_one(archive, package, planning=False, progress=progress)
        except Unavailable as unavailable:
            copies = archive.catalogue.copies(package)
            status = RepairStatus.UNAVAILABLE
            yield Repaired(Plan(package), status, copies, reasons=unavailable.reasons)


def repair_or_wait(archive: Archive, package: PackageId, *, progress: Progress) -> Repaired:
    """Mend one package; raises Unavailable, to be tried again, when a store did not answer."""
    done = repair_one(archive, package, planning=False, progress=progress)
    if done.status is RepairStatus.UNAVAILABLE:
        raise Unavailable(*done.reasons)
    return done


def require_mended(outcomes: Iterable[Repaired]) -> None:
    """Raise Corrupt, with every reason, when something could not be saved."""
    reasons = [r for one in outcomes if one.status is RepairStatus.LOST for r in one.reasons]
    if reasons:
        raise Corrupt(*reasons)


def repair_one(
    archive: Archive, package: PackageId, *, planning: bool, progress: Progress
) -> Repaired:
    """Mend one package; nothing is ever overwritten, and what cannot be saved stays as it is.

    Raises Unavailable while somebody else works on the package.
    """
    if planning:
        told, copies = _survey(archive, package, progress)
        return _outcome(stage.plan(told), copies, planned=True)
    folder = archive.scratch / package
    try:
        with archive.claims.claimed(of_aip(package)) as claim, claimed(folder):
            try:
                done = _repair(archive, package, claim, progress)
                secured(archive, done.copies)
                return done
            finally:
                discard(folder)
    except (Busy, BlockingIOError):
        raise Unavailable(
            f"{package}: somebody else works on it at this moment; wait, then repair it"
        ) from None


def _survey(
    archive: Archive, package: PackageId, progress: Progress
) -> tuple[Survey, tuple[Copy, ...]]:
    copies = archive.catalogue.copies(package)
    strange = sorted({copy.store for copy in copies} - archive.stores.keys())
    if strange:
        raise Misconfigured(
            *(
                f"store {name}: holds copies and is not in arkiv.toml; put it back"
                for name in strange
            )
        )
    progress.begin("compare", sum(copy.size for copy in copies))
    asked = stage.asked(package, copies, archive.stores)
    return stage.survey(asked, progress), copies


def _repair(archive: Archive, package: PackageId, claim: Claim, progress: Progress) -> Repaired:
    told, copies = _survey(archive, package, progress)
    plan = stage.plan(told)
    now: list[Copy] = []
    kept: list[str] = []
    failures: list[_Done] = []
    for name in told.asked.stores:
        mends = tuple(mend for mend in plan.mends if mend.store == name)
        claim.require()
        done = _mend(archive, told, name, mends, progress)
        mine = [copy for copy in copies if copy.store == name]
        now += _on_record(archive, told, plan, mine, done)
        if done.failed:
            failures.append(done)
        elif done.intent:
            stage.finish(archive.stores[name], package)
            kept += _kept(done.intent, name)
    return _outcome(plan, tuple(now), failures, tuple(kept))


@dataclass(frozen=True, slots=True)
class _Done:
    """What was done in a store; `again` when an interrupted repair was gone on with."""

    intent: Intent | None = None
    again: bool = False
    failed: tuple[str, ...] = ()
    waits: bool = False


def _mend(
    archive: Archive, told: Survey, name: StoreName, mends: tuple[Mend, ...], progress: Progress
) -> _Done:
    store, package = archive.stores[name], told.asked.package
    intent, again = None, False
    if name in told.away:
        return _Done()
    try:
        intent = stage.intended(store, package)
        again = intent is not None
        if not mends and not intent:
            return _Done()
        intent = intent or Intent(uuid4(), archive.clock.now(), ())
        meant = {mend.key for mend in intent.mends}
        new = tuple(mend for mend in mends if mend.key not in meant)
        intent = replace(intent, mends=(*intent.mends, *new))
        stage.mend(told, store, mends, intent, progress)
    except (Corrupt, Unavailable) as error:
        return _Done(intent, again, error.reasons, isinstance(error, Unavailable))
    return _Done(intent, again)


def _kept(intent: Intent, store: StoreName) -> list[str]:
    damaged = any(mend.fault is not Defect.MISSING for mend in intent.mends)
    return [f"store {store}: {intent.folder}"] if damaged else []


def _on_record(
    archive: Archive, told: Survey, plan: Plan, copies: Sequence[Copy], done: _Done
) -> list[Copy]:
    """The copies of a store as they are now, each outcome in the ledger and the catalogue."""
    known = _known(archive) if done.again else {}
    entries: list[Entry] = []
    for copy in copies:
        became = _became(told, plan, copy, done)
        if became.state is CopyState.UNCHECKED:
            continue
        if copy.state is CopyState.SOUND and not became.mends and not became.failed:
            continue
        journal = Heard()
        record(
            stage.repaired(copy, became),
            name=f"repair {copy.store} {copy.version}",
            run=done.intent.run if done.intent else uuid4(),
            package=copy.package,
            journal=journal,
            clock=archive.clock,
        )
        entries += (
            Entry(copy.package, copy.version, copy.store, copy.key, became.state, event)
            for event in journal.heard
        )
    ledger.append(archive, [it for it in entries if it.event.identifier not in known])
    now = {copy.version: copy for copy in copies}
    for entry in entries:
        entry = known.get(entry.event.identifier, entry)  # noqa: PLW2901  as it is on record
        now[entry.version] = ledger.after(now[entry.version], entry)
        archive.catalogue.checked(now[entry.version], [entry.event])
    return list(now.values())


def _became(told: Survey, plan: Plan, copy: Copy, done: _Done) -> stage.Became:
    if done.failed:
        state = copy.state if done.waits else CopyState.CORRUPT
        return stage.Became(state, (), done.failed, done.waits)
    mends = done.intent.mends if done.intent else ()
    mine = tuple(it for it in mends if stage.concerns(it.version, copy.version))
    lost = tuple(
        reason
        for loss in plan.losses
        if loss.version == copy.version and copy.store in loss.stores
        for reason in loss.reasons
    )
    return stage.Became(stage.state_of(told, copy, mends), mine, lost)


def _known(archive: Archive) -> dict[str, Entry]:
    """What the ledger has, by event: an interrupted repair may have come that far."""
    for store in archive.stores.values():
        with suppress(Corrupt, Unavailable):
            return {entry.event.identifier: entry for entry in ledger.entries(store)}
    return {}


def _outcome(
    plan: Plan,
    copies: tuple[Copy, ...],
    failures: Sequence[_Done] = (),
    kept: tuple[str, ...] = (),
    *,
    planned: bool = False,
) -> Repaired:
    lost = [reason for loss in plan.losses for reason in loss.reasons]
    failed = [reason for done in failures for reason in done.failed]
    reasons = tuple(dict.fromkeys([*lost, *failed, *plan.waits]))
    if lost or any(not done.waits for done in failures):
        status = RepairStatus.LOST
    elif reasons:
        status = RepairStatus.UNAVAILABLE
    elif plan.mends and planned:
        status = RepairStatus.REPAIRABLE
    else:
        status = RepairStatus.REPAIRED if plan.mends or kept else RepairStatus.SOUND
    return Repaired(plan, status, copies, kept, reasons)
