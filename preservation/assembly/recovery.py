"""What a crash left behind: finished where a store had committed it, removed everywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from preservation.assembly import ledger, rejections
from preservation.assembly.archive import Archive
from preservation.assembly.holdings import load
from preservation.assembly.locks import secured
from preservation.assembly.scratch import claimed, discard, of_aip
from preservation.errors import Busy, Unavailable
from preservation.model.audit import Depth
from preservation.model.identifiers import PackageId
from preservation.model.premis import Outcome
from preservation.model.storage import Copy, CopyState, Summary, copy_in
from preservation.ports import Store
from preservation.recording import Stage, record
from preservation.stages.audit import audit
from preservation.stages.replicate import abandon, mend, mirror
from preservation.standards import ocfl
from preservation.standards.ledger import Entry

T = TypeVar("T")


class Silence:
    """Progress that nobody watches."""

    def begin(self, step: str, total: int) -> None:
        """Say nothing."""

    def advance(self, amount: int) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The packages that were settled, and why something must wait."""

    settled: tuple[PackageId, ...] = ()
    waits: tuple[str, ...] = ()


def recover(archive: Archive) -> Recovered:
    """Settle every package whose process is dead, and what dead writers left in the stores.

    A store that does not answer is left for the next run.
    """
    settled: list[PackageId] = []
    waits: list[str] = []
    for store in archive.stores.values():
        try:
            store.sweep()
        except Unavailable as unavailable:
            waits += unavailable.reasons
    rejections.sweep(archive)
    if not archive.scratch.is_dir():
        return Recovered((), tuple(waits))
    for folder in sorted(archive.scratch.iterdir()):
        try:
            package = PackageId(folder.name)
        except ValueError:
            continue  # not one of ours
        try:
            with claimed(folder), archive.claims.claimed(of_aip(package)):
                settle(archive, package)
                settled.append(package)
        except BlockingIOError:
            continue  # its process is alive
        except Busy:
            continue
        except Unavailable as unavailable:
            waits += unavailable.reasons
    return Recovered(tuple(settled), tuple(dict.fromkeys(waits)))


def settle(archive: Archive, package: PackageId) -> None:
    """Finish a package that some store has committed, or remove every trace that it has in stores.

    A committed copy is audited, the others are made from it, and the AIP is registered.
    """
    if archive.catalogue.disposals.tombstone(package):
        discard(archive.scratch / package)  # nothing of a deleted AIP is finished
        return
    known = archive.catalogue.package(package)
    version = known.version + 1 if known else 1
    committed = [
        store
        for store in archive.stores.values()
        if store.size(ocfl.commit_key(package, version)) is not None
    ]
    if committed:
        _finish(archive, package, version, committed)
    else:
        for store in archive.stores.values():
            abandon(store, package, version)
    discard(archive.scratch / package)


def _finish(archive: Archive, package: PackageId, version: int, committed: Sequence[Store]) -> None:
    source = committed[0]
    summary, copy = load(source, package, version)
    copies = []
    for store in archive.stores.values():
        if store.name not in summary.stores and store not in committed:
            continue  # its agreement asks for no copy there
        if store in committed:
            mend(store, package, version)
            one = Copy(package, version, store.name, copy.key, copy.size, copy.digest)
            stage = audit(one, store=store, depth=Depth.FIXITY, progress=Silence())
            _record(archive, one, "audit", stage)
        else:
            one = _record(archive, copy, "mirror", mirror(copy, source=source, target=store))
        copies.append(one)
    register(archive, summary, copies)
    secured(archive, archive.catalogue.copies(package))


def _record(archive: Archive, copy: Copy, name: str, stage: Stage[T]) -> T:
    return record(
        stage,
        name=f"{name} {copy.version}" if copy.version > 1 else name,
        run=copy.package.uuid,
        package=copy.package,
        journal=archive.journal,
        clock=archive.clock,
    )


def register(archive: Archive, summary: Summary, copies: Sequence[Copy]) -> tuple[Copy, ...]:
    """Put a stored AIP into the ledger and the catalogue; gives its copies as they now stand."""
    known_events = {event.identifier for event in archive.catalogue.events(summary.id)}
    heard = archive.journal.events(summary.id)
    events = [event for event in heard if event.identifier not in known_events]
    entries = []
    known = []
    for copy in copies:
        for event in events:
            finding = event.finding
            proven = finding.type in ledger.PROOFS and finding.outcome is Outcome.SUCCESS
            if proven and finding.detail.endswith(copy_in(copy.store)):
                entry = Entry(
                    copy.package, copy.version, copy.store, copy.key, CopyState.SOUND, event
                )
                entries.append(entry)
                copy = ledger.after(copy, entry)  # noqa: PLW2901  the same copy, better known
        known.append(copy)
    ledger.append(archive, entries)
    archive.catalogue.register(summary, known, [entry.event for entry in entries])
    return tuple(known)
