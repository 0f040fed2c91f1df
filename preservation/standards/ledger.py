"""The ledger: what happened to packages after they were stored, in batches that form a chain.

A batch is one object, `ledger/000000000001.jsonl`, never changed. Its first line has its sequence,
when it was written, and the SHA-512 of the batch before it, so that none can be altered, removed or
put between unseen. Each further line is an event of a copy or of a store, or what was decided on an
AIP.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from preservation.errors import Corrupt
from preservation.model.disposal import Act, Decision
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Event
from preservation.model.storage import Copy, CopyState
from preservation.standards.shape import Json, differences, moment, parsed, stamp
from preservation.standards.summary import EVENT_SHAPE, from_event, to_event

PREFIX = "ledger/"

_SEQUENCE_MAX = 10**12 - 1
_INVENTORY = re.compile(r", inventory ([0-9a-f]{128})\Z")
_HEAD = {"sequence": int, "previous": (str, None), "written": str}
_ENTRY = {
    "package": str,
    "version": int,
    "store": str,
    "key": str,
    "state": str,
    "event": EVENT_SHAPE,
}
_LOOK = {"store": str, "looked": EVENT_SHAPE}
DECISION_SHAPE = {
    "package": str,
    "version": int,
    "act": str,
    "subject": str,
    "event": EVENT_SHAPE,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one copy, and the state that the copy was found or left in."""

    package: PackageId
    version: int
    store: StoreName
    key: str
    state: CopyState
    event: Event


@dataclass(frozen=True, slots=True)
class Look:
    """An event of a whole store: what was found of all that lies in it."""

    store: StoreName
    event: Event


Line: TypeAlias = Entry | Decision | Look
"""What a batch consists of."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines written at one time; `previous` is the digest of the batch before, None in the first.

    Refuses (ValueError) a sequence that is not 1 to 10^12 - 1, a first batch with a previous one
    and a later one without.
    """

    sequence: int
    previous: Digest | None
    written: datetime
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.sequence <= _SEQUENCE_MAX:
            raise ValueError(f"{self.sequence} is not the sequence of a batch")
        if (self.previous is None) != (self.sequence == 1):
            raise ValueError(f"batch {self.sequence}: only the first has no previous batch")


def proven(copy: Copy, inventory: Digest) -> str:
    """The note of an event in which every octet of a copy and its inventory was compared."""
    return naming(f"{copy.size} octets, {copy.digest.short}", inventory)


def naming(note: str, inventory: Digest) -> str:
    """A note with the digest of the inventory that the copy was stored or proven with."""
    return f"{note}, inventory {inventory.value}"


def proven_inventory(note: str) -> Digest | None:
    """The digest of the inventory that such a note names; None when it names none."""
    match = _INVENTORY.search(note)
    return Digest(Algorithm.SHA512, match.group(1)) if match else None


def key(sequence: int) -> str:
    """The key of a batch in a store; in sorted order they come in sequence."""
    return f"{PREFIX}{sequence:012d}.jsonl"


def sequence_of(key: str) -> int | None:
    """The inverse of `key`; None for what is not the key of a batch."""
    found = re.fullmatch(rf"{PREFIX}([0-9]{{12}})\.jsonl", key)
    return int(found.group(1)) if found else None


def digest(batch: bytes) -> Digest:
    """What the next batch names as its `previous`."""
    return Digest(Algorithm.SHA512, hashlib.sha512(batch).hexdigest())


def write(batch: Batch) -> bytes:
    """The batch as lines of JSON: the same batch is the same bytes."""
    if batch.previous is not None and batch.previous.algorithm is not Algorithm.SHA512:
        raise ValueError(f"batch {batch.sequence}: {batch.previous.short} is not SHA-512")
    head = {
        "sequence": batch.sequence,
        "previous": batch.previous.value if batch.previous else None,
        "written": stamp(batch.written),
    }
    lines = [head, *map(_from_line, batch.lines)]
    return b"".join(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n" for line in lines)


def read(document: bytes) -> Batch:
    """A batch from its lines.

    Raises Corrupt, with all reasons, when it is not a batch as `write` makes them. That `previous`
    is the digest of the batch before is for the reader of the chain to see.
    """
    head, *lines = document.split(b"\n")
    if not lines or lines.pop():
        raise Corrupt("ledger: the last line of a batch is cut")
    found = parsed(head, "ledger: line 1")
    entries = [parsed(line, f"ledger: line {n}") for n, line in enumerate(lines, start=2)]
    reasons = differences(found, _HEAD, "ledger: line 1")
    for number, entry in enumerate(entries, start=2):
        reasons += differences(entry, _shape(entry), f"ledger: line {number}")
    if reasons:
        raise Corrupt(*reasons)
    try:
        previous = found["previous"]
        return Batch(
            found["sequence"],
            None if previous is None else Digest(Algorithm.SHA512, previous),
            moment(found["written"]),
            tuple(map(_to_line, entries)),
        )
    except ValueError as error:
        raise Corrupt(f"ledger: {error}") from error


def from_decision(decision: Decision) -> Json:
    """A decision as JSON has it, in the shape `DECISION_SHAPE`."""
    return {
        "package": decision.package,
        "version": decision.version,
        "act": decision.act.value,
        "subject": decision.subject,
        "event": from_event(decision.event),
    }


def to_decision(found: Json) -> Decision:
    """A decision from what JSON has, which must have the shape; ValueError for a term not known."""
    return Decision(
        PackageId(found["package"]),
        found["version"],
        Act(found["act"]),
        found["subject"],
        to_event(found["event"]),
    )


def _shape(line: Json) -> Json:
    told = line if type(line) is dict else {}
    if "looked" in told:
        return _LOOK
    return DECISION_SHAPE if "act" in told else _ENTRY


def _from_line(line: Line) -> Json:
    match line:
        case Decision():
            return from_decision(line)
        case Look():
            return {"store": line.store, "looked": from_event(line.event)}
        case Entry():
            return _from_entry(line)


def _to_line(found: Json) -> Line:
    if "looked" in found:
        return Look(StoreName(found["store"]), to_event(found["looked"]))
    return to_decision(found) if "act" in found else _to_entry(found)


def _from_entry(entry: Entry) -> Json:
    return {
        "package": entry.package,
        "version": entry.version,
        "store": entry.store,
        "key": entry.key,
        "state": entry.state.value,
        "event": from_event(entry.event),
    }


def _to_entry(found: Json) -> Entry:
    return Entry(
        PackageId(found["package"]),
        found["version"],
        StoreName(found["store"]),
        found["key"],
        CopyState(found["state"]),
        to_event(found["event"]),
    )
