"""The spreadsheet that describes a SIP: `metadata.csv` in the form that Archivematica made known.

A column `filename` and columns `dc.<element>`, a language in brackets where it is told
(`dc.title[sq]`); UTF-8 with or without a byte-order mark; `,`, `;` or a tab between cells. The row
`objects/` or `.` describes the whole package.
"""

import re
from dataclasses import dataclass

from preservation.model.description import ELEMENTS, Statement
from preservation.standards import table

NAME = "metadata/metadata.csv"

_COLUMN = re.compile(r"dc\.([a-z]+)(?:\[([A-Za-z0-9-]{1,35})\])?")
_PACKAGE = frozenset({"", ".", "./", "objects", "objects/", "./objects/"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, the path it speaks of (empty: the package), what it says."""

    line: int
    filename: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows, and the columns that are kept in the file but not read as description."""

    rows: tuple[Row, ...]
    other_columns: tuple[str, ...]


def read(content: bytes, where: str = NAME) -> Sheet:
    """Read a sheet that lies at `where`; raises Refused with a remark for every fault."""
    found = table.read(content, where, needed=("filename",), once=("filename",))
    columns = [_column(name) for name in found.header]
    at = found.header.index("filename")
    rows = []
    for line, cells in found.rows:
        name = cells[at].strip()
        rows.append(Row(line, "" if name in _PACKAGE else name, _statements(columns, cells)))
    other = (n for n, c in zip(found.header, columns, strict=True) if not c and n != "filename")
    return Sheet(tuple(rows), tuple(name for name in other if name))


def _column(name: str) -> tuple[str, str] | None:
    """Element and language of a column, or None for a column that is not Dublin Core."""
    match = _COLUMN.fullmatch(name)
    if not match or match[1] not in ELEMENTS:
        return None
    return match[1], match[2] or ""


def _statements(
    columns: list[tuple[str, str] | None], cells: tuple[str, ...]
) -> tuple[Statement, ...]:
    return tuple(
        Statement(column[0], cell.strip(), column[1])
        for column, cell in zip(columns, cells, strict=False)
        if column and cell.strip()
    )
