"""Every rule that a package is judged by: its code, how grave it is, and its words.

The words lie by language and family in `<language>/<family>.toml`, one table a code; nothing else
in the code has a text that a producer reads in a report. A translation has the same codes.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from preservation.errors import Rejected
from preservation.model.report import Level, Remark, Said


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it `says`, what it `expected`, the `remedy`, and its `source` (a standard)."""

    code: str
    level: Level
    says: str
    expected: str
    remedy: str
    source: str


@cache
def families(language: str = "en") -> Mapping[str, tuple[Rule, ...]]:
    """All rules by the family that their file is, in the order of the texts.

    The first line of a file, a comment, says what the family is about.
    """
    found: dict[str, tuple[Rule, ...]] = {}
    folder = files(__package__) / language
    for file in sorted(folder.iterdir(), key=lambda it: it.name):
        text = file.read_text("utf-8")
        about = text.partition("\n")[0].lstrip("# ").rstrip(".")
        found[about] = tuple(_rule(code, words) for code, words in tomllib.loads(text).items())
    return found


def _rule(code: str, words: Mapping[str, str]) -> Rule:
    return Rule(
        code,
        Level(words["level"]),
        words["says"],
        words.get("expected", ""),
        words["remedy"],
        words.get("source", ""),
    )


@cache
def rules(language: str = "en") -> Mapping[str, Rule]:
    """All rules by their codes, in the order of the families and of the texts."""
    found: dict[str, Rule] = {}
    for family in families(language).values():
        for rule in family:
            if rule.code in found:
                raise ValueError(f"{rule.code} is there twice")
            found[rule.code] = rule
    return found


def level(remark: Remark) -> Level:
    """How grave a remark is: as its rule says, unless it says so itself."""
    return remark.level or rules()[remark.code].level


def said(remark: Remark, language: str = "en") -> Said:
    """A remark with the words of its rule."""
    rule = rules(language)[remark.code]
    return Said(
        code=rule.code,
        level=level(remark).value,
        where=remark.where,
        says=rule.says,
        expected=remark.expected or rule.expected,
        found=remark.found,
        remedy=rule.remedy,
        source=rule.source,
    )


def sentence(remark: Remark, language: str = "en") -> str:
    """A remark in one sentence for a person: where, what, expected and found, what to do."""
    rule = rules(language)[remark.code]
    said = f"{remark.where}: {rule.says}" if remark.where else rule.says
    expected = remark.expected or rule.expected
    values = [f"expected {expected}"] if expected else []
    values += [f"found {remark.found}"] if remark.found else []
    facts = f": {', '.join(values)}" if values else ""
    return f"{said}{facts}; {rule.remedy} [{remark.code}]"


def errors(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks for which a package cannot be taken in."""
    return tuple(remark for remark in remarks if level(remark) is Level.ERROR)


class Refused(Rejected):
    """A package cannot be taken in, for the reasons that these remarks give."""

    def __init__(self, *remarks: Remark) -> None:
        """Keep the remarks for a report; the reasons are their sentences."""
        super().__init__(*(sentence(remark) for remark in remarks))
        self.remarks = remarks
