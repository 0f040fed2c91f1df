"""What repairing an AIP is about: the faults of its copies, what mends each, what is lost."""

from dataclasses import dataclass
from enum import StrEnum

from preservation.model.identifiers import PackageId, StoreName


class Defect(StrEnum):
    """What is the matter with an object of a store."""

    DAMAGED = "damaged"
    MISSING = "missing"
    EXTRA = "explained by no inventory"


class Origin(StrEnum):
    """Where the right octets of an object come from.

    `another copy` was read whole and is right; `known` are declarations, inventories and their
    digest files, which can be written anew; `salvaged` are pieces of several copies, of which none
    is whole, and which together have the right digest; `ready` is a replacement that an interrupted
    repair left aside; `none` is for what does not belong there and is only set aside.
    """

    COPY = "another copy"
    KNOWN = "known"
    SALVAGE = "salvaged"
    READY = "ready"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Mend:
    """One object of one store that is put right.

    `version` is the one that brings it, None for what all versions share. `sources` names the
    stores that its octets come from, `members` what was damaged in a tar that is there.
    """

    store: StoreName
    key: str
    fault: Defect
    origin: Origin
    version: int | None
    sources: tuple[StoreName, ...] = ()
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{self.key}: {self.fault}"
        if self.members:
            said += f" in {', '.join(self.members)}"
        if self.origin is Origin.NONE:
            return f"{said}, set aside"
        stores = ", ".join(self.sources)
        return f"{said}, {self.origin}" + (f" from store {stores}" if stores else "")


@dataclass(frozen=True, slots=True)
class Loss:
    """An object that no store has right, and what exactly: members of a tar, or a reason."""

    key: str
    version: int
    stores: tuple[StoreName, ...]
    what: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One line for each thing that cannot be saved."""
        held = ", ".join(self.stores)
        return tuple(f"{self.key}: {one}; sound in none of stores {held}" for one in self.what)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for an AIP; `waits` are reasons why something must wait for a store."""

    package: PackageId
    mends: tuple[Mend, ...] = ()
    losses: tuple[Loss, ...] = ()
    waits: tuple[str, ...] = ()
