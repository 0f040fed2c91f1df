"""Tables that came with a package (CSV): read in bounded memory, or refused by name.

UTF-8 with or without a byte-order mark; `,`, `;` or a tab between cells. A cell is data and never
more: one that begins with `=`, as a formula does, is kept as it is.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preservation.model.report import Remark
from preservation.rules import Refused

LIMIT = 64 * 1024 * 1024
_LINE = 1024 * 1024
_SHOWN = 120
_DELIMITERS = (",", ";", "\t")
_LINES = re.compile(rb"[^\r\n]+")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDE = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\0\0\xfe\xff", "UTF-32"))


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns in small letters, and each row with the line that it ends on."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(content: bytes, where: str, *, needed: Sequence[str], once: Sequence[str]) -> Table:
    """Read a table with the columns `needed`, of which those in `once` may not stand twice.

    Rows without content are left out; short ones are filled up. Raises Refused with every remark.
    """
    _require_text(content, where)
    lines = list(_cells(content, where))
    if not lines:
        raise Refused(Remark("CSV-EMPTY", where))
    header = tuple(name.strip().lower() for name in lines[0][1])
    _require_columns(header, where, needed, once)
    wide = [
        Remark("CSV-CELLS", f"{where}, line {line}", f"{len(cells)} cells", f"{len(header)} cells")
        for line, cells in lines[1:]
        if any(cell.strip() for cell in cells[len(header) :])
    ]
    if wide:
        raise Refused(*wide)
    filled = tuple(
        (line, tuple([*cells, *[""] * len(header)][: len(header)]))
        for line, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    )
    return Table(header, filled)


def _require_text(content: bytes, where: str) -> None:
    if len(content) > LIMIT:
        raise Refused(
            Remark("CSV-SIZE", where, f"{len(content)} octets", f"at most {LIMIT} octets")
        )
    for mark, name in _WIDE:
        if content.startswith(mark):
            raise Refused(Remark("CSV-ENCODING", f"{where}, line 1", name))
    if any(match.end() - match.start() > _LINE for match in _LINES.finditer(content)):
        raise Refused(Remark("CSV-CELL-SIZE", where, f"a line of over {_LINE} octets"))
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refused(
            Remark(
                "CSV-ENCODING", f"{where}, line {line}", f"octet {error.object[error.start]:02x}"
            )
        ) from error
    wrong = [
        Remark("CSV-CHARACTER", f"{where}, line {number}", f"U+{ord(match[0]):04X}")
        for number, line in enumerate(_decoded(content), start=1)
        if (match := _UNFIT.search(line))
    ]
    if wrong:
        raise Refused(*wrong)


def _decoded(content: bytes) -> Iterator[str]:
    """The lines, one at a time, with their ends."""
    return iter(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=""))


def _cells(content: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
    first = next(_decoded(content), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(_decoded(content), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        line = f"{where}, line {reader.line_num}"
        code = "CSV-CELL-SIZE" if "limit" in str(error) else "CSV-QUOTES"
        raise Refused(Remark(code, line, str(error))) from error


def _require_columns(
    header: Sequence[str], where: str, needed: Sequence[str], once: Sequence[str]
) -> None:
    line = f"{where}, line 1"
    found = ", ".join(header)[:_SHOWN]
    wrong = [
        Remark("CSV-HEADER", line, found, f"a column {name}")
        for name in needed
        if name not in header
    ]
    wrong += [Remark("CSV-TWICE", line, name) for name in once if header.count(name) > 1]
    if wrong:
        raise Refused(*wrong)
