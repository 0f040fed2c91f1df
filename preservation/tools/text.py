"""Texts: their encoding, line ends, control characters, the shape of CSV and the root of XML."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Self

from preservation import __version__
from preservation.model.formats import Format
from preservation.model.packages import Characteristics
from preservation.model.premis import Agent
from preservation.tools.extraction import extract, media_types, version
from preservation.tools.process import Json, Worker
from preservation.tools.text_facts import facts_of

_MEMORY = 1 << 30
_TYPES = ("application/xml", "application/json", "application/javascript", "application/x-sh")
_PUIDS = frozenset({"x-fmt/111", "x-fmt/18", "x-fmt/13", "fmt/101", "fmt/1797", "fmt/993"})


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts of each path; the version for an item that is None."""
    if items == [None]:
        return [[__version__, "octets and the letters of languages"]]
    return [_describe(path) for path in items]


def _describe(path: str) -> Json:
    try:
        return [facts_of(path), []]
    except OSError as error:
        return f"the file cannot be read: {error.strerror or type(error).__name__}"


class Text:
    """Facts of texts, and of files of unknown format when they are texts.

    Facts: `encoding` (IANA's name, or `ambiguous` with `encoding candidates`), `encoding told by`,
    `encoding reads the same as`, `line ends`, `lines`, `final line end`, `control characters`,
    `csv ...`, `xml ...`, `damage`; `text` is `no` or `empty` for what has none of these. Close it
    (or use `with`).
    """

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        self._patience = patience
        self._worker = Worker("Arkiv text", describe, memory=_MEMORY)

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
        return version(self._worker, patience=self._patience)

    def handles(self, format: Format) -> bool:
        """Formats that are text, and what nobody knows: it may be."""
        if format.puid is None or format.puid in _PUIDS:
            return True
        return any(
            kind.startswith("text/") or kind in _TYPES or kind.endswith(("+xml", "+json"))
            for kind in media_types(format)
            if kind != "text/rtf"
        )

    def characterize(self, paths: Sequence[bytes]) -> Iterator[Characteristics | str]:
        """As the port promises: facts or a reason for each path, in order."""
        return extract(self._worker, paths, patience=self._patience)
