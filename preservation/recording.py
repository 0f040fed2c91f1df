"""Runs a stage and puts on record what it finds; also in a journal that nothing outlives."""

import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

from preservation.model.identifiers import PackageId
from preservation.model.premis import Event, Finding
from preservation.ports import Clock, Journal

T = TypeVar("T")

Stage = Generator[Finding, None, T]
"""`yield` puts a finding on record, `return` says what is now true, `raise` ends it."""


def record(
    stage: Stage[T],
    *,
    name: str,
    run: uuid.UUID,
    package: PackageId,
    journal: Journal,
    clock: Clock,
) -> T:
    """Run a stage to its end; every finding is on record before the stage goes on.

    Event identifiers are derived from the run (an ingest, an audit), the stage and what the finding
    says, so a stage that is tried again within its run records nothing twice.
    """
    while True:
        try:
            finding = next(stage)
        except StopIteration as end:
            state: T = end.value
            return state
        identifier = event_identifier(run, name, package, finding)
        journal.append(package, Event(identifier, clock.now(), finding))


def event_identifier(run: uuid.UUID, stage: str, package: PackageId, finding: Finding) -> str:
    """The identifier (UUID version 5) that this finding has in this run."""
    said = [stage, package, finding.type, finding.outcome, finding.agent.name, finding.detail]
    return str(uuid.uuid5(run, "\n".join([*said, finding.note, *finding.objects])))


@dataclass(slots=True)
class Heard:
    """A journal in memory: for a check, and for events that go to the ledger afterwards."""

    heard: list[Event] = field(default_factory=list)

    def append(self, _package: PackageId, event: Event) -> None:
        """Remember an event."""
        self.heard.append(event)

    def events(self, _package: PackageId) -> tuple[Event, ...]:
        """What was heard, in order."""
        return tuple(self.heard)
