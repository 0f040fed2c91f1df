"""What happened to copies after they were stored, in hash-chained batches in every store."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from preservation.assembly.archive import Archive
from preservation.errors import AlreadyExists, Corrupt, Unavailable
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import StoreName
from preservation.model.premis import Event, EventType, Outcome
from preservation.model.storage import Copy, CopyState
from preservation.ports import Store
from preservation.standards import ledger
from preservation.standards.ledger import Batch, Entry, Line

_PATIENCE = 120.0
"""Seconds to wait for others who write to the ledger, each for a moment."""


@dataclass(slots=True)
class _Head:
    """The newest batch, and the stores that did not get every batch."""

    sequence: int = 0
    digest: str = ""
    behind: tuple[str, ...] = ()


def append(archive: Archive, lines: Sequence[Line]) -> None:
    """Write one batch to every store that answers; the others get it when they answer again.

    Raises Unavailable when no store takes it.
    """
    if not lines:
        return
    file = archive.folder / "ledger.head"
    with archive.claims.claimed("ledger", wait=_PATIENCE):
        head = _read_head(file, archive)
        previous = Digest(Algorithm.SHA512, head.digest) if head.digest else None
        sequence = head.sequence + 1
        batch = ledger.write(Batch(sequence, previous, archive.clock.now(), tuple(lines)))
        behind: dict[str, tuple[str, ...]] = {}
        for store in archive.stores.values():
            try:
                missed = sequence > 1 and store.size(ledger.key(head.sequence)) is None
                if missed or store.name in head.behind:
                    _catch_up(store, archive, before=ledger.key(sequence))
                store.put(ledger.key(sequence), [batch], size=len(batch))
            except Unavailable as unavailable:
                behind[str(store.name)] = unavailable.reasons
        if len(behind) == len(archive.stores):
            reasons = (reason for those in behind.values() for reason in those)
            remedy = "no store takes the ledger; see that the stores are there and retry"
            raise Unavailable(remedy, *reasons)
        head = _Head(sequence, ledger.digest(batch).value, tuple(behind))
        _write_head(file, head)


def _read_head(file: Path, archive: Archive) -> _Head:
    """The head as it was left, or as the stores show it when that is lost or lags."""
    try:
        head = _Head(**json.loads(file.read_text("utf-8")))
        head.behind = tuple(head.behind)
    except (OSError, ValueError, TypeError):
        head = _Head()
    for store in archive.stores.values():
        try:
            while store.size(ledger.key(head.sequence + 1)) is not None:
                batch = b"".join(store.read(ledger.key(head.sequence + 1)))
                others = tuple(str(name) for name in archive.stores if name != store.name)
                head = _Head(head.sequence + 1, ledger.digest(batch).value, others)
        except Unavailable:
            continue
    return head


def _write_head(file: Path, head: _Head) -> None:
    partial = file.with_suffix(".partial")
    content = {"sequence": head.sequence, "digest": head.digest, "behind": head.behind}
    partial.write_text(json.dumps(content), "utf-8")
    partial.rename(file)


def _catch_up(store: Store, archive: Archive, *, before: str) -> None:
    """Give a store the batches that it missed; the one that is being written comes after them.

    Raises Unavailable when none of the other stores that answer has one of them.
    """
    has = set(store.keys("ledger/"))
    for other in archive.stores.values():
        if other.name == store.name:
            continue
        for key, batch in _missed(other, has, before):
            with suppress(AlreadyExists):
                store.put(key, [batch], size=len(batch))
            has.add(key)
    sequence = 1
    while (key := ledger.key(sequence)) < before:
        if key not in has:
            raise Unavailable(f"store {store.name}: lacks {key}, and no store that answers has it")
        sequence += 1


def _missed(other: Store, has: set[str], before: str) -> Iterator[tuple[str, bytes]]:
    """The batches that a store has and another lacks; none when it does not answer."""
    try:
        keys = [key for key in other.keys("ledger/") if key < before and key not in has]
        for key in keys:
            yield key, b"".join(other.read(key))
    except Unavailable:
        return


def bring(archive: Archive, store: Store) -> None:
    """Give a store every batch that it lacks; raises Unavailable when it does not take them."""
    with archive.claims.claimed("ledger", wait=_PATIENCE):
        head = _read_head(archive.folder / "ledger.head", archive)
        _catch_up(store, archive, before=ledger.key(head.sequence + 1))


def bring_all(archive: Archive) -> tuple[str, ...]:
    """Give every store that answers what it lacks of the ledger; why others must wait.

    A crash leaves the last batch in some stores alone, and one of these may be retired.
    """
    waits: list[str] = []
    for store in archive.stores.values():
        try:
            bring(archive, store)
        except Unavailable as unavailable:
            waits += unavailable.reasons
    return tuple(waits)


def newest(archive: Archive) -> Store:
    """A store that has every batch; raises Unavailable when none that has them answers."""
    with archive.claims.claimed("ledger", wait=_PATIENCE):
        head = _read_head(archive.folder / "ledger.head", archive)
    for store in archive.stores.values():
        with suppress(Unavailable):
            if head.sequence == 0 or store.size(ledger.key(head.sequence)) is not None:
                return store
    raise Unavailable("no store with the whole ledger answers; see that the stores are there")


def entries(store: Store) -> Iterator[Entry]:
    """The events of copies in a store's ledger; raises what `lines` raises."""
    return (line for line in lines(store) if isinstance(line, Entry))


def lines(store: Store) -> Iterator[Line]:
    """All lines of a store's ledger, in the order in which they were written.

    Raises Corrupt when a batch is missing, or is not the one that the batch after it names.
    """
    previous: Digest | None = None
    for sequence, key in enumerate(store.keys(ledger.PREFIX), start=1):
        document = b"".join(store.read(key))
        batch = ledger.read(document)
        if (key, batch.sequence) != (ledger.key(sequence), sequence):
            _broken(store, key, f"{ledger.key(sequence)} expected")
        if batch.previous != previous:
            said = batch.previous.short if batch.previous else "none"
            _broken(store, key, f"names {said} as the batch before, which is another")
        yield from batch.lines
        previous = ledger.digest(document)


def _broken(store: Store, key: str, what: str) -> NoReturn:
    raise Corrupt(
        f"store {store.name}: {key}: {what}; the ledger is not whole, rebuild from another store"
    )


PROOFS = (EventType.REPLICATION, EventType.FIXITY_CHECK, EventType.RECOVERY)
"""Events in which every octet of a copy was read and compared."""

_SIGHTS = (*PROOFS, EventType.VALIDATION, EventType.DISSEMINATION)
"""Events in which it was at least looked at whether a copy is there."""


def made(entry: Entry) -> bool:
    """Whether an entry proves a copy: since then at the latest there is one."""
    return entry.event.finding.type in PROOFS and entry.state is CopyState.SOUND


def after(copy: Copy, entry: Entry) -> Copy:
    """What is known of a copy after an entry that speaks of it."""
    event = entry.event
    performed = event.finding.outcome is not Outcome.NOT_PERFORMED
    seen = event.when if performed and event.finding.type in _SIGHTS else copy.seen
    if event.finding.type not in PROOFS:
        # Presence alone proves nothing sound.
        state = copy.state if entry.state is CopyState.SOUND else entry.state
        return replace(copy, state=state, seen=seen)
    inventory = ledger.proven_inventory(event.finding.note) or copy.inventory
    checked = event.when if performed else copy.checked
    return replace(copy, state=entry.state, checked=checked, seen=seen, inventory=inventory)


def folded(
    own: Copy, stores: Iterable[StoreName], entries: Iterable[Entry]
) -> dict[StoreName, Copy]:
    """The copies of one AIP version as the ledger tells of them; `own` is one nobody spoke of.

    `stores` are those that it was first put into.
    """
    copies = {name: replace(own, store=name) for name in stores}
    for entry in entries:
        before = copies.get(entry.store)
        if before is None and not made(entry):
            continue
        copies[entry.store] = after(before or replace(own, store=entry.store), entry)
        if entry.state is CopyState.WITHDRAWN:
            del copies[entry.store]
    return copies


def put_on_record(
    archive: Archive, found: Sequence[tuple[Copy, CopyState, Event]]
) -> tuple[Copy, ...]:
    """Write what was found of copies to the ledger, then to the catalogue; as they now stand."""
    append(
        archive,
        [
            Entry(it.package, it.version, it.store, it.key, state, event)
            for it, state, event in found
        ],
    )
    stand = []
    for copy, state, event in found:
        entry = Entry(copy.package, copy.version, copy.store, copy.key, state, event)
        stand.append(after(copy, entry))
        archive.catalogue.checked(stand[-1], [event])
    return tuple(stand)
