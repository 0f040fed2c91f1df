"""Damaged objects that a repair set aside, let go by somebody who says why."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.errors import Misconfigured
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Agent, AgentType, EventType, Finding, Outcome
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.ports import Store
from preservation.recording import Heard, Stage, record
from preservation.standards.ledger import Entry
from preservation.standards.places import QUARANTINE


@dataclass(frozen=True, slots=True)
class Released:
    """What was removed: how many objects of how many octets together."""

    objects: int
    octets: int


def kept(store: Store, package: PackageId) -> Iterator[str]:
    """The keys of the damaged objects of a package that a store keeps."""
    return (key for key in store.keys(QUARANTINE) if f"/{package}/" in key)


def release(archive: Archive, package: PackageId, *, by: str, because: str) -> Released:
    """Remove what repairs of a package set aside; the event has who and why.

    Raises Misconfigured when nobody or no reason is named, nothing is kept, or a copy of the
    package is not known to be sound: then what is damaged may still be needed.
    """
    copies = archive.catalogue.copies(package)
    found = {name: tuple(kept(store, package)) for name, store in sorted(archive.stores.items())}
    _require(package, copies, found, by, because)
    octets = 0
    for name, keys in found.items():
        mine = [copy for copy in copies if copy.store == name]
        if not keys or not mine:
            continue
        store, newest = archive.stores[name], max(mine, key=lambda copy: copy.version)
        sizes = [store.size(key) or 0 for key in keys]
        octets += sum(sizes)
        journal = Heard()
        record(
            _released(newest, keys, by, because),
            name=f"release {name}",
            run=uuid4(),
            package=package,
            journal=journal,
            clock=archive.clock,
        )
        event = journal.heard[0]
        entry = Entry(package, newest.version, name, newest.key, newest.state, event)
        ledger.append(archive, [entry])
        archive.catalogue.checked(ledger.after(newest, entry), [event])
        for key in keys:
            store.remove(key)
    return Released(sum(map(len, found.values())), octets)


def _require(
    package: PackageId,
    copies: tuple[Copy, ...],
    found: dict[StoreName, tuple[str, ...]],
    by: str,
    because: str,
) -> None:
    reasons = []
    if not by.strip():
        reasons.append("who releases it must be told: --by NAME")
    if not because.strip():
        reasons.append("why it is released must be told: --because REASON")
    if not any(found.values()):
        reasons.append(f"{package}: no store keeps a damaged object of it")
    reasons += (
        f"{package}: the copy in store {copy.store} is {copy.state}, so what is kept may still be "
        f"needed; run arkiv repair {package}"
        for copy in copies
        if copy.state is not CopyState.SOUND
    )
    if reasons:
        raise Misconfigured(*reasons)


def _released(copy: Copy, keys: tuple[str, ...], by: str, because: str) -> Stage[None]:
    """On record before anything is removed."""
    agent = Agent(by.strip(), type=AgentType.PERSON)
    detail = f"damaged objects released, of the {copy_in(copy.store)}"
    note = f"{because.strip()}: {', '.join(keys)}"
    yield Finding(EventType.DELETION, Outcome.SUCCESS, agent, detail, note)
