"""Repair: what is bad in a copy is replaced by what was proven right, and kept until released.

`survey` reads, `plan` decides, `mend` does in one store at a time, `repaired` puts on record.
"""

from collections.abc import Sequence

from preservation.model.repair import Defect, Mend, Origin
from preservation.ports import Progress, Store
from preservation.stages.repair.mending import (
    Intent,
    Supply,
    aside,
    finish,
    intend,
    intended,
    prove,
    put_right,
    write_aside,
)
from preservation.stages.repair.outcome import Became, concerns, repaired, state_of
from preservation.stages.repair.planning import plan
from preservation.stages.repair.salvage import pour, size_of
from preservation.stages.repair.surveying import Seen, Survey, asked, survey

__all__ = [
    "Became",
    "Intent",
    "Survey",
    "asked",
    "concerns",
    "finish",
    "intended",
    "mend",
    "plan",
    "repaired",
    "state_of",
    "survey",
]


def mend(
    told: Survey, store: Store, mends: Sequence[Mend], intent: Intent, progress: Progress
) -> None:
    """Do all that is to be done in one store; doing it again goes on where a kill ended it.

    Raises Corrupt when a replacement is not read back as it must be, or its source changed.
    """
    package = told.asked.package
    seen = next(it for it in told.seen if it.store == store.name)
    placed = [one for one in mends if one.fault is not Defect.EXTRA]
    intend(store, package, intent)
    for one in placed:
        write_aside(store, package, one, _supply(told, seen, one), progress)
    put_right(store, package, mends, intent.folder)
    for one in placed:
        prove(store, one, seen.wanted[one.key], progress)


def _supply(told: Survey, seen: Seen, one: Mend) -> Supply:
    stores, digest = told.asked.stores, seen.wanted[one.key]
    if one.origin is Origin.KNOWN:
        content = told.known[seen.store, one.key]
        return Supply(len(content), digest, lambda: iter([content]))
    if one.origin is Origin.SALVAGE:
        recipe = told.recipes[one.key]
        return Supply(size_of(recipe), digest, lambda: pour(recipe, stores))
    source = stores[one.sources[0] if one.origin is Origin.COPY else seen.store]
    lying = aside(told.asked.package, one.key)
    whole = next(it for it in told.seen if it.store == source.name).found.get(one.key) == digest
    # What lay aside in another store may have taken its place there by now.
    key = lying if not whole and source.size(lying) is not None else one.key
    return Supply(source.size(key) or 0, digest, lambda: source.read(key))
