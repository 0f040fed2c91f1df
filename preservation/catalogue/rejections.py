"""The refused packages in SQL: no store tells of them, so this table is never rebuilt."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import delete, insert, select

from preservation.catalogue.database import Transactions
from preservation.catalogue.rows import Row, text
from preservation.catalogue.tables import journal, rejections
from preservation.model.identifiers import PackageId
from preservation.model.rejection import Rejection
from preservation.model.report import Said
from preservation.standards.shape import moment


class SqlRejections:
    """Keeps one record a refused package."""

    def __init__(self, database: Transactions) -> None:
        """Keep them in this database."""
        self._database = database

    def add(self, rejection: Rejection) -> None:
        """Put a refusal on record, in place of the package's events; a second time does nothing."""
        id_ = rejection.id
        with self._database.writing() as connection:
            held = select(rejections.c.id).where(rejections.c.id == id_)
            if connection.scalar(held) is None:
                connection.execute(insert(rejections).values(_columns(rejection)))
            connection.execute(delete(journal).where(journal.c.package == id_))

    def all(self) -> Iterator[Rejection]:
        """Every refusal, oldest first."""
        query = select(rejections).order_by(rejections.c.refused, rejections.c.id)
        with self._database.reading() as connection:
            yield from map(_rejection, connection.execute(query))


def _columns(it: Rejection) -> dict[str, str | int | None]:
    return {
        "id": it.id,
        "name": it.name,
        "refused": text(it.when),
        "kind": it.kind,
        "agreement": it.agreement,
        "files": it.files,
        "bytes": it.bytes,
        "quarantine": it.quarantine,
        "findings": json.dumps([asdict(said) for said in it.findings], ensure_ascii=False),
    }


def _rejection(row: Row) -> Rejection:
    return Rejection(
        PackageId(row.id),
        row.name,
        moment(row.refused),
        row.kind,
        row.agreement,
        row.files,
        row.bytes,
        tuple(Said(**said) for said in json.loads(row.findings)),
        row.quarantine,
    )
