"""What the archive holds, counted: by format, validity and year."""

from collections.abc import Iterable
from dataclasses import dataclass

from preservation.model.identifiers import Puid
from preservation.model.policy import FormatPolicy, FormatRule
from preservation.model.validity import FAULTY, Verdict


@dataclass(frozen=True, slots=True)
class Tally:
    """So many files and octets of one format, with one verdict, in AIPs made in one year.

    Of `hindered` files encryption or a password hinders the use.
    """

    puid: Puid | None
    name: str
    validity: Verdict
    year: int
    files: int
    bytes: int
    hindered: int = 0


@dataclass(frozen=True, slots=True)
class HeldFormat:
    """One format that is held: all tallies of it, and what the policy says of it."""

    puid: Puid | None
    name: str
    rule: FormatRule
    tallies: tuple[Tally, ...]

    @property
    def files(self) -> int:
        """Files of this format."""
        return sum(it.files for it in self.tallies)

    @property
    def bytes(self) -> int:
        """Octets of these files."""
        return sum(it.bytes for it in self.tallies)

    @property
    def hindered(self) -> int:
        """Files whose use is hindered."""
        return sum(it.hindered for it in self.tallies)

    @property
    def faulty(self) -> int:
        """Files of which something is known to be wrong."""
        return self.files_with(*FAULTY)

    def files_with(self, *verdicts: Verdict) -> int:
        """Files with one of these verdicts."""
        return sum(it.files for it in self.tallies if it.validity in verdicts)


def by_format(tallies: Iterable[Tally], policy: FormatPolicy) -> tuple[HeldFormat, ...]:
    """The formats held, those with the most files first.

    A PUID is one format, whatever name it had at each time; the name of the most files is shown.
    """
    groups: dict[Puid | None, list[Tally]] = {}
    for it in tallies:
        groups.setdefault(it.puid, []).append(it)
    found = [
        HeldFormat(puid, _name(those), policy.rule(puid), tuple(those))
        for puid, those in groups.items()
    ]
    return tuple(sorted(found, key=lambda it: (-it.files, it.puid or "", it.name)))


def _name(tallies: Iterable[Tally]) -> str:
    files: dict[str, int] = {}
    for it in tallies:
        files[it.name] = files.get(it.name, 0) + it.files
    return min(files, key=lambda name: (-files[name], name))
