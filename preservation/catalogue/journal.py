"""The journal in SQL: the events of packages that no store has yet."""

import json

from sqlalchemy import insert, select

from preservation.catalogue.database import Transactions
from preservation.catalogue.tables import journal
from preservation.model.identifiers import PackageId
from preservation.model.premis import Event
from preservation.standards.summary import from_event, to_event


class SqlJournal:
    """Keeps each event on the medium before `append` returns."""

    def __init__(self, database: Transactions) -> None:
        """Keep events in this database."""
        self._database = database

    def append(self, package: PackageId, event: Event) -> None:
        """Put an event on record, durably; an identifier that is there already is ignored."""
        held = (journal.c.package == package, journal.c.identifier == event.identifier)
        told = json.dumps(from_event(event), ensure_ascii=False)
        with self._database.writing() as connection:
            if connection.scalar(select(journal.c.number).where(*held)) is None:
                connection.execute(
                    insert(journal).values(package=package, identifier=event.identifier, event=told)
                )

    def events(self, package: PackageId) -> tuple[Event, ...]:
        """The events of a package, in the order of their recording."""
        query = select(journal.c.event).where(journal.c.package == package)
        with self._database.reading() as connection:
            found = connection.scalars(query.order_by(journal.c.number)).all()
        return tuple(to_event(json.loads(event)) for event in found)
