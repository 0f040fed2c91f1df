"""Scratch folders while several processes come and go: none is taken from one that lives."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from preservation.assembly.ingest import begun
from preservation.assembly.recovery import recover
from preservation.assembly.scratch import claimed, discard


def test_ingestions_that_begin_and_end_at_the_same_time_leave_each_other_alone(archive, quiet):
    def come_and_go(_):
        for _ in range(40):
            with begun(archive, again=False, progress=quiet) as ingestion:
                assert (archive.scratch / ingestion.id / "lock").exists()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, range(4)))
    assert list(archive.scratch.iterdir()) == []


def test_a_folder_has_one_owner_until_that_ends(tmp_path):
    folder = tmp_path / "scratch" / "one"
    with claimed(folder), pytest.raises(BlockingIOError), claimed(folder):
        pass
    with claimed(folder):
        discard(folder)
    assert not folder.exists()
    discard(folder)


def test_what_is_not_ours_stays_and_hinders_nobody(archive):
    archive.scratch.mkdir(exist_ok=True)
    (archive.scratch / ".DS_Store").write_bytes(b"x")
    (archive.scratch / "lost+found").mkdir()
    recover(archive)
    assert sorted(path.name for path in archive.scratch.iterdir()) == [".DS_Store", "lost+found"]
