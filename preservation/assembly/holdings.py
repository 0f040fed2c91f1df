"""What a store holds, read from the store alone."""

from collections.abc import Iterator
from typing import NoReturn

from preservation.errors import Corrupt
from preservation.model.identifiers import PackageId
from preservation.model.storage import Copy, Summary
from preservation.ports import Store
from preservation.standards import inventory, members, ocfl, summary
from preservation.standards.members import MemberRow
from preservation.streams import sha512


def held(store: Store) -> Iterator[tuple[PackageId, int]]:
    """Every package of a store with its newest committed version, sorted by identifier."""
    newest: dict[PackageId, int] = {}
    for key in store.keys("ocfl/"):
        found = ocfl.committed(key)
        if found:
            newest[found[0]] = max(found[1], newest.get(found[0], 0))
    yield from sorted(newest.items())


def load(store: Store, package: PackageId, version: int) -> tuple[Summary, Copy]:
    """The summary of an AIP version and the copy in this store, nothing believed unproven.

    The copy is `unchecked`. Raises Corrupt when a document is missing or is not what the digests of
    the inventory say.
    """
    root = ocfl.object_root(package)
    inventory_key = ocfl.inventory_key(package, version)
    document = _read(store, inventory_key)
    if _read(store, ocfl.commit_key(package, version)) != inventory.sidecar(document):
        _differs(store, inventory_key, "its digest file")
    holding = inventory.read(document)
    if holding.id != package:
        _differs(store, inventory_key, f"package {package}")
    state = dict(holding.versions[version - 1].state)
    contents = {}
    for name in ("members.jsonl", "summary.json"):
        key = f"{root}/{holding.content(name, version)}"
        contents[name] = _read(store, key)
        if sha512(contents[name]) != state[name]:
            _differs(store, key, "the inventory")
    rows = members.read([contents["members.jsonl"]])
    found = summary.read(contents["summary.json"], (row.file for row in rows if row.file))
    tar = ocfl.tar_name(package, version)
    key = f"{root}/{holding.content(tar, version)}"
    size = store.size(key)
    if size is None:
        raise Corrupt(f"store {store.name}: {key} is missing")
    return found, Copy(package, version, store.name, key, size, state[tar])


def member(store: Store, copy: Copy, row: MemberRow) -> bytes:
    """All octets of a small member of a stored AIP, from the tar in which it lies.

    Raises Corrupt when they are not what the list of members says.
    """
    key = ocfl.tar_key(copy.package, row.version or copy.version)
    try:
        content = b"".join(store.read(key, row.offset, row.offset + row.size))
    except KeyError:
        raise Corrupt(f"store {store.name}: {key} is missing") from None
    if sha512(content) != row.digest:
        _differs(store, f"{key}: {row.name}", "the list of members")
    return content


def _read(store: Store, key: str) -> bytes:
    try:
        return b"".join(store.read(key))
    except KeyError:
        raise Corrupt(f"store {store.name}: {key} is missing") from None


def _differs(store: Store, key: str, what: str) -> NoReturn:
    raise Corrupt(f"store {store.name}: {key}: does not agree with {what}; run arkiv audit")
