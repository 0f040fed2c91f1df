"""Siegfried, which knows the newest PRONOM release, as an `Identifier` (pygfried)."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from preservation.model.formats import CERTAINTY, EMPTY_FILE, Answer, Basis, Format
from preservation.model.identifiers import Puid
from preservation.model.premis import Agent
from preservation.tools.batches import Failure, results
from preservation.tools.process import Json, Worker
from preservation.tools.standins import WINDOW, StandIns, needs_whole, plain, regular_size

_BATCH = 256
_LARGE_PER_BATCH = 8
_NAME = "siegfried"
_THRIFT = ("GOGC=40",)  # Go collects garbage sooner: a third less memory for a little time
_ENDS = f"first and last {WINDOW >> 21} MiB"
_EMPTY_SOURCE, _NO_MATCH = "empty source", "no match"
_KEYS = ("id", "format", "version", "mime", "basis", "warning")
_RELEASES = re.compile(r"DROID_SignatureFile_V(\d+)\.xml; container-signature-(\d+)\.xml")
_KINDS = (
    ("container ", Basis.CONTAINER),
    ("byte match", Basis.SIGNATURE),
    ("riff match", Basis.SIGNATURE),
    ("xml match", Basis.XML),
    ("text match", Basis.TEXT),
    ("extension match", Basis.EXTENSION),
    ("filename match", Basis.EXTENSION),
    ("mime match", Basis.EXTENSION),
)


def scan(items: Sequence[Json]) -> Json:
    """Run in the worker: errors and matches for each path; versions for an item that is None."""
    import pygfried  # noqa: PLC0415 - starts a Go runtime, which only the worker may have

    if items == [None]:
        told = pygfried.identify_many([])
        return [[told["siegfried"], "; ".join(i["details"] for i in told["identifiers"])]]
    cores = len(os.sched_getaffinity(0))
    found = pygfried.identify_many(items, workers=cores)["files"] if items else []
    if [file["filename"] for file in found] != items:
        raise ValueError("the answers are not for the files that were asked about")
    return [[file["errors"], file["matches"]] for file in found]


@dataclass(frozen=True, slots=True)
class _Task:
    """One file as siegfried is asked about it; `failure` says why it cannot be asked."""

    path: str = ""
    size: int = 0
    evidence: str = ""
    failure: str = ""


class Siegfried:
    """Asks siegfried about files in batches, in a process that is killed when it hangs.

    `scratch` is an existing folder for stand-ins: links for names that siegfried cannot take, and
    the two ends of files that it would otherwise read whole. `patience` is how many seconds a batch
    may take beyond those for reading it at 20 MB/s. Close it (or use it in a `with` block).
    """

    def __init__(self, scratch: Path, *, patience: float = 60) -> None:
        """Start nothing yet."""
        self._scratch = scratch
        self._patience = patience
        self._worker = Worker(_NAME, scan, variables=_THRIFT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker's process."""
        self._worker.close()

    @cached_property
    def agent(self) -> Agent:
        """Name, version, and releases of the signatures; ToolFailed when it does not start."""
        (answer,) = self._worker.call([None], deadline_seconds=self._patience)
        version, details = answer
        found = _RELEASES.fullmatch(details)
        note = f"PRONOM {found[1]}, container signatures {found[2]}" if found else details
        return Agent(_NAME, version, note=note)

    def identify(self, paths: Sequence[bytes]) -> Iterator[Answer]:
        """As the port promises: one answer for each path, in order."""
        start = 0
        while start < len(paths):
            with StandIns(self._scratch) as standins:
                tasks = _tasks(paths[start : start + _BATCH], standins)
                yield from self._ask(tasks)
            start += len(tasks)

    def _ask(self, tasks: Sequence[_Task]) -> Iterator[Answer]:
        askable = [task for task in tasks if not task.failure]
        sizes = {task.path: task.size for task in askable}

        def seconds(items: Sequence[Json]) -> float:
            return self._patience + sum(sizes[item] for item in items) // 20_000_000

        found = iter(results(self._worker, [task.path for task in askable], seconds=seconds))
        for task in tasks:
            result = Failure(task.failure) if task.failure else next(found)
            if isinstance(result, Failure):
                yield Answer(_NAME, not_performed=result.reason)
            else:
                yield _read(result, task)


def _tasks(paths: Sequence[bytes], standins: StandIns) -> list[_Task]:
    """How to ask about these files; fewer than given when many are large, to spare the scratch."""
    tasks: list[_Task] = []
    large = 0
    for path in paths:
        if large == _LARGE_PER_BATCH:
            break
        try:
            size = regular_size(path)
            if size > WINDOW and not needs_whole(path):
                large += 1
                tasks.append(_Task(standins.ends(path), WINDOW, _ENDS))
            else:
                name = os.fsdecode(path) if plain(path) else standins.link(path)
                tasks.append(_Task(name, size))
        except OSError as error:
            tasks.append(_Task(failure=f"{_NAME} cannot read it: {error.strerror or error}"))
    return tasks


def _read(result: Json, task: _Task) -> Answer:
    """The answer in a result; nonsense becomes an answer that was not given."""
    try:
        errors, matches = result
        rows = tuple(tuple(match[key] for key in _KEYS) for match in matches)
        return _answer(errors.rpartition(": ")[2] if not rows else errors, rows, task.evidence)
    except (TypeError, ValueError, KeyError, AttributeError):
        return Answer(_NAME, not_performed=f"{_NAME} answered nonsense: {result!r:.80}")


@lru_cache(maxsize=1 << 14)
def _answer(errors: str, rows: tuple[tuple[str, ...], ...], evidence: str) -> Answer:
    """One shared value for all files of which siegfried says the same."""
    if not rows:
        return Answer(_NAME, not_performed=f"{_NAME} cannot read it: {errors or 'no answer'}")
    known = [row for row in rows if row[0] != "UNKNOWN"]
    words = [row[4] for row in known]
    segments = [segment for word in words for segment in word.split("; ")]
    bases = [basis for segment in segments for start, basis in _KINDS if segment.startswith(start)]
    if known and not bases:
        raise ValueError(f"{words} name no kind of match that is known")
    warnings = [row[5] for row in rows if row[5]]
    if errors == _EMPTY_SOURCE:
        warnings = [EMPTY_FILE, *(w for w in warnings if w != _NO_MATCH)]
    elif errors:
        warnings.append(errors)
    return Answer(
        _NAME,
        tuple(_format(*row[:4]) for row in known),
        min(bases, key=CERTAINTY.__getitem__, default=Basis.NONE),
        "; ".join(dict.fromkeys([*words, evidence] if evidence else words)),
        "; ".join(dict.fromkeys(warnings)),
    )


@lru_cache(maxsize=1 << 14)
def _format(puid: str, name: str, version: str, mime: str) -> Format:
    return Format(Puid(puid), name, version, mime)
