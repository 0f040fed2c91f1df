"""Format policies: how far an archive trusts each format, and what it does about faulty files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from preservation.model.identifiers import Puid


class Risk(StrEnum):
    """How likely it is that files of a format will not be readable some day, by policy."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OnInvalid(StrEnum):
    """What becomes of a file that is not well-formed or not valid.

    `keep` preserves it with a warning. `refuse` refuses the package. `ask` refuses it until an
    archivist has let that very file in.
    """

    KEEP = "keep"
    REFUSE = "refuse"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class FormatRule:
    """What a policy says of one format; `invalid` is None where the policy's own counts."""

    risk: Risk
    because: str = ""
    invalid: OnInvalid | None = None


@dataclass(frozen=True, slots=True)
class LetIn:
    """A faulty file that somebody (`by`) decided to take all the same, and why."""

    by: str
    because: str


@dataclass(frozen=True, slots=True)
class FormatPolicy:
    """What an archive has decided about formats.

    `version` is the beginning of the SHA-512 of its text. `risk` counts for formats that `formats`
    does not name, `unknown` for files whose format nobody knows. `let_in` is by SHA-512.
    """

    name: str
    version: str = ""
    invalid: OnInvalid = OnInvalid.KEEP
    risk: Risk = Risk.MEDIUM
    unknown: Risk = Risk.HIGH
    formats: Mapping[Puid, FormatRule] = field(default_factory=dict)
    let_in: Mapping[str, LetIn] = field(default_factory=dict)

    def on_invalid(self, puid: Puid | None) -> OnInvalid:
        """What becomes of a faulty file of this format."""
        rule = self.formats.get(puid) if puid else None
        return rule.invalid if rule and rule.invalid else self.invalid

    def rule(self, puid: Puid | None) -> FormatRule:
        """The risk of a format, and why it is thought so."""
        if puid is None:
            return FormatRule(self.unknown, "nobody knows what such files are")
        return self.formats.get(puid) or FormatRule(self.risk, "the policy does not name it")

    @property
    def title(self) -> str:
        """How events name it."""
        return f"format policy {self.name}" + (f", version {self.version}" if self.version else "")
