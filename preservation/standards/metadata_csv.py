"""The spreadsheet that describes a SIP: `metadata.csv` in the form that Archivematica made known.

A column `filename` and columns `dc.<element>`, a language in brackets where it is told
(`dc.title[sq]`); UTF-8 with or without a byte-order mark; `,` or `;` between cells. The row
`objects/` or `.` describes the whole package.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from preservation.errors import Rejected
from preservation.model.description import ELEMENTS, Statement

NAME = "metadata/metadata.csv"

_COLUMN = re.compile(r"dc\.([a-z]+)(?:\[([A-Za-z0-9-]{1,35})\])?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
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


def read(content: bytes) -> Sheet:
    """Read a sheet; raises Rejected with every reason, each with its line and what to do."""
    text = _text(content)
    table = list(_cells(text))
    if not table:
        raise Rejected(f"{NAME}: is empty; remove it or give it a header row with 'filename'")
    header = [name.strip().lower() for name in table[0][1]]
    if "filename" not in header:
        raise Rejected(
            f"{NAME}, line 1: expected a column 'filename', found {', '.join(header)[:120]!r}; "
            "name the column with the paths 'filename'"
        )
    if header.count("filename") > 1:
        raise Rejected(
            f"{NAME}, line 1: the column 'filename' stands twice; keep the one with the paths"
        )
    columns = [_column(name) for name in header]
    at = header.index("filename")
    rows, wrong = [], []
    for line, cells in table[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            wrong.append(
                f"{NAME}, line {line}: {len(cells)} cells, the header has {len(header)}; "
                "put cells that contain a comma or semicolon into quotation marks"
            )
        elif any(cell.strip() for cell in cells):
            name = cells[at].strip() if at < len(cells) else ""
            rows.append(Row(line, "" if name in _PACKAGE else name, _statements(columns, cells)))
    if wrong:
        raise Rejected(*wrong)
    other = (n for n, c in zip(header, columns, strict=True) if c is None and n != "filename")
    return Sheet(tuple(rows), tuple(name for name in other if name))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Rejected(
            f"{NAME}, line {line}: not UTF-8; save the table again as 'CSV UTF-8'"
        ) from error
    wrong = [
        f"{NAME}, line {number}: a character U+{ord(match[0]):04X}, which XML cannot hold; remove "
        "it and save the table again as 'CSV UTF-8'"
        for number, line in enumerate(_LINE_END.split(text), start=1)
        if (match := _UNFIT.search(line))
    ]
    if wrong:
        raise Rejected(*wrong)
    return text


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise Rejected(
            f"{NAME}, line {reader.line_num}: {error}; check the quotation marks before this line"
        ) from error


def _column(name: str) -> tuple[str, str] | None:
    """Element and language of a column, or None for a column that is not Dublin Core."""
    match = _COLUMN.fullmatch(name)
    if not match or match[1] not in ELEMENTS:
        return None
    return match[1], match[2] or ""


def _statements(columns: list[tuple[str, str] | None], cells: list[str]) -> tuple[Statement, ...]:
    return tuple(
        Statement(column[0], cell.strip(), column[1])
        for column, cell in zip(columns, cells, strict=False)
        if column and cell.strip()
    )
