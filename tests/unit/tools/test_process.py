"""A worker answers or fails aloud, in time, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from preservation.errors import ToolFailed, ToolMissing
from preservation.tools.process import Worker


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid, seconds=5.0):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_a_batch_comes_back_whatever_its_text(unruly):
    batch = ["a", os.fsdecode(b"\xff\n"), "\0", "Prishtinë", {"n": [1, None, 2.5]}, "x" * 300_000]
    with Worker("echo", unruly.echo) as worker:
        assert worker.call(batch, deadline_seconds=20) == batch


def test_one_process_answers_many_calls_and_ends_with_the_block(unruly):
    with Worker("pid", unruly.process_id) as worker:
        first = worker.call([], deadline_seconds=20)
        assert first != os.getpid()
        assert worker.call([], deadline_seconds=20) == first
    assert gone(first)


def test_the_process_imports_the_tool_and_little_else(unruly):
    with Worker("modules", unruly.main_modules) as worker:
        modules = worker.call([], deadline_seconds=20)
    assert "unruly" in modules
    assert not {"pytest", "lxml", "sqlalchemy", "multiprocessing", "PIL"} & set(modules)


@pytest.mark.parametrize("tool", ["hang", "hang_holding_the_lock"])
def test_a_tool_that_hangs_is_killed_in_time(unruly, tool, tmp_path):
    with Worker("sleeper", getattr(unruly, tool)) as worker:
        begun = time.monotonic()
        with pytest.raises(ToolFailed, match=r"sleeper timed out after 1 s"):
            worker.call(str(tmp_path / "pid"), deadline_seconds=1)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ("crash", "crashed by signal SIGSEGV: Fatal Python error"),
        ("kill_itself", "crashed by signal SIGKILL"),
        ("leave", "crashed with exit code 3"),
        ("fail", "failed: ValueError: this file is beyond me"),
    ],
)
def test_a_tool_that_breaks_says_how(unruly, tool, reason):
    with Worker("broken", getattr(unruly, tool)) as worker:
        for _ in range(2):
            with pytest.raises(ToolFailed, match=reason):
                worker.call(["a"], deadline_seconds=20)


def test_the_call_after_a_failure_has_a_fresh_process(unruly):
    with Worker("fussy", unruly.fussy) as worker:
        for bad in ("raise", "crash", "hang"):
            assert worker.call(["a"], deadline_seconds=20) == ["A"]
            with pytest.raises(ToolFailed):
                worker.call([bad], deadline_seconds=1)
        assert worker.call(["b"], deadline_seconds=20) == ["B"]


def test_a_tool_that_is_not_there_fails_by_name(unruly, monkeypatch):
    monkeypatch.setattr(unruly.echo, "__module__", "no_such_module")
    with (
        Worker("ghost", unruly.echo) as worker,
        pytest.raises(ToolFailed, match=r"ghost failed: ModuleNotFoundError.*no_such_module"),
    ):
        worker.call([], deadline_seconds=20)


def test_an_interpreter_that_does_not_start_fails_by_name(unruly, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with (
        Worker("unborn", unruly.echo) as worker,
        pytest.raises(ToolFailed, match="unborn cannot be started"),
    ):
        worker.call([], deadline_seconds=20)


def test_what_a_tool_prints_stays_apart_from_its_answers(unruly, capfd):
    with Worker("chatter", unruly.chatter) as worker:
        assert worker.call(["a"], deadline_seconds=20) == ["a"]
        assert worker.call(["b"], deadline_seconds=20) == ["b"]
    assert capfd.readouterr() == ("", "")


def test_memory_beyond_the_cap_is_a_failure_and_not_the_end(unruly):
    with Worker("glutton", unruly.gluttony, memory=512 << 20) as worker:
        for _ in range(2):
            with pytest.raises(ToolFailed, match="MemoryError"):
                worker.call([], deadline_seconds=20)
    with Worker("glutton", unruly.gluttony, memory=4 << 30) as worker:
        assert worker.call([], deadline_seconds=20) == 1 << 30


def test_the_process_ignores_an_interrupt(unruly):
    with Worker("steady", unruly.survive_interrupt) as worker:
        assert worker.call(["a"], deadline_seconds=20) == ["a"]


def test_an_interrupted_call_leaves_no_answer_for_the_next(unruly):
    with Worker("slow", unruly.fussy) as worker:

        def interrupt(*_):
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            with pytest.raises(KeyboardInterrupt):
                worker.call(["hang"], deadline_seconds=20)
        finally:
            signal.signal(signal.SIGALRM, before)
        assert worker.call(["b"], deadline_seconds=20) == ["B"]


@pytest.mark.usefixtures("unruly")
def test_a_busy_process_dies_with_its_killed_parent(tmp_path):
    note = tmp_path / "pid"
    script = (
        f"import sys; sys.path[:] = {sys.path!r}; import unruly\n"
        "from preservation.tools.process import Worker\n"
        "worker = Worker('w', unruly.hang_holding_the_lock)\n"
        f"worker.call({str(note)!r}, deadline_seconds=600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    child = 0
    try:
        for _ in range(1000):
            with suppress(FileNotFoundError, ValueError):
                child = int(note.read_text())
                break
            time.sleep(0.01)
        assert child
        assert alive(child)
    finally:
        parent.kill()
        parent.wait()
    assert gone(child)


def test_what_is_not_installed_is_told_from_what_fails(unruly):
    with Worker("absent", unruly.not_installed) as worker:
        with pytest.raises(ToolMissing, match=r"absent: x is not installed"):
            worker.call([], deadline_seconds=20)
        with pytest.raises(ToolFailed, match="No such file") as failed:
            worker.call(["/no/such/file"], deadline_seconds=20)
    assert not isinstance(failed.value, ToolMissing)
