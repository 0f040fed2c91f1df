"""What every tool that works in a process of its own has in common."""

import os
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Self

from preservation.model.formats import Format
from preservation.model.premis import Agent
from preservation.tools.process import Json, Worker

_SLOWEST = 2_000_000
_LONGEST = 1000
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


class Tool:
    """A tool behind a worker; it starts when it is first asked. Close it (or use `with`)."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Json],
        *,
        given: tuple[Json, ...] = (),
        patience: float,
        memory: int | None,
    ) -> None:
        """Start nothing yet.

        `function` runs in the worker: it answers `[None]` with `[[version, note]]`, and other items
        with one result each; `given` are its other arguments. `patience` is in seconds a batch,
        `memory` caps the address space.
        """
        self._patience = patience
        self._worker = Worker(name, function, given=given, memory=memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker's process."""
        self._worker.close()

    @cached_property
    def agent(self) -> Agent:
        """Name and version; ToolFailed when it does not start."""
        ((number, note),) = self._worker.call([None], deadline_seconds=self._patience)
        return Agent(self._worker.name, number, note=note)


def each(function: Callable[[str], Json], items: Sequence[Json]) -> Json:
    """What a worker's function answers for each path; for one that cannot be read, the reason."""
    return [_one(function, path) for path in items]


def _one(function: Callable[[str], Json], path: str) -> Json:
    try:
        return function(path)
    except OSError as error:
        return f"the file cannot be read: {error.strerror or type(error).__name__}"


def media_types(format: Format) -> frozenset[str]:
    """The MIME types of a format; PRONOM gives some formats several, separated by commas."""
    return frozenset(part.strip() for part in format.mime.split(","))


def seconds(items: Sequence[Json], *, patience: float) -> float:
    """How long a batch of paths may take: `patience`, and the time to read it at 2 MB/s."""
    return patience + sum(_size(item) for item in items) // _SLOWEST


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def cleaned(text: str) -> str:
    """A tool's words as XML can have them, on one line, and not endless."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def require_version(found: re.Match[str] | None, oldest: tuple[int, ...]) -> str:
    """The version of a program; raises RuntimeError when it tells none, or one that is too old."""
    needed = ".".join(map(str, oldest))
    if found is None:
        raise RuntimeError(f"it does not tell its version; {needed} or newer is needed")
    if tuple(int(part) for part in found[1].split(".") if part) < oldest:
        raise RuntimeError(f"version {found[1]} is installed; {needed} or newer is needed")
    return found[1]
