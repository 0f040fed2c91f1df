"""A refusal is killed before and after each of its lasting steps; what it left is removed later.

A child process refuses a package with malware into quarantine, counts what it makes below
`rejected/` and `quarantine/` and its record, and kills itself at one of them.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest

PROJECT = Path(__file__).parents[2]
STEPS = 7
"""Two folders begun, a copy written, two folders put in their places, a record, a report."""

CHILD = """
import functools, os, signal, sys
from pathlib import Path
from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest
from preservation.catalogue.rejections import SqlRejections
from preservation.errors import Rejected
from preservation.forms import page
from preservation.model.malware import Engine, Scan
from preservation.model.premis import Agent

step, moment, folder, sip = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
counted = nested = 0

def ours(subject):
    # a path, the descriptor of a file, or a table of records
    if isinstance(subject, int):
        subject = Path(os.readlink(f"/proc/self/fd/{subject}")).parent
    return not isinstance(subject, Path) or subject.parent.name in ("rejected", "quarantine")

class Finds:
    def engine(self):
        return Engine(Agent("Scanner", "1"), "1")

    def scan(self, files):
        for _ in files:
            yield Scan("Made.Up")

class Quiet:
    def begin(self, step, total):
        pass

    def advance(self, amount):
        pass

def lasting(call):
    @functools.wraps(call)
    def counting(*args, **kwargs):
        global counted, nested
        if nested or not ours(args[0]):
            return call(*args, **kwargs)
        counted += 1
        if counted == step and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        nested += 1
        result = call(*args, **kwargs)
        nested -= 1
        if counted == step and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return counting

archive = opened(folder)
archive.__dict__["scanner"] = Finds()
Path.mkdir, Path.rename = lasting(Path.mkdir), lasting(Path.rename)
os.fsync = lasting(os.fsync)
SqlRejections.add = lasting(SqlRejections.add)
try:
    ingest(archive, sip, again=False, progress=Quiet(), agreement="made",
           publish=lasting(page.publish))
except Rejected:
    print(counted)
"""


def refused(archive: Path, sip: Path, step: int, moment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(step), moment, str(archive), str(sip)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def agreed(archive_folder):
    """The folder of an archive with an agreement that quarantines malware."""
    folder = archive_folder / "profiles/agreements"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.toml").write_text('[malware]\nfound = "quarantine"\n', "utf-8")
    return archive_folder


@pytest.fixture
def harmful(tmp_path):
    """A SIP in which the child's scanner finds malware."""
    folder = tmp_path / "harmful"
    folder.mkdir()
    (folder / "bad").write_bytes(b"two")
    return folder


def lies_in(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for place in ("rejected", "quarantine")
        for path in (folder / place).rglob("*")
        if path.is_file()
    }


def test_a_refusal_that_lives_takes_just_these_steps(agreed, harmful):
    told = refused(agreed, harmful, 0, "never")
    assert (told.stdout, told.stderr) == (f"{STEPS}\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_whatever_was_not_finished_is_gone_after_the_next_ingest(
    agreed, harmful, tmp_path, quiet, step, moment
):
    process = refused(agreed, harmful, step, moment)
    assert process.returncode == -signal.SIGKILL, process.stderr
    following = tmp_path / "following"
    following.mkdir()
    (following / "a.txt").write_bytes(b"one")

    archive = opened(agreed)
    ingest(archive, following, again=False, progress=quiet)

    records = {record.id: record for record in archive.rejections.all()}
    assert len(records) <= 1
    left = lies_in(agreed)
    for id_ in records:
        assert f"quarantine/{id_}/sip.tar.quarantined" in left, "a record keeps its copy"
    allowed = {f"quarantine/{id_}/sip.tar.quarantined" for id_ in records}
    allowed |= {f"rejected/{id_}/report.{form}" for id_ in records for form in ("html", "json")}
    assert left <= allowed
    assert list(archive.scratch.iterdir()) == []
