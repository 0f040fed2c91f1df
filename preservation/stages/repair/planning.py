"""What is to be done for an AIP, decided from what the stores have; nothing is read or written."""

from collections.abc import Iterator

from preservation.model.identifiers import StoreName
from preservation.model.repair import Defect, Loss, Mend, Origin, Plan
from preservation.stages.repair.salvage import Range
from preservation.stages.repair.surveying import Seen, Survey
from preservation.standards import ocfl


def plan(told: Survey) -> Plan:
    """Every mend with where the right octets come from, every loss, and what waits for a store.

    Nothing is lost while a store that keeps it does not answer.
    """
    mends = tuple(mend for seen in told.seen for mend in _mends(told, seen))
    lost = tuple(_losses(told))
    waits = [f"{reason}; nothing was done in it" for reason in told.away.values()]
    if any(told.asked.keeping[store] for store in told.away):
        waits += [f"{reason}; a store that may have it did not answer" for reason in _said(lost)]
        lost = ()
    return Plan(told.asked.package, mends, lost, (*waits, *told.stranger))


def _said(losses: tuple[Loss, ...]) -> Iterator[str]:
    return (f"{loss.key}: {one}: not found sound" for loss in losses for one in loss.what)


def _mends(told: Survey, seen: Seen) -> Iterator[Mend]:
    for key in seen.extra:
        yield Mend(seen.store, key, Defect.EXTRA, Origin.NONE, version_of(told, key))
    for key in seen.bad():
        fault = Defect.DAMAGED if key in seen.found else Defect.MISSING
        members = told.damaged.get((seen.store, key), ())
        version = told.brings.get(key)
        origin, sources = _origin(told, seen, key)
        if origin is not Origin.NONE:
            yield Mend(seen.store, key, fault, origin, version, sources, members)


def _origin(told: Survey, seen: Seen, key: str) -> tuple[Origin, tuple[StoreName, ...]]:
    wanted = seen.wanted[key]
    if (seen.store, key) in told.known:
        return Origin.KNOWN, ()
    if seen.ready.get(key) == wanted:
        return Origin.READY, ()
    for other in told.seen:
        if other.found.get(key) == wanted or other.ready.get(key) == wanted:
            return Origin.COPY, (other.store,)
    if key in told.recipes:
        ranges = (piece for piece in told.recipes[key] if isinstance(piece, Range))
        return Origin.SALVAGE, tuple(dict.fromkeys(piece.store for piece in ranges))
    return Origin.NONE, ()


def _losses(told: Survey) -> Iterator[Loss]:
    for key, what in told.lost.items():
        holders = tuple(seen.store for seen in told.seen if key in seen.wanted)
        yield Loss(key, told.brings[key], holders, what)
    for version, why in told.unknown.items():
        keeping = told.asked.keeping
        holders = tuple(seen.store for seen in told.seen if version in keeping[seen.store])
        yield Loss(ocfl.inventory_key(told.asked.package, version), version, holders, (why,))


def version_of(told: Survey, key: str) -> int | None:
    """The version in whose folder a key lies; None at the object's root and elsewhere."""
    root = ocfl.object_root(told.asked.package)
    return next((v for v in told.asked.tars if key.startswith(f"{root}/v{v}/")), None)
