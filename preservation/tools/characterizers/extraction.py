"""Technical metadata from a worker, file by file, as the port `Characterizer` promises it."""

import json
import os
import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import partial

from preservation.model.formats import Format
from preservation.model.packages import Characteristics
from preservation.model.premis import Application
from preservation.tools.batches import Failure, results
from preservation.tools.process import Json, Worker
from preservation.tools.tool import Tool, cleaned, seconds

_BATCH = 64
_DATE = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


class Extractor(Tool):
    """A characterizer whose worker's function tells facts and inhibitors of each path."""

    @abstractmethod
    def handles(self, format: Format) -> bool:
        """Whether it can say anything of this format."""

    def characterize(self, paths: Sequence[bytes]) -> Iterator[Characteristics | str]:
        """As the port promises: facts or a reason for each path, in order."""
        return extract(self._worker, paths, patience=self._patience)


def extract(
    worker: Worker, paths: Sequence[bytes], *, patience: float
) -> Iterator[Characteristics | str]:
    """What the worker's function tells of each path, in order, or why it could not.

    The function answers, for each path, facts and inhibitors (two lists), perhaps applications (a
    list of name, version and date) and all of the tool's words (in JSON), or a reason (a string).
    A batch may take `patience` seconds and those for reading it at 2 MB/s.
    """
    for start in range(0, len(paths), _BATCH):
        names = [os.fsdecode(path) for path in paths[start : start + _BATCH]]
        for result in results(worker, names, seconds=partial(seconds, patience=patience)):
            yield _read(worker.name, result)


def _read(name: str, result: Json | Failure) -> Characteristics | str:
    if isinstance(result, Failure):
        return result.reason
    if isinstance(result, str):
        return f"{name}: {result}"
    try:
        facts, inhibitors, *more = result
        applications, output = (*more, None, None)[:2]
        return Characteristics(
            tuple((cleaned(str(key)), cleaned(str(value))) for key, value in facts),
            tuple(cleaned(str(inhibitor)) for inhibitor in inhibitors),
            tuple(_application(*map(str, told)) for told in applications or () if told[0]),
            ((name, json.dumps(output)),) if output else (),
        )
    except (TypeError, ValueError):
        return f"{name} answered nonsense: {result!r:.80}"


def _application(name: str, version: str = "", created: str = "") -> Application:
    """Without a date that is none of ISO 8601, as files have them of every kind."""
    return Application(cleaned(name), cleaned(version), created if _DATE.fullmatch(created) else "")


def damage(problems: Sequence[str]) -> list[tuple[str, str]]:
    """One fact for all problems that a tool told of; the first three in its words."""
    if not problems:
        return []
    more = len(problems) - 3
    text = "; ".join(problems[:3]) + (f"; and {more} more" if more > 0 else "")
    return [("damage", text)]
