"""MODS 3: the first record of a document."""

from collections.abc import Iterator

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.descriptive.mapping import every, first, statements, words
from preservation.standards.xml import local

_TABLE = (
    ("date", "originInfo/dateCreated"),
    ("date", "originInfo/dateIssued"),
    ("publisher", "originInfo/publisher"),
    ("identifier", "identifier"),
    ("identifier", "location/shelfLocator"),
    ("type", "typeOfResource"),
    ("type", "genre"),
    ("format", "physicalDescription/extent"),
    ("language", "language/languageTerm"),
    ("subject", "subject/topic"),
    ("subject", "subject/name"),
    ("coverage", "subject/geographic"),
    ("coverage", "subject/temporal"),
    ("description", "abstract"),
    ("description", "note"),
    ("rights", "accessCondition"),
)
_MAKERS = ("", "cre", "creator", "aut", "author", "art", "artist", "pht", "photographer")


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of a record; who is no maker is a contributor."""
    record = root if local(root) == "mods" else next(iter(every(root, "mods")), root)
    return (*_titles(record), *_names(record), *statements(record, _TABLE))


def _titles(record: etree._Element) -> Iterator[Statement]:
    for it in every(record, "titleInfo"):
        pieces = (first(it, part) for part in ("nonSort", "title", "subTitle", "partName"))
        if value := " ".join(piece for piece in pieces if piece):
            yield Statement("title", value)


def _names(record: etree._Element) -> Iterator[Statement]:
    for it in every(record, "name"):
        parts = [part for part in every(it, "namePart") if part.get("type") != "date"]
        value = first(it, "displayForm") or ", ".join(filter(None, map(words, parts)))
        roles = [words(role).lower() for role in every(it, "role/roleTerm")] or [""]
        made = any(role in _MAKERS for role in roles)
        if value:
            yield Statement("creator" if made else "contributor", value)
