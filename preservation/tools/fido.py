"""fido, the second opinion, as an `Identifier`: the answers of opf-fido in a worker."""

import os
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from preservation.model.formats import EMPTY_FILE, Answer, Basis, Format
from preservation.model.identifiers import Puid
from preservation.model.premis import Agent
from preservation.tools.batches import Failure, results
from preservation.tools.process import Json, Worker

if TYPE_CHECKING:
    from preservation.tools.matching import Formats

_BATCH = 256
_NAME = "fido"
_FOLDER = "\0"
_MEMORY = 2 << 30
_BASES = {
    "container": Basis.CONTAINER,
    "signature": Basis.SIGNATURE,
    "extension": Basis.EXTENSION,
}


@cache
def _formats(folder: str) -> "Formats":
    """The formats of the signatures in a folder, or fido's own."""
    if folder:
        from preservation.tools.pronom_formats import load  # noqa: PLC0415 - for the worker only

        return load(Path(folder))
    from preservation.tools import fido_formats  # noqa: PLC0415 - heavy, for the worker only

    return fido_formats.load()


def tell(items: Sequence[Json]) -> Json:
    """Run in the worker: how told, formats, warning, size; versions where there is no path.

    An item is a path, and after a NUL the folder with the signatures if they are not fido's own.
    """
    pairs = (item.partition(_FOLDER) for item in items)
    return [_tell(folder, path) if path else _version(folder) for path, _, folder in pairs]


def _version(folder: str) -> Json:
    return [_formats(folder).version, _formats(folder).release]


def _tell(folder: str, path: str) -> Json:
    try:
        return _formats(folder).identify(path)
    except OSError as error:
        return [error.strerror or str(error)]


class Fido:
    """Asks fido about files in batches, in a process that is killed when it hangs.

    `signatures` is a folder with PRONOM's `signatures.xml` and `containers.xml`, which then take
    the place of those that fido brings. `patience` is how many seconds a batch may take. A
    container that unpacks to more than the process may hold (2 GiB) costs its file the answer, no
    other. Close it (or use it in a `with` block).
    """

    def __init__(self, *, signatures: Path | None = None, patience: float = 60) -> None:
        """Start nothing yet."""
        self._folder = f"{_FOLDER}{signatures}" if signatures else ""
        self._patience = patience
        self._worker = Worker(_NAME, tell, memory=_MEMORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker's process."""
        self._worker.close()

    @cached_property
    def agent(self) -> Agent:
        """Name, version, and release of the signatures; ToolFailed when it does not start."""
        asked = [self._folder]
        ((version, release),) = self._worker.call(asked, deadline_seconds=self._patience)
        return Agent(_NAME, version, note=release)

    def identify(self, paths: Sequence[bytes]) -> Iterator[Answer]:
        """As the port promises: one answer for each path, in order."""
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            items = [os.fsdecode(path) + self._folder for path in batch]
            for result in results(self._worker, items, seconds=lambda _: self._patience):
                yield _read(result)


def _read(result: Json | Failure) -> Answer:
    """The answer in a result; nonsense becomes an answer that was not given."""
    if isinstance(result, Failure):
        return Answer(_NAME, not_performed=result.reason)
    try:
        if len(result) == 1:
            return Answer(_NAME, not_performed=f"{_NAME} cannot read it: {result[0]}")
        how, rows, warning, size = result
        if size == 0:
            warning = EMPTY_FILE
        return _answer(_BASES[how], tuple(tuple(row) for row in rows), warning)
    except (TypeError, ValueError, KeyError):
        return Answer(_NAME, not_performed=f"{_NAME} answered nonsense: {result!r:.80}")


@lru_cache(maxsize=1 << 14)
def _answer(basis: Basis, rows: tuple[tuple[str, ...], ...], warning: str) -> Answer:
    """One shared value for all files of which fido says the same."""
    formats = dict.fromkeys(_format(*row[:4]) for row in rows)
    evidence = "; ".join(dict.fromkeys(row[4] for row in rows))
    return Answer(_NAME, tuple(formats), basis if rows else Basis.NONE, evidence, warning)


@lru_cache(maxsize=1 << 14)
def _format(puid: str, name: str, version: str, mime: str) -> Format:
    """A format; those that only fido knows (`fido-fmt/python`) have no PUID."""
    return Format(None if puid.startswith("fido-fmt/") else Puid(puid), name, version, mime)
