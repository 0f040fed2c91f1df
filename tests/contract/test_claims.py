"""What claims promise (the port `Claims`), on both kinds of catalogue."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from preservation.catalogue import claims as module
from preservation.catalogue.claims import LASTS, SqlClaims
from preservation.catalogue.database import Database, url_of
from preservation.errors import Busy

REPOSITORY = Path(__file__).parents[2]
SUBJECT = "aip 5f0c"
HOLDER = """
import sys, time
from preservation.assembly.clock import SystemClock
from preservation.catalogue.claims import SqlClaims
from preservation.catalogue.database import Database
with SqlClaims(Database.open(sys.argv[1]), SystemClock()).claimed(sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


class Clock:
    def __init__(self):
        self.moment = datetime.now(UTC)

    def now(self):
        return self.moment


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return url_of(tmp_path / "catalogue.sqlite")
    return request.getfixturevalue("postgres")()


@pytest.fixture
def database(url):
    with contextlib.closing(Database.create(url)) as made:
        yield made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def claims(database, clock):
    return SqlClaims(database, clock)


def test_one_at_a_time(claims, database, clock):
    other = SqlClaims(database, clock)
    with claims.claimed(SUBJECT), claims.claimed("another"):
        with pytest.raises(Busy, match=f"{SUBJECT}: is worked on at this moment by process"):
            other.claimed(SUBJECT).__enter__()
        with pytest.raises(Busy):
            claims.claimed(SUBJECT).__enter__()
    with other.claimed(SUBJECT):
        pass


def test_an_error_in_the_block_frees_it(claims):
    with pytest.raises(ValueError, match="x"), claims.claimed(SUBJECT):
        raise ValueError("x")
    with claims.claimed(SUBJECT):
        pass


def test_of_many_at_once_each_gets_its_turn(database, clock):
    inside, most, done = 0, 0, []

    def work(number):
        nonlocal inside, most
        with SqlClaims(database, clock).claimed(SUBJECT, wait=30):
            inside += 1
            most = max(most, inside)
            inside -= 1
        done.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sorted(done) == list(range(8))


def test_what_a_killed_process_held_is_free_at_once(claims, database, url):
    assert database
    command = [sys.executable, "-c", HOLDER, url, SUBJECT]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            claims.claimed(SUBJECT).__enter__()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with claims.claimed(SUBJECT):
        pass


def test_a_holder_on_another_machine_has_its_time(claims, clock, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(module, "_machine", lambda: "elsewhere/1")
        elsewhere.setattr(module, "_started", lambda _: "12345")
        held = claims.claimed(SUBJECT)
        held.__enter__()
    with pytest.raises(Busy, match="on elsewhere"):
        claims.claimed(SUBJECT).__enter__()
    clock.moment += LASTS + timedelta(seconds=1)
    with claims.claimed(SUBJECT):
        pass


def test_whoever_lost_a_claim_is_told(claims, monkeypatch):
    monkeypatch.setattr(module, "_RENEWED", timedelta(seconds=0.02))
    with claims.claimed(SUBJECT) as claim:
        claim.require()
        claims._free(SUBJECT, claim._holder)
        for _ in range(200):
            try:
                claim.require()
            except Busy as lost:
                assert "another may work on it now" in str(lost)  # noqa: PT017
                break
            threading.Event().wait(0.02)
        else:
            pytest.fail("a lost claim is not told")


def test_a_claim_is_renewed_as_long_as_it_is_held(claims, clock, monkeypatch):
    monkeypatch.setattr(module, "_RENEWED", timedelta(seconds=0.02))
    with claims.claimed(SUBJECT) as claim:
        for _ in range(4):
            clock.moment += LASTS * 0.8
            threading.Event().wait(0.2)
        claim.require()
        with pytest.raises(Busy):
            claims.claimed(SUBJECT).__enter__()
