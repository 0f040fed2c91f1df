"""What the rules say of a package: remarks, each by the code of a rule, and the report of all."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a remark is; a package with an error cannot be taken in."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Remark:
    """What one rule says of one place in a package.

    `code` names the rule (`CSIP22`); its level and its words are in `preservation.rules`. `where`
    is a path in the package, with `line 7` or an XPath after a comma. `found` and `expected` are
    values, as short as they can be; without `expected` the rule's own stands. `level` is only
    given where an agreement says otherwise than the rule.
    """

    code: str
    where: str = ""
    found: str = ""
    expected: str = ""
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A remark with the words that its rule had when it was made, for a record that stays."""

    code: str
    level: str
    where: str
    says: str
    expected: str
    found: str
    remedy: str
    source: str
