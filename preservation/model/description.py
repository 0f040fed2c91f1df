"""Descriptive metadata in Dublin Core: what a package and its files are about."""

from dataclasses import dataclass

ELEMENTS = (
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
    "rights",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One Dublin Core statement: element, value, and the language of the value if it was told."""

    element: str
    value: str
    language: str = ""

    def __post_init__(self) -> None:
        """Refuse (ValueError) an element that is not one of the fifteen (ISO 15836-1)."""
        if self.element not in ELEMENTS:
            raise ValueError(f"{self.element!r} is not an element of Dublin Core")


@dataclass(frozen=True, slots=True)
class Record:
    """The description of one thing; `about` is a path in the AIP, empty for the whole package."""

    about: str
    statements: tuple[Statement, ...]

    def first(self, element: str) -> str:
        """The first value of an element, or the empty string."""
        return next((s.value for s in self.statements if s.element == element), "")
