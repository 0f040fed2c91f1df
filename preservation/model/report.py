"""What the rules say of a package: remarks, each by the code of a rule, and the report of all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

EACH = 50
"""Remarks of one rule that are told one by one: a hundred thousand of them would help nobody."""


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


class Counted:
    """Remarks as they are made: EACH of a rule are kept and the rest counted, so memory is flat."""

    def __init__(self) -> None:
        """Begin without any."""
        self._made: list[Remark] = []
        self._counts: Counter[str] = Counter()

    def append(self, remark: Remark) -> None:
        """Take one more remark."""
        if not self.only_counted(remark.code):
            self._made.append(remark)
            self._counts[remark.code] += 1

    def only_counted(self, code: str) -> bool:
        """Whether EACH remarks of a rule are there, so that one more was counted just now.

        Who asks before the words of a remark are made need not make them a million times.
        """
        if self._counts[code] < EACH:
            return False
        self._counts[code] += 1
        return True

    def __iadd__(self, remarks: "Iterable[Remark] | Counted") -> "Counted":
        """Take further remarks; those that were counted elsewhere are counted here as well."""
        if not isinstance(remarks, Counted):
            for remark in remarks:
                self.append(remark)
            return self
        for remark in remarks._made:
            self.append(remark)
        for code, count in remarks._counts.items():
            self._counts[code] += max(count - EACH, 0)
        return self

    def __iter__(self) -> Iterator[Remark]:
        """The remarks of `all`."""
        return iter(self.all())

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all of them."""
        return frozenset(remark.code for remark in self._made)

    def more(self) -> tuple[Remark, ...]:
        """For each rule with more than EACH remarks, one that says how many more."""
        levels = {remark.code: remark.level for remark in self._made}
        return tuple(
            Remark(code, "", f"the same in {count - EACH} more places", level=levels[code])
            for code, count in self._counts.items()
            if count > EACH
        )

    def all(self) -> tuple[Remark, ...]:
        """The remarks that are kept, in their order, and then how many more there are."""
        return (*self._made, *self.more())


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
