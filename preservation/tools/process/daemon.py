"""Programs that run until they are stopped, their words in a file."""

import ctypes
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_SET_PDEATHSIG = 1
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)


class Daemon:
    """A program that runs beside this process, and never longer.

    Started by the main thread, whose end is that of the process: the kernel then tells it to stop.
    """

    def __init__(self, command: Sequence[str], *, variables: Mapping[str, str], log: Path) -> None:
        """Start it; what it says is added to the file `log`."""
        with log.open("ab") as words:
            self._process = subprocess.Popen(  # noqa: S603  our own modules
                command,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  this process has one thread
            )

    @property
    def ended(self) -> bool:
        """Whether it ended, by itself or by others."""
        return self._process.poll() is not None

    def stop(self, patience: float) -> None:
        """Ask it to end, and end it when it did not within so many seconds."""
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _die_with_parent() -> None:
    if _PRCTL is not None:
        _PRCTL(_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
