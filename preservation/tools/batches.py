"""Batches of files given to a worker, so that one bad file costs no other its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from preservation.errors import ToolFailed
from preservation.tools.process import Json, Worker


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one item of a batch has no result."""

    reason: str


def results(
    worker: Worker, items: Sequence[Json], *, seconds: Callable[[Sequence[Json]], float]
) -> list[Json | Failure]:
    """One result or `Failure` for each item, in order.

    The worker's function takes a list and answers a list of the same length. When a batch fails its
    items are tried one by one. `seconds` tells how long a batch may take. An empty batch must be
    answered too: when even that fails the tool does not work at all, and ToolFailed is raised.
    """
    try:
        return _answered(worker, items, seconds(items))
    except ToolFailed as failure:
        if len(items) == 1:
            _answered(worker, [], seconds([]))
            return [Failure(str(failure))]
        if not items:
            raise
    return [result for item in items for result in results(worker, [item], seconds=seconds)]


def _answered(worker: Worker, items: Sequence[Json], seconds: float) -> list[Json | Failure]:
    answers = worker.call(list(items), deadline_seconds=seconds)
    if not isinstance(answers, list) or len(answers) != len(items):
        worker.close()
        count = len(answers) if isinstance(answers, list) else "no"
        raise ToolFailed(f"{worker.name} gave {count} answers for {len(items)} files")
    return list(answers)
