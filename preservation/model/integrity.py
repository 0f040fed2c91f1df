"""How sure the archive is of its copies: when each was last proven, what was found and mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from preservation.model.identifiers import StoreName
from preservation.model.premis import Outcome
from preservation.model.storage import CopyState, StoreRole

AGES = (30, 90, 365)
"""Days by which proofs are told apart."""


@dataclass(frozen=True, slots=True)
class Proven:
    """So many copies and octets in one store, in one state, all last proven on one day or never."""

    store: StoreName
    state: CopyState
    day: date | None
    copies: int
    octets: int


@dataclass(frozen=True, slots=True)
class Month:
    """What happened to copies in one month, and how many had a proof at its end.

    Of `held` copies `covered` were proven within the days of the policy. `failed` checks found a
    copy corrupt or missing, `not_performed` ones could not be made and say nothing of it.
    """

    first: date
    held: int
    covered: int
    proven: int
    failed: int
    not_performed: int
    repaired: int
    not_repaired: int


@dataclass(frozen=True, slots=True)
class LastDrill:
    """When something was last restored from a store as a stranger would, and how that ended."""

    when: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class StoreProofs:
    """The proofs of one store; a store without a role is not in the settings any more."""

    store: StoreName
    role: StoreRole | None
    proven: tuple[Proven, ...]
    drill: LastDrill | None

    @property
    def copies(self) -> int:
        """All copies."""
        return sum(it.copies for it in self.proven)

    @property
    def octets(self) -> int:
        """Their octets."""
        return sum(it.octets for it in self.proven)

    @property
    def never(self) -> int:
        """Copies that were never read whole."""
        return sum(it.copies for it in self.proven if it.day is None)

    @property
    def oldest(self) -> date | None:
        """The day of the oldest last proof; None when nothing was ever proven."""
        return min((it.day for it in self.proven if it.day), default=None)

    def in_state(self, state: CopyState) -> int:
        """Copies in a state."""
        return sum(it.copies for it in self.proven if it.state is state)

    def within(self, days: int, today: date) -> int:
        """Copies that were last proven at most so many days ago, and found sound then."""
        return sum(
            it.copies
            for it in self.proven
            if it.state is CopyState.SOUND and it.day and (today - it.day).days <= days
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """AIPs, and of how many something is known: a scan for malware, a description.

    `people` are named in events; `told_again` is when formats were last told anew.
    """

    aips: int
    scanned: int
    undescribed: int
    people: int
    told_again: datetime | None


@dataclass(frozen=True, slots=True)
class Integrity:
    """The whole report: what is known on a day, and what happened in the months before."""

    now: datetime
    fixity_days: int
    stores: tuple[StoreProofs, ...]
    months: tuple[Month, ...]

    @property
    def copies(self) -> int:
        """All copies."""
        return sum(it.copies for it in self.stores)

    @property
    def covered(self) -> int:
        """Copies that were proven sound within the days of the policy."""
        return sum(it.within(self.fixity_days, self.now.date()) for it in self.stores)


def months_before(now: datetime, count: int) -> Sequence[date]:
    """The first days of so many months, the last of them that of now."""
    number = now.year * 12 + now.month - 1
    return [date(it // 12, it % 12 + 1, 1) for it in range(number - count + 1, number + 1)]


def month_after(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
