"""Values of the model as rows of the tables, and back."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, TypeAlias

from preservation.model.description import Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, Puid, StoreName
from preservation.model.premis import (
    Agent,
    AgentType,
    Event,
    EventType,
    Finding,
    Outcome,
    RightsStatement,
)
from preservation.model.storage import Account, Copy, CopyState, HeldFile, Summary
from preservation.model.validity import Verdict
from preservation.standards import summary
from preservation.standards.shape import moment, stamp

Row: TypeAlias = Any
"""A row as the database gives it: its columns are attributes."""

Values: TypeAlias = tuple[str | int | None, ...]
"""The columns of a new row, in the order of the table."""


def text(when: datetime) -> str:
    """A moment as a column has it."""
    return stamp(when, timespec="microseconds")


def day(when: date | None) -> str | None:
    """A day as a column has it."""
    return None if when is None else when.isoformat()


def sha512(digest: Digest) -> str:
    """A digest as a column has it; ValueError when it is not the archive's own."""
    if digest.algorithm is not Algorithm.SHA512:
        raise ValueError(f"{digest.short} is not SHA-512")
    return digest.value


def from_summary(told: Summary) -> dict[str, str | int | None]:
    """The columns of `packages`, but its number."""
    account = told.account
    return {
        "id": told.id,
        "version": told.version,
        "created": text(told.created),
        "sip": told.sip,
        "fingerprint": sha512(told.fingerprint),
        "preserved_files": account.preserved_files,
        "preserved_bytes": account.preserved_bytes,
        "submission_files": account.submission_files,
        "submission_bytes": account.submission_bytes,
        "excluded_files": account.excluded_files,
        "excluded_bytes": account.excluded_bytes,
        "stores": json.dumps(told.stores),
        "retained_until": day(told.retained_until),
    }


def to_summary(
    row: Row, description: tuple[Record, ...], rights: tuple[RightsStatement, ...]
) -> Summary:
    """A summary without files and events."""
    return Summary(
        id=PackageId(row.id),
        version=row.version,
        created=moment(row.created),
        sip=row.sip,
        fingerprint=Digest(Algorithm.SHA512, row.fingerprint),
        account=Account(
            row.preserved_files,
            row.preserved_bytes,
            row.submission_files,
            row.submission_bytes,
            row.excluded_files,
            row.excluded_bytes,
        ),
        description=description,
        files=(),
        events=(),
        stores=tuple(StoreName(name) for name in json.loads(row.stores)),
        retained_until=row.retained_until and date.fromisoformat(row.retained_until),
        rights=rights,
    )


def from_records(number: int, records: Iterable[Record]) -> tuple[list[Values], list[Values]]:
    """Rows of `records` and of `statements`."""
    heads: list[Values] = []
    statements: list[Values] = []
    for position, record in enumerate(records):
        heads.append((number, position, record.about))
        statements += (
            (number, position, place, told.element, told.value, told.language)
            for place, told in enumerate(record.statements)
        )
    return heads, statements


def to_records(heads: Iterable[Row], statements: Iterable[Row]) -> dict[int, tuple[Record, ...]]:
    """The description of each package number; both in the order of their keys."""
    told: dict[tuple[int, int], list[Statement]] = {}
    for row in statements:
        statement = Statement(row.element, row.value, row.language)
        told.setdefault((row.package, row.record), []).append(statement)
    found: dict[int, list[Record]] = {}
    for row in heads:
        record = Record(row.about, tuple(told.get((row.package, row.position), ())))
        found.setdefault(row.package, []).append(record)
    return {number: tuple(records) for number, records in found.items()}


def from_rights(number: int, told: Iterable[RightsStatement]) -> Iterator[Values]:
    """Rows of `rights`."""
    for position, statement in enumerate(told):
        text = json.dumps(summary.from_rights(statement), ensure_ascii=False)
        yield number, position, text


def to_rights(found: Iterable[Row]) -> dict[int, tuple[RightsStatement, ...]]:
    """The rights of each package number, in the order of their keys."""
    told: dict[int, list[RightsStatement]] = {}
    for row in found:
        told.setdefault(row.package, []).append(summary.to_rights(json.loads(row.statement)))
    return {number: tuple(statements) for number, statements in told.items()}


def from_files(number: int, files: Iterable[HeldFile]) -> Iterator[Values]:
    """Rows of `files`."""
    for position, file in enumerate(files):
        yield (
            number,
            position,
            file.path,
            file.original_name,
            file.size,
            sha512(file.digest),
            file.puid,
            file.format_name,
            file.mime,
            file.validity.value,
            json.dumps(file.inhibitors, ensure_ascii=False),
            file.source,
            file.offset,
            file.tar,
        )


def to_file(row: Row) -> HeldFile:
    """A file of a row of `files`."""
    return HeldFile(
        path=row.path,
        original_name=row.original_name,
        size=row.size,
        digest=Digest(Algorithm.SHA512, row.sha512),
        puid=None if row.puid is None else Puid(row.puid),
        format_name=row.format_name,
        mime=row.mime,
        validity=Verdict(row.validity),
        inhibitors=tuple(json.loads(row.inhibitors)),
        source=row.source,
        offset=row.offset,
        tar=row.tar,
    )


def from_copy(copy: Copy) -> dict[str, str | int | None]:
    """The columns of `copies`, but its package and store."""
    return {
        "key": copy.key,
        "size": copy.size,
        "sha512": sha512(copy.digest),
        "state": copy.state.value,
        "checked": None if copy.checked is None else text(copy.checked),
        "seen": None if copy.seen is None else text(copy.seen),
        "inventory": None if copy.inventory is None else sha512(copy.inventory),
    }


def to_copy(row: Row) -> Copy:
    """A copy of a row of `copies` joined with `packages`."""
    return Copy(
        package=PackageId(row.id),
        version=row.version,
        store=StoreName(row.store),
        key=row.key,
        size=row.size,
        digest=Digest(Algorithm.SHA512, row.sha512),
        state=CopyState(row.state),
        checked=None if row.checked is None else moment(row.checked),
        seen=None if row.seen is None else moment(row.seen),
        inventory=None if row.inventory is None else Digest(Algorithm.SHA512, row.inventory),
    )


def from_event(number: int, event: Event) -> Values:
    """A row of `events`, but its number."""
    finding, agent = event.finding, event.finding.agent
    return (
        number,
        event.identifier,
        text(event.when),
        finding.type.value,
        finding.outcome.value,
        agent.name,
        agent.version,
        agent.type.value,
        agent.note,
        finding.detail,
        finding.note,
        json.dumps(finding.objects, ensure_ascii=False),
    )


def to_event(row: Row) -> Event:
    """An event of a row of `events`."""
    agent = Agent(row.agent_name, row.agent_version, AgentType(row.agent_type), row.agent_note)
    finding = Finding(
        type=EventType(row.type),
        outcome=Outcome(row.outcome),
        agent=agent,
        detail=row.detail,
        note=row.note,
        objects=tuple(json.loads(row.objects)),
    )
    return Event(row.identifier, moment(row.recorded), finding)
