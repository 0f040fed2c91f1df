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
    for text in _texts(language):
        about = text.partition("\n")[0].lstrip("# ").rstrip(".")
        found[about] = tuple(_family(text).values())
    return found


@cache
def _texts(language: str) -> tuple[str, ...]:
    folder = files(__package__) / language
    return tuple(it.read_text("utf-8") for it in sorted(folder.iterdir(), key=lambda it: it.name))


@cache
def _family(text: str) -> Mapping[str, Rule]:
    return {code: _rule(code, words) for code, words in tomllib.loads(text).items()}


@cache
def rule(code: str, language: str = "en") -> Rule:
    """One rule; only its family is read, since most packages are spoken of by few.

    Raises KeyError when no family has it.
    """
    headings = (f"\n[{code}]\n", f'\n["{code}"]\n')
    for text in _texts(language):
        if any(heading in text for heading in headings):
            return _family(text)[code]
    raise KeyError(code)


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
    return remark.level or rule(remark.code).level


def said(remark: Remark, language: str = "en") -> Said:
    """A remark with the words of its rule."""
    its = rule(remark.code, language)
    return Said(
        code=its.code,
        level=level(remark).value,
        where=remark.where,
        says=its.says,
        expected=remark.expected or its.expected,
        found=remark.found,
        remedy=its.remedy,
        source=its.source,
    )


def sentence(remark: Remark, language: str = "en") -> str:
    """A remark in one sentence for a person: where, what, expected and found, what to do."""
    its = rule(remark.code, language)
    said = f"{remark.where}: {its.says}" if remark.where else its.says
    expected = remark.expected or its.expected
    values = [f"expected {expected}"] if expected else []
    values += [f"found {remark.found}"] if remark.found else []
    facts = f": {', '.join(values)}" if values else ""
    return f"{said}{facts}; {its.remedy} [{remark.code}]"


def errors(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks for which a package cannot be taken in."""
    return tuple(remark for remark in remarks if level(remark) is Level.ERROR)


class Refused(Rejected):
    """A package cannot be taken in, for the reasons that these remarks give."""

    def __init__(self, *remarks: Remark) -> None:
        """Keep the remarks for a report; the reasons are their sentences."""
        super().__init__(*(sentence(remark) for remark in remarks))
        self.remarks = remarks
