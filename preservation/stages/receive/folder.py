"""A folder with spreadsheets: what in it is payload, and what its tables say."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence

from preservation.model import names
from preservation.model.description import Statement
from preservation.model.names import written
from preservation.model.packages import SipKind
from preservation.model.premis import RightsStatement
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive import checksums, descriptions
from preservation.stages.receive.descriptions import Described
from preservation.stages.receive.reading import Reading, References, Said
from preservation.standards import metadata_csv, rights_csv, table

_ACCOMPANYING = frozenset({b"metadata", b"logs", b"processingMCP.xml"})
_KNOWN_METADATA = (
    b"metadata.csv",
    b"rights.csv",
    b"submissionDocumentation",
    b"checksum.",
    b"identifiers.json",
    b"premis.xml",
    b"source-metadata.csv",
    b"dc.xml",
    b"mods.xml",
    b"ead.xml",
    b"ead3.xml",
    b"eac-cpf.xml",
)
_PACKAGE = frozenset({"", ".", "./", "objects", "objects/", "./objects/"})
_NAMED = 20


def read(source: Source, base: bytes = b"", references: References | None = None) -> Reading:
    """Read a folder, or the part of a package below `base` (`data/`), with its spreadsheets.

    With `objects/` beside nothing but what Archivematica's form knows, `objects/` is the payload;
    else the folder is, except a `metadata/` in that form. A package never loses its whole payload
    to these rules: if nothing else is there, everything is payload.
    """
    payload = _payload(source, base)
    statements, remarks = _description(source, base, payload)
    claims, about_claims = checksums.read(source, base, payload)
    rights, about_rights = _rights(source, base, payload)
    said, documents = _documents(source, base, payload, references or References())
    return Reading(
        SipKind.FOLDER,
        payload,
        claims,
        (*statements, *said),
        rights,
        _histories(source, base, payload),
        (*remarks, *about_claims, *about_rights, *documents.remarks),
        tuple(documents.unchecked),
    )


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
    if source.sizes[place] > table.LIMIT:
        return (), (_too_large(source, place),)
    try:
        sheet = metadata_csv.read(source.content(place), where)
    except Refused as refused:
        return (), refused.remarks
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
    remarks += _undescribed(payload, statements, where)
    said = [(about, tuple(found)) for about, found in statements.items() if found]
    return said, tuple(remarks)


def _too_large(source: Source, place: bytes) -> Remark:
    found = f"{source.sizes[place]} octets"
    return Remark("CSV-SIZE", written(place), found, f"at most {table.LIMIT} octets")


def _undescribed(
    payload: Mapping[bytes, bytes], described: Collection[bytes], where: str
) -> Iterator[Remark]:
    """What has no row, in one remark, if the table speaks of single files at all."""
    if not any(path in described for path in payload):
        return
    bare = [written(path) for path in payload if path not in described]
    if bare:
        more = f" and {len(bare) - _NAMED} more" if len(bare) > _NAMED else ""
        yield Remark("CSV-UNDESCRIBED", where, ", ".join(bare[:_NAMED]) + more)


def _rights(
    source: Source, base: bytes, payload: Mapping[bytes, bytes]
) -> tuple[Sequence[tuple[bytes, RightsStatement]], tuple[Remark, ...]]:
    """Statements from `rights.csv` by what they speak of, and what is wrong with them."""
    place = base + rights_csv.NAME.encode()
    if place not in source.sizes or place in payload:
        return (), ()
    if source.sizes[place] > table.LIMIT:
        return (), (_too_large(source, place),)
    where = written(place)
    said, remarks = rights_csv.read(source.content(place), where)
    places = _places(payload, base)
    found, absent = [], []
    for name, line, statement in said:
        about = b"" if name in _PACKAGE else _about(name.strip("/"), places)
        if about is None:
            absent.append(Remark("RIGHTS-ABSENT", f"{where}, line {line}", name))
        else:
            found.append((about, statement))
    return found, (*remarks, *absent)


def _documents(
    source: Source, base: bytes, payload: Mapping[bytes, bytes], references: References
) -> tuple[list[Said], Described]:
    """What the XML documents in `metadata/` say, of the package or of what a list says."""
    folder = base + b"metadata/"
    found = [
        path
        for path in source.sizes
        if path.startswith(folder)
        and path not in payload
        and path.lower().endswith(b".xml")
        and not path.startswith(folder + b"submissionDocumentation/")
        and path != folder + b"premis.xml"
    ]
    described = descriptions.read(source, found, references.schemas)
    try:
        about = descriptions.listed(source, folder)
    except Refused as refused:
        described.remarks += refused.remarks
        about = {}
    said: list[Said] = []
    if not described.statements:
        return said, described
    places = _places(payload, base)
    for path, statements in described.statements.items():
        name = os.fsdecode(about.get(path, b"")).strip("/")
        place = b"" if name in _PACKAGE else _about(name, places)
        if place is not None and statements:
            said.append((place, statements))
    return said, described


def _histories(source: Source, base: bytes, payload: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    place = base + b"metadata/premis.xml"
    return (place,) if place in source.sizes and place not in payload else ()


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
