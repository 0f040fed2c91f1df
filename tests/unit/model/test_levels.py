"""A level is reached by evidence alone, and never by what nobody can know."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.identifiers import StoreName
from preservation.model.integrity import Integrity, LastDrill, Proven, StoreProofs
from preservation.model.levels import MATRIX, Area, Evidence, Judged, Met, Row, judged, levels
from preservation.model.premis import Outcome
from preservation.model.storage import CopyState, StoreRole

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def proofs(state=CopyState.SOUND, day=date(2026, 11, 1), *, drilled=True):
    proven = (Proven(StoreName("a"), state, day, 4, 40),)
    drill = LastDrill(NOW, Outcome.SUCCESS) if drilled else None
    store = StoreProofs(StoreName("a"), StoreRole.COPY, proven, drill)
    return Integrity(NOW, 90, (store,), ())


BEST = Evidence(
    aips=2,
    stores={3: 2},
    places={3: 2},
    kinds={2: 2},
    unplaced=(),
    integrity=proofs(),
    scanned=2,
    files=10,
    identified=10,
    judged=10,
    risky=0,
    people=1,
    undescribed=0,
    told_again=NOW,
)


def reached(evidence):
    return {it.area.value: (it.shown, it.possible) for it in levels(judged(evidence))}


def test_the_best_that_software_can_show_and_that_people_can_add():
    assert reached(BEST) == {
        "storage": (1, 4),
        "integrity": (1, 4),
        "control": (0, 4),
        "metadata": (4, 4),
        "content": (1, 3),
    }


@pytest.mark.parametrize(
    ("changes", "area", "possible"),
    [
        ({"stores": {1: 1, 3: 1}}, "storage", 0),
        ({"stores": {2: 2}, "places": {2: 2}}, "storage", 1),
        ({"places": {1: 2}}, "storage", 0),
        ({"places": {0: 2}, "unplaced": ("a",)}, "storage", 0),
        ({"kinds": {1: 2}}, "storage", 2),
        ({"places": {2: 2}}, "storage", 3),
        ({"scanned": 1}, "integrity", 0),
        ({"integrity": proofs(day=date(2026, 8, 1))}, "integrity", 2),
        ({"integrity": proofs(day=None)}, "integrity", 2),
        ({"integrity": proofs(state=CopyState.UNCHECKED)}, "integrity", 2),
        ({"integrity": proofs(state=CopyState.CORRUPT)}, "integrity", 2),
        ({"integrity": proofs(drilled=False)}, "integrity", 3),
        ({"stores": {1: 1, 3: 1}}, "metadata", 0),
        ({"undescribed": 1}, "metadata", 1),
        ({"identified": 9}, "content", 0),
        ({"judged": 9}, "content", 1),
        ({"told_again": None}, "content", 2),
    ],
)
def test_what_is_lacking_keeps_an_area_below(changes, area, possible):
    assert reached(replace(BEST, **changes))[area][1] == possible


def test_an_empty_archive_shows_nothing():
    empty = replace(BEST, aips=0, stores={}, places={}, kinds={}, files=0, scanned=0, identified=0)
    assert {shown for shown, _ in reached(empty).values()} == {0}


def test_whatever_is_not_met_says_why_and_what_next():
    worst = replace(BEST, stores={1: 2}, places={}, kinds={}, scanned=0, identified=0, judged=0)
    for row in judged(worst):
        assert row.judged.evidence
        last = row.cell.area is Area.CONTENT and row.cell.level == 4
        assert row.judged.remedy or row.judged.met is Met.YES or last


def test_the_matrix_has_every_area_and_level():
    assert {(cell.area, cell.level) for cell in MATRIX} == {
        (area, level) for area in Area for level in (1, 2, 3, 4)
    }


@given(st.lists(st.sampled_from(Met), min_size=len(MATRIX), max_size=len(MATRIX)))
def test_no_level_is_reached_over_a_cell_that_is_not_met(met):
    rows = [Row(cell, Judged(it, "x")) for cell, it in zip(MATRIX, met, strict=True)]
    for level in levels(rows):
        mine = [row for row in rows if row.cell.area is level.area]
        for row in mine:
            if row.cell.level <= level.shown:
                assert row.judged.met is Met.YES
            if row.cell.level <= level.possible:
                assert row.judged.met is not Met.NO
        assert level.shown <= level.possible
