"""Which inventories of an AIP can be believed: what most places of all stores say of them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import prod

from preservation.errors import Corrupt
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId
from preservation.standards import ocfl
from preservation.standards.inventory import Inventory, read, sidecar
from preservation.streams import sha512

_SIDECAR = re.compile(rb"([0-9a-f]{128})  inventory\.json\n")
_BLOCK = 16
_TRIES = 4096
_OCTETS = 1 << 31
TWO = 2
"""Places that must say the same before an inventory is believed."""


def documents(package: PackageId, versions: Iterable[int]) -> tuple[str, ...]:
    """The keys of all inventories of an object and their digest files."""
    places: list[int | None] = [None, *sorted(versions)]
    found = [(ocfl.inventory_key(package, p), ocfl.sidecar_key(package, p)) for p in places]
    return tuple(key for pair in found for key in pair)


def believed(
    package: PackageId,
    tars: Mapping[int, Digest],
    on_record: Mapping[int, Digest],
    held: Sequence[Mapping[str, bytes]],
) -> tuple[Mapping[int, tuple[bytes, Inventory]], Mapping[int, str]]:
    """The inventory of each version, or why there is none that can be believed.

    `tars` and `on_record` are the digests of the tars and inventories on record, `held` what each
    store has at the keys of `documents`. An inventory must be of this AIP and version, and name the
    tar that is on record. The one wins whose digest is on record; where none is, the one that more
    places say, inventories and digest files alike.
    """
    texts, votes = _told(held, [it.value for it in on_record.values()])
    found: dict[int, tuple[bytes, Inventory]] = {}
    unknown: dict[int, str] = {}
    for version, tar in tars.items():
        recorded = texts.get(on_record[version].value) if version in on_record else None
        if recorded and (right := _fitting(recorded, package, version, tar)):
            found[version] = (recorded, right)
            continue
        fitting = [
            (votes[digest], text, inventory)
            for digest, text in texts.items()
            if (inventory := _fitting(text, package, version, tar)) and votes[digest] >= TWO
        ]
        fitting.sort(key=lambda it: it[0], reverse=True)
        if not fitting:
            unknown[version] = "no inventory that two places agree on"
        elif len(fitting) > 1 and fitting[0][0] == fitting[1][0]:
            unknown[version] = "two inventories, each with as many places that say so"
        else:
            found[version] = fitting[0][1:]
    return found, unknown


def _told(
    held: Sequence[Mapping[str, bytes]], on_record: Iterable[str]
) -> tuple[dict[str, bytes], Counter[str]]:
    """Every inventory that stores have, or that can be put together, and how many say it."""
    votes: Counter[str] = Counter()
    texts: dict[str, bytes] = {}
    for store in held:
        for key, content in store.items():
            if key.endswith(".json"):
                texts.setdefault(sha512(content).value, content)
                votes[sha512(content).value] += 1
            elif match := _SIDECAR.fullmatch(content):
                votes[match[1].decode("ascii")] += 1
    for digest in {*votes, *on_record} - set(texts):
        made = combined(list(texts.values()), lambda it, wanted=digest: sha512(it).value == wanted)  # type: ignore[misc]
        if made is not None:
            texts[digest] = made
            votes[digest] += 1
    return texts, votes


def _fitting(text: bytes, package: PackageId, version: int, tar: Digest) -> Inventory | None:
    try:
        inventory = read(text)
    except Corrupt:
        return None
    path = f"v{version}/content/{ocfl.tar_name(package, version)}"
    right = inventory.id == package and len(inventory.versions) == version
    return inventory if right and dict(inventory.manifest).get(path) == tar else None


def known(
    package: PackageId, version: int, inventories: Mapping[int, tuple[bytes, Inventory]]
) -> Mapping[str, bytes]:
    """The octets of what a version has that can be written anew, by key."""
    text = inventories[version][0]
    return {
        ocfl.inventory_key(package, version): text,
        ocfl.sidecar_key(package, version): sidecar(text),
    }


def combined(variants: Sequence[bytes], right: Callable[[bytes], bool]) -> bytes | None:
    """A document put together from damaged ones, block by block, if some combination is right."""
    for size in sorted({len(it) for it in variants}, reverse=True):
        choices = []
        for start in range(0, size, _BLOCK):
            stop = min(start + _BLOCK, size)
            choices.append(list(dict.fromkeys(v[start:stop] for v in variants if len(v) >= stop)))
        tries = prod(len(choice) for choice in choices)
        if tries > _TRIES or tries * size > _OCTETS:
            continue  # too much of it is damaged to be guessed
        for blocks in product(*choices):
            if right(whole := b"".join(blocks)):
                return whole
    return None
