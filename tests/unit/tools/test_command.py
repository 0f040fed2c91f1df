"""Programs of others end with their worker, cannot flood it, and tell how they ended."""

import importlib
import os
import sys
import time
from pathlib import Path

import pytest

from preservation.errors import ToolFailed
from preservation.tools.process import Dialogue, TooMuch, Worker, run


def shell(script):
    return ["sh", "-c", script]


def test_it_tells_what_a_program_wrote_and_how_it_ended():
    ran = run(shell("echo out; echo 'first words' >&2; echo more >&2; exit 3"))
    assert (ran.code, ran.output, ran.crashed) == (3, b"out\n", False)
    assert ran.said == "first words"


def test_a_program_that_crashes_is_told_from_one_that_says_no():
    ran = run(shell("kill -SEGV $$"))
    assert ran.crashed
    assert ran.said == "crashed by signal SIGSEGV"


def test_a_missing_program_is_named():
    with pytest.raises(FileNotFoundError, match="no-such-program is not installed"):
        run(["no-such-program"])


def test_a_flood_is_stopped_and_words_beyond_the_first_are_dropped():
    with pytest.raises(TooMuch, match="sh wrote more than 1000 octets"):
        run(shell("while :; do echo flood; done"), largest=1000)
    ran = run(shell("head -c 3000000 /dev/zero | tr '\\0' e >&2; echo done"))
    assert ran.output == b"done\n"
    assert len(ran.words) < 200_000


def test_nothing_of_our_environment_reaches_it(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hush")
    told = run(["env"], variables={"GIVEN": "1"}).output
    assert b"SECRET" not in told
    assert b"GIVEN=1" in told


def test_it_ends_when_its_worker_is_killed(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "data")
    unruly = importlib.import_module("unruly")
    pid = tmp_path / "pid"
    with Worker("sleeper", unruly.run_a_program) as w, pytest.raises(ToolFailed, match="timed out"):
        w.call(str(pid), deadline_seconds=2)
    number = int(pid.read_text())
    end = time.monotonic() + 5
    while Path(f"/proc/{number}").exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not Path(f"/proc/{number}").exists()


def test_a_dialogue_answers_question_after_question():
    with Dialogue(shell('while read line; do echo "you said $line"; echo END; done')) as talk:
        assert talk.ask(b"one\n", b"END\n") == b"you said one\n"
        assert talk.ask(b"two\n", b"END\n") == b"you said two\n"


def test_a_dialogue_that_ends_or_floods_says_so():
    with Dialogue(shell("read line; exit 4")) as talk:
        with pytest.raises(EOFError, match="exit code 4"):
            talk.ask(b"one\n", b"END\n")
        with pytest.raises(EOFError):
            talk.ask(b"two\n", b"END\n")
    with Dialogue(shell("read line; yes"), largest=1000) as talk, pytest.raises(TooMuch):
        talk.ask(b"one\n", b"END\n")


def test_no_descriptor_is_left_open():
    before = set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()
    run(shell("exit 0"))
    with Dialogue(shell("cat")) as talk:
        talk.ask(b"END\n", b"END\n")
    assert set(os.listdir("/proc/self/fd")) == before
