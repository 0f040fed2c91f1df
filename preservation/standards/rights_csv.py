"""`metadata/rights.csv` in the columns that Archivematica made known: who may do what, and why.

Rows of one file and basis are one statement with several grants. Dates are years, months or days
(`2011-01-31`) or `open`; another date is kept in a note, as it could be read in two ways.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from preservation.model.premis import Grant, RightsStatement
from preservation.model.report import Remark
from preservation.rules import Refused
from preservation.standards import table

NAME = "metadata/rights.csv"

_FACTS = (
    "status",
    "jurisdiction",
    "determination_date",
    "start_date",
    "end_date",
    "terms",
    "citation",
)
_DATES = ("determination_date", "start_date", "end_date")
_GRANT = ("grant_act", "grant_restriction", "grant_start_date", "grant_end_date", "grant_note")
_DOCUMENT = ("doc_id_type", "doc_id_value", "doc_id_role")
_COLUMNS = ("file", "basis", "note", *_FACTS, *_GRANT, *_DOCUMENT)
_OTHER = ("donor", "policy", "other")
_NEEDED = {"copyright": ("status", "jurisdiction"), "statute": ("jurisdiction", "citation")}
_USED = {
    "copyright": {"status", "jurisdiction", "determination_date"},
    "license": {"terms"},
    "statute": {"jurisdiction", "citation", "determination_date"},
}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")

Said = tuple[str, int, RightsStatement]
"""The file or folder as the table names it, the line that says so first, and the statement."""


@dataclass(slots=True)
class _Reading:
    where: str
    statements: dict[tuple[str, str], tuple[int, RightsStatement]] = field(default_factory=dict)
    facts: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def read(content: bytes, where: str = NAME) -> tuple[tuple[Said, ...], tuple[Remark, ...]]:
    """The statements of a table that lies at `where`, and a remark for each fault of a row."""
    try:
        found = table.read(
            content, where, needed=("file", "basis", "grant_act"), once=sorted(_COLUMNS)
        )
    except Refused as refused:
        return (), refused.remarks
    reading = _Reading(where)
    other = [name for name in found.header if name and name not in _COLUMNS]
    if other:
        reading.remarks.append(Remark("RIGHTS-COLUMNS", where, ", ".join(other)))
    for line, cells in found.rows:
        row = dict.fromkeys(_COLUMNS, "")
        row |= {n: c.strip() for n, c in zip(found.header, cells, strict=True) if n in row}
        _take(reading, line, row)
    said = tuple((file, line, it) for (file, _), (line, it) in reading.statements.items())
    return said, tuple(reading.remarks)


def _take(reading: _Reading, line: int, row: dict[str, str]) -> None:
    where = f"{reading.where}, line {line}"
    basis = row["basis"].lower()
    if not _complete(reading, where, basis, row):
        return
    used = _USED.get(basis, set()) | {"start_date", "end_date"}
    for name in _FACTS:
        if row[name] and name not in used:
            reading.remarks.append(Remark("RIGHTS-UNUSED", where, f"{name}: {row[name]}"))
            row[name] = ""
    notes = _undated(reading, where, row, _DATES)
    grant_notes = _undated(reading, where, row, ("grant_start_date", "grant_end_date"))
    key = (row["file"], basis)
    if key not in reading.statements:
        reading.facts[key] = {name: row[name] for name in _FACTS}
        reading.statements[key] = (line, _statement(basis, row))
    for name in _FACTS:
        if row[name] != reading.facts[key][name]:
            first = reading.facts[key][name] or "nothing"
            found = f"{name}: {row[name] or 'nothing'}"
            reading.remarks.append(Remark("RIGHTS-DIFFERS", where, found, first))
    begun, statement = reading.statements[key]
    reading.statements[key] = (begun, _merged(statement, row, notes, grant_notes))


def _complete(reading: _Reading, where: str, basis: str, row: Mapping[str, str]) -> bool:
    if basis not in ("copyright", "license", "statute", *_OTHER):
        reading.remarks.append(Remark("RIGHTS-BASIS", where, row["basis"]))
        return False
    lacks = [name for name in (*_NEEDED.get(basis, ()), "grant_act") if not row[name]]
    reading.remarks += [Remark("RIGHTS-MISSING", where, f"no {name}", name) for name in lacks]
    return not lacks


def _merged(
    statement: RightsStatement, row: Mapping[str, str], notes: list[str], grant_notes: list[str]
) -> RightsStatement:
    """A statement with the grant, the notes and the document of one more row."""
    told = [note for note in (row["note"], *notes) if note]
    documents = statement.documents
    if row["doc_id_type"] and row["doc_id_value"]:
        documents += ((row["doc_id_type"], row["doc_id_value"], row["doc_id_role"]),)
    return replace(
        statement,
        grants=(*statement.grants, _grant(row, grant_notes)),
        notes=tuple(dict.fromkeys((*statement.notes, *told))),
        documents=tuple(dict.fromkeys(documents)),
    )


def _undated(
    reading: _Reading, where: str, row: dict[str, str], names: tuple[str, ...]
) -> list[str]:
    """Take dates that are none out of a row; gives them as notes."""
    notes = []
    for name in names:
        if row[name] and not _dated(row[name]):
            reading.remarks.append(Remark("RIGHTS-DATE", where, f"{name}: {row[name]}"))
            notes.append(f"{name.replace('_', ' ')} as given: {row[name]}")
            row[name] = ""
    return notes


def _dated(value: str) -> bool:
    if value == "open":
        return True
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _statement(basis: str, row: Mapping[str, str]) -> RightsStatement:
    return RightsStatement(
        "",
        "other" if basis in _OTHER else basis,
        (),
        other_basis=basis if basis in _OTHER else "",
        status=row["status"],
        jurisdiction=row["jurisdiction"],
        determined=row["determination_date"],
        start=row["start_date"],
        end=row["end_date"],
        terms=row["terms"],
        citation=row["citation"],
    )


def _grant(row: Mapping[str, str], notes: list[str]) -> Grant:
    said = "; ".join(note for note in (row["grant_note"], *notes) if note)
    return Grant(
        row["grant_act"],
        row["grant_restriction"],
        row["grant_start_date"],
        row["grant_end_date"],
        said,
    )
