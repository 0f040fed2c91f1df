"""A deletion is killed at a durable step; the AIP is whole, or gone for good after `tidy`.

CI kills at a share of the moments; ARKIV_ALL_KILLS=1 at all of them.
"""

import shutil
import signal

import killed
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.model.audit import Depth
from preservation.model.storage import CopyState
from preservation.standards import tombstone

TARGETS = (
    killed.STORE,
    ("preservation.catalogue.disposals", "SqlDisposals", ("decide", "bury", "removed", "noted")),
    ("preservation.assembly.ledger", "", ("_write_head",)),
)
ASKED = ["--by", "Arta Hoxha", "--because", "ten years", "--basis", "schedule 2.3.1"]
AGREED = ["--by", "Erik Lund", "--because", "the council agrees"]


@pytest.fixture
def requested(archive_folder):
    """An archive with two AIPs; the deletion of the first is requested, repairs kept some of it."""
    with opened(archive_folder) as archive:
        package = min(it.id for it in archive.catalogue.packages())
    assert killed.steps(archive_folder, ["delete", "request", package, *ASKED]) > 0
    return archive_folder, package


def judge(place, package, valid_storage_root):
    """One of two: all is as it was, or nothing but tombstones is left; other AIPs are whole."""
    killed.steps(place, ["tidy"])
    with opened(place) as archive:
        stone = archive.catalogue.disposals.tombstone(package)
        copies = archive.catalogue.copies()
        assert len(copies) == (2 if stone else 4)
        outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
        assert {it.state for it in outcomes} == {CopyState.SOUND}
        assert archive.catalogue.disposals.not_noted() == ()
        assert archive.catalogue.disposals.tombstones(to_remove=True) == ()
        before = list(archive.catalogue.dump())
        for name, store in archive.stores.items():
            rebuild(archive, store=name, progress=Silence())
            assert list(archive.catalogue.dump()) == before, name
            keys = [key for key in store.keys("") if package in key]
            assert bool(stone) == (keys == [tombstone.key(package)])
            assert valid_storage_root(place / "stores" / name) == (1 if stone else 2)
    for store in "ab":
        assert not list((place / "stores" / store / "tmp").glob("*"))
    return stone


@pytest.mark.slow
def test_a_deletion_killed_at_any_step_is_undone_or_finished(
    requested, tmp_path, valid_storage_root
):
    folder, package = requested
    ends = []

    def check(place):
        ends.append(bool(judge(place, package, valid_storage_root)))

    words = ["delete", "approve", package, *AGREED]
    steps = killed.at_every_step(folder, words, tmp_path, check, targets=TARGETS, share=5)

    assert steps > 20
    assert ends == sorted(ends), "once it is decided, it stays decided"
    assert True in ends
    assert False in ends


@pytest.mark.slow
def test_what_a_killed_deletion_left_is_never_brought_back(requested, tmp_path):
    folder, package = requested
    words = ["delete", "approve", package, *AGREED]
    count = killed.steps(shutil.copytree(folder, tmp_path / "count"), words, TARGETS)
    place = shutil.copytree(folder, tmp_path / "half")
    process = killed.child(place, words, count - 8, "after", TARGETS)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL

    looked = killed.child(place, ["audit"], 0, "never")
    said, _ = looked.communicate(timeout=120)
    assert looked.returncode == 4
    assert f"has AIP {package}, which was deleted" in " ".join(said.split())
    for others in (["repair"], ["store", "add", "c", "stores/c"], ["store", "sync", "b"]):
        killed.steps(place, others)
        with opened(place) as archive:
            assert archive.catalogue.package(package) is None

    assert judge_rest(place, package) == [tombstone.key(package)] * 3


def judge_rest(place, package):
    killed.steps(place, ["tidy"])
    with opened(place) as archive:
        return [
            key for store in archive.stores.values() for key in store.keys("") if package in key
        ]
