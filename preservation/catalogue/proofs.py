"""Proofs of copies, counted in SQL: by store and day, and month by month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, null, select

from preservation.catalogue.database import Transactions
from preservation.catalogue.rows import text, to_copy
from preservation.catalogue.tables import copies, events, packages, records
from preservation.model.drill import DETAIL
from preservation.model.identifiers import StoreName
from preservation.model.integrity import Counts, LastDrill, Month, Proven, month_after
from preservation.model.premis import AgentType, EventType, Outcome
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.standards.reidentified import DETAIL as TOLD_AGAIN
from preservation.standards.shape import moment

_PROOFS = (EventType.REPLICATION, EventType.FIXITY_CHECK, EventType.RECOVERY)
_CHECKS = (EventType.FIXITY_CHECK, EventType.VALIDATION)


class SqlProofs:
    """Counts; nothing here reads a row for each copy but what is asked for by number."""

    def __init__(self, database: Transactions) -> None:
        """Count in this database."""
        self._database = database

    def proven(self) -> tuple[Proven, ...]:
        """All copies by store, state and the day of their last proof."""
        day = func.substr(copies.c.checked, 1, 10)
        kind = (copies.c.store, copies.c.state, day)
        query = select(*kind, func.count(), func.sum(copies.c.size)).group_by(*kind).order_by(*kind)
        with self._database.reading() as connection:
            return tuple(
                Proven(
                    StoreName(store),
                    CopyState(state),
                    None if when is None else date.fromisoformat(when),
                    count,
                    int(octets),
                )
                for store, state, when, count, octets in connection.execute(query)
            )

    def stores(self) -> tuple[StoreName, ...]:
        """The names of all stores that have copies."""
        query = select(copies.c.store).distinct().order_by(copies.c.store)
        with self._database.reading() as connection:
            return tuple(map(StoreName, connection.scalars(query)))

    def months(
        self, firsts: Sequence[date], now: datetime, *, days: int, stores: Sequence[StoreName]
    ) -> tuple[Month, ...]:
        """What happened in months that begin on these days; covered is proven within `days`."""
        with self._database.reading() as connection:
            return tuple(_month(connection, first, now, days, stores) for first in firsts)

    def drills(self, stores: Sequence[StoreName]) -> dict[StoreName, LastDrill]:
        """The last drill of each store."""
        store = _store(stores)
        query = (
            select(store, events.c.outcome, func.max(events.c.recorded))
            .where(events.c.type == EventType.VALIDATION.value, events.c.detail.like(f"{DETAIL}%"))
            .group_by(store, events.c.outcome)
        )
        found: dict[StoreName, LastDrill] = {}
        with self._database.reading() as connection:
            for name, outcome, when in connection.execute(query):
                last = LastDrill(moment(when), Outcome(outcome))
                before = found.get(name)
                if name and (before is None or before.when < last.when):
                    found[StoreName(name)] = last
        return found

    def spread(self, groups: Mapping[StoreName, str]) -> dict[int, int]:
        """How many AIP versions have sound copies in so many groups of stores."""
        named = [(copies.c.store == name, group) for name, group in groups.items()]
        group = case(*named, else_=None) if named else null()
        sound = and_(copies.c.package == packages.c.number, copies.c.state == CopyState.SOUND.value)
        each = (
            select(packages.c.number, func.count(group.distinct()).label("groups"))
            .join(copies, sound, isouter=True)
            .group_by(packages.c.number)
            .subquery()
        )
        query = select(each.c.groups, func.count()).group_by(each.c.groups)
        with self._database.reading() as connection:
            return {int(number): count for number, count in connection.execute(query)}

    def counts(self) -> Counts:
        """AIPs, and of how many something is known."""
        aips = select(func.count(packages.c.id.distinct()))
        looked = select(packages.c.id).join(events).where(_virus(Outcome.SUCCESS))
        not_at_all = select(packages.c.id).join(events).where(_virus(Outcome.NOT_PERFORMED))
        scans = aips.where(packages.c.id.in_(looked), packages.c.id.not_in(not_at_all))
        told = select(records.c.package).where(records.c.about == "")
        described = aips.where(packages.c.number.in_(told))
        people = select(func.count(events.c.agent_name.distinct())).where(
            events.c.agent_type == AgentType.PERSON.value
        )
        again = select(func.max(events.c.recorded)).where(
            events.c.type == EventType.FORMAT_IDENTIFICATION.value, events.c.detail == TOLD_AGAIN
        )
        with self._database.reading() as connection:
            all_aips, scanned, with_description, named = (
                int(connection.scalar(query) or 0) for query in (aips, scans, described, people)
            )
            when = connection.scalar(again)
        last = moment(when) if when else None
        return Counts(all_aips, scanned, all_aips - with_description, named, last)

    def not_sound(self, limit: int) -> tuple[Copy, ...]:
        """Copies that are corrupt, missing or could not be checked, so many at most."""
        return self._copies(copies.c.state != CopyState.SOUND.value, copies.c.state, limit=limit)

    def longest_unproven(self, limit: int) -> tuple[Copy, ...]:
        """Copies that were never proven or longest ago, so many at most."""
        never = case((copies.c.checked.is_(None), 0), else_=1)
        return self._copies(None, never, copies.c.checked, limit=limit)

    def _copies(
        self, where: ColumnElement[bool] | None, *order: ColumnElement[object], limit: int
    ) -> tuple[Copy, ...]:
        query = select(packages.c.id, packages.c.version, copies).join(packages)
        if where is not None:
            query = query.where(where)
        ordered = query.order_by(*order, packages.c.number, copies.c.store).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(to_copy, connection.execute(ordered)))


def _virus(outcome: Outcome) -> ColumnElement[bool]:
    check = events.c.type == EventType.VIRUS_CHECK.value
    return and_(check, events.c.outcome == outcome.value)


def _store(names: Sequence[StoreName]) -> ColumnElement[str | None]:
    """The store of the copy that an event speaks of: its detail ends with it."""
    named = [(events.c.detail.like(f"%{copy_in(name)}"), name) for name in names]
    return case(*named, else_=None) if named else case((events.c.number < 0, ""), else_=None)


def _month(
    connection: Connection, first: date, now: datetime, days: int, stores: Sequence[StoreName]
) -> Month:
    end = min(_begin(month_after(first)), now)
    store = _store(stores)
    counts = dict(_happened(connection, text(_begin(first)), text(end), store))

    def count(types: Sequence[EventType], outcome: Outcome) -> int:
        return sum(counts.get((it.value, outcome.value), 0) for it in types)

    since = text(end - timedelta(days=days))
    recovery = (EventType.RECOVERY,)
    gone = (EventType.DEACCESSION,)
    held = _distinct(connection, _PROOFS, "", text(end), store)
    return Month(
        first,
        held=max(held - _distinct(connection, gone, "", text(end), store), 0),
        covered=_covered(connection, since, text(end), store),
        proven=_distinct(connection, _PROOFS, text(_begin(first)), text(end), store),
        failed=count(_CHECKS, Outcome.FAILURE),
        not_performed=count(_CHECKS, Outcome.NOT_PERFORMED),
        repaired=count(recovery, Outcome.SUCCESS),
        not_repaired=count(recovery, Outcome.FAILURE),
    )


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _happened(
    connection: Connection, start: str, end: str, store: ColumnElement[str | None]
) -> Iterator[tuple[tuple[str, str], int]]:
    """How many events of copies of each type and outcome there were."""
    told = (*_CHECKS, EventType.RECOVERY)
    kind = (events.c.type, events.c.outcome)
    query = (
        select(*kind, func.count())
        .where(
            events.c.type.in_([it.value for it in told]),
            events.c.recorded >= start,
            events.c.recorded < end,
            store.is_not(None),
            events.c.detail.not_like(f"{DETAIL}%"),  # drills are told apart
        )
        .group_by(*kind)
    )
    for type_, outcome, count in connection.execute(query):
        yield (type_, outcome), count


def _covered(connection: Connection, start: str, end: str, store: ColumnElement[str | None]) -> int:
    """How many copies were proven in a time, and not found bad after that."""
    success = and_(
        events.c.outcome == Outcome.SUCCESS.value,
        events.c.type.in_([it.value for it in _PROOFS]),
    )
    failure = events.c.outcome == Outcome.FAILURE.value
    each = (
        select(
            func.max(case((success, events.c.recorded), else_="")).label("proven"),
            func.max(case((failure, events.c.recorded), else_="")).label("bad"),
        )
        .where(
            events.c.type.in_([it.value for it in {*_PROOFS, *_CHECKS}]),
            events.c.recorded >= start,
            events.c.recorded < end,
            store.is_not(None),
            events.c.detail.not_like(f"{DETAIL}%"),
        )
        .group_by(events.c.package, store)
        .subquery()
    )
    query = select(func.count()).where(each.c.proven > each.c.bad)
    return int(connection.scalar(query) or 0)


def _distinct(
    connection: Connection,
    types: Sequence[EventType],
    start: str,
    end: str,
    store: ColumnElement[str | None],
) -> int:
    """How many copies had a successful event of these types in a time."""
    each = (
        select(events.c.package, store.label("store"))
        .where(
            events.c.type.in_([it.value for it in types]),
            events.c.outcome == Outcome.SUCCESS.value,
            events.c.recorded >= start,
            events.c.recorded < end,
            store.is_not(None),
        )
        .distinct()
    )
    return int(connection.scalar(select(func.count()).select_from(each.subquery())) or 0)
