"""The catalogue in SQL: what the archive holds, all of which a store can tell again."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from preservation.catalogue import rows, tables
from preservation.catalogue.database import Joined, Transactions
from preservation.catalogue.disposals import SqlDisposals, emptied, is_buried, listed
from preservation.catalogue.inserting import add_events, insert_many, number_of
from preservation.catalogue.proofs import SqlProofs
from preservation.catalogue.tallies import tallies
from preservation.errors import Corrupt
from preservation.model.fixity import Digest
from preservation.model.formats import Format
from preservation.model.identifiers import PackageId
from preservation.model.premis import Event
from preservation.model.storage import Copy, CopyState, HeldFile, Summary
from preservation.model.tally import Tally
from preservation.standards.reidentified import conclusion


class SqlCatalogue:
    """Knows of packages, their descriptions, files, copies and events."""

    def __init__(self, database: Transactions) -> None:
        """Keep the holdings in this database."""
        self._database = database
        self.disposals = SqlDisposals(database)
        self.proofs = SqlProofs(database)

    def register(self, summary: Summary, copies: Sequence[Copy], events: Sequence[Event]) -> None:
        """Take in one AIP version with its copies and its later events, all or nothing.

        Raises Corrupt when that version is held with other values: one of the two is false.
        """
        for copy in copies:
            if (copy.package, copy.version) != (summary.id, summary.version):
                raise ValueError(f"{copy.key} is not a copy of {summary.id} v{summary.version}")
        with self._database.writing() as connection:
            number = number_of(connection, summary.id, summary.version)
            if number is None:
                number = _insert(connection, summary)
            elif _held(connection, number) != replace(summary, events=()):
                raise Corrupt(
                    f"{summary.id} v{summary.version} is in the catalogue with other values than "
                    "its summary has; run `arkiv audit`, then `arkiv rebuild`"
                )
            add_events(connection, number, [*summary.events, *events])
            for copy in copies:
                _set_copy(connection, number, copy)

    def checked(self, copy: Copy, events: Sequence[Event]) -> None:
        """Record what is known of a copy now; KeyError when its AIP version was never held.

        A copy that is withdrawn is no longer among the copies; of a deleted AIP nothing is kept.
        """
        with self._database.writing() as connection:
            number = number_of(connection, copy.package, copy.version)
            if number is None and is_buried(connection, copy.package):
                return
            if number is None:
                raise KeyError(f"{copy.package} v{copy.version}")
            _set_copy(connection, number, copy)
            add_events(connection, number, events)

    def packages(self) -> tuple[Summary, ...]:
        """The newest version of every AIP, oldest first, without files and events."""
        with self._database.reading() as connection:
            return _summaries(connection, _newest())

    def package(self, id: PackageId) -> Summary | None:
        """The newest version of one AIP without files and events; None when it is not held."""
        with self._database.reading() as connection:
            found = _summaries(connection, _newest().where(tables.packages.c.id == id))
        return found[0] if found else None

    def versions(self, id: PackageId) -> tuple[Summary, ...]:
        """All versions of one AIP, first to newest, without files and events."""
        query = select(tables.packages).where(tables.packages.c.id == id)
        with self._database.reading() as connection:
            return _summaries(connection, query)

    def files(self, id: PackageId) -> Iterator[HeldFile]:
        """The payload files of the newest version, in the order of the package.

        A format that was told again after storage stands in the place of the first.
        """
        newest_version = self.package(id)
        since = newest_version.created if newest_version else datetime.min.replace(tzinfo=UTC)
        told = _told_again(event for event in self.events(id) if event.when >= since)
        newest = (
            _newest().where(tables.packages.c.id == id).with_only_columns(tables.packages.c.number)
        )
        query = select(tables.files).where(tables.files.c.package == newest.scalar_subquery())
        with self._database.reading() as connection:
            ordered = query.order_by(tables.files.c.position).execution_options(yield_per=1000)
            for file in map(rows.to_file, connection.execute(ordered)):
                it = told.get(file.path)
                yield (
                    file
                    if it is None
                    else replace(file, puid=it.puid, format_name=it.name, mime=it.mime)
                )

    def found(self, id: PackageId, name: str, version: int) -> tuple[HeldFile, ...]:
        """The payload files of a version with this path in the AIP, or this name in its SIP."""
        same = (tables.packages.c.id == id, tables.packages.c.version == version)
        number = select(tables.packages.c.number).where(*same).scalar_subquery()
        named = or_(tables.files.c.path == name, tables.files.c.original_name == name)
        query = select(tables.files).where(tables.files.c.package == number, named)
        with self._database.reading() as connection:
            ordered = connection.execute(query.order_by(tables.files.c.position))
            return tuple(map(rows.to_file, ordered))

    def tallies(self) -> tuple[Tally, ...]:
        """Files of the newest versions, counted by format, validity and year."""
        newest = _newest().with_only_columns(tables.packages.c.number)
        with self._database.reading() as connection:
            return tuple(tallies(connection, newest))

    def events(self, id: PackageId) -> tuple[Event, ...]:
        """All events of an AIP in all its versions, in the order of time, each once."""
        query = select(tables.events).join(tables.packages).where(tables.packages.c.id == id)
        with self._database.reading() as connection:
            found = connection.execute(
                query.order_by(tables.events.c.recorded, tables.events.c.number)
            ).all()
        once = {row.identifier: row for row in reversed(found)}
        return tuple(rows.to_event(once[key]) for key in reversed(once))

    def copies(self, id: PackageId | None = None) -> tuple[Copy, ...]:
        """The copies of all versions of one AIP, or of all, by AIP, version and store."""
        query = select(tables.packages.c.id, tables.packages.c.version, tables.copies).join(
            tables.packages
        )
        if id is not None:
            query = query.where(tables.packages.c.id == id)
        ordered = query.order_by(
            tables.packages.c.id, tables.packages.c.version, tables.copies.c.store
        )
        with self._database.reading() as connection:
            return tuple(rows.to_copy(row) for row in connection.execute(ordered))

    def holder(self, fingerprint: Digest) -> PackageId | None:
        """The AIP that was made of a SIP with this fingerprint, the oldest if several were."""
        same = tables.packages.c.fingerprint == rows.sha512(fingerprint)
        query = (
            select(tables.packages.c.id)
            .where(same)
            .order_by(tables.packages.c.created, tables.packages.c.id)
        )
        with self._database.reading() as connection:
            found = connection.scalar(query.limit(1))
        return None if found is None else PackageId(found)

    @contextlib.contextmanager
    def rebuilding(self) -> Iterator["SqlCatalogue"]:
        """An empty catalogue to register in, which takes the place of this one at the end.

        Until then everyone else sees this one; after an exception it stays as it was. The journal
        is no holding and stays.
        """
        with self._database.writing() as connection:
            for table in reversed(tables.HOLDINGS):
                connection.execute(delete(table))
            emptied(connection)
            yield SqlCatalogue(Joined(connection))

    def dump(self) -> Iterator[str]:
        """Everything that a rebuild restores, as sorted lines: equal for equal catalogues."""
        lines = []
        with self._database.reading() as connection:
            for table in tables.HOLDINGS:
                told = [column for column in table.c if column.name not in ("number", "package")]
                query = select(tables.packages.c.id, tables.packages.c.version, *told)
                if table is not tables.packages:
                    query = query.where(table.c.package == tables.packages.c.number)
                lines += [json.dumps([table.name, *row]) for row in connection.execute(query)]
            lines += listed(connection)
        return iter(sorted(lines))


def _told_again(events: Iterable[Event]) -> dict[str, Format]:
    """The newest format of each file that was identified again, by its path in the AIP."""
    found: dict[str, Format] = {}
    for event in events:
        told = conclusion(event.finding)
        if told:
            found.update(dict.fromkeys(event.finding.objects, told.format))
    return found


def _insert(connection: Connection, summary: Summary) -> int:
    values = rows.from_summary(summary)
    connection.execute(insert(tables.packages).values(values))
    number = number_of(connection, summary.id, summary.version)
    assert number is not None
    records, statements = rows.from_records(number, summary.description)
    insert_many(connection, tables.records, records)
    insert_many(connection, tables.statements, statements)
    insert_many(connection, tables.files, rows.from_files(number, summary.files))
    insert_many(connection, tables.rights, rows.from_rights(number, summary.rights))
    return number


def _set_copy(connection: Connection, number: int, copy: Copy) -> None:
    values = rows.from_copy(copy)
    place = {"package": number, "store": copy.store}
    same = (tables.copies.c.package == number, tables.copies.c.store == copy.store)
    if copy.state is CopyState.WITHDRAWN:
        connection.execute(delete(tables.copies).where(*same))
        return
    if connection.execute(update(tables.copies).where(*same).values(values)).rowcount == 0:
        connection.execute(insert(tables.copies).values(place | values))


def _newest() -> Select[tuple[Any, ...]]:
    other = tables.packages.alias()
    newest = select(func.max(other.c.version)).where(other.c.id == tables.packages.c.id)
    return select(tables.packages).where(tables.packages.c.version == newest.scalar_subquery())


def _summaries(connection: Connection, query: Select[tuple[Any, ...]]) -> tuple[Summary, ...]:
    found = connection.execute(
        query.order_by(tables.packages.c.created, tables.packages.c.id)
    ).all()
    numbers = query.with_only_columns(tables.packages.c.number)
    heads = select(tables.records).where(tables.records.c.package.in_(numbers))
    told = select(tables.statements).where(tables.statements.c.package.in_(numbers))
    description = rows.to_records(
        connection.execute(heads.order_by(*tables.records.primary_key)),
        connection.execute(told.order_by(*tables.statements.primary_key)),
    )
    told_rights = select(tables.rights).where(tables.rights.c.package.in_(numbers))
    rights = rows.to_rights(connection.execute(told_rights.order_by(*tables.rights.primary_key)))
    return tuple(
        rows.to_summary(row, description.get(row.number, ()), rights.get(row.number, ()))
        for row in found
    )


def _held(connection: Connection, number: int) -> Summary:
    query = select(tables.packages).where(tables.packages.c.number == number)
    held = _summaries(connection, query)[0]
    files = select(tables.files).where(tables.files.c.package == number)
    ordered = connection.execute(files.order_by(tables.files.c.position))
    return replace(held, files=tuple(map(rows.to_file, ordered)))
