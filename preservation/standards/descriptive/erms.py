"""CITS ERMS (FGS for case records): cases, which are aggregations, and the records in them."""

from collections.abc import Iterator

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.descriptive.mapping import every, first, statements

_CASE = (
    ("title", "title"),
    ("identifier", "objectId"),
    ("date", "dates/date"),
    ("creator", "agents/agent/name"),
    ("creator", "agents/agent/agentName"),
    ("description", "description"),
    ("language", "language"),
)
_MOST = 1000
"""Records that are named one by one; the document itself has them all."""


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of the outermost cases; each record in them is a relation by its title."""
    cases = every(root, "aggregations/aggregation") or every(root, "aggregation")
    found = [it for case in cases for it in _case(case)]
    if not cases:
        found = [it for record in every(root, "records/record")[:1] for it in _case(record)]
    return (*found, *_records(root))


def _case(case: etree._Element) -> Iterator[Statement]:
    yield from statements(case, _CASE)
    if identifier := case.get("systemIdentifier"):
        yield Statement("identifier", identifier)
    if level := case.get("aggregationType"):
        yield Statement("type", level)


def _records(root: etree._Element) -> Iterator[Statement]:
    for number, record in enumerate(root.iter("{*}record")):
        if number == _MOST:
            return
        identifier = first(record, "objectId") or record.get("systemIdentifier", "")
        pieces = (identifier, first(record, "title"), first(record, "dates/date"))
        if value := ", ".join(piece for piece in pieces if piece):
            yield Statement("relation", value)
