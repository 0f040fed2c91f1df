"""A restore drill: an AIP restored from one store alone and looked at as a stranger would."""

from dataclasses import dataclass

from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Outcome

DETAIL = "restore drill of the "
"""How the details of drills' events begin."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a drill: success, failure or not performed, and what was found or why not."""

    name: str
    outcome: Outcome
    said: str


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill came to: never a success when a part failed or was not performed."""

    package: PackageId
    version: int
    store: StoreName
    parts: tuple[Part, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of its parts; a failure is worse than what was not performed."""
        outcomes = {part.outcome for part in self.parts}
        order = (Outcome.FAILURE, Outcome.NOT_PERFORMED)
        return next((worst for worst in order if worst in outcomes), Outcome.SUCCESS)
