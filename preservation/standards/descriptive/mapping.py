"""Tables from places in a document to elements of Dublin Core, and how they are followed."""

from collections.abc import Iterator, Sequence

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.xml import XML

Table = Sequence[tuple[str, str]]
"""Element of Dublin Core, and where it stands: local names, `did/unittitle`, whatever namespace."""


def statements(root: etree._Element, table: Table) -> tuple[Statement, ...]:
    """A statement for each place of the table that has a text."""
    return tuple(_statements(root, table))


def _statements(root: etree._Element, table: Table) -> Iterator[Statement]:
    for element, path in table:
        for found in every(root, path):
            if value := words(found):
                yield Statement(element, value, found.get(f"{{{XML}}}lang", ""))


def every(root: etree._Element, path: str) -> list[etree._Element]:
    """All elements at a path of local names."""
    return root.findall("/".join(f"{{*}}{name}" for name in path.split("/")))


def words(element: etree._Element) -> str:
    """The text of an element and all below it, with single spaces."""
    pieces = (str(piece) for piece in element.itertext("{*}*"))
    return " ".join(" ".join(pieces).split())


def first(root: etree._Element, path: str) -> str:
    """The text of the first element at a path that has one."""
    return next((found for it in every(root, path) if (found := words(it))), "")
