"""The Levels of Preservation of the NDSA (version 2.0, 2019), held against what an archive shows.

The matrix has five areas and four levels; each cell asks for something, told here in words of our
own. A cell is met only by evidence; what no software can know is left to people, never taken for
met. Source: https://ndsa.org/publications/levels-of-digital-preservation/
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from preservation.model.integrity import Integrity


class Area(StrEnum):
    """The functional areas, in the order of the matrix."""

    STORAGE = "storage"
    INTEGRITY = "integrity"
    CONTROL = "control"
    METADATA = "metadata"
    CONTENT = "content"


class Met(StrEnum):
    """Whether evidence shows that a cell is met; `yours` is for people to say."""

    YES = "met"
    NO = "not met"
    YOURS = "yours to say"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an archive shows of itself.

    `stores`, `places` and `kinds` say of how many AIP versions sound copies lie in so many stores,
    named places and kinds of storage. `unplaced` are stores whose place nobody told. `scanned` of
    `aips` had a scan for malware. Of `files`, `identified` have a format, `judged` a verdict of a
    validator, `risky` a high risk. `people` are named in events; `undescribed` AIPs have no
    description; `told_again` is when formats were last told anew.
    """

    aips: int
    stores: Mapping[int, int]
    places: Mapping[int, int]
    kinds: Mapping[int, int]
    unplaced: Sequence[str]
    integrity: Integrity
    scanned: int
    files: int
    identified: int
    judged: int
    risky: int
    people: int
    undescribed: int
    told_again: datetime | None

    def with_fewer(self, spread: Mapping[int, int], than: int) -> int:
        """AIP versions that are spread over fewer than so many."""
        return sum(count for number, count in spread.items() if number < than)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a cell is met, by which evidence, and what would lift it."""

    met: Met
    evidence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: what it asks for, and how that is judged."""

    area: Area
    level: int
    asks: str
    judge: Callable[[Evidence], Judged]


def _spread(it: Evidence, spread: Mapping[int, int], count: int, what: str, remedy: str) -> Judged:
    fewer = it.with_fewer(spread, count)
    if not it.aips:
        return Judged(Met.NO, "there is no AIP yet", "arkiv ingest FOLDER")
    if fewer:
        said = f"{_number(fewer, 'AIP version')} without sound copies in {count} {what}"
        return Judged(Met.NO, said, remedy)
    return Judged(Met.YES, f"all AIPs have sound copies in at least {count} {what}")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_ADD = "add a store: arkiv store add; repair what is bad: arkiv repair"


def _places(it: Evidence, count: int) -> Judged:
    judged = _spread(it, it.places, count, "places", "add a store in another place, and name it")
    if judged.met is Met.NO and it.unplaced:
        names = ", ".join(it.unplaced)
        return Judged(
            judged.met, f"nobody told where stores {names} are", "stores.place in arkiv.toml"
        )
    return judged


def _two_copies(it: Evidence) -> Judged:
    """Two copies that are apart: nothing is known to be apart that nobody placed."""
    copies = _spread(it, it.stores, 2, "stores", _ADD)
    return copies if copies.met is Met.NO else _places(it, 2)


def _three_copies(it: Evidence) -> Judged:
    copies = _spread(it, it.stores, 3, "stores", _ADD)
    return copies if copies.met is Met.NO else _places(it, 2)


def _kinds(it: Evidence) -> Judged:
    remedy = "add a store of another kind (a bucket beside folders): arkiv store add"
    return _spread(it, it.kinds, 2, "kinds of storage", remedy)


def _yours(evidence: str, remedy: str) -> Callable[[Evidence], Judged]:
    return lambda _: Judged(Met.YOURS, evidence, remedy)


def _always(evidence: str) -> Callable[[Evidence], Judged]:
    return lambda it: (
        Judged(Met.YES, evidence)
        if it.aips
        else Judged(Met.NO, "there is no AIP yet", "arkiv ingest FOLDER")
    )


def _scanned(it: Evidence) -> Judged:
    if it.aips and it.scanned < it.aips:
        what = f"AIPs without a whole scan for malware: {it.aips - it.scanned:,} of {it.aips:,}"
        return Judged(Met.NO, what, "malware.clamd in arkiv.toml; arkiv doctor tries it")
    return _always("every file has a SHA-512 from the first, and every AIP was scanned")(it)


def _inventory(it: Evidence) -> Judged:
    """Each store tells all of what lies in it, so two of them are a list and its copy."""
    judged = _spread(it, it.stores, 2, "stores", _ADD)
    if judged.met is Met.NO:
        return judged
    return _always("arkiv list and show; each store alone tells all of it: arkiv rebuild")(it)


def _regular(it: Evidence) -> Judged:
    report = it.integrity
    if not report.copies or report.covered < report.copies:
        what = f"{report.covered:,} of {report.copies:,} copies were proven sound"
        when = f"within {report.fixity_days} days"
        return Judged(Met.NO, f"{what} {when}", "schedule: arkiv audit --due")
    return Judged(Met.YES, f"every copy was proven sound within {report.fixity_days} days")


def _mended(it: Evidence) -> Judged:
    report = it.integrity
    bad = sum(
        part.copies
        for store in report.stores
        for part in store.proven
        if part.state in ("corrupt", "missing")
    )
    if bad:
        return Judged(Met.NO, f"corrupt or missing copies: {bad:,}", "arkiv repair")
    drilled = sorted(store.drill.when for store in report.stores if store.drill)
    if not drilled:
        return Judged(Met.NO, "nothing was ever restored to try it", "arkiv drill")
    found = sum(month.failed for month in report.months)
    repaired = sum(month.repaired for month in report.months)
    what = f"no copy is bad; in 12 months faults found: {found:,}, repairs made: {repaired:,}"
    return Judged(Met.YES, f"{what}; last drill {drilled[-1]:%Y-%m-%d}")


def _described(it: Evidence) -> Judged:
    if it.undescribed:
        what = f"AIPs without a description: {it.undescribed:,} of {it.aips:,}"
        return Judged(Met.NO, what, "arkiv revise AIP-ID --description metadata.csv")
    return _always("every AIP has a description, and PREMIS for each file")(it)


def _identified(it: Evidence) -> Judged:
    if it.files and it.identified < it.files:
        what = f"files without a known format: {it.files - it.identified:,} of {it.files:,}"
        return Judged(Met.NO, what, "arkiv formats update, then arkiv formats reidentify")
    return _always(f"all {it.files:,} files have a format, with who told it and when")(it)


def _judged(it: Evidence) -> Judged:
    if it.files and it.judged < it.files:
        what = f"files that no validator judged: {it.files - it.judged:,} of {it.files:,}"
        return Judged(Met.NO, what, "arkiv doctor says which validators are missing")
    return _always(f"all {it.files:,} files were judged by a validator")(it)


def _watched(it: Evidence) -> Judged:
    risky = f"files in formats of high risk: {it.risky:,} of {it.files:,}"
    if it.told_again is None:
        return Judged(Met.NO, f"{risky}; formats were never told anew", "arkiv formats reidentify")
    return Judged(Met.YES, f"{risky}; formats were told anew on {it.told_again:%Y-%m-%d}")


MATRIX: Final = (
    Cell(Area.STORAGE, 1, "two whole copies that are not in one place", _two_copies),
    Cell(Area.STORAGE, 2, "three whole copies, one of them far from the others", _three_copies),
    Cell(Area.STORAGE, 2, "what storage there is, and what it needs, is written down",
         _yours("arkiv store list says which stores there are", "write down who runs them")),
    Cell(Area.STORAGE, 3, "copies on different kinds of storage", _kinds),
    Cell(Area.STORAGE, 3, "one copy where another kind of disaster threatens; ageing is watched",
         _yours("Arkiv knows places by name only", "say what threatens each place")),
    Cell(Area.STORAGE, 4, "three copies, in three places", lambda it: _places(it, 3)),
    Cell(Area.STORAGE, 4, "a plan against ageing of storage is carried out",
         _yours("arkiv store add and retire move everything, proven", "make the plan")),
    Cell(Area.INTEGRITY, 1, "digests are compared or made, and all is scanned", _scanned),
    Cell(Area.INTEGRITY, 2, "digests are compared whenever something is copied",
         _always("each copy is read back and compared before it counts, and each given out")),
    Cell(Area.INTEGRITY, 2, "digests are kept apart from the content too",
         _always("manifests lie in each AIP, and the catalogue and every store have them too")),
    Cell(Area.INTEGRITY, 2, "originals on media are read with write-blockers",
         _yours("Arkiv reads a SIP and never writes to it", "use write-blockers for media")),
    Cell(Area.INTEGRITY, 3, "all is compared at fixed times, on record, and on demand", _regular),
    Cell(Area.INTEGRITY, 4, "what is damaged is found by events too, and mended", _mended),
    Cell(Area.CONTROL, 1, "it is known who may read, write, move and delete",
         _yours("Arkiv has no accounts: who may read its folders can do all", "permissions")),
    Cell(Area.CONTROL, 2, "that is written down and enforced",
         _yours("deletion needs two people; all else is up to permissions", "write it down")),
    Cell(Area.CONTROL, 3, "it is on record who did what",
         lambda it: _always(f"PREMIS and the ledger name agents; people: {it.people:,}")(it)),
    Cell(Area.CONTROL, 4, "these records are looked through from time to time",
         _yours("arkiv ledger verify proves that none was altered", "look through them")),
    Cell(Area.METADATA, 1, "there is an inventory with places, and a copy of it elsewhere",
         _inventory),
    Cell(Area.METADATA, 2, "enough is known of each thing to know what it is", _described),
    Cell(Area.METADATA, 3, "standards are chosen, and gaps are found and filled",
         _always("METS, PREMIS, Dublin Core, E-ARK, BagIt, OCFL; arkiv check names gaps")),
    Cell(Area.METADATA, 4, "what was done is recorded, by the standards",
         _always("each event is in PREMIS or the ledger, with agent and time")),
    Cell(Area.CONTENT, 1, "formats are recorded, with how and when they were told", _identified),
    Cell(Area.CONTENT, 2, "formats are verified", _judged),
    Cell(Area.CONTENT, 2, "producers are advised which formats last",
         _yours("agreements say which formats are taken: arkiv agreement", "talk to them")),
    Cell(Area.CONTENT, 3, "ageing of formats is watched", _watched),
    Cell(Area.CONTENT, 4, "files are migrated or emulated where it is needed",
         lambda _: Judged(Met.NO, "Arkiv does not make copies in other formats yet")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One cell and how it was judged."""

    cell: Cell
    judged: Judged


@dataclass(frozen=True, slots=True)
class Level:
    """The level of an area: shown by evidence alone, and if people can say what is theirs."""

    area: Area
    shown: int
    possible: int


def judged(evidence: Evidence) -> tuple[Row, ...]:
    """Every cell of the matrix, in its order."""
    return tuple(Row(cell, cell.judge(evidence)) for cell in MATRIX)


def levels(rows: Sequence[Row]) -> tuple[Level, ...]:
    """The level of each area: the highest up to which every cell is met."""
    return tuple(
        Level(area, _up_to(rows, area, (Met.YES,)), _up_to(rows, area, (Met.YES, Met.YOURS)))
        for area in Area
    )


def _up_to(rows: Sequence[Row], area: Area, enough: Sequence[Met]) -> int:
    lacking = [
        row.cell.level for row in rows if row.cell.area is area and row.judged.met not in enough
    ]
    return min(lacking, default=5) - 1
