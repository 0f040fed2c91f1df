"""Audit: is a copy still what was stored? Every octet, or presence and size alone."""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from preservation.errors import Corrupt, Unavailable
from preservation.model.fixity import Algorithm, Digest
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.standards import members, ocfl
from preservation.standards.inventory import Inventory, read, sidecar
from preservation.streams import sha512

SMALL = 64 * 1024 * 1024
"""Octets that an inventory may have; what is larger is not one."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found of a copy, with every reason if it is not sound."""

    copy: Copy
    state: CopyState
    reasons: tuple[str, ...] = ()


def audit(copy: Copy, *, store: Store, quick: bool, progress: Progress) -> Stage[Audited]:
    """Hold one copy against what the catalogue and its own inventory say of it.

    A copy that could not be read is `unchecked`, never `corrupt`. A quick audit looks at presence
    and size alone: its event is a validation, not a fixity check, and it proves nothing sound.
    """
    detail = f"{'presence and size' if quick else 'every octet'} of the {copy_in(copy.store)}"
    kind = EventType.VALIDATION if quick else EventType.FIXITY_CHECK
    try:
        missing = store.size(copy.key) is None
        reasons = tuple(_faults(copy, store, quick=quick, progress=progress))
    except Unavailable as unavailable:
        yield Finding(kind, Outcome.NOT_PERFORMED, ARKIV, detail, str(unavailable))
        return Audited(copy, CopyState.UNCHECKED, unavailable.reasons)
    if reasons:
        yield Finding(kind, Outcome.FAILURE, ARKIV, detail, "; ".join(reasons))
        return Audited(copy, CopyState.MISSING if missing else CopyState.CORRUPT, reasons)
    note = f"{copy.size} octets" + ("" if quick else f", {copy.digest.short}")
    yield Finding(kind, Outcome.SUCCESS, ARKIV, detail, note)
    return Audited(copy, CopyState.SOUND)


def _faults(copy: Copy, store: Store, *, quick: bool, progress: Progress) -> Iterator[str]:
    present = set(store.keys(ocfl.object_root(copy.package) + "/"))
    later = _later(copy, present)
    inventory = yield from _inventory(copy, store, newest=not later)
    expected = _expected(copy, inventory)
    for key in sorted(expected - present):
        yield f"store {copy.store}: {key} is missing"
    if inventory is not None:
        for key in sorted(present - expected):
            if key.startswith(later):
                continue  # the audit of that version explains it
            yield f"store {copy.store}: {key} is explained by no inventory"
    if copy.key in present:
        yield from _size(copy, store)
    if quick:
        progress.advance(copy.size)
        return
    yield from _declaration(copy, store)
    if inventory is not None:
        yield from _documents(copy, store, inventory, present)
    if copy.key in present:
        yield from _tar(copy, store, inventory, progress)


def _later(copy: Copy, present: set[str]) -> tuple[str, ...]:
    """The folders of versions after this one that are committed in the store."""
    versions = {found[1] for key in present if (found := ocfl.committed(key))}
    root = ocfl.object_root(copy.package)
    return tuple(f"{root}/v{number}/" for number in sorted(versions) if number > copy.version)


def _expected(copy: Copy, inventory: Inventory | None) -> set[str]:
    package = copy.package
    keys = {ocfl.declaration_key(package), ocfl.inventory_key(package), ocfl.sidecar_key(package)}
    for version in range(1, copy.version + 1):
        keys |= {ocfl.inventory_key(package, version), ocfl.commit_key(package, version)}
    paths = [path for path, _ in inventory.manifest] if inventory is not None else []
    return keys | {copy.key} | {f"{ocfl.object_root(package)}/{path}" for path in paths}


def _size(copy: Copy, store: Store) -> Iterator[str]:
    size = store.size(copy.key)
    if size != copy.size:
        yield f"store {copy.store}: {copy.key}: {copy.size} octets expected, {size} found"


def _declaration(copy: Copy, store: Store) -> Iterator[str]:
    """Other readers go by this file; no inventory has its digest."""
    key = ocfl.declaration_key(copy.package)
    found = _small(store, key)
    if found is not None and found != ocfl.OBJECT_DECLARATION:
        expected = sha512(ocfl.OBJECT_DECLARATION).short
        yield f"store {copy.store}: {key}: {expected} expected, {sha512(found).short} found"


def _small(store: Store, key: str) -> bytes | None:
    size = store.size(key)
    if size is None:
        return None
    if size > SMALL:
        return b""
    return b"".join(store.read(key))


def _inventory(copy: Copy, store: Store, *, newest: bool) -> Generator[str, None, Inventory | None]:
    """The version's inventory if it can be believed; names what is wrong with it and its copy.

    The copy at the object's root is that of the newest version.
    """
    key = ocfl.inventory_key(copy.package, copy.version)
    document = _small(store, key)
    if document is None:
        return None
    said = _small(store, ocfl.commit_key(copy.package, copy.version))
    if said is not None and said != sidecar(document):
        yield _differs(copy, key, said, document)
        return None
    try:
        inventory = read(document)
    except Corrupt as corrupt:
        for reason in corrupt.reasons:
            yield f"store {copy.store}: {key}: {reason}"
        return None
    if inventory.id != copy.package:
        yield (
            f"store {copy.store}: {key}: the inventory of {copy.package} expected, "
            f"of {inventory.id} found"
        )
        return None
    if newest:
        yield from _at_the_root(copy, store, document)
    tar = dict(inventory.manifest).get(copy.key.removeprefix(ocfl.object_root(copy.package) + "/"))
    if tar != copy.digest:
        found_digest = tar.short if tar else "no digest"
        yield (
            f"store {copy.store}: {key}: {copy.digest.short} expected for the tar, "
            f"{found_digest} found"
        )
    return inventory


def _at_the_root(copy: Copy, store: Store, document: bytes) -> Iterator[str]:
    for root_key, expected in (
        (ocfl.inventory_key(copy.package), document),
        (ocfl.sidecar_key(copy.package), sidecar(document)),
    ):
        found = _small(store, root_key)
        if found is not None and found != expected:
            yield (
                f"store {copy.store}: {root_key}: {sha512(expected).short} expected "
                f"(as in version {copy.version}), {sha512(found).short} found"
            )


def _differs(copy: Copy, key: str, said: bytes, document: bytes) -> str:
    digest = said[:12].decode("ascii", "replace")
    return (
        f"store {copy.store}: {key}: sha512 {digest}... expected by its digest file, "
        f"{sha512(document).short} found"
    )


def _documents(copy: Copy, store: Store, inventory: Inventory, present: set[str]) -> Iterator[str]:
    """Everything beside the tar that the version has brought; each version has a copy of its own.

    What it brought is all that the inventory lists in its folder.
    """
    for path, expected in inventory.manifest:
        if not path.startswith(f"v{copy.version}/"):
            continue
        key = f"{ocfl.object_root(copy.package)}/{path}"
        if key != copy.key and key in present:
            found = _digest(store.read(key))
            if found != expected:
                yield f"store {copy.store}: {key}: {expected.short} expected, {found.short} found"


def _digest(chunks: Iterable[bytes], progress: Progress | None = None) -> Digest:
    whole = hashlib.sha512()
    for chunk in chunks:
        whole.update(chunk)
        if progress:
            progress.advance(len(chunk))
    return Digest(Algorithm.SHA512, whole.hexdigest())


def _tar(
    copy: Copy, store: Store, inventory: Inventory | None, progress: Progress
) -> Iterator[str]:
    found = _digest(store.read(copy.key), progress)
    if found == copy.digest:
        return
    yield f"store {copy.store}: {copy.key}: {copy.digest.short} expected, {found.short} found"
    if inventory is None:
        return
    key = f"{ocfl.object_root(copy.package)}/{inventory.content('members.jsonl', copy.version)}"
    if store.size(key) is None:
        return
    try:
        for row in members.read(store.read(key)):
            if row.version:
                continue  # it lies in the tar of that version
            member = _digest(store.read(copy.key, row.offset, row.offset + row.size))
            if member != row.digest:
                yield (
                    f"store {copy.store}: {row.name}: {row.digest.short} expected, "
                    f"{member.short} found"
                )
    except Corrupt as corrupt:
        yield from (f"store {copy.store}: {key}: {reason}" for reason in corrupt.reasons)
