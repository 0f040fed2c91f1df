"""What became of each copy, and how it is put on record."""

from collections.abc import Collection
from dataclasses import dataclass

from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.repair import Mend
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.recording import Stage
from preservation.stages.repair.planning import version_of
from preservation.stages.repair.surveying import Survey
from preservation.standards import ocfl


def state_of(told: Survey, copy: Copy, done: Collection[Mend]) -> CopyState:
    """What is true of a copy once these mends are done; `unchecked` if its store did not answer."""
    seen = next((it for it in told.seen if it.store == copy.store), None)
    if seen is None or (copy.version in told.unknown and told.away):
        return CopyState.UNCHECKED
    put_right = {mend.key for mend in done if mend.store == copy.store}
    left = {*seen.bad(), *seen.extra} - put_right
    mine = {key for key in left if concerns(version_of(told, key), copy.version)}
    tar = ocfl.tar_key(copy.package, copy.version)
    if tar in mine and tar not in seen.found:
        return CopyState.MISSING
    return CopyState.CORRUPT if mine or copy.version in told.unknown else CopyState.SOUND


def concerns(of: int | None, version: int) -> bool:
    """Whether what belongs to a version, or to all (None), is part of the copy of one."""
    return of is None or of == version


@dataclass(frozen=True, slots=True)
class Became:
    """What a repair came to for one copy: what was mended, and what could not be, with why.

    `waits` says that the reasons are of a store that did not answer, and nothing is known.
    """

    state: CopyState
    mends: tuple[Mend, ...] = ()
    failed: tuple[str, ...] = ()
    waits: bool = False


def repaired(copy: Copy, became: Became) -> Stage[CopyState]:
    """Put on record what became of a copy: what was mended, from where, and what could not be.

    A copy in which nothing was bad was compared whole, and that is on record as a fixity check.
    """
    detail = f"repair of the {copy_in(copy.store)}"
    if became.mends:
        said = "; ".join(map(str, became.mends))
        yield Finding(EventType.RECOVERY, Outcome.SUCCESS, ARKIV, detail, said)
    if became.failed:
        outcome = Outcome.NOT_PERFORMED if became.waits else Outcome.FAILURE
        yield Finding(EventType.RECOVERY, outcome, ARKIV, detail, "; ".join(became.failed))
    elif not became.mends and became.state is CopyState.SOUND:
        detail = f"every octet of the {copy_in(copy.store)}"
        note = f"{copy.size} octets, {copy.digest.short}"
        yield Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, ARKIV, detail, note)
    return became.state
