"""EAC-CPF 1 and 2: who made the records."""

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.descriptive.mapping import statements

ROOTS = ("eac-cpf", "eac")

_TABLE = (
    ("title", "cpfDescription/identity/nameEntry"),
    ("identifier", "control/recordId"),
    ("identifier", "cpfDescription/identity/entityId"),
    ("type", "cpfDescription/identity/entityType"),
    ("date", "cpfDescription/description/existDates"),
    ("coverage", "cpfDescription/description/places/place/placeEntry"),
    ("coverage", "cpfDescription/description/place/placeEntry"),
    ("language", "cpfDescription/description/languageUsed/language"),
    ("subject", "cpfDescription/description/functions/function/term"),
    ("subject", "cpfDescription/description/occupations/occupation/term"),
    ("description", "cpfDescription/description/biogHist/abstract"),
    ("description", "cpfDescription/description/biogHist/p"),
)


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of a record of an agent; its names are titles."""
    return statements(root, _TABLE)
