"""The service on one machine: Prefect's server and our flows, kept running until told to stop."""

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from preservation.errors import Misconfigured, ToolFailed
from preservation.settings.file import Settings
from preservation.settings.place import service
from preservation.tools.process.daemon import Daemon

Say = Callable[[str], None]

FOLDER = "service"
STARTING = 180
"""Seconds that Prefect's server may take to answer; the first time it makes its database."""
STOPPING = 30
"""Seconds that what runs gets to end; a package that is cut short is taken again."""
_LOOK = 1.0
_REST = (1, 5, 30, 60)
"""Seconds until what ended by itself is started again, a first time, a second ..."""
_WELL = 600
"""Seconds of running after which the next end counts as the first."""


def serve(folder: Path, settings: Settings, *, say: Say) -> None:
    """Run the service of an archive until SIGTERM or Ctrl-C; what ends meanwhile is started again.

    Raises Misconfigured when it runs already or its port is taken, ToolFailed when Prefect's server
    does not come up.
    """
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    variables = service(folder, settings.serve.port)
    with _alone(home), _told_to_stop() as stopping:
        kept: list[_Kept] = []
        try:
            url = variables["PREFECT_API_URL"]
            if url == f"http://127.0.0.1:{settings.serve.port}/api":
                _require_free(settings.serve.port)
                port = str(settings.serve.port)
                command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", port)
                kept.append(_Kept("server", command, variables, home, say))
            _wait(url, kept, stopping)
            kept.append(_Kept("flows", ("flows.deployments", str(folder)), variables, home, say))
            say(f"serving {folder}: see {url.removesuffix('/api')}")
            while not stopping:
                for one in kept:
                    one.keep()
                time.sleep(_LOOK)
        finally:
            for one in reversed(kept):
                one.stop()


def stop(folder: Path) -> bool:
    """Tell the service of an archive to stop, and wait for it; False when none runs.

    Raises ToolFailed when it goes on.
    """
    file = folder / FOLDER / "lock"
    if not file.exists():
        return False
    with file.open("r+", encoding="ascii") as lock:
        end = time.monotonic() + 3 * STOPPING
        told = False
        while time.monotonic() < end:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    os.kill(int(lock.read()), signal.SIGTERM)
                    told = True
                time.sleep(0.1)
            else:
                return told
    raise ToolFailed(f"the service of {folder} does not stop; see {folder / FOLDER}/*.log")


class _Kept:
    """A process of the service; when it ends by itself it is started again, after a rest."""

    def __init__(
        self, name: str, module: Sequence[str], variables: Mapping[str, str], home: Path, say: Say
    ) -> None:
        self.name, self._say = name, say
        self.log = home / f"{name}.log"
        self._command = (sys.executable, "-m", *module)
        self._variables = variables
        self._ends = 0
        self._since = time.monotonic()
        self._daemon: Daemon | None = self._start()

    @property
    def ended(self) -> bool:
        return self._daemon is None or self._daemon.ended

    def keep(self) -> None:
        """Start it again when it ended and has rested."""
        now = time.monotonic()
        if self._daemon and self._daemon.ended:
            self._ends = 1 if now - self._since > _WELL else self._ends + 1
            self._daemon, self._since = None, now
            self._say(f"{self.name} ended; it is started again (see {self.log})")
        if self._daemon is None and now - self._since >= _REST[min(self._ends, len(_REST)) - 1]:
            self._daemon, self._since = self._start(), now

    def _start(self) -> Daemon:
        return Daemon(self._command, variables=self._variables, log=self.log)

    def stop(self) -> None:
        if self._daemon:
            self._daemon.stop(STOPPING)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Only one service of an archive; the lock says which process it is."""
    with (home / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"{home.parent}: is served already; stop it with: arkiv serve --stop"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """A list that is empty until a signal asks to stop."""
    heard: list[int] = []
    asks = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(one, partial(_hear, heard)) for one in asks]
    try:
        yield heard
    finally:
        for one, handler in zip(asks, before, strict=True):
            signal.signal(one, handler)


def _hear(heard: list[int], number: int, _frame: object) -> None:
    heard.append(number)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misconfigured(
                f"port {port} is taken by another program ({error.strerror}); give serve.port in "
                "arkiv.toml another number"
            ) from None


def _wait(url: str, kept: Sequence[_Kept], stopping: Sequence[int]) -> None:
    """Until Prefect answers."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end and not stopping and not any(one.ended for one in kept):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310  http(s) alone
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    if not stopping:
        where = f"; see {kept[0].log}" if kept else ""
        raise ToolFailed(f"Prefect's server at {url} does not answer{where}")
