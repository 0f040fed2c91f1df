"""Restore drills: a sample of what one store holds, restored from it alone, outcomes on record."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.holdings import held
from preservation.assembly.scratch import claimed, discard
from preservation.errors import Misconfigured, Unavailable
from preservation.model.drill import DETAIL, Drilled
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Outcome
from preservation.model.storage import Copy, CopyState
from preservation.ports import Progress, Store
from preservation.recording import Heard, record
from preservation.stages.drill import drill
from preservation.standards import ocfl
from preservation.standards.installed_schemas import InstalledSchemas
from preservation.standards.ledger import Entry

_FOLDER = "drill"
_NEVER = datetime.min.replace(tzinfo=UTC)


def stores_to_drill(archive: Archive, name: str | None) -> tuple[Store, ...]:
    """The store named, or all; raises Misconfigured for one that the archive does not have."""
    if name is None:
        return tuple(archive.stores.values())
    found = next((store for known, store in archive.stores.items() if known == name), None)
    if found is None:
        raise Misconfigured(f"store {name}: not in arkiv.toml; it has {', '.join(archive.stores)}")
    return (found,)


def sample(store: Store, size: int) -> tuple[tuple[PackageId, int], ...]:
    """The packages of a store that were never drilled from it, or longest ago; with versions.

    Only the store itself is asked, its ledger and its objects. Raises Corrupt when its ledger is
    not whole.
    """
    last: dict[tuple[PackageId, int], datetime] = {}
    for entry in ledger.entries(store):
        if entry.store == store.name and entry.event.finding.detail.startswith(DETAIL):
            last[entry.package, entry.version] = entry.event.when
    ordered = sorted(held(store), key=lambda one: (last.get(one, _NEVER), one))
    return tuple(ordered[:size])


def drills(
    archive: Archive, store: Store, *, size: int | None, progress: Progress
) -> Iterator[Drilled]:
    """Restore a sample from a store, one AIP after the other, each outcome on record at once.

    Raises Unavailable when the store does not answer, or another drill runs.
    """
    schemas = InstalledSchemas(archive.folder / archive.settings.ingest.schemas)
    folder = archive.scratch / _FOLDER
    for package, version in sample(store, size or archive.settings.drills.sample):
        discard_left(archive)
        try:
            with claimed(folder):
                try:
                    yield _one(archive, (package, version), store, schemas, progress)
                finally:
                    discard(folder)
        except BlockingIOError:
            raise Unavailable("another restore drill runs at this moment; wait for it") from None


def discard_left(archive: Archive) -> None:
    """Remove what a killed drill left in scratch."""
    folder = archive.scratch / _FOLDER
    with suppress(BlockingIOError):
        if folder.is_dir():
            with claimed(folder):
                discard(folder)


def _one(
    archive: Archive,
    what: tuple[PackageId, int],
    store: Store,
    schemas: InstalledSchemas,
    progress: Progress,
) -> Drilled:
    package, version = what
    key = ocfl.tar_key(package, version)
    progress.begin(f"drill {store.name}", 2 * (store.size(key) or 0))
    place = archive.scratch / _FOLDER / "restored"
    place.mkdir()
    journal = Heard()
    drilled = record(
        drill(package, version, store=store, folder=place, schemas=schemas, progress=progress),
        name=f"drill {store.name} {version}",
        run=uuid4(),
        package=package,
        journal=journal,
        clock=archive.clock,
    )
    event = journal.heard[0]
    copy = _known(archive, package, version, store.name)
    failed = drilled.outcome is Outcome.FAILURE
    state = copy.state if copy and not failed else CopyState.CORRUPT
    if not failed and copy is None:
        state = CopyState.UNCHECKED
    entry = Entry(package, version, store.name, key, state, event)
    ledger.append(archive, [entry])
    if copy:
        now = replace(ledger.after(copy, entry), state=state)
        archive.catalogue.checked(now, [event])
    return drilled


def _known(archive: Archive, package: PackageId, version: int, store: StoreName) -> Copy | None:
    """The copy in the catalogue, to put the outcome there too; the drill itself never asks."""
    return next(
        (
            copy
            for copy in archive.catalogue.copies(package)
            if copy.version == version and copy.store == store
        ),
        None,
    )
