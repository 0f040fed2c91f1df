"""Asks tools about files, so that whatever becomes of a tool each file has an answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from preservation.errors import ToolFailed
from preservation.model.formats import Answer
from preservation.model.premis import Agent
from preservation.ports import Characterizer, Identifier, Validator

T = TypeVar("T")
A = TypeVar("A")
Asked = Identifier | Characterizer | Validator


def agent_of(tool: Asked) -> Agent:
    """Who the tool is; when it cannot even tell that, the name that the settings have for it."""
    try:
        return tool.agent
    except ToolFailed:
        return Agent(type(tool).__name__.lower())


def answers(
    tool: Asked,
    ask: Callable[[Sequence[T]], Iterator[A]],
    items: Sequence[T],
    *,
    missing: Callable[[str], A],
) -> list[A]:
    """One answer for each item; `missing` makes one of the reason where the tool gave none."""
    told: list[A] = []
    try:
        told.extend(ask(items))
        if len(told) == len(items):
            return told
        failure = f"{agent_of(tool).name} gave {len(told)} answers for {len(items)} files"
        told.clear()
    except ToolFailed as error:
        failure = str(error)
    return told + [missing(failure)] * (len(items) - len(told))


def formats_told(tool: Identifier, paths: Sequence[bytes]) -> list[Answer]:
    """What an identifier answers for each path."""

    def missing(reason: str) -> Answer:
        return Answer(agent_of(tool).name, not_performed=reason)

    return answers(tool, tool.identify, paths, missing=missing)


def grouped(reasons: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """What has the same reason, together, in the order of the first of each."""
    groups: dict[str, list[T]] = {}
    for reason, it in reasons:
        groups.setdefault(reason, []).append(it)
    return groups


def counted(files: int) -> str:
    """`1 file`, `2 files`."""
    return f"{files} file" if files == 1 else f"{files} files"
