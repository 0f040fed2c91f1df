"""Dispose: what people decide on an AIP, and the removal of one from a store."""

from collections.abc import Sequence
from contextlib import suppress

from preservation.errors import AlreadyExists, Corrupt, Unavailable
from preservation.model.disposal import Act
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import ARKIV, Agent, EventType, Finding, Outcome
from preservation.ports import Store
from preservation.recording import Stage
from preservation.standards import ocfl, tombstone
from preservation.standards.places import QUARANTINE, REPAIR

_SAID = {
    Act.HOLD: "held, so that nobody deletes it: {}",
    Act.LIFT: "hold lifted: {}",
    Act.REQUEST: "deletion requested on the basis of: {}",
    Act.REJECT: "deletion rejected, requested on the basis of: {}",
    Act.APPROVE: "deletion approved, requested on the basis of: {}",
}


def decide(act: Act, subject: str, *, who: Agent, reason: str) -> Stage[None]:
    """What a person decides on an AIP, and why."""
    detail = _SAID[act].format(subject)
    yield Finding(EventType.POLICY_ASSIGNMENT, Outcome.SUCCESS, who, detail, reason)


def remove(package: PackageId, document: bytes, *, store: Store) -> int:
    """Leave nothing of an AIP in a store but its tombstone, which is there before; objects removed.

    Also what repairs set aside goes. Raises Corrupt when another tombstone is there, Unavailable
    when something is left.
    """
    key = tombstone.key(package)
    try:
        with suppress(AlreadyExists):
            store.put(key, [document], size=len(document))
        if b"".join(store.read(key)) != document:
            raise Corrupt(
                f"store {store.name}: {key} is not the tombstone that the catalogue has; compare "
                "them, and remove the wrong one by hand"
            )
    except KeyError:
        raise Unavailable(f"store {store.name}: {key} was written and is not there") from None
    root = f"{ocfl.object_root(package)}/"
    removed = store.erase(root)
    removed += store.erase(f"{REPAIR}{package}/")
    removed += store.erase(QUARANTINE, f"/{package}/")
    left = next(store.keys(root), None)
    if left is not None:
        raise Unavailable(f"store {store.name}: {left} was removed and is still there; try again")
    return removed


def removed(stores: Sequence[StoreName], objects: int) -> Stage[None]:
    """Nothing of an AIP is left in these stores."""
    detail = f"deleted from the stores {', '.join(stores)}"
    yield Finding(EventType.DELETION, Outcome.SUCCESS, ARKIV, detail, f"{objects} objects removed")
