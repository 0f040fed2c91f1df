"""What the stores have of an AIP, every octet of it read; the catalogue is not believed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from preservation.errors import Corrupt, Unavailable
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy
from preservation.ports import Progress, Store
from preservation.stages.repair import witnesses
from preservation.stages.repair.mending import INTENT, aside
from preservation.stages.repair.salvage import Recipe, compare, pour
from preservation.standards import inventory, members, ocfl
from preservation.standards.members import MemberRow
from preservation.standards.places import REPAIR
from preservation.streams import digest_of, sha512

SMALL = 64 * 1024 * 1024
"""Octets that an inventory may have; what is larger is not one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The AIP that is looked at, the digest on record of the tar of each version, who keeps what.

    `inventories` are the digests on record of the inventories, where all copies have the same one.
    `stores` are those that may hold a copy of it, `keeping` the versions that each has to have.
    """

    package: PackageId
    tars: Mapping[int, Digest]
    inventories: Mapping[int, Digest]
    stores: Mapping[StoreName, Store]
    keeping: Mapping[StoreName, frozenset[int]]


def asked(package: PackageId, copies: Iterable[Copy], stores: Mapping[StoreName, Store]) -> Asked:
    """What to look for, by the copies that are on record; each lies in one of the stores."""
    tars: dict[int, Digest] = {}
    inventories: dict[int, set[Digest]] = {}
    keeping: dict[StoreName, set[int]] = {}
    for copy in copies:
        tars[copy.version] = copy.digest
        keeping.setdefault(copy.store, set()).add(copy.version)
        if copy.inventory:
            inventories.setdefault(copy.version, set()).add(copy.inventory)
    return Asked(
        package,
        tars,
        {version: found.pop() for version, found in inventories.items() if len(found) == 1},
        {name: stores[name] for name in keeping},
        {name: frozenset(versions) for name, versions in keeping.items()},
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a store has: `wanted` is what it must hold, `found` what of it is there.

    `extra` are other keys below the object's root, `ready` the proven replacements that lie aside.
    """

    store: StoreName
    wanted: Mapping[str, Digest]
    found: Mapping[str, Digest]
    extra: tuple[str, ...]
    ready: Mapping[str, Digest]

    def bad(self) -> Iterator[str]:
        """The keys that the store does not have as they must be, in the order to put them right."""
        return (key for key, digest in self.wanted.items() if self.found.get(key) != digest)


@dataclass(frozen=True, slots=True)
class Survey:
    """All that is known of an AIP for its repair.

    `brings` says which version brings a key, `known` the octets of what can be written anew, by
    store where it is at the root. `recipes` are for what no store has whole, `lost` says of the
    rest what exactly no store has. `damaged` names the bad members of a tar in a store. `away` are
    the stores that did not answer and `unknown` the versions that no inventory tells of, with why.
    """

    asked: Asked
    seen: tuple[Seen, ...]
    brings: Mapping[str, int]
    known: Mapping[tuple[StoreName, str], bytes]
    away: Mapping[StoreName, str]
    unknown: Mapping[int, str]
    stranger: tuple[str, ...] = ()
    recipes: dict[str, Recipe] = field(default_factory=dict)
    lost: dict[str, tuple[str, ...]] = field(default_factory=dict)
    damaged: dict[tuple[StoreName, str], tuple[str, ...]] = field(default_factory=dict)


def survey(asked: Asked, progress: Progress) -> Survey:
    """Read all that the stores have of an AIP, whole; a store that does not answer is `away`."""
    away: dict[StoreName, str] = {}
    documents = {}
    for name, store in asked.stores.items():
        try:
            documents[name] = _documents(asked, store)
        except Unavailable as unavailable:
            away[name] = str(unavailable)
    inventories, unknown = witnesses.believed(
        asked.package, asked.tars, asked.inventories, list(documents.values())
    )
    holds = {name: _Holding(asked, name, inventories) for name in documents}
    known = {(name, key): text for name, it in holds.items() for key, text in it.known.items()}
    brings = {key: version for it in holds.values() for key, version in it.brings.items()}
    with ThreadPoolExecutor(max(len(holds), 1)) as pool:
        tries = [
            (name, pool.submit(_look, asked, asked.stores[name], it.wanted, progress))
            for name, it in holds.items()
        ]
    seen, strangers = [], []
    for name, future in tries:
        try:
            one, strange = future.result()
        except Unavailable as unavailable:
            away[name] = str(unavailable)
        else:
            seen.append(one)
            strangers += strange
    told = Survey(asked, tuple(seen), brings, known, away, unknown, tuple(strangers))
    _salvage(told, progress)
    return told


def _documents(asked: Asked, store: Store) -> dict[str, bytes]:
    found = {}
    for key in witnesses.documents(asked.package, asked.tars):
        size = store.size(key)
        if size is not None and size <= SMALL:
            found[key] = b"".join(store.read(key))
    return found


class _Holding:
    """What one store must hold: all with its digest, what is known of it, what version brings it.

    The copies at the root are those of the store's newest version.
    """

    def __init__(
        self,
        asked: Asked,
        store: StoreName,
        inventories: Mapping[int, tuple[bytes, inventory.Inventory]],
    ) -> None:
        self.wanted: dict[str, Digest] = {}
        self.known: dict[str, bytes] = {}
        self.brings: dict[str, int] = {}
        root = ocfl.object_root(asked.package)
        keeping = asked.keeping[store]
        for version in sorted(keeping & inventories.keys()):
            for path, digest in inventories[version][1].manifest:
                if path.startswith(f"v{version}/"):
                    self.wanted[f"{root}/{path}"] = digest
            self.known |= witnesses.known(asked.package, version, inventories)
        for key in (*self.wanted, *self.known):
            self.brings[key] = int(key.removeprefix(f"{root}/v").partition("/")[0])
        if keeping and max(keeping) in inventories:
            self.known |= _shared(asked.package, inventories[max(keeping)][0])
        self.wanted |= {key: sha512(text) for key, text in self.known.items()}


def _shared(package: PackageId, newest: bytes) -> dict[str, bytes]:
    """What lies at the root of the object and belongs to no version."""
    return {
        ocfl.declaration_key(package): ocfl.OBJECT_DECLARATION,
        ocfl.inventory_key(package): newest,
        ocfl.sidecar_key(package): inventory.sidecar(newest),
    }


def _look(
    asked: Asked, store: Store, wanted: Mapping[str, Digest], progress: Progress
) -> tuple[Seen, list[str]]:
    root = ocfl.object_root(asked.package) + "/"
    present = set(store.keys(root))
    found = {
        key: digest_of(store.read(key), progress.advance) for key in sorted(present & wanted.keys())
    }
    lying = f"{REPAIR}{asked.package}/"
    ready = {
        key: digest_of(store.read(aside(asked.package, key)))
        for key in (it.removeprefix(lying) for it in store.keys(lying))
        if key != INTENT
    }
    later = _later(asked, store, present)
    unexplained = present - wanted.keys()
    extra = tuple(
        sorted(
            key
            for key in unexplained
            if not key.startswith(later) and not _of_unknown_version(asked, key, wanted)
        )
    )
    strange = [
        f"store {store.name}: {folder} is a version that the catalogue does not know; "
        "run arkiv rebuild from this store"
        for folder in later
    ]
    return Seen(store.name, wanted, found, extra, ready), strange


def _of_unknown_version(asked: Asked, key: str, wanted: Mapping[str, Digest]) -> bool:
    """Whether a key may belong to a version that no inventory tells of: then it stays."""
    root = ocfl.object_root(asked.package)
    silent = [v for v in asked.tars if ocfl.inventory_key(asked.package, v) not in wanted]
    at_the_root = "/" not in key.removeprefix(f"{root}/")
    return any(at_the_root or key.startswith(f"{root}/v{version}/") for version in silent)


def _later(asked: Asked, store: Store, present: Iterable[str]) -> tuple[str, ...]:
    """The folders of whole versions after those on record, which only a rebuild takes in."""
    root, found = ocfl.object_root(asked.package), []
    for key in present:
        told = ocfl.committed(key)
        if told is None or told[1] in asked.tars:
            continue
        document = ocfl.inventory_key(*told)
        size = store.size(document)
        if size is None or size > SMALL:
            continue
        text = b"".join(store.read(document))
        try:
            right = inventory.read(text).id == asked.package
        except Corrupt:
            continue
        if right and b"".join(store.read(key)) == inventory.sidecar(text):
            found.append(f"{root}/v{told[1]}/")
    return tuple(found)


def _salvage(told: Survey, progress: Progress) -> None:
    """Find out what can be put together of contents that no store has whole."""
    bad = {key for seen in told.seen for key in seen.bad()} & told.brings.keys()
    for key in sorted(bad, key=lambda it: (it.endswith(".tar"), it)):  # first the list of members
        holders = [seen for seen in told.seen if key in seen.found]
        digest = next(seen.wanted[key] for seen in told.seen if key in seen.wanted)
        whole = any(seen.found[key] == digest for seen in holders)
        whole |= any(seen.ready.get(key) == digest for seen in told.seen)
        if any((seen.store, key) in told.known for seen in told.seen):
            continue
        hurt = [told.asked.stores[s.store] for s in holders if s.found[key] != digest]
        if key == ocfl.tar_key(told.asked.package, told.brings[key]):
            _salvage_tar(told, key, (digest, whole), hurt, progress)
        elif not whole:
            variants = [b"".join(s.read(key)) for s in hurt if (s.size(key) or 0) <= SMALL]
            made = witnesses.combined(variants, lambda it, wanted=digest: sha512(it) == wanted)  # type: ignore[misc]
            if made is None:
                told.lost[key] = ("its octets",)
            else:
                told.recipes[key] = (made,)


def _salvage_tar(
    told: Survey, key: str, right: tuple[Digest, bool], hurt: Sequence[Store], progress: Progress
) -> None:
    digest, whole = right
    version = told.brings[key]
    rows = _rows(told, version)
    if not hurt or rows is None:
        if not whole:
            told.lost[key] = ("the whole tar",) if not hurt else ("the whole tar, unlisted",)
        return
    compared = compare(key, rows, hurt, progress)
    for store, names in compared.damaged.items():
        told.damaged[store, key] = names
    if whole:
        return
    if compared.lost:
        told.lost[key] = compared.lost
    elif digest_of(pour(compared.recipe, told.asked.stores)) != digest:
        told.lost[key] = ("the tar as a whole, though each member is there",)
    else:
        told.recipes[key] = compared.recipe


def _rows(told: Survey, version: int) -> list[MemberRow] | None:
    """The members that lie in the tar of a version, by the list of them in any store."""
    path = f"{ocfl.object_root(told.asked.package)}/v{version}/content/members.jsonl"
    for seen in told.seen:
        if path in seen.wanted and seen.found.get(path) == seen.wanted[path]:
            content: Iterable[bytes] = told.asked.stores[seen.store].read(path)
        elif path in seen.wanted and seen.ready.get(path) == seen.wanted[path]:
            content = told.asked.stores[seen.store].read(aside(told.asked.package, path))
        elif path in told.recipes:
            content = pour(told.recipes[path], told.asked.stores)
        else:
            continue
        return [row for row in members.read(content) if not row.version]
    return None
