"""Audit: is a copy still what was stored? Every octet, or presence and size alone."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from preservation.errors import Corrupt, Unavailable
from preservation.model.audit import Depth, Fault, FaultKind
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.stages.audit.tars import differs, tar_faults
from preservation.standards import ocfl
from preservation.standards.inventory import Inventory, read, sidecar
from preservation.standards.ledger import proven
from preservation.streams import digest_of, sha512

SMALL = 64 * 1024 * 1024
"""Octets that an inventory may have; what is larger is not one."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found of a copy; if it is not sound, every fault and every reason.

    `faults` has one entry for each thing to be mended, `reasons` the same for people; a copy that
    could not be checked has reasons and no faults.
    """

    copy: Copy
    state: CopyState
    reasons: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def damaged_members(self) -> tuple[str, ...]:
        """Full names of the members of the tar that are known to be damaged."""
        return tuple(f.member for f in self.faults if f.kind is FaultKind.MEMBER)

    @property
    def missing_keys(self) -> tuple[str, ...]:
        """Keys that ought to be in the store."""
        return tuple(f.key for f in self.faults if f.kind is FaultKind.MISSING)

    @property
    def unexplained_keys(self) -> tuple[str, ...]:
        """Keys in the store that no inventory explains."""
        return tuple(f.key for f in self.faults if f.kind is FaultKind.UNEXPLAINED)


def audit(copy: Copy, *, store: Store, depth: Depth, progress: Progress) -> Stage[Audited]:
    """Hold one copy against what the catalogue and its own inventory say of it.

    A copy that could not be read is `unchecked`, never `corrupt`. An audit of presence looks at
    what is there, in which size, and at the inventories: its event is a validation, not a fixity
    check, and it proves nothing sound.
    """
    whole = depth is Depth.FIXITY
    kind, detail = _named(copy, depth)
    try:
        missing = store.size(copy.key) is None
        faults = tuple(_faults(copy, store, depth=depth, progress=progress))
        said = _small(store, ocfl.inventory_key(copy.package, copy.version))
    except Unavailable as unavailable:
        return (yield from not_made(copy, depth, unavailable.reasons))
    except KeyError as gone:
        # It was listed a moment ago: somebody writes or removes, or the store contradicts itself.
        reason = f"store {copy.store}: {gone.args[0]} went away while it was read; audit again"
        return (yield from not_made(copy, depth, (reason,)))
    if faults:
        reasons = tuple(fault.reason for fault in faults)
        yield Finding(kind, Outcome.FAILURE, ARKIV, detail, "; ".join(reasons))
        state = CopyState.MISSING if missing else CopyState.CORRUPT
        return Audited(copy, state, reasons, faults)
    note = proven(copy, sha512(said or b"")) if whole else f"{copy.size} octets"
    yield Finding(kind, Outcome.SUCCESS, ARKIV, detail, note)
    return Audited(copy, CopyState.SOUND)


def not_made(copy: Copy, depth: Depth, reasons: tuple[str, ...]) -> Stage[Audited]:
    """A copy that could not be looked at, which says nothing of it."""
    kind, detail = _named(copy, depth)
    yield Finding(kind, Outcome.NOT_PERFORMED, ARKIV, detail, "; ".join(reasons))
    return Audited(copy, CopyState.UNCHECKED, reasons)


def _named(copy: Copy, depth: Depth) -> tuple[EventType, str]:
    whole = depth is Depth.FIXITY
    detail = f"{'every octet' if whole else 'presence and size'} of the {copy_in(copy.store)}"
    return EventType.FIXITY_CHECK if whole else EventType.VALIDATION, detail


def _faults(copy: Copy, store: Store, *, depth: Depth, progress: Progress) -> Iterator[Fault]:
    present = set(store.keys(ocfl.object_root(copy.package) + "/"))
    later = _later(copy, present)
    inventory = yield from _inventory(copy, store, newest=not later)
    expected = _expected(copy, inventory)
    for key in sorted(expected - present):
        yield Fault(FaultKind.MISSING, key, f"store {copy.store}: {key} is missing")
    if inventory is not None:
        for key in sorted(present - expected):
            if key.startswith(later):
                continue  # the audit of that version explains it
            reason = f"store {copy.store}: {key} is explained by no inventory"
            yield Fault(FaultKind.UNEXPLAINED, key, reason)
    if copy.key in present:
        yield from _size(copy, store)
    if depth is Depth.PRESENCE:
        progress.advance(copy.size)
        return
    yield from _declaration(copy, store)
    listed = False
    if inventory is not None:
        faults = list(_documents(copy, store, inventory, present))
        yield from faults
        members = f"{ocfl.object_root(copy.package)}/{_members(copy, inventory)}"
        listed = members in present and all(fault.key != members for fault in faults)
    if copy.key in present:
        yield from tar_faults(copy, store, members if listed else None, progress)


def _members(copy: Copy, inventory: Inventory) -> str:
    try:
        return inventory.content("members.jsonl", copy.version)
    except KeyError:
        return ""


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


def _size(copy: Copy, store: Store) -> Iterator[Fault]:
    size = store.size(copy.key)
    if size != copy.size:
        reason = f"store {copy.store}: {copy.key}: {copy.size} octets expected, {size} found"
        yield Fault(FaultKind.SIZE, copy.key, reason)


def _declaration(copy: Copy, store: Store) -> Iterator[Fault]:
    """Other readers go by this file; no inventory has its digest."""
    key = ocfl.declaration_key(copy.package)
    found = _small(store, key)
    if found is not None and found != ocfl.OBJECT_DECLARATION:
        reason = differs(copy, key, sha512(ocfl.OBJECT_DECLARATION), sha512(found))
        yield Fault(FaultKind.CONTENT, key, reason)


def _small(store: Store, key: str) -> bytes | None:
    size = store.size(key)
    if size is None:
        return None
    if size > SMALL:
        return b""
    return b"".join(store.read(key))


def _inventory(
    copy: Copy, store: Store, *, newest: bool
) -> Generator[Fault, None, Inventory | None]:
    """The version's inventory if it can be believed; names what is wrong with it and its copy.

    The copy at the object's root is that of the newest version.
    """
    key = ocfl.inventory_key(copy.package, copy.version)
    document = _small(store, key)
    if document is None:
        return None
    wrong = list(_unbelievable(copy, store, key, document))
    yield from (Fault(FaultKind.INVENTORY, key, reason) for reason in wrong)
    if wrong:
        return None
    inventory = read(document)
    if newest:
        yield from _at_the_root(copy, store, document)
    tar = dict(inventory.manifest).get(copy.key.removeprefix(ocfl.object_root(copy.package) + "/"))
    if tar != copy.digest:
        found = tar.short if tar else "no digest"
        reason = (
            f"store {copy.store}: {key}: {copy.digest.short} expected for the tar, {found} found"
        )
        yield Fault(FaultKind.INVENTORY, key, reason)
    return inventory


def _unbelievable(copy: Copy, store: Store, key: str, document: bytes) -> Iterator[str]:
    """Why an inventory is not that of this copy, the first reason that there is."""
    said = _small(store, ocfl.commit_key(copy.package, copy.version))
    if said is not None and said != sidecar(document):
        digest = said[:12].decode("ascii", "replace")
        yield (
            f"store {copy.store}: {key}: sha512 {digest}... expected by its digest file, "
            f"{sha512(document).short} found"
        )
        return
    try:
        inventory = read(document)
    except Corrupt as corrupt:
        yield from (f"store {copy.store}: {key}: {reason}" for reason in corrupt.reasons)
        return
    if inventory.id != copy.package:
        yield (
            f"store {copy.store}: {key}: the inventory of {copy.package} expected, "
            f"of {inventory.id} found"
        )
    elif len(inventory.versions) != copy.version:
        yield (
            f"store {copy.store}: {key}: the inventory of version {copy.version} expected, "
            f"of version {len(inventory.versions)} found"
        )
    elif copy.inventory and copy.inventory != sha512(document):
        # Its digest file may have been edited along; the ledger remembers.
        expected = f"{copy.inventory.short} (as in the ledger)"
        yield (f"store {copy.store}: {key}: {expected} expected, {sha512(document).short} found")


def _at_the_root(copy: Copy, store: Store, document: bytes) -> Iterator[Fault]:
    for root_key, expected in (
        (ocfl.inventory_key(copy.package), document),
        (ocfl.sidecar_key(copy.package), sidecar(document)),
    ):
        found = _small(store, root_key)
        if found is not None and found != expected:
            reason = (
                f"store {copy.store}: {root_key}: {sha512(expected).short} expected "
                f"(as in version {copy.version}), {sha512(found).short} found"
            )
            yield Fault(FaultKind.ROOT, root_key, reason)


def _documents(
    copy: Copy, store: Store, inventory: Inventory, present: set[str]
) -> Iterator[Fault]:
    """Everything beside the tar that the version has brought; each version has a copy of its own.

    What it brought is all that the inventory lists in its folder.
    """
    for path, expected in inventory.manifest:
        if not path.startswith(f"v{copy.version}/"):
            continue
        key = f"{ocfl.object_root(copy.package)}/{path}"
        if key != copy.key and key in present:
            found = digest_of(store.read(key))
            if found != expected:
                yield Fault(FaultKind.CONTENT, key, differs(copy, key, expected, found))
