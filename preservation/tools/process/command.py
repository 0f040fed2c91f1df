"""Programs of others, run from inside a worker, and gone with it.

The worker is what has a deadline: when it is killed, the kernel kills the program too. A worker has
one thread, so the kernel's signal at the end of the thread that started a program is that of the
worker's own end. Programs get a small environment of their own, so that the same file has the same
answer whoever runs it.
"""

import ctypes
import os
import selectors
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

PATH = "/usr/local/bin:/usr/bin:/bin"
_ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"}
_SET_PDEATHSIG = 1
_CHUNK = 1 << 16
_WORDS_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit code (negative: the signal), and what it wrote."""

    code: int
    output: bytes
    words: bytes

    @property
    def crashed(self) -> bool:
        """Whether a signal ended it."""
        return self.code < 0

    @property
    def said(self) -> str:
        """Its first line on standard error, or how it ended."""
        first = self.words.decode("utf-8", "replace").strip().partition("\n")[0].strip()
        if self.crashed:
            name = signal.Signals(-self.code).name
            return f"crashed by signal {name}" + (f": {first}" if first else "")
        return first or f"exit code {self.code}"


class TooMuch(Exception):
    """A program wrote more than it should; it was killed."""


def run(
    command: Sequence[str],
    *,
    largest: int = 64 << 20,
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """Run a program to its end, with nothing on its standard input.

    `largest` is how many octets it may write to its output; of its words on standard error the
    first 64 KiB are kept and the rest is dropped. Only inside a worker, which is what limits time
    and memory. Raises FileNotFoundError when there is no such program, TooMuch when it floods.
    """
    with _started(command, variables, stdin=subprocess.DEVNULL) as process:
        try:
            output, words = _drained(process, command[0], largest)
        except BaseException:
            process.kill()
            raise
        return Ran(process.wait(), output, words)


class Dialogue:
    """A program that is kept running and is asked line by line, such as `exiftool -stay_open`."""

    def __init__(self, command: Sequence[str], *, largest: int = 64 << 20) -> None:
        """Start it; an answer may have `largest` octets."""
        self._largest = largest
        self._name = command[0]
        self._process = _started(command, None, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, question: bytes, end: bytes) -> bytes:
        """Send octets, and what comes back before the line `end`.

        Raises EOFError when the program ends instead, TooMuch when it floods.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError(f"{self._name} is not running")
        answer = bytearray()
        try:
            stdin.write(question)
            stdin.flush()
        except BrokenPipeError:
            pass  # what follows tells that it has ended
        while not answer.endswith(end):
            chunk = os.read(stdout.fileno(), _CHUNK)
            if not chunk:
                raise EOFError(f"{self._name} ended: exit code {self._process.wait()}")
            answer += chunk
            if len(answer) > self._largest:
                self.close()
                raise TooMuch(f"{self._name} wrote more than {self._largest} octets")
        return bytes(answer[: -len(end)])

    def close(self) -> None:
        """Kill it."""
        self._process.kill()
        with self._process:
            pass


def _started(
    command: Sequence[str],
    variables: Mapping[str, str] | None,
    *,
    stdin: int,
    stderr: int = subprocess.PIPE,
) -> "subprocess.Popen[bytes]":
    program = shutil.which(command[0], path=PATH)
    if program is None:
        raise FileNotFoundError(f"{command[0]} is not installed")
    return subprocess.Popen(  # noqa: S603 - adapters name the program; files come after `--` or so
        [program, *command[1:]],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**_ENVIRONMENT, **(variables or {})},
        cwd="/",
        bufsize=0,
        preexec_fn=_die_with_worker,  # noqa: PLW1509 - a worker has no other thread
    )


_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)


def _die_with_worker() -> None:
    if _PRCTL is not None:
        _PRCTL(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _drained(process: "subprocess.Popen[bytes]", name: str, largest: int) -> tuple[bytes, bytes]:
    """All of its output, and the first of its words; both pipes are emptied as they fill."""
    output, words = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, kept in ((process.stdout, output), (process.stderr, words)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, kept)
        while selector.get_map():
            for key, _ in selector.select():
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.data is output or len(words) < _WORDS_MAX:
                    key.data.extend(chunk)
            if len(output) > largest:
                raise TooMuch(f"{name} wrote more than {largest} octets")
    return bytes(output), bytes(words)
