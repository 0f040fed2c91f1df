"""What people decided on AIPs, and the tombstones of those that were deleted, in SQL."""

import json
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from preservation.catalogue.database import Transactions
from preservation.catalogue.inserting import add_events, number_of
from preservation.catalogue.tables import (
    DISPOSALS,
    HOLDINGS,
    decisions,
    journal,
    packages,
    tombstones,
)
from preservation.model.disposal import Act, Decision, Standing, Tombstone, standing
from preservation.model.identifiers import PackageId
from preservation.standards.ledger import from_decision, to_decision
from preservation.standards.tombstone import read, write


class SqlDisposals:
    """Keeps decisions in order; from its approval on, a deleted AIP is none of the holdings."""

    def __init__(self, database: Transactions) -> None:
        """Keep them in this database."""
        self._database = database

    def decide(self, made: Sequence[Decision], *, noted: bool = False) -> None:
        """Put decisions on record, and their events with those of the AIPs, all or nothing.

        `noted` says that the ledger has them. A decision that is there already is ignored.
        """
        with self._database.writing() as connection:
            for decision in made:
                _add(connection, decision, noted=noted)

    def bury(self, tombstone: Tombstone, *, noted: bool = False) -> None:
        """Put an approval on record, and the tombstone in place of all that is held of the AIP."""
        package = tombstone.package
        with self._database.writing() as connection:
            _add(connection, tombstone.approval, noted=noted)
            numbers = select(packages.c.number).where(packages.c.id == package).scalar_subquery()
            for table in reversed(HOLDINGS):
                column = table.c.number if table is packages else table.c.package
                connection.execute(delete(table).where(column.in_(numbers)))
            connection.execute(delete(journal).where(journal.c.package == package))
            if not is_buried(connection, package):
                text = write(tombstone).decode("utf-8")
                values = {"aip": package, "document": text, "removed": False}
                connection.execute(insert(tombstones).values(values))

    def removed(self, done: Decision, *, noted: bool = False) -> None:
        """Put on record that no store has anything of a deleted AIP."""
        with self._database.writing() as connection:
            _add(connection, done, noted=noted)
            connection.execute(update(tombstones).where(_of(done.package)).values(removed=True))

    def noted(self, made: Iterable[Decision]) -> None:
        """Remember that the ledger has these decisions."""
        with self._database.writing() as connection:
            for it in made:
                same = decisions.c.identifier == it.event.identifier
                connection.execute(
                    update(decisions).where(decisions.c.aip == it.package, same).values(noted=True)
                )

    def not_noted(self) -> tuple[Decision, ...]:
        """Decisions that the ledger may lack, in their order."""
        with self._database.reading() as connection:
            return tuple(_decisions(connection, decisions.c.noted.is_(False)))

    def decisions(self, package: PackageId) -> tuple[Decision, ...]:
        """What was decided on one AIP, in order."""
        with self._database.reading() as connection:
            return tuple(_decisions(connection, decisions.c.aip == package))

    def standing(self, package: PackageId) -> Standing:
        """What the decisions on one AIP come to."""
        return standing(self.decisions(package))

    def standings(self) -> dict[PackageId, Standing]:
        """The same of every AIP on which anything was decided."""
        found: dict[PackageId, list[Decision]] = {}
        with self._database.reading() as connection:
            for it in _decisions(connection):
                found.setdefault(it.package, []).append(it)
        return {package: standing(made) for package, made in found.items()}

    def tombstone(self, package: PackageId) -> Tombstone | None:
        """The tombstone of an AIP; None when it was not deleted."""
        with self._database.reading() as connection:
            found = connection.scalar(select(tombstones.c.document).where(_of(package)))
        return None if found is None else read(found.encode("utf-8"))

    def tombstones(self, *, to_remove: bool = False) -> tuple[Tombstone, ...]:
        """All of them, or those of AIPs that some store may still have, by identifier."""
        query = select(tombstones.c.document).order_by(tombstones.c.aip)
        if to_remove:
            query = query.where(tombstones.c.removed.is_(False))
        with self._database.reading() as connection:
            return tuple(read(text.encode("utf-8")) for text in connection.scalars(query))


def is_buried(connection: Connection, package: PackageId) -> bool:
    """Whether an AIP was deleted."""
    return connection.scalar(select(tombstones.c.aip).where(_of(package))) is not None


def emptied(connection: Connection) -> None:
    """Forget all of it."""
    for table in DISPOSALS:
        connection.execute(delete(table))


def listed(connection: Connection) -> Iterator[str]:
    """Everything that a rebuild restores, a line each."""
    for row in connection.execute(select(decisions.c.decision)):
        yield json.dumps([decisions.name, *row])
    for row in connection.execute(select(*tombstones.c)):
        yield json.dumps([tombstones.name, *row])


def _of(package: PackageId) -> ColumnElement[bool]:
    return tombstones.c.aip == package


def _add(connection: Connection, decision: Decision, *, noted: bool) -> None:
    package, identifier = decision.package, decision.event.identifier
    same = (decisions.c.aip == package, decisions.c.identifier == identifier)
    if connection.scalar(select(decisions.c.number).where(*same)) is not None:
        return
    told = json.dumps(from_decision(decision), ensure_ascii=False)
    values = {"aip": package, "identifier": identifier, "decision": told, "noted": noted}
    connection.execute(insert(decisions).values(values))
    number = number_of(connection, package, decision.version)
    if number is not None and decision.act is not Act.APPROVE:
        add_events(connection, number, [decision.event])


def _decisions(connection: Connection, *where: ColumnElement[bool]) -> Iterator[Decision]:
    query = select(decisions.c.decision).where(*where).order_by(decisions.c.number)
    return (to_decision(json.loads(text)) for text in connection.scalars(query))
