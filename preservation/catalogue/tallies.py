"""Files of the newest versions counted in SQL, by format, validity and year."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, select

from preservation.catalogue import rows, tables
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.premis import EventType
from preservation.model.tally import Tally
from preservation.model.validity import Verdict
from preservation.standards.reidentified import DETAIL, conclusion

_AT_ONCE = 500
_NONE = "[]"
_files, _packages, _events = tables.files.c, tables.packages.c, tables.events.c

_HINDERED = case((_files.inhibitors != _NONE, 1), else_=0)


@dataclass(frozen=True, slots=True)
class _Kind:
    puid: str | None
    name: str
    validity: str
    year: str


def tallies(connection: Connection, newest: Select[tuple[int]]) -> Iterator[Tally]:
    """All files of the packages that `newest` numbers.

    Formats that were told again after storage are counted as the newest that was told: those few
    files are taken out of their first count and put into the other.
    """
    files: Counter[_Kind] = Counter()
    octets: Counter[_Kind] = Counter()
    hindered: Counter[_Kind] = Counter()
    year = func.substr(_packages.created, 1, 4)
    kind = (_files.puid, _files.format_name, _files.validity, year)
    counted = (
        select(*kind, func.count(), func.sum(_files.size), func.sum(_HINDERED))
        .join(tables.packages, _packages.number == _files.package)
        .where(_packages.number.in_(newest))
        .group_by(*kind)
    )
    for puid, name, validity, made, count, size, locked in connection.execute(counted):
        it = _Kind(puid, name, validity, made)
        files[it], octets[it], hindered[it] = count, size, locked
    for was, now, size, locked in _told_again(connection, newest):
        for it, more in ((was, -1), (now, 1)):
            files[it] += more
            octets[it] += more * size
            hindered[it] += more * locked
    for it, count in files.items():
        if count:
            puid = None if it.puid is None else Puid(it.puid)
            verdict, made = Verdict(it.validity), int(it.year)
            yield Tally(puid, it.name, verdict, made, count, octets[it], hindered[it])


def _told_again(
    connection: Connection, newest: Select[tuple[int]]
) -> Iterator[tuple[_Kind, _Kind, int, int]]:
    """What each such file was counted as, what it is now, its size, and 1 if it is hindered."""
    told: dict[str, dict[str, Format]] = {}
    again = (
        select(tables.events, _packages.id.label("aip"))
        .join(tables.packages)
        .where(_events.type == EventType.FORMAT_IDENTIFICATION.value, _events.detail == DETAIL)
        .order_by(_events.recorded, _events.number)
    )
    for row in connection.execute(again):
        finding = rows.to_event(row).finding
        if it := conclusion(finding):
            told.setdefault(row.aip, {}).update(dict.fromkeys(finding.objects, it.format))
    for aip, formats in told.items():
        yield from _changed(connection, newest.where(_packages.id == aip), formats)


def _changed(
    connection: Connection, package: Select[tuple[int]], formats: Mapping[str, Format]
) -> Iterator[tuple[_Kind, _Kind, int, int]]:
    year = func.substr(_packages.created, 1, 4).label("year")
    query = (
        select(tables.files, year)
        .join(tables.packages, _packages.number == _files.package)
        .where(_packages.number.in_(package))
    )
    for paths in _parts(tuple(formats), _AT_ONCE):
        for row in connection.execute(query.where(_files.path.in_(paths))):
            it = formats[row.path]
            was = _Kind(row.puid, row.format_name, row.validity, row.year)
            now = _Kind(it.puid, it.name, row.validity, row.year)
            yield was, now, row.size, int(row.inhibitors != _NONE)


def _parts(paths: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (paths[start : start + size] for start in range(0, len(paths), size))
