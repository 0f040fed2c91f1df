"""A worker process that can be killed, with all that it has started.

Format libraries hang, crash and eat memory on files made for it, and some hold the interpreter's
lock meanwhile, so that no signal stops them. Each therefore runs in a process of its own, which is
killed when its time is up. Messages are lines of JSON: data only, whatever a hostile file does.
"""

import faulthandler
import fcntl
import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from preservation.errors import ToolFailed, ToolMissing

_BOOT = (
    "import sys, json; args = json.loads(sys.argv[1]); sys.path[:] = args['path']; "
    "from preservation.tools.process.worker import _serve; _serve(args)"
)


Json = Any
"""A JSON value; who receives it checks its shape."""


class Worker:
    """One spawned Python process that runs one function on batches, and can be killed.

    `function` is a top-level function from a JSON value to a JSON value; the process imports its
    module and nothing else. `memory` caps its address space in octets. The process starts at the
    first call, starts anew after a failure, ignores Ctrl-C (its parent stops it) and dies with its
    parent, even in the middle of a call. One call at a time.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Json],
        *,
        given: tuple[Json, ...] = (),
        memory: int | None = None,
        variables: tuple[str, ...] = (),
    ) -> None:
        """Only take note: nothing is started yet; `name` is what messages call the tool.

        `given` goes to the function after each batch; `variables` are added to the process's
        environment, such as `GOGC=50`.
        """
        self.name = name
        self._function = function
        self._given = given
        self._memory = memory
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._lifeline = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, batch: Json, *, deadline_seconds: float) -> Json:
        """The function's result for this batch.

        Raises ToolFailed when it raises, crashes, cannot start, answers nonsense, or takes longer
        than the deadline (its start included). After that the next call has a fresh process.
        """
        message = json.dumps(batch).encode("ascii") + b"\n"
        process = self._running()
        try:
            with _Deadline(process, deadline_seconds) as deadline:
                line = _exchange(process, message)
            deadline.check(self.name)
            return self._opened(line)
        except BaseException:
            # Whatever happened, an answer may still be under way: never let a next call read it.
            self.close()
            raise

    def close(self) -> None:
        """End the process, if there is one; a later call starts another."""
        if self._process is None or self._errors is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._errors.close()
        os.close(self._lifeline)
        self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        reader, writer = os.pipe()
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        settings = {
            "path": [entry or str(Path.cwd()) for entry in sys.path],
            "module": self._function.__module__,
            "function": self._function.__qualname__,
            "given": self._given,
            "memory": self._memory,
            "lifeline": reader,
        }
        command = [sys.executable, "-P", "-c", _BOOT, json.dumps(settings)]
        if self._variables:
            command = ["/usr/bin/env", *self._variables, *command]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                pass_fds=[reader],
                process_group=0,  # Ctrl-C at a terminal goes to the parent only
            )
        except OSError as error:
            errors.close()
            os.close(writer)
            raise ToolFailed(f"{self.name} cannot be started: {error}") from error
        finally:
            os.close(reader)
        self._errors, self._lifeline = errors, writer
        return self._process

    def _opened(self, line: bytes) -> Json:
        """The result in an answer; raises ToolFailed for every other thing that came back."""
        if not line.endswith(b"\n"):
            raise ToolFailed(self._obituary())
        try:
            answer = json.loads(line)
            kind, value = answer["kind"], answer["value"]
        except (ValueError, TypeError, KeyError) as error:
            raise ToolFailed(f"{self.name} answered nonsense: {line[:80]!r}") from error
        if kind == "missing":
            raise ToolMissing(f"{self.name}: {value}")
        if kind != "result":
            raise ToolFailed(f"{self.name} failed: {value}")
        return value

    def _obituary(self) -> str:
        """How the process ended, with the first words that it left behind."""
        if self._process is None or self._errors is None:
            return f"{self.name} is not running"
        code = self._process.wait()
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        self._errors.seek(0)
        words = self._errors.read(4096).decode("utf-8", "replace").strip().partition("\n")[0]
        return f"{self.name} crashed {how}" + (f": {words}" if words else "")


class _Deadline:
    """Kills a process when its time is up; reading from it then ends."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._expired = False
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def _expire(self) -> None:
        self._expired = True
        self._process.kill()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def check(self, name: str) -> None:
        """Raise ToolFailed when the time was up."""
        if self._expired:
            raise ToolFailed(f"{name} timed out after {self._seconds:g} s")


def _exchange(process: subprocess.Popen[bytes], message: bytes) -> bytes:
    """Send a line and wait for the answering line; an incomplete one when the process has died."""
    if process.stdin is None or process.stdout is None:
        return b""
    pending = memoryview(message)
    received = bytearray()
    try:
        while pending:
            pending = pending[os.write(process.stdin.fileno(), pending) :]
        while not received.endswith(b"\n"):
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                break
            received += chunk
    except BrokenPipeError:
        return b""
    return bytes(received)


def _serve(settings: dict[str, Json]) -> None:
    """The life of the child: answer line after line until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent(settings["lifeline"])
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not mix with the answers; words of a crash go to descriptor 2.
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    questions = os.fdopen(os.dup(0), "rb")
    os.dup2(silence, 0)
    faulthandler.enable(2)
    sys.stderr = os.fdopen(silence, "w")
    if settings["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (settings["memory"],) * 2)
    function: Callable[..., Json] | None = None
    given = settings["given"]
    for line in questions:
        try:
            if function is None:
                function = getattr(
                    importlib.import_module(settings["module"]), settings["function"]
                )
            answer = json.dumps({"kind": "result", "value": function(json.loads(line), *given)})
        except FileNotFoundError as error:
            kind = "missing" if error.errno is None else "failure"  # ours has no number
            answer = json.dumps({"kind": kind, "value": str(error)[:500]})
        except Exception as error:
            text = f"{type(error).__name__}: {error}".rstrip(": ")
            answer = json.dumps({"kind": "failure", "value": text[:500]})
        answers.write(answer.encode("ascii") + b"\n")
        answers.flush()


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel kill this process when the parent's end of the pipe closes.

    A thread or an end of file would not do: the library may hold the interpreter's lock. And
    PR_SET_PDEATHSIG fires when the parent's *thread* ends, which may be well before the parent.
    """
    if not hasattr(fcntl, "F_SETSIG"):
        return
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:
        os._exit(1)
