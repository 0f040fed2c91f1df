"""Replicate: an AIP streamed to every store at once, read back whole, and only then committed.

An AIP version exists in a store if and only if its commit key does (the digest file of the
version's inventory); everything else of it is written, flushed and compared before that.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NoReturn

from preservation.errors import AlreadyExists, ArkivError, Corrupt, Rejected
from preservation.fanout import fan_out
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId
from preservation.model.packages import Aip, StoredAip
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy, copy_in
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.standards import inventory, ocfl
from preservation.standards.ledger import naming
from preservation.standards.premis import agent_identifier
from preservation.standards.tar import Layout, LayoutCheck
from preservation.streams import digest_of, file_chunks, sha512, windows

WINDOW = 4 * 1024 * 1024
"""Octets read back from all stores at a time, compared with each other and with the layout."""


def replicate(aip: Aip, *, stores: Sequence[Store], progress: Progress) -> Stage[StoredAip]:
    """Write, read back and commit an AIP in all stores.

    Raises Corrupt when a store does not give back what it was given, Rejected when the SIP changed
    after it was checked in; nothing of the AIP remains in any store then. When a store went away it
    may be called again: what an earlier try has committed stays, what it left behind is removed.
    """
    layout = Layout(aip.members)
    name = ocfl.tar_name(aip.id, aip.version)
    key = ocfl.content_key(aip.id, aip.version, name)
    lacking = [store for store in stores if not _cleared(store, aip.id, aip.version)]
    progress.begin("store", 2 * layout.size)
    try:
        content = _write(aip, layout, lacking, progress)
        damaged = _read_back(lacking, key, layout, progress) if lacking else {}
        for store, names in damaged.items():
            yield _finding(store, Outcome.FAILURE, f"read back differently: {', '.join(names)}")
        _require_none(damaged, lacking, key, content[name])
        _compare_documents(aip, lacking)
        listing = _listing(aip, content, stores)
        for store in lacking:
            store.put(ocfl.inventory_key(aip.id, aip.version), [listing], size=len(listing))
    except BaseException:
        for store in stores:
            abandon(store, aip.id, aip.version)
        raise
    for store in stores:
        commit(store, aip.id, aip.version, listing)
        note = f"{layout.size} octets, {len(aip.members)} members, each compared after reading back"
        yield _finding(store, Outcome.SUCCESS, naming(note, sha512(listing)))
    return StoredAip(
        aip,
        tuple(
            Copy(aip.id, aip.version, store.name, key, layout.size, content[name])
            for store in stores
        ),
    )


def _listing(aip: Aip, content: Mapping[str, Digest], stores: Sequence[Store]) -> bytes:
    """The inventory with this version; raises Corrupt where a store has another one before it."""
    before = inventory.Inventory(aip.id, (), ())
    if aip.version > 1:
        key = ocfl.inventory_key(aip.id, aip.version - 1)
        found = {b"".join(store.read(key)) for store in stores}
        if len(found) > 1:
            names = ", ".join(store.name for store in stores)
            raise Corrupt(
                f"{key}: stores {names} have different inventories of {aip.id}; run arkiv audit"
            )
        before = inventory.read(found.pop())
        tars = dict(before.manifest)
        for number in aip.refers:
            name = ocfl.tar_name(aip.id, number)
            content = {**content, name: tars[f"v{number}/content/{name}"]}
    return inventory.write(
        inventory.following(
            before,
            content,
            created=aip.created,
            message=aip.reason,
            user=str(ARKIV),
            address=f"urn:uuid:{agent_identifier(ARKIV)}",  # the agent of that name in PREMIS
        )
    )


def mirror(copy: Copy, *, source: Store, target: Store) -> Stage[Copy]:
    """Make the copy that a store lacks from one that another store has committed.

    Raises Corrupt when the source is not what its inventory says; the target then has nothing.
    """
    abandon(target, copy.package, copy.version)
    listing = b"".join(source.read(ocfl.inventory_key(copy.package, copy.version)))
    manifest = inventory.read(listing).manifest
    root = ocfl.object_root(copy.package)
    try:
        declare(target, copy.package)
        for path, expected in manifest:
            if not path.startswith(f"v{copy.version}/"):
                continue  # an earlier version has brought it
            key = f"{root}/{path}"
            target.put(key, source.read(key), size=source.size(key) or 0)
            found = digest_of(target.read(key))
            if found != expected:
                note = f"{key}: {expected.short} expected, {found.short} read back"
                yield _finding(target, Outcome.FAILURE, note)
                _refuse(target, note)
        key = ocfl.inventory_key(copy.package, copy.version)
        target.put(key, [listing], size=len(listing))
    except BaseException:
        abandon(target, copy.package, copy.version)
        raise
    commit(target, copy.package, copy.version, listing)
    note = f"{copy.size} octets from store {source.name}, compared after reading back"
    yield _finding(target, Outcome.SUCCESS, naming(note, sha512(listing)))
    return replace(copy, store=target.name)


def declare(store: Store, package: PackageId) -> None:
    """Say that an object is there; a later version finds it said."""
    declaration = ocfl.OBJECT_DECLARATION
    with suppress(AlreadyExists):
        store.put(ocfl.declaration_key(package), [declaration], size=len(declaration))


def _refuse(store: Store, note: str) -> NoReturn:
    raise Corrupt(f"store {store.name}: {note}; check the disks before you go on")


def commit(store: Store, package: PackageId, version: int, listing: bytes) -> None:
    """Make a version exist in a store; its content and inventory are there and were compared."""
    sidecar = inventory.sidecar(listing)
    try:
        store.put(ocfl.commit_key(package, version), [sidecar], size=len(sidecar))
    except AlreadyExists:
        if b"".join(store.read(ocfl.commit_key(package, version))) != sidecar:
            raise
    store.replace(ocfl.inventory_key(package), listing)
    store.replace(ocfl.sidecar_key(package), sidecar)


def mend(store: Store, package: PackageId, version: int) -> None:
    """Bring the copy of the inventory at the root of a committed object up to its newest version.

    A crash right after the commit leaves it behind; doing it again changes nothing.
    """
    listing = b"".join(store.read(ocfl.inventory_key(package, version)))
    commit(store, package, version, listing)


def abandon(store: Store, package: PackageId, version: int) -> None:
    """Remove all of a version that was never committed in a store; what is committed stays."""
    try:
        _cleared(store, package, version)
    except ArkivError:
        return  # the store does not answer: the next run abandons it


def _cleared(store: Store, package: PackageId, version: int) -> bool:
    """Whether a store has committed a version; if not, it has nothing of it any more."""
    if store.size(ocfl.commit_key(package, version)) is not None:
        return True
    root = ocfl.object_root(package) + "/"
    below = root if version == 1 else f"{root}v{version}/"
    # Those that are absent too: folders that were made for them go with them.
    first = [
        ocfl.content_key(package, version, ocfl.tar_name(package, version)),
        ocfl.inventory_key(package, version),
    ]
    last = [ocfl.declaration_key(package)] if version == 1 else []
    for key in [*first, *store.keys(below), *last]:
        store.remove(key)
    return False


def _write(
    aip: Aip, layout: Layout, stores: Sequence[Store], progress: Progress
) -> Mapping[str, Digest]:
    """Write all content, the tar read once for all stores; the SHA-512 of each by name."""
    for store in stores:
        declare(store, aip.id)
        for document in aip.beside:
            key = ocfl.content_key(aip.id, aip.version, document.name)
            store.put(key, file_chunks(document.source), size=document.size)
    name = ocfl.tar_name(aip.id, aip.version)
    key = ocfl.content_key(aip.id, aip.version, name)

    def put(store: Store, chunks: Iterator[bytes]) -> None:
        store.put(key, chunks, size=layout.size)

    digest: list[Digest | None] = fan_out(
        _counted(layout.chunks(), progress), [digest_of, *(partial(put, store) for store in stores)]
    )
    assert digest[0] is not None
    return {name: digest[0]} | {document.name: document.digest for document in aip.beside}


def _counted(chunks: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        progress.advance(len(chunk))


def _read_back(
    stores: Sequence[Store], key: str, layout: Layout, progress: Progress
) -> Mapping[Store, tuple[str, ...]]:
    """What each store gives back differently, by member; empty when all is as it was given.

    All copies are read whole. While they equal each other, octet by octet, each member is hashed
    once for all of them; as soon as they differ, every copy is judged on its own.
    """
    check = LayoutCheck(layout)
    for contents in _side_by_side(stores, key):
        if any(content != contents[0] for content in contents[1:]):
            break
        check.feed(contents[0])
        progress.advance(len(contents[0]))
    else:
        damaged = check.finish()
        return dict.fromkeys(stores, damaged) if damaged else {}
    found = {store: _differences(store, key, layout) for store in stores}
    return {store: names for store, names in found.items() if names}


def _side_by_side(stores: Sequence[Store], key: str) -> Iterator[list[bytes]]:
    """The same window of every copy, one after the other; the next is read while one is judged.

    A copy that ended before the others gives empty windows.
    """
    copies = [windows(store.read(key), WINDOW) for store in stores]
    with ThreadPoolExecutor(len(stores)) as pool:
        ahead = [pool.submit(next, copy, b"") for copy in copies]
        while any(contents := [future.result() for future in ahead]):
            ahead = [pool.submit(next, copy, b"") for copy in copies]
            yield contents


def _differences(store: Store, key: str, layout: Layout) -> tuple[str, ...]:
    check = LayoutCheck(layout)
    for chunk in store.read(key):
        check.feed(chunk)
    return check.finish()


def _require_none(
    damaged: Mapping[Store, tuple[str, ...]], stores: Sequence[Store], key: str, sent: Digest
) -> None:
    """Blame the SIP when every store gives back exactly what was sent, else the stores."""
    if not damaged:
        return
    if len(damaged) == len(stores) and all(digest_of(s.read(key)) == sent for s in stores):
        raise Rejected(
            *(
                f"{name}: changed while the package was ingested; submit again when nobody writes"
                for name in next(iter(damaged.values()))
            )
        )
    raise Corrupt(
        *(
            f"store {store.name}: {name} was read back differently from what was written; "
            "check this store's disk before you ingest again"
            for store, names in damaged.items()
            for name in names
        )
    )


def _compare_documents(aip: Aip, stores: Sequence[Store]) -> None:
    for store in stores:
        for document in aip.beside:
            found = digest_of(store.read(ocfl.content_key(aip.id, aip.version, document.name)))
            if found != document.digest:
                raise Corrupt(
                    f"store {store.name}: {document.name} of {aip.id} was read back as "
                    f"{found.short}, written as {document.digest.short}; check this store's disk"
                )


def _finding(store: Store, outcome: Outcome, note: str) -> Finding:
    return Finding(EventType.REPLICATION, outcome, ARKIV, copy_in(store.name), note)
