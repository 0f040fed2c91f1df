"""The one place that knows how a stage becomes a Prefect task."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import PurePath
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import wait
from prefect.runtime import flow_run

from preservation.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Piece = TypeVar("Piece")

DELAYS = (1, 15, 60, 300)
"""Seconds before each further try: a short blip, a restart, a mount that comes back."""


def run(name: str, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do a step as a task, in this thread; raises what the step raises at last."""
    return _task(name, lambda: step(*args, **kwargs))()


def fan_out(name: str, step: Callable[[Piece], T], pieces: Iterable[Piece]) -> list[T]:
    """Do a step for every piece, each as a task, as many at a time as the flow's runner does.

    Results come in the order of the pieces. Every piece is tried before an exception is raised.
    """
    begun = [
        _task(f"{name} {number}", partial(step, piece)).submit()
        for number, piece in enumerate(pieces, 1)
    ]
    wait(begun)
    return [future.result() for future in begun]


def called_after(parameter: str) -> Callable[[], str]:
    """The name of a run: the last part of the path in one of its parameters."""
    return lambda: PurePath(str(flow_run.parameters[parameter])).name


def leave(key: str, text: str) -> None:
    """Leave a text (Markdown) with the run, for whoever looks at it in Prefect's pages."""
    create_markdown_artifact(text, key=key)


def _task(name: str, stage: Callable[[], T]) -> Task[[], T]:
    """A task without parameters: Prefect would walk through a state and all of its files.

    No result is kept: a cached fixity check is a lie, and a state is of use to its own run alone.
    There is no time limit: a stage takes as long as its package is large, and what can hang (tools,
    stores) has limits of its own.
    """
    return task(
        name=name,
        task_run_name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(DELAYS),
        retry_delay_seconds=list(DELAYS),
        retry_jitter_factor=0.2,
        retry_condition_fn=_may_succeed_later,
        log_prints=False,
    )(stage)


def _may_succeed_later(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether nobody must act before the same call is made again."""
    return isinstance(state.data, Unavailable)
