"""An OCFL object judged by the specification alone, as whoever takes the store over would.

Source: OCFL 1.1 specification, section 3. Nothing that only Arkiv knows is asked.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator

from preservation.errors import Corrupt
from preservation.model.identifiers import PackageId
from preservation.standards import ocfl
from preservation.standards.inventory import Inventory, read, sidecar

Read = Callable[[str], Iterable[bytes]]
_ROOT = {"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512"}


def judge(package: PackageId, paths: Collection[str], content: Read) -> tuple[str, ...]:
    """What is wrong with an object; nothing if it is valid.

    `paths` are all its files below its root, `content` reads one of them. Every octet is read.
    """
    there = set(paths)
    faults = [f"{name} is missing" for name in sorted(_ROOT - there)]
    if "0=ocfl_object_1.1" in there and _whole(content("0=ocfl_object_1.1")) != (
        ocfl.OBJECT_DECLARATION
    ):
        faults.append("0=ocfl_object_1.1 does not declare an OCFL 1.1 object")
    if not there >= {"inventory.json", "inventory.json.sha512"}:
        return tuple(faults)
    document = _whole(content("inventory.json"))
    try:
        inventory = read(document)
    except Corrupt as corrupt:
        return (*faults, *corrupt.reasons)
    if _whole(content("inventory.json.sha512")) != sidecar(document):
        faults.append("inventory.json differs from its digest file")
    if inventory.id != package:
        faults.append(f"inventory.json is of {inventory.id}")
    faults += _versions(inventory, document, there, content)
    faults += _contents(inventory, there, content)
    return tuple(faults)


def _versions(inventory: Inventory, newest: bytes, there: set[str], content: Read) -> Iterator[str]:
    """Section 3.7: every version may have the inventory of its time; the newest has the root's."""
    head = len(inventory.versions)
    for number in range(1, head + 1):
        name = f"v{number}/inventory.json"
        if name not in there:
            yield f"{name} is missing"
            continue
        document = _whole(content(name))
        said = f"{name}.sha512"
        if said not in there or _whole(content(said)) != sidecar(document):
            yield f"{name} differs from its digest file"
        if number == head:
            if document != newest:
                yield f"{name} differs from inventory.json"
            continue
        try:
            earlier = read(document)
        except Corrupt as corrupt:
            yield from (f"{name}: {reason}" for reason in corrupt.reasons)
            continue
        if earlier.id != inventory.id or len(earlier.versions) != number:
            yield f"{name} is not the inventory of version {number}"
        elif [v.state for v in earlier.versions] != [v.state for v in inventory.versions[:number]]:
            yield f"{name} tells another history than inventory.json"


def _contents(inventory: Inventory, there: set[str], content: Read) -> Iterator[str]:
    manifest = dict(inventory.manifest)
    for path, digest in manifest.items():
        if path not in there:
            yield f"{path} is missing"
            continue
        whole = hashlib.sha512()
        for chunk in content(path):
            whole.update(chunk)
        if whole.hexdigest() != digest.value:
            yield f"{path}: {digest.short} in the inventory, another in the file"
    head = len(inventory.versions)
    known = _ROOT | manifest.keys()
    known |= {f"v{n}/inventory.json{end}" for n in range(1, head + 1) for end in ("", ".sha512")}
    yield from (f"{path} is not in the inventory" for path in sorted(there - known))


def _whole(chunks: Iterable[bytes]) -> bytes:
    return b"".join(chunks)
