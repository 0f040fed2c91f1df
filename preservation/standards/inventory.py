"""The inventory of an OCFL object: its versions, and the digest of everything it holds.

Source: OCFL 1.1 specification, sections 3.5 to 3.7. The digest algorithm is SHA-512.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from preservation.errors import Corrupt
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId
from preservation.standards.shape import Each, Json, differences, moment, parsed, stamp

INVENTORY_TYPE = "https://ocfl.io/1.1/spec/#inventory"

_CONTENT = re.compile(r"v([1-9][0-9]{0,8})/content/.+", re.DOTALL)
_SHAPE = {
    "id": str,
    "type": re.compile(re.escape(INVENTORY_TYPE)),
    "digestAlgorithm": re.compile("sha512"),
    "head": re.compile("v[1-9][0-9]*"),
    "manifest": Each([str]),
    "versions": Each(
        {
            "created": str,
            "message": str,
            "user": {"name": str, "address?": str},
            "state": Each([str]),
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object: when, why and by whom; `state` is its files' names and digests.

    `state` is sorted by name. `address` identifies the user: `mailto:...`, or a URL.
    """

    created: datetime
    message: str
    user: str
    address: str
    state: tuple[tuple[str, Digest], ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an OCFL object holds (section 3.5): its versions, first to newest, and their content.

    `manifest` says for each content path below the object's root (`v1/content/summary.json`) the
    SHA-512 of what lies there, sorted by path. Make one with `first` and `following`.
    """

    id: PackageId
    versions: tuple[Version, ...]
    manifest: tuple[tuple[str, Digest], ...]

    def content(self, name: str, version: int | None = None) -> str:
        """The path, below the object's root, of the content of a name (of the newest version).

        Raises KeyError when that version has no such name.
        """
        digest = dict(self.versions[(version or len(self.versions)) - 1].state)[name]
        paths = {held: path for path, held in reversed(self.manifest)}
        return paths[digest]


def sidecar(inventory: bytes) -> bytes:
    """The digest file of an inventory (section 3.7), which `sha512sum -c` reads too."""
    return hashlib.sha512(inventory).hexdigest().encode("ascii") + b"  inventory.json\n"


def first(
    id: PackageId,
    content: Mapping[str, Digest],
    *,
    created: datetime,
    message: str,
    user: str,
    address: str = "",
) -> Inventory:
    """The inventory of an object's first version; `content` is its files' names and SHA-512."""
    nothing = Inventory(id, (), ())
    return following(nothing, content, created=created, message=message, user=user, address=address)


def following(
    inventory: Inventory,
    content: Mapping[str, Digest],
    *,
    created: datetime,
    message: str,
    user: str,
    address: str = "",
) -> Inventory:
    """The inventory after one more version; content that an earlier one has is not kept again."""
    version = Version(created, message, user, address, tuple(sorted(content.items())))
    held = {digest for _, digest in inventory.manifest}
    brought = [
        (f"v{len(inventory.versions) + 1}/content/{name}", digest)
        for name, digest in version.state
        if digest not in held
    ]
    manifest = tuple(sorted([*inventory.manifest, *brought]))
    return Inventory(inventory.id, (*inventory.versions, version), manifest)


def write(inventory: Inventory) -> bytes:
    """The inventory as JSON: the same inventory is the same bytes.

    Raises ValueError for what OCFL does not allow, such as a digest that is not SHA-512.
    """
    broken = _contradictions(inventory)
    if broken:
        raise ValueError("; ".join(broken))
    return _json(
        {
            "id": inventory.id,
            "type": INVENTORY_TYPE,
            "digestAlgorithm": "sha512",
            "head": f"v{len(inventory.versions)}",
            "manifest": _by_digest(inventory.manifest),
            "versions": {
                f"v{number}": {
                    "created": stamp(version.created),
                    "message": version.message,
                    "user": {"name": version.user}
                    | ({"address": version.address} if version.address else {}),
                    "state": _by_digest(version.state),
                }
                for number, version in enumerate(inventory.versions, start=1)
            },
        }
    )


def read(document: bytes) -> Inventory:
    """An inventory from its JSON.

    Raises Corrupt, with all reasons, when it is not an inventory as `write` makes them.
    """
    found = parsed(document, "inventory.json")
    reasons = differences(found, _SHAPE, "inventory.json")
    if not reasons:
        reasons = _version_names(found)
    if reasons:
        raise Corrupt(*reasons)
    try:
        inventory = Inventory(
            PackageId(found["id"]),
            tuple(_version(found["versions"][f"v{n + 1}"]) for n in range(len(found["versions"]))),
            _by_path(found["manifest"]),
        )
    except ValueError as error:
        raise Corrupt(f"inventory.json: {error}") from error
    reasons = _contradictions(inventory)
    if reasons:
        raise Corrupt(*reasons)
    return inventory


def _version_names(found: Json) -> list[str]:
    names = [f"v{number}" for number in range(1, len(found["versions"]) + 1)]
    if not names or sorted(found["versions"]) != sorted(names) or found["head"] != names[-1]:
        has = ", ".join(found["versions"])
        return [f"inventory.json: versions {has} with {found['head']} as the newest"]
    return []


def _version(found: Json) -> Version:
    user = found["user"]
    return Version(
        moment(found["created"]),
        found["message"],
        user["name"],
        user.get("address", ""),
        _by_path(found["state"]),
    )


def _by_digest(paths: tuple[tuple[str, Digest], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, digest in sorted(paths, key=lambda item: (item[1], item[0])):
        found.setdefault(digest.value, []).append(path)
    return found


def _by_path(found: dict[str, list[str]]) -> tuple[tuple[str, Digest], ...]:
    pairs = ((p, Digest(Algorithm.SHA512, value)) for value, paths in found.items() for p in paths)
    return tuple(sorted(pairs))


def _contradictions(inventory: Inventory) -> list[str]:
    """What OCFL forbids (sections 3.5.2 and 3.5.3) in an inventory that has the right form."""
    where, reasons = f"inventory of {inventory.id}", []
    if not inventory.versions:
        reasons.append(f"{where}: no version")
    held = {digest for _, digest in inventory.manifest}
    named = {digest for version in inventory.versions for _, digest in version.state}
    for path, _ in inventory.manifest:
        match = _CONTENT.fullmatch(path)
        if match is None or int(match.group(1)) > len(inventory.versions):
            reasons.append(f"{where}: {path!r} is not a path of content of its versions")
    for digest in sorted(named ^ held):
        place = "a version's state" if digest in named else "the manifest"
        reasons.append(f"{where}: {digest} is in {place} only")
    if any(digest.algorithm is not Algorithm.SHA512 for digest in held | named):
        reasons.append(f"{where}: a digest is not SHA-512")
    for paths in (inventory.manifest, *(version.state for version in inventory.versions)):
        reasons += [f"{where}: {reason}" for reason in _path_clashes([path for path, _ in paths])]
    return reasons


def _path_clashes(paths: list[str]) -> list[str]:
    reasons = [
        f"{path!r} is not a path"
        for path in paths
        if any(part in ("", ".", "..") for part in path.split("/"))
    ]
    if paths != sorted(set(paths)):
        reasons.append("its paths are not sorted, or one stands twice")
    # With "/" as the lowest character a folder stands right before what lies in it.
    ordered = sorted(path.split("/") for path in paths)
    for one, other in pairwise(ordered):
        if one != other and other[: len(one)] == one:
            reasons.append(f"{'/'.join(one)!r} is a file and a folder")
    return reasons


def _json(value: Mapping[str, Json]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
