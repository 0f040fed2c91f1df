"""Stores come and go, and the process is killed at a durable step; a rerun finishes the work.

A child process counts what it writes to stores, catalogue and settings, and kills itself before,
during or after one of these. CI kills at a share of the moments; ARKIV_ALL_KILLS=1 at all.
"""

from pathlib import Path

import killed
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.model.audit import Depth
from preservation.model.storage import CopyState

TARGETS = (
    killed.STORE,
    ("preservation.catalogue.holdings", "SqlCatalogue", ("checked", "register")),
    ("preservation.assembly.ledger", "", ("_write_head",)),
    ("preservation.settings.stores", "", ("_write",)),
)


def finished(archive: Path, words: list[str]) -> int:
    """Runs a command to its end; how many durable steps it had."""
    return killed.steps(archive, words, TARGETS)


def judge(place: Path, stores: str, left_over: str = "") -> None:
    """Every copy is sound, the catalogue is what each store tells, and no store holds more."""
    with opened(place) as archive:
        copies = archive.catalogue.copies()
        assert {copy.store for copy in copies} == set(stores)
        assert len(copies) == 2 * len(stores)
        outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
        assert {it.state for it in outcomes} == {CopyState.SOUND}
        before = list(archive.catalogue.dump())
        for store in stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == before, store
    for store in {*stores, *left_over}:
        assert not list((place / "stores" / store / "tmp").glob("*"))


def killed_everywhere(begun, words, tmp_path, check):
    return killed.at_every_step(begun, words, tmp_path, check, targets=TARGETS, share=8)


@pytest.mark.slow
def test_a_store_whose_filling_was_killed_is_filled_by_the_next(
    archive_folder, tmp_path, valid_storage_root
):
    words = ["store", "add", "c", "stores/c"]

    def check(place):
        finished(place, words)
        judge(place, "abc")
        assert valid_storage_root(place / "stores/c") == 2

    assert killed_everywhere(archive_folder, words, tmp_path, check) > 20


@pytest.mark.slow
def test_a_retirement_that_was_killed_is_finished_by_the_next(archive_folder, tmp_path):
    finished(archive_folder, ["store", "add", "c", "stores/c"])
    words = ["store", "retire", "a", "--reason", "old"]

    def check(place):
        finished(place, words)
        judge(place, "bc")

    assert killed_everywhere(archive_folder, words, tmp_path, check) > 5
