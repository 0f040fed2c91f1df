"""Mending one store: every step leaves the right octets, or the damaged ones, where they are found.

The order: what is meant is written down; each replacement is written aside and read back; what is
damaged or does not belong there goes to quarantine; the replacements take their places and are read
back. Nothing is ever removed before its replacement is proven, and nothing damaged is removed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from preservation.errors import AlreadyExists, Corrupt
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.repair import Defect, Mend, Origin
from preservation.ports import Progress, Store
from preservation.standards.places import QUARANTINE, REPAIR
from preservation.standards.shape import moment, stamp
from preservation.streams import digest_of

INTENT = "intent.json"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a repair of one AIP in one store has set out to do: when, in which run, and what."""

    run: UUID
    when: datetime
    mends: tuple[Mend, ...]

    @property
    def folder(self) -> str:
        """Where in the store the damaged objects of this repair are kept."""
        return f"{QUARANTINE}{self.when.strftime(_STAMP)}/"


@dataclass(frozen=True, slots=True)
class Supply:
    """The right octets of one object: how many, their digest, and a way to read them again."""

    size: int
    digest: Digest
    chunks: Callable[[], Iterator[bytes]]


def aside(package: PackageId, key: str) -> str:
    """The key of the replacement of an object until it takes its place."""
    return f"{REPAIR}{package}/{key}"


def intended(store: Store, package: PackageId) -> Intent | None:
    """What an interrupted repair had set out to do; None when there was none."""
    try:
        found = json.loads(b"".join(store.read(aside(package, INTENT))))
        return Intent(
            UUID(found["run"]),
            moment(found["when"]),
            tuple(_mend(store.name, told) for told in found["mends"]),
        )
    except (KeyError, TypeError, ValueError):
        return None  # not there, or damaged itself: then the repair begins anew


def intend(store: Store, package: PackageId, intent: Intent) -> None:
    """Write down what is meant, before anything is done."""
    told = {
        "run": str(intent.run),
        "when": stamp(intent.when),
        "mends": [
            {
                "key": mend.key,
                "fault": mend.fault.value,
                "origin": mend.origin.value,
                "version": mend.version,
                "sources": list(mend.sources),
                "members": list(mend.members),
            }
            for mend in intent.mends
        ],
    }
    content = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
    store.replace(aside(package, INTENT), content)


def _mend(store: StoreName, told: dict[str, object]) -> Mend:
    version = told["version"]
    sources, members = told["sources"], told["members"]
    if not isinstance(sources, list) or not isinstance(members, list):
        raise TypeError("sources and members are lists")
    return Mend(
        store,
        str(told["key"]),
        Defect(str(told["fault"])),
        Origin(str(told["origin"])),
        version if isinstance(version, int) else None,
        tuple(map(StoreName, sources)),
        tuple(map(str, members)),
    )


def write_aside(
    store: Store, package: PackageId, mend: Mend, supply: Supply, progress: Progress
) -> None:
    """Write a replacement aside and read it back whole.

    Raises Corrupt when it is not what it must be; then nothing of it remains.
    """
    key = aside(package, mend.key)
    if mend.origin is not Origin.READY:
        store.remove(key)
        store.put(key, _checked(mend, supply), size=supply.size)
    found = digest_of(store.read(key), progress.advance)
    if found != supply.digest:
        store.remove(key)
        raise Corrupt(
            f"store {store.name}: {mend.key}: {supply.digest.short} written, {found.short} read "
            "back; nothing was changed; check this store's disk before you repair"
        )


def _checked(mend: Mend, supply: Supply) -> Iterator[bytes]:
    """The octets of a source, which must be what they were when they were looked at."""
    whole, octets = hashlib.sha512(), 0
    for chunk in supply.chunks():
        whole.update(chunk)
        octets += len(chunk)
        if octets > supply.size:
            break
        yield chunk
    found = Digest(Algorithm.SHA512, whole.hexdigest())
    if octets != supply.size or found != supply.digest:
        held = ", ".join(mend.sources)
        raise Corrupt(
            f"store {held}: {mend.key}: {supply.digest.short} expected, {found.short} found; it "
            "changed since it was compared; check this store's disk and repair again"
        )


def put_right(store: Store, package: PackageId, mends: Sequence[Mend], folder: str) -> None:
    """Set aside what is bad, and give the proven replacements their places."""
    for mend in mends:
        if mend.fault is Defect.EXTRA:
            _set_aside(store, mend.key, folder)
    for mend in mends:
        if mend.fault is Defect.EXTRA:
            continue
        if mend.fault is Defect.DAMAGED:
            _set_aside(store, mend.key, folder)
        store.move(aside(package, mend.key), mend.key)


def _set_aside(store: Store, key: str, folder: str) -> None:
    to, number = f"{folder}{key}", 1
    while True:
        try:
            store.move(key, to)
        except AlreadyExists:
            # Damaged once more while an interrupted repair was not yet finished.
            number += 1
            to = f"{folder}{key}.{number}"
        except KeyError:
            return  # gone meanwhile
        else:
            return


def prove(store: Store, mend: Mend, digest: Digest, progress: Progress) -> None:
    """Read an object back from its place; raises Corrupt when it is not what it must be."""
    try:
        found = digest_of(store.read(mend.key), progress.advance)
    except KeyError:
        raise Corrupt(f"store {store.name}: {mend.key} is missing again; repair again") from None
    if found != digest:
        raise Corrupt(
            f"store {store.name}: {mend.key}: {digest.short} expected, {found.short} read back "
            "from its place; check this store's disk and repair again"
        )


def finish(store: Store, package: PackageId) -> None:
    """Remove what lies aside; last what was meant, since everything is done and on record."""
    intent = aside(package, INTENT)
    for key in store.keys(f"{REPAIR}{package}/"):
        if key != intent:
            store.remove(key)
    store.remove(intent)
