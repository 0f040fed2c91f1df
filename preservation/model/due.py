"""Which copies are to be audited today, so that each is looked at in time and no day has too much.

Days are calendar days of UTC. Nothing is remembered but when each copy was last seen and last read,
so a run that was interrupted goes on where it stopped, and a second run on the same day adds
nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from preservation.model.identifiers import StoreName
from preservation.model.storage import Copy, CopyState

GIB: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Limit:
    """What a store may be asked for: octets a day (None is no limit), and the price of a GiB."""

    octets_a_day: int | None = None
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """How often copies are audited and what it may cost.

    Every copy is seen within `presence_days` and read whole within `fixity_days`, as far as
    `octets_a_day` (None is no limit), `cost_a_day` (None is no limit, in the currency of the
    prices) and the limit of its store allow.
    """

    presence_days: int = 1
    fixity_days: int = 90
    octets_a_day: int | None = None
    cost_a_day: float | None = None
    stores: Mapping[StoreName, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.presence_days < 1 or self.fixity_days < 1:
            raise ValueError("an audit within less than a day is none")


@dataclass(frozen=True, slots=True)
class Due:
    """What to audit today, the longest unaudited first.

    A copy that is read whole needs no look at its presence beside that. `late` are copies that no
    limit leaves room for although their time is over.
    """

    presence: tuple[Copy, ...]
    fixity: tuple[Copy, ...]
    late: tuple[Copy, ...]

    @property
    def octets(self) -> int:
        """How many octets will be read."""
        return sum(copy.size for copy in self.fixity)


def due(copies: Iterable[Copy], policy: AuditPolicy, now: datetime) -> Due:
    """The copies to look at and to read today; about a microsecond for each copy that is held.

    Reading is spread: of what must be read by some day, each day until then takes an equal share.
    A copy rests for half the time before it is read again, unless its turn comes sooner by rule.
    """
    every = list(copies)
    today = now.astimezone(UTC).toordinal()
    fixity, late = _to_read(every, policy, today)
    read = {id(copy) for copy in fixity}
    looked = _by_age(every, today, attrgetter("seen"))
    presence = [copy for copy in _to_see(looked, policy.presence_days) if id(copy) not in read]
    return Due(tuple(presence), tuple(fixity), tuple(late))


NEVER: Final = 1 << 30
"""The age in days of what was never audited."""


def _by_age(
    copies: Sequence[Copy], today: int, moment: Callable[[Copy], datetime | None]
) -> dict[int, list[Copy]]:
    days: defaultdict[int, list[Copy]] = defaultdict(list)
    for copy in copies:  # the only loop over all: a million are to take a second
        when = moment(copy)
        days[0 if when is None else when.toordinal()].append(copy)
    never = days.pop(0, None)
    ages: dict[int, list[Copy]] = {}
    for day, found in days.items():
        ages.setdefault(max(today - day, 0), []).extend(found)
    return ages | ({NEVER: never} if never else {})


def _share(ages: Mapping[int, int], days: int) -> int:
    """What today takes so that no day before a deadline has to take more."""
    held = share = 0
    for age in sorted(ages, reverse=True):
        held += ages[age]
        runs = max(days - age + 1, 1)  # today's and those until its time is over
        share = max(share, -(-held // runs))
    return share


def _to_see(ages: Mapping[int, list[Copy]], days: int) -> Iterable[Copy]:
    share = _share({age: len(copies) for age, copies in ages.items()}, days)
    share -= len(ages.get(0, ()))
    for age in sorted(ages, reverse=True):
        if age < days and (age == 0 or age < _rest(days) or share <= 0):
            return
        forced = age >= days  # all of them, so their order within the day says nothing
        chosen = ages[age] if forced else sorted(ages[age], key=_when_seen)[:share]
        yield from chosen
        share -= len(chosen)


def _rest(days: int) -> int:
    return min(days, max(2, (days + 1) // 2))


def _when_seen(copy: Copy) -> float:
    return copy.seen.timestamp() if copy.seen else 0.0


def _when_read(copy: Copy) -> float:
    return copy.checked.timestamp() if copy.checked else 0.0


def _to_read(
    copies: Sequence[Copy], policy: AuditPolicy, today: int
) -> tuple[list[Copy], list[Copy]]:
    """What to read whole today, and what is late; a copy that is missing cannot be read."""
    ages = _by_age(
        [copy for copy in copies if copy.state is not CopyState.MISSING],
        today,
        attrgetter("checked"),
    )
    days = policy.fixity_days
    today_read = ages.get(0, [])
    share = _share({age: sum(c.size for c in found) for age, found in ages.items()}, days)
    share -= sum(copy.size for copy in today_read)
    budget = _Budget(policy, today_read)
    chosen: list[Copy] = []
    late: list[Copy] = []
    for age in sorted(ages, reverse=True):
        forced = age >= days
        if not forced and (age < _rest(days) or share <= 0):
            break
        for copy in sorted(ages[age], key=_when_read):
            if not forced and share <= 0:
                break
            if budget.takes(copy):
                chosen.append(copy)
                share -= copy.size
            elif forced:
                late.append(copy)
    return chosen, late


class _Budget:
    """What is left of today's limits; a copy larger than a limit alone is taken when it is whole.

    Once a limit has kept a copy out nothing younger takes its place: else large ones would wait
    for ever.
    """

    def __init__(self, policy: AuditPolicy, read: Iterable[Copy]) -> None:
        self._policy = policy
        self._octets = 0
        self._cost = 0.0
        self._by_store: defaultdict[StoreName, int] = defaultdict(int)
        self._closed: set[StoreName] = set()
        self._full = False
        for copy in read:
            self._spend(copy)

    def takes(self, copy: Copy) -> bool:
        """Whether the copy is read today; if so its octets and its price are spent."""
        if self._full or copy.store in self._closed:
            return False
        policy, limit = self._policy, self._limit(copy)
        if not _fits(self._octets, copy.size, policy.octets_a_day):
            self._full = True
            return False
        price = self._price(copy)
        if not _fits(self._by_store[copy.store], copy.size, limit.octets_a_day) or (
            price and not _fits(self._cost, price, policy.cost_a_day)
        ):
            self._closed.add(copy.store)
            return False
        self._spend(copy)
        return True

    def _limit(self, copy: Copy) -> Limit:
        return self._policy.stores.get(copy.store, _FREE)

    def _price(self, copy: Copy) -> float:
        return copy.size / GIB * self._limit(copy).price

    def _spend(self, copy: Copy) -> None:
        self._octets += copy.size
        self._by_store[copy.store] += copy.size
        self._cost += self._price(copy)


_FREE: Final = Limit()


def _fits(spent: float, more: float, limit: float | None) -> bool:
    return limit is None or spent + more <= limit or (spent == 0 < limit)
