"""`tombstones/AIP-ID.json` in a store: what remains of a deleted AIP, for people and programs."""

import json

from preservation.errors import Corrupt
from preservation.model.disposal import Buried, Tombstone
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.standards.ledger import DECISION_SHAPE, from_decision, to_decision
from preservation.standards.shape import Json, differences, moment, parsed, stamp

PREFIX = "tombstones/"

_WHAT = "This AIP was deleted. It was requested and approved by two people, who say why below."
_VERSION = {
    "number": int,
    "created": str,
    "sip": str,
    "fingerprint": str,
    "files": int,
    "bytes": int,
    "tar_sha512": (str, None),
}
_SHAPE = {
    "what": str,
    "id": str,
    "title": str,
    "versions": [_VERSION],
    "stores": [str],
    "request": DECISION_SHAPE,
    "approval": DECISION_SHAPE,
}


def key(package: PackageId) -> str:
    """The key of a tombstone in a store."""
    return f"{PREFIX}{package}.json"


def package_of(key: str) -> PackageId | None:
    """The inverse of `key`; None for what is not the key of a tombstone."""
    try:
        return PackageId(key.removeprefix(PREFIX).removesuffix(".json"))
    except ValueError:
        return None


def write(tombstone: Tombstone) -> bytes:
    """The tombstone as JSON: the same tombstone is the same bytes."""
    document = {
        "what": _WHAT,
        "id": tombstone.package,
        "title": tombstone.title,
        "versions": [_from_version(it) for it in tombstone.versions],
        "stores": list(tombstone.stores),
        "request": from_decision(tombstone.request),
        "approval": from_decision(tombstone.approval),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def read(document: bytes) -> Tombstone:
    """A tombstone from its JSON.

    Raises Corrupt, with all reasons, when it is not a tombstone as `write` makes them.
    """
    found = parsed(document, "tombstone")
    reasons = differences(found, _SHAPE, "tombstone")
    if reasons:
        raise Corrupt(*reasons)
    try:
        return Tombstone(
            PackageId(found["id"]),
            found["title"],
            tuple(map(_to_version, found["versions"])),
            tuple(map(StoreName, found["stores"])),
            to_decision(found["request"]),
            to_decision(found["approval"]),
        )
    except ValueError as error:
        raise Corrupt(f"tombstone: {error}") from error


def _from_version(it: Buried) -> Json:
    return {
        "number": it.number,
        "created": stamp(it.created),
        "sip": it.sip,
        "fingerprint": it.fingerprint.value,
        "files": it.files,
        "bytes": it.bytes,
        "tar_sha512": it.tar and it.tar.value,
    }


def _to_version(found: Json) -> Buried:
    tar = found["tar_sha512"]
    return Buried(
        found["number"],
        moment(found["created"]),
        found["sip"],
        Digest(Algorithm.SHA512, found["fingerprint"]),
        found["files"],
        found["bytes"],
        tar and Digest(Algorithm.SHA512, tar),
    )
