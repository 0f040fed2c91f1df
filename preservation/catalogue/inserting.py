"""Rows that several parts of the catalogue put in."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, insert, select

from preservation.catalogue import rows, tables
from preservation.model.identifiers import PackageId
from preservation.model.premis import Event


def number_of(connection: Connection, id: PackageId, version: int) -> int | None:
    """The number of the row of an AIP version; None when it is not held."""
    same = (tables.packages.c.id == id, tables.packages.c.version == version)
    number: int | None = connection.scalar(select(tables.packages.c.number).where(*same))
    return number


def insert_many(connection: Connection, table: Table, values: Iterable[rows.Values]) -> None:
    """Insert rows as tuples in the order of the columns, without the key that numbers itself."""
    columns = [column.name for column in table.c if column.name != "number"]
    many = list(values)
    if not many:
        return
    if connection.dialect.paramstyle != "qmark":
        rows_ = [dict(zip(columns, row, strict=True)) for row in many]
        connection.execute(insert(table), rows_)
        return
    # Past SQLAlchemy's own parameters: five times as fast for the files of a large package.
    statement = str(insert(table).compile(dialect=connection.dialect, column_keys=columns))
    connection.exec_driver_sql(statement, many)


def add_events(connection: Connection, number: int, events: Iterable[Event]) -> None:
    """Put events with those of an AIP version; an identifier that is there is ignored."""
    held = select(tables.events.c.identifier).where(tables.events.c.package == number)
    known = set(connection.scalars(held))
    new: dict[str, Event] = {}
    for event in events:
        if event.identifier not in known:
            new.setdefault(event.identifier, event)
    insert_many(connection, tables.events, (rows.from_event(number, e) for e in new.values()))
