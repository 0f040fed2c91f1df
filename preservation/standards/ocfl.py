"""OCFL 1.1: where things lie in a storage root; what an object holds is said by `inventory`.

Sources: OCFL 1.1 specification (https://ocfl.io/1.1/spec/) and community extension
0003-hash-and-id-n-tuple-storage-layout. Every key begins with `ocfl/`, the storage root.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from preservation.model.identifiers import PackageId

ROOT = "ocfl/"
ROOT_DECLARATION = f"{ROOT}0=ocfl_1.1"
OBJECT_DECLARATION = b"ocfl_object_1.1\n"

_LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
_CONFIG = {
    "extensionName": _LAYOUT,
    "digestAlgorithm": "sha256",
    "tupleSize": 3,
    "numberOfTuples": 3,
}
_DESCRIPTION = "Folders of three times three digits of the SHA-256 of the id, then the id itself"
_COMMIT = re.compile(
    r"ocfl/(?:[0-9a-f]{3}/){3}([0-9a-f-]{36})/v([1-9][0-9]*)/inventory\.json\.sha512"
)


def root_files() -> Mapping[str, bytes]:
    """The files of an empty storage root, in the order in which to write them; the last says so."""
    layout = {"description": _DESCRIPTION, "extension": _LAYOUT}
    return {
        f"{ROOT}extensions/{_LAYOUT}/config.json": _json(_CONFIG),
        f"{ROOT}ocfl_layout.json": _json(layout),
        ROOT_DECLARATION: b"ocfl_1.1\n",
    }


def object_root(id: PackageId) -> str:
    """The folder of an object, without a `/` at its end."""
    digest = hashlib.sha256(id.encode("ascii")).hexdigest()
    return f"{ROOT}{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{id}"


def declaration_key(id: PackageId) -> str:
    """The key of the file that declares an object; its content is `OBJECT_DECLARATION`."""
    return f"{object_root(id)}/0=ocfl_object_1.1"


def content_key(id: PackageId, version: int, name: str) -> str:
    """The key of a file that a version brings."""
    return f"{object_root(id)}/v{version}/content/{name}"


def tar_name(id: PackageId, version: int) -> str:
    """The name of the tar of an AIP version; like all its parts it begins with OBJID (AIP20)."""
    return f"{id}.v{version}.tar"


def tar_key(id: PackageId, version: int) -> str:
    """The key of the tar of an AIP version."""
    return content_key(id, version, tar_name(id, version))


def inventory_key(id: PackageId, version: int | None = None) -> str:
    """The key of the inventory of a version, or of its copy at the object's root."""
    folder = object_root(id) + ("" if version is None else f"/v{version}")
    return f"{folder}/inventory.json"


def sidecar_key(id: PackageId, version: int | None = None) -> str:
    """The key of the digest file of the inventory of a version, or at the object's root."""
    return f"{inventory_key(id, version)}.sha512"


def commit_key(id: PackageId, version: int) -> str:
    """The key of the last file that a version gets: it exists if and only if this does."""
    return sidecar_key(id, version)


def committed(key: str) -> tuple[PackageId, int] | None:
    """The package and version that a key commits; None when it is not a commit key."""
    match = _COMMIT.fullmatch(key)
    if match is None:
        return None
    try:
        package, version = PackageId(match.group(1)), int(match.group(2))
    except ValueError:
        return None
    return (package, version) if commit_key(package, version) == key else None


_VERSION = re.compile(r"(ocfl/(?:[0-9a-f]{3}/){3}[0-9a-f-]{36}/v[1-9][0-9]*/).+")


def version_folder(key: str) -> str | None:
    """The folder of the version of an object in which a key lies, with `/`; None for others."""
    match = _VERSION.fullmatch(key)
    return match.group(1) if match else None


_OBJECT = re.compile(r"ocfl/(?:[0-9a-f]{3}/){3}([0-9a-f-]{36})/.+")


def package_of(key: str) -> PackageId | None:
    """The package in whose folder a key lies; None when it lies in none."""
    match = _OBJECT.fullmatch(key)
    try:
        package = PackageId(match.group(1)) if match else None
    except ValueError:
        return None
    return package if package and key.startswith(f"{object_root(package)}/") else None


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=2).encode("ascii") + b"\n"
