"""The service of one machine, started as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from preservation.assembly.archive import opened

# It uses a core of its own, and so do the tests of the flows.
pytestmark = pytest.mark.xdist_group("prefect")

PROJECT = Path(__file__).parents[2]
ARKIV = Path(sys.executable).with_name("arkiv")
PATIENCE = 90


def until(what, patience=PATIENCE):
    """Wait for something to be true; gives it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    pytest.fail(f"not within {patience} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(process):
    """The processes that this one started, by the module that they run."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    words = {int(it): Path(f"/proc/{it}/cmdline").read_bytes().split(b"\0") for it in listed}
    return {command[2].decode(): number for number, command in words.items() if len(command) > 2}


class Service:
    """`arkiv serve` on an archive with one inbox."""

    def __init__(self, place):
        self.folder = place.folder
        self.port = free_port()
        self.inbox = place.folder / "inbox"
        (self.inbox / "incoming").mkdir(parents=True)
        with (place.folder / "arkiv.toml").open("a", encoding="utf-8") as settings:
            settings.write(
                f'\n[[inboxes]]\nfolder = "inbox"\nquiet = 1\n'
                f'\n[serve]\nport = {self.port}\naudit = "* * * * *"\n'
            )
        hidden = ("PREFECT_", "COV_")
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
        self.process = self.command(stdout=subprocess.PIPE)

    def command(self, *words, **streams):
        return subprocess.Popen(
            [ARKIV, "serve", *words, "--archive", self.folder],
            cwd=PROJECT,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
            **streams,
        )

    def put(self, name):
        sip = self.inbox / "incoming" / name / "objects"
        sip.mkdir(parents=True)
        (sip / "vendim.txt").write_text(name, "utf-8")

    def preserved(self, name):
        return (self.inbox / "preserved" / name / "sip" / name).is_dir()

    def runs(self, flow):
        """The states of the runs of a flow, as Prefect tells them."""
        try:
            answer = httpx.post(
                f"http://127.0.0.1:{self.port}/api/flow_runs/filter",
                json={"flows": {"name": {"any_": [flow]}}},
            )
        except httpx.HTTPError:
            return []
        return [run["state"]["type"] for run in answer.json()]


@pytest.fixture(scope="module")
def service(tmp_path_factory, make_place):
    running = Service(make_place(tmp_path_factory.mktemp("served")))
    try:
        said = running.process.stdout.readline()
        assert said == f"serving {running.folder}: see http://127.0.0.1:{running.port}\n"
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        running.process.stdout.close()
        running.process.stderr.close()


def test_a_sip_in_the_inbox_is_taken(service):
    service.put("one")
    until(lambda: service.preserved("one"))
    (summary,) = opened(service.folder).catalogue.packages()
    assert summary.id in (service.inbox / "preserved/one/letter.txt").read_text("utf-8")
    assert "COMPLETED" in until(lambda: service.runs("ingest"))


def test_its_pages_are_there(service):
    answer = httpx.get(f"http://127.0.0.1:{service.port}/", follow_redirects=True)
    assert answer.status_code == 200
    assert "<title>Prefect" in answer.text


def test_schedules_of_the_settings_are_kept(service):
    until(lambda: "COMPLETED" in service.runs("audit"))


def test_the_same_archive_is_not_served_twice(service):
    second = service.command(stdout=subprocess.DEVNULL)
    said = second.communicate(timeout=60)[1]
    assert second.returncode == 2
    assert "arkiv serve --stop" in said


def test_an_inbox_that_was_away_is_told_and_watched_again(service):
    away = service.inbox.rename(service.folder / "unmounted")
    log = service.folder / "service" / "flows.log"
    until(lambda: f"inbox {service.inbox}: is not there" in log.read_text("utf-8"))
    away.rename(service.inbox)
    service.put("mounted")
    until(lambda: service.preserved("mounted"))


@pytest.mark.parametrize("module", ["flows.deployments", "prefect"])
def test_what_dies_is_started_again(service, module):
    dead = children(service.process.pid)[module]
    os.kill(dead, signal.SIGKILL)
    until(lambda: children(service.process.pid).get(module, dead) != dead)

    service.put(f"after {module}")

    until(lambda: service.preserved(f"after {module}"))


def test_stop_ends_everything(service):
    started = list(children(service.process.pid).values())
    assert len(started) == 2

    stopping = service.command("--stop", stdout=subprocess.PIPE)

    assert stopping.communicate(timeout=60)[0] == "stopped\n"
    assert service.process.wait(timeout=60) == 0
    assert not [one for one in started if Path(f"/proc/{one}").exists()]
    again = service.command("--stop", stdout=subprocess.PIPE)
    assert again.communicate(timeout=60)[0] == "no service runs\n"


def test_a_port_that_is_taken_is_told(make_place, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = make_place(tmp_path)
        with (place.folder / "arkiv.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"\n[serve]\nport = {taken.getsockname()[1]}\n")
        done = subprocess.run(
            [ARKIV, "serve", "--archive", place.folder],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "serve.port" in done.stderr
