"""What lies at the top of a store; whatever else is there is not of the archive."""

import json
from dataclasses import dataclass

from preservation.model.identifiers import StoreName
from preservation.standards import ledger, ocfl, tombstone

IDENTITY = "store.json"
"""Says which store of which archive a place is, so that no other is taken for it."""
QUARANTINE = "quarantine/"
"""Damaged objects that a repair has set aside, until somebody releases them."""
REPAIR = "repair/"
"""Repairs that are under way."""

SEALED = "sealed/"
"""Lists of the SHA-512 of encrypted objects, by version."""

OWN = (ocfl.ROOT, ledger.PREFIX, QUARANTINE, REPAIR, tombstone.PREFIX, SEALED, IDENTITY)

LARGEST_IDENTITY = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Which store of which archive a place is, and for which recipient of age it is encrypted."""

    archive: str
    store: StoreName
    recipient: str = ""

    def document(self) -> bytes:
        """What lies in the place and says so."""
        told = {
            "what": "a store of an archive kept by Arkiv",
            "archive": self.archive,
            "store": self.store,
        }
        if self.recipient:
            told["encrypted_for"] = self.recipient
        return json.dumps(told, indent=1).encode("ascii") + b"\n"

    def mistaken(self, document: bytes) -> str:
        """What a place is that says this of itself, if it is not this one; else nothing."""
        try:
            told = json.loads(document)
            other, name = str(told["archive"]), str(told["store"])
            recipient = str(told.get("encrypted_for", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"a store of nobody that can be told ({IDENTITY} cannot be read)"
        if other != self.archive:
            return f"store {name} of another archive ({other}; this one is {self.archive})"
        if name != self.store:
            return f"store {name} of this archive"
        if recipient == self.recipient:
            return ""
        return f"encrypted for {recipient}" if recipient else "not encrypted"
