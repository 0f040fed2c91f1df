"""Locks: stores with `lock` in the settings keep what agreements and holds keep."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from typing import cast
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.errors import ArkivError
from preservation.model.agreement import PERMANENT
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy, CopyState, Lock
from preservation.ports import Locking
from preservation.recording import Heard, record
from preservation.stages.secure import Secured, secure

PERMANENT_YEARS = 100
"""How long the lock of an AIP is that is kept permanently: servers take no more."""


def locking(archive: Archive) -> dict[StoreName, Locking]:
    """The stores that are to lock what they keep."""
    names = [StoreName(told.name) for told in archive.settings.stores if told.lock != "none"]
    return {name: cast("Locking", archive.stores[name]) for name in names if name in archive.stores}


def secured(archive: Archive, copies: Iterable[Copy]) -> Secured:
    """Lock copies as agreements and holds ask for; those that are bad are left to a repair.

    What was changed or refused is on record. Nothing is asked of stores that do not lock.
    """
    places = locking(archive)
    locks: dict[PackageId, Lock] = {}
    done: list[Secured] = []
    for copy in copies:
        if copy.store not in places or copy.state not in (CopyState.SOUND, CopyState.UNCHECKED):
            continue
        if copy.package not in locks:
            locks[copy.package] = wanted(archive, copy.package)
        done.append(_secured(archive, copy, locks[copy.package], places[copy.store]))
    changed = dict.fromkeys(said for it in done for said in it.changed)
    waits = dict.fromkeys(said for it in done for said in it.waits)
    return Secured(tuple(changed), tuple(waits))


def wanted(archive: Archive, package: PackageId) -> Lock:
    """The lock that an AIP must have: its longest retention, and whether a hold is on it."""
    days = list(_days(archive, package))
    held = bool(archive.catalogue.disposals.standing(package).holds)
    return Lock(max(days, default=None), held)


def _days(archive: Archive, package: PackageId) -> Iterator[datetime]:
    for it in archive.catalogue.versions(package):
        if it.retained_until == PERMANENT:
            # Not the 29th of February, which the year may lack.
            yield it.created.replace(year=it.created.year + PERMANENT_YEARS, day=1)
        elif it.retained_until:
            yield datetime.combine(it.retained_until, time(), UTC)


def _secured(archive: Archive, copy: Copy, lock: Lock, locks: Locking) -> Secured:
    journal = Heard()
    try:
        done = record(
            secure(copy, lock, store=archive.stores[copy.store], locks=locks),
            name=f"secure {copy.store} {copy.version}",
            run=uuid4(),
            package=copy.package,
            journal=journal,
            clock=archive.clock,
        )
        ledger.put_on_record(archive, [(copy, copy.state, event) for event in journal.heard])
    except ArkivError as error:
        return Secured((), error.reasons)
    return done
