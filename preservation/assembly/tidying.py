"""Tidy: whatever was cut short is finished or undone, so that nothing is left over."""

from dataclasses import dataclass, field

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.decisions import note
from preservation.assembly.deletion import Deletion, carry_out, unfinished
from preservation.assembly.filling import settle
from preservation.assembly.recovery import recover
from preservation.assembly.repairs import Repaired, RepairStatus, begun, repair_one
from preservation.assembly.scratch import of_aip
from preservation.errors import Unavailable
from preservation.model.identifiers import PackageId
from preservation.ports import Progress


@dataclass(slots=True)
class Tidied:
    """What was settled: packages on their way in, deletions, repairs; and what must wait, why."""

    packages: tuple[PackageId, ...] = ()
    deletions: list[Deletion] = field(default_factory=list)
    repairs: list[Repaired] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)


def tidy(archive: Archive, *, progress: Progress) -> Tidied:
    """Finish what crashes and absent stores left undone.

    What somebody works on at this moment is left to them.
    """
    recovered = recover(archive)
    found = Tidied(recovered.settled, waits=[*recovered.waits, *ledger.bring_all(archive)])
    try:
        note(archive)  # nothing is removed that the ledger does not know to be approved
        settle(archive)
        waiting = unfinished(archive)
    except Unavailable as unavailable:
        found.waits += unavailable.reasons
        waiting = ()
    for stone in waiting:
        try:
            with archive.claims.claimed(of_aip(stone.package)):
                found.deletions.append(carry_out(archive, stone, progress=progress))
        except Unavailable as unavailable:
            found.waits += unavailable.reasons
    for package in sorted(begun(archive)):
        try:
            done = repair_one(archive, package, planning=False, progress=progress)
        except Unavailable as unavailable:
            found.waits += unavailable.reasons
            continue
        found.repairs.append(done)
        if done.status is RepairStatus.UNAVAILABLE:
            found.waits += done.reasons
    found.waits += [reason for it in found.deletions for reason in it.waits]
    found.waits = list(dict.fromkeys(found.waits))
    return found
