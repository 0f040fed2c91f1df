"""What every tool that works in a process of its own has in common."""

from collections.abc import Callable
from functools import cached_property
from typing import Self

from preservation.model.premis import Agent
from preservation.tools.process import Json, Worker


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
