"""What lies at the top of a store; whatever else is there is not of the archive."""

import json

from preservation.model.identifiers import StoreName
from preservation.standards import ledger, ocfl, tombstone

IDENTITY = "store.json"
"""Says which store of which archive a place is, so that no other is taken for it."""
QUARANTINE = "quarantine/"
"""Damaged objects that a repair has set aside, until somebody releases them."""
REPAIR = "repair/"
"""Repairs that are under way."""

OWN = (ocfl.ROOT, ledger.PREFIX, QUARANTINE, REPAIR, tombstone.PREFIX, IDENTITY)

LARGEST_IDENTITY = 4096


def identity(archive: str, store: StoreName) -> bytes:
    """The document that says which store of which archive a place is."""
    told = {"what": "a store of an archive kept by Arkiv", "archive": archive, "store": store}
    return json.dumps(told, indent=1).encode("ascii") + b"\n"


def mistaken(document: bytes, archive: str, store: StoreName) -> str:
    """Whose store a place is, if it is not this one of this archive; else the empty string."""
    try:
        told = json.loads(document)
        other, name = str(told["archive"]), str(told["store"])
    except (ValueError, KeyError, TypeError):
        return f"a store of nobody that can be told ({IDENTITY} cannot be read)"
    if other != archive:
        return f"store {name} of another archive ({other}; this one is {archive})"
    return "" if name == store else f"store {name} of this archive"
