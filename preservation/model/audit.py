"""What an audit looks for and what it may find wrong with a copy."""

from dataclasses import dataclass
from enum import StrEnum


class Depth(StrEnum):
    """How far an audit looks: that all is there in its size, or every octet of it."""

    PRESENCE = "presence"
    FIXITY = "fixity"


class FaultKind(StrEnum):
    """What is wrong at one place of a copy; each kind is mended in its own way."""

    MISSING = "missing"
    """An object that the inventory or the catalogue asks for is not there."""
    UNEXPLAINED = "unexplained"
    """An object is there that no inventory explains."""
    SIZE = "size"
    """An object has another size."""
    CONTENT = "content"
    """An object has another digest: a document beside the tar, or the tar as a whole."""
    MEMBER = "member"
    """One member of the tar has another digest; the tar's own fault stands beside it."""
    HEADER = "header"
    """Octets of the tar between members: a header, padding, the end."""
    INVENTORY = "inventory"
    """The version's inventory cannot be believed: nothing else of it is known from this copy."""
    ROOT = "root inventory"
    """The inventory at the object's root, or its digest file, is not that of the newest version."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a copy: `key` of the object in the store, and a sentence for people.

    `member` is the damaged member's full name in the tar; `start` and `stop` are the octets of the
    object that are affected, where the fault is in a part of it (0 and None are the whole).
    """

    kind: FaultKind
    key: str
    reason: str
    member: str = ""
    start: int = 0
    stop: int | None = None


class StrayKind(StrEnum):
    """Why something in a store is not explained by what the archive knows."""

    FOREIGN = "foreign"
    """An object lies outside of any package, under no key that the archive gives."""
    UNKNOWN = "unknown AIP"
    """A version was committed that the catalogue does not know."""
    UNCOUNTED = "uncounted copy"
    """The catalogue knows the version, and no copy of it in this store."""
    LEFT = "left over"
    """Objects of a version that was never committed, of which nobody is at work."""
    DELETED = "deleted AIP"
    """An AIP was deleted and this store has something of it."""
    TOMBSTONE = "tombstone"
    """This store says that an AIP was deleted, or lacks that; the catalogue says otherwise."""


@dataclass(frozen=True, slots=True)
class Stray:
    """One thing in a store that is not as the catalogue has it, and a sentence for people."""

    kind: StrayKind
    key: str
    reason: str
