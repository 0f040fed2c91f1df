"""Stores come and go, and the process is killed at a durable step; a rerun finishes the work.

A child process counts what it writes to stores, catalogue and settings, and kills itself before,
during or after one of these. CI kills at a share of the moments; ARKIV_ALL_KILLS=1 at all.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.model.audit import Depth
from preservation.model.storage import CopyState

PROJECT = Path(__file__).parents[2]
MOMENTS = ("before", "during", "after")
SHARE = 1 if os.environ.get("ARKIV_ALL_KILLS") else 8

CHILD = """
import functools, os, signal, sys
from preservation.assembly import ledger
from preservation.catalogue.holdings import SqlCatalogue
from preservation.cli.main import main
from preservation.settings import stores
from preservation.stores.directory import DirectoryStore

step, moment, archive, words = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
counted = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def half(chunks):
    for chunk in chunks:
        yield chunk[: len(chunk) // 2]
        die()

def durable(method):
    @functools.wraps(method)
    def counting(*args, **kwargs):
        global counted
        counted += 1
        mine = counted == step
        if mine and moment == "before":
            die()
        if mine and moment == "during" and method.__name__ == "put":
            args = (*args[:2], half(args[2]), *args[3:])
        try:
            return method(*args, **kwargs)
        finally:
            if mine:
                die()
    return counting

for kind, names in (
    (DirectoryStore, ("put", "replace", "remove")),
    (SqlCatalogue, ("checked", "deleted", "register")),
    (ledger, ("_write_head",)),
    (stores, ("_write",)),
):
    for name in names:
        if hasattr(kind, name):
            setattr(kind, name, durable(getattr(kind, name)))
sys.argv = ["arkiv", *words, "--archive", archive]
try:
    main()
finally:
    print(counted, flush=True)
"""


def child(archive: Path, words: list[str], step: int, moment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(step), moment, str(archive), *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(archive: Path, words: list[str]) -> int:
    """Runs a command to its end; how many durable steps it had."""
    process = child(archive, words, 0, "never")
    told, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    return int(told.splitlines()[-1])


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
    shutil.copytree(begun, tmp_path / "count")
    steps = finished(tmp_path / "count", words)
    moments = [(step, moment) for step in range(1, steps + 1) for moment in MOMENTS]
    for step, moment in moments[::SHARE]:
        place = tmp_path / f"{step}-{moment}"
        shutil.copytree(begun, place)
        process = child(place, words, step, moment)
        _, told = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, (step, moment, told)
        try:
            check(place)
        except AssertionError as error:
            raise AssertionError(f"killed {moment} step {step} of {steps}: {error}") from error
        shutil.rmtree(place)
    return steps


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
