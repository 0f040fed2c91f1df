"""Audits: copies held against what was stored, several at a time, each outcome on record."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.locks import secured
from preservation.assembly.looks import Looked
from preservation.assembly.named import all_required
from preservation.assembly.scratch import of_aip
from preservation.errors import ArkivError, Busy, Corrupt, Misconfigured, Unavailable
from preservation.model.audit import Depth
from preservation.model.due import Due, due
from preservation.model.identifiers import PackageId
from preservation.model.storage import Copy, CopyState
from preservation.ports import Progress
from preservation.recording import Heard, Stage, record
from preservation.settings.place import cores
from preservation.stages.audit import Audited, audit, not_made
from preservation.standards.ledger import Entry

BATCH = 100
"""Copies whose outcomes are written together; a crash loses no more than these."""


def copies_of(archive: Archive, ids: Sequence[str]) -> tuple[Copy, ...]:
    """The copies of the packages named, or of all; raises Misconfigured for a name unknown."""
    if not ids:
        return archive.catalogue.copies()
    named = all_required(archive.catalogue, ids)
    return tuple(copy for summary in named for copy in archive.catalogue.copies(summary.id))


def batches(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    """Copies in the order given, so many together as are put on record together."""
    for start in range(0, len(copies), BATCH):
        yield copies[start : start + BATCH]


def audit_copies(
    archive: Archive, copies: Sequence[Copy], *, depth: Depth, progress: Progress
) -> Iterator[Audited]:
    """Audit copies, batch after batch; outcomes come in the order given."""
    progress.begin("audit", sum(copy.size for copy in copies))
    for batch in batches(copies):
        yield from audit_batch(archive, batch, depth=depth, progress=progress)


def audit_batch(
    archive: Archive,
    batch: Sequence[Copy],
    *,
    depth: Depth,
    progress: Progress,
    alone: bool = False,
) -> tuple[Audited, ...]:
    """Audit copies, as many at a time as there are cores; `alone` is who has claimed their AIPs.

    Every outcome is in the ledger and the catalogue before it is handed out, also that an audit
    failed by a fault of ours, which is raised after that.
    """
    run = uuid4()
    faults: list[Exception] = []

    def one(copy: Copy) -> tuple[Audited, Entry]:
        try:
            return _one(archive, copy, (run, depth), progress)
        except ArkivError:
            raise
        except Exception as fault:
            faults.append(fault)
            reason = f"store {copy.store}: the audit failed: {type(fault).__name__}: {fault}"
            return _heard(archive, copy, run, not_made(copy, depth, (reason,)))

    with ThreadPoolExecutor(cores()) as pool:
        done = list(pool.map(one, batch))
    if not alone:
        done = _second_look(archive, done, one, (run, depth))
    ledger.append(archive, [entry for _, entry in done])
    outcomes = []
    for audited, entry in done:
        after = ledger.after(audited.copy, entry)
        archive.catalogue.checked(after, [entry.event])
        outcomes.append(replace(audited, copy=after))
    if depth is Depth.PRESENCE:
        outcomes = [_with_lock(archive, it) for it in outcomes]
    for fault in faults:
        raise fault
    return tuple(outcomes)


def _with_lock(archive: Archive, audited: Audited) -> Audited:
    """The outcome with what is found of the locks of a copy that is there; they are put right."""
    if audited.state is not CopyState.SOUND:
        return audited
    done = secured(archive, [audited.copy])
    if done.waits:
        return replace(audited, state=CopyState.UNCHECKED, reasons=done.waits)
    return replace(audited, reasons=done.changed)


def due_now(archive: Archive) -> Due:
    """What the archive's settings ask to be audited today."""
    return due(archive.catalogue.copies(), archive.settings.audit.policy, archive.clock.now())


Phase = tuple[Depth, Sequence[Copy]]
"""Copies to be audited to one depth."""


def phases(archive: Archive, what: str, ids: Sequence[str]) -> tuple[Phase, ...]:
    """What `fixity`, `presence` (of the packages named, or of all) or `due` asks to be audited."""
    if what == "due":
        plan = due_now(archive)
        return (Depth.PRESENCE, plan.presence), (Depth.FIXITY, plan.fixity)
    try:
        depth = Depth(what)
    except ValueError:
        raise Misconfigured(f"{what}: audits are of fixity, presence, or what is due") from None
    return ((depth, copies_of(archive, ids)),)


def found_bad(outcomes: Sequence[Audited]) -> tuple[PackageId, ...]:
    """The AIPs of which a copy is corrupt or missing, each once."""
    bad = (CopyState.CORRUPT, CopyState.MISSING)
    return tuple(dict.fromkeys(it.copy.package for it in outcomes if it.state in bad))


def require_sound(outcomes: Sequence[Audited], looks: Sequence[Looked] = ()) -> None:
    """Raise Corrupt when a copy is corrupt or missing, or something strange is in a store.

    Raises Unavailable when one was not checked. The error has all reasons, each once.
    """
    all_reasons = [*(audited.reasons for audited in outcomes), *(it.reasons for it in looks)]
    reasons = dict.fromkeys(reason for those in all_reasons for reason in those)
    states = {audited.state for audited in outcomes}
    if states & {CopyState.CORRUPT, CopyState.MISSING} or any(it.strays for it in looks):
        raise Corrupt(*reasons)
    if CopyState.UNCHECKED in states or any(it.waits for it in looks):
        raise Unavailable(*reasons)


def _one(
    archive: Archive, copy: Copy, of: tuple[UUID, Depth], progress: Progress
) -> tuple[Audited, Entry]:
    (run, depth), store = of, archive.stores.get(copy.store)
    if store is None:
        raise Misconfigured(
            f"store {copy.store}: holds copies and is not in arkiv.toml; put it back"
        )
    return _heard(archive, copy, run, audit(copy, store=store, depth=depth, progress=progress))


_Looked = tuple[Audited, Entry]


def _second_look(
    archive: Archive,
    done: Sequence[_Looked],
    one: Callable[[Copy], _Looked],
    of: tuple[UUID, Depth],
) -> list[_Looked]:
    """What seems damaged is looked at again while nobody else changes it.

    Else a repair or a next version under way, or a fault on the network, would be called damage.
    """
    run, depth = of
    found = list(done)
    bad: dict[PackageId, list[int]] = {}
    for number, (audited, _) in enumerate(found):
        if audited.state in (CopyState.CORRUPT, CopyState.MISSING):
            bad.setdefault(audited.copy.package, []).append(number)
    for package, numbers in bad.items():
        copies = [found[number][0].copy for number in numbers]
        again: list[_Looked] = []
        reasons: tuple[str, ...] = (f"{package}: was deleted meanwhile",)
        try:
            with archive.claims.claimed(of_aip(package)):
                if archive.catalogue.package(package):
                    again = [one(copy) for copy in copies]
        except Busy as busy:
            reasons = busy.reasons
        again = again or [
            _heard(archive, copy, run, not_made(copy, depth, reasons)) for copy in copies
        ]
        for number, looked in zip(numbers, again, strict=True):
            found[number] = looked
    return found


def _heard(archive: Archive, copy: Copy, run: UUID, stage: Stage[Audited]) -> tuple[Audited, Entry]:
    journal = Heard()
    audited = record(
        stage,
        name=f"audit {copy.store} {copy.version}",
        run=run,
        package=copy.package,
        journal=journal,
        clock=archive.clock,
    )
    event = journal.heard[-1]
    return audited, Entry(copy.package, copy.version, copy.store, copy.key, audited.state, event)
