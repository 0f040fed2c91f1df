"""A folder with spreadsheets: what in it is payload, and what its tables say."""

from collections.abc import Mapping, Sequence

from preservation.errors import Rejected
from preservation.model import names
from preservation.model.description import Statement
from preservation.model.names import written
from preservation.model.packages import SipKind
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.stages.receive.reading import Reading, Said
from preservation.standards import metadata_csv

_ACCOMPANYING = frozenset({b"metadata", b"logs", b"processingMCP.xml"})
_KNOWN_METADATA = (
    b"metadata.csv",
    b"rights.csv",
    b"submissionDocumentation",
    b"checksum.",
    b"identifiers.json",
    b"premis.xml",
)
_SHEET_LIMIT = 64 * 1024 * 1024


def read(source: Source, base: bytes = b"") -> Reading:
    """Read a folder, or the part of a package below `base` (`data/`), with its spreadsheets.

    With `objects/` beside nothing but what Archivematica's form knows, `objects/` is the payload;
    else the folder is, except a `metadata/` in that form. A package never loses its whole payload
    to these rules: if nothing else is there, everything is payload.
    """
    payload = _payload(source, base)
    statements, remarks = _description(source, base, payload)
    return Reading(SipKind.FOLDER, payload, statements=statements, remarks=remarks)


def _payload(source: Source, base: bytes) -> Mapping[bytes, bytes]:
    paths = [path for path in source.sizes if path.startswith(base)]
    tops = {path[len(base) :].partition(b"/")[0] for path in paths}
    objects = base + b"objects/"
    if any(path.startswith(objects) for path in paths) and tops <= _ACCOMPANYING | {b"objects"}:
        return {path: path[len(objects) :] for path in paths if path.startswith(objects)}
    metadata = base + b"metadata/"
    known = tuple(metadata + name for name in _KNOWN_METADATA)
    if tops - {b"metadata"} and any(path.startswith(known) for path in paths):
        paths = [path for path in paths if not path.startswith(metadata)]
    return {path: path[len(base) :] for path in paths}


def _description(
    source: Source, base: bytes, payload: Mapping[bytes, bytes]
) -> tuple[Sequence[Said], tuple[Remark, ...]]:
    """Statements from `metadata.csv` by what they speak of, and what is wrong with them."""
    place = base + metadata_csv.NAME.encode()
    if place not in source.sizes or place in payload:
        return (), ()
    where = written(place)
    if source.sizes[place] > _SHEET_LIMIT:
        found = f"{source.sizes[place]} octets"
        return (), (Remark("CSV-SIZE", where, found, f"at most {_SHEET_LIMIT} octets"),)
    try:
        sheet = metadata_csv.read(source.content(place))
    except Rejected as rejected:
        return (), tuple(Remark("CSV-TABLE", where, reason) for reason in rejected.reasons)
    places = _places(payload, base)
    statements: dict[bytes, list[Statement]] = {}
    remarks = []
    for row in sheet.rows:
        about = _about(row.filename.strip("/"), places)
        if about is None:
            remarks.append(Remark("CSV-ABSENT", f"{where}, line {row.line}", row.filename))
        else:
            statements.setdefault(about, []).extend(row.statements)
    if sheet.other_columns:
        remarks.append(Remark("CSV-COLUMNS", where, ", ".join(sheet.other_columns)))
    said = [(about, tuple(found)) for about, found in statements.items() if found]
    return said, tuple(remarks)


def _about(name: str, places: Mapping[str, bytes]) -> bytes | None:
    """The place that a name in a spreadsheet points to, as it is or in written form."""
    if not name:
        return b""
    forms = (names.composed(form) for form in (written(name.encode("utf-8")), name))
    return next((places[form] for form in forms if form in places), None)


def _places(payload: Mapping[bytes, bytes], base: bytes) -> Mapping[str, bytes]:
    """Where a path in a spreadsheet may point: files and folders, with or without `objects/`."""
    places: dict[str, bytes] = {}
    for file in payload:
        given = file
        while len(given) > len(base):
            path = names.composed(written(given))
            for form in (path, path.removeprefix("data/"), path.removeprefix("objects/")):
                places.setdefault(form, given)
            given = given.rpartition(b"/")[0]
    return places
