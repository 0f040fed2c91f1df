"""Judgements from a worker, file by file, as the port `Validator` promises them."""

import os
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from preservation.model.validity import Candidate, Judgement, Verdict
from preservation.tools.batches import Failure, results
from preservation.tools.process import Json
from preservation.tools.tool import Tool, cleaned, media_types, seconds

_LISTED = 3


class Judge(Tool):
    """A validator whose worker's function judges paths.

    For each path the function answers a verdict, what the file was held against and what is wrong
    (`faulty`, `sound`), or a string: why it could not judge.
    """

    TYPES: ClassVar[frozenset[str]] = frozenset()
    """Media types that it judges."""
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset()
    """Extensions of files of unknown format that it looks at too: they may be damaged ones."""
    batch: ClassVar[int] = 64

    @property
    @abstractmethod
    def against(self) -> str:
        """What files are held against where the worker does not say."""

    def handles(self, candidate: Candidate) -> bool:
        """Its media types, and files that are of no known format but bear its extension."""
        if candidate.format.puid is None and candidate.extension in self.EXTENSIONS:
            return True
        return not media_types(candidate.format).isdisjoint(self.TYPES)

    def validate(self, files: Sequence[tuple[bytes, Candidate]]) -> Iterator[Judgement]:
        """As the port promises: one judgement for each file, in order."""
        agent = str(self.agent)
        for start in range(0, len(files), self.batch):
            names = [os.fsdecode(path) for path, _ in files[start : start + self.batch]]
            for result in results(self._worker, names, seconds=self._seconds):
                yield self._judgement(agent, result)

    def _seconds(self, items: Sequence[Json]) -> float:
        return seconds(items, patience=self._patience)

    def _judgement(self, agent: str, result: Json | Failure) -> Judgement:
        if isinstance(result, (str, Failure)):
            reason = result.reason if isinstance(result, Failure) else f"{agent}: {result}"
            return Judgement(agent, Verdict.NOT_PERFORMED, self.against, cleaned(reason))
        try:
            verdict, against, note = map(str, result)
            told = cleaned(against) or self.against
            return Judgement(agent, Verdict(verdict), told, cleaned(note))
        except (TypeError, ValueError):
            reason = cleaned(f"{self._worker.name} answered nonsense: {result!r:.80}")
            return Judgement(agent, Verdict.NOT_PERFORMED, self.against, reason)


def sound(verdict: Verdict = Verdict.WELL_FORMED, against: str = "") -> Json:
    """What a worker answers for a file in which it found nothing wrong."""
    return [verdict.value, against, ""]


def faulty(
    problems: Sequence[str], verdict: Verdict = Verdict.NOT_WELL_FORMED, against: str = ""
) -> Json:
    """What a worker answers for a file with problems; the first three in the tool's words."""
    different = list(dict.fromkeys(problems))
    more = len(different) - _LISTED
    text = "; ".join(different[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
    return [verdict.value, against, cleaned(text)]
