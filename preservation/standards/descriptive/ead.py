"""EAD 2002 and EAD3: the description of the whole (`archdesc`), as ISAD(G) has it."""

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.descriptive.mapping import every, first, statements

_TABLE = (
    ("title", "did/unittitle"),
    ("creator", "did/origination"),
    ("date", "did/unitdate"),
    ("date", "did/unittitle/unitdate"),
    ("date", "did/unitdatestructured"),
    ("identifier", "did/unitid"),
    ("format", "did/physdesc"),
    ("format", "did/physdescset/physdescstructured"),
    ("format", "did/physdescstructured"),
    ("language", "did/langmaterial/language"),
    ("publisher", "did/repository"),
    ("description", "did/abstract"),
    ("description", "scopecontent/p"),
    ("description", "bioghist/p"),
    ("subject", "controlaccess/subject"),
    ("subject", "controlaccess/persname"),
    ("subject", "controlaccess/corpname"),
    ("coverage", "controlaccess/geogname"),
    ("rights", "accessrestrict/p"),
    ("rights", "userestrict/p"),
)
_TITLES = ("eadheader/filedesc/titlestmt/titleproper", "control/filedesc/titlestmt/titleproper")
_IDS = ("eadheader/eadid", "control/recordid")


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of the whole; the finding aid's own title and identifier if it has none."""
    said: list[Statement] = []
    for whole in every(root, "archdesc")[:1]:
        said += statements(whole, _TABLE)
        if level := whole.get("otherlevel") or whole.get("level"):
            said.append(Statement("type", level))
    for element, places in (("title", _TITLES), ("identifier", _IDS)):
        if all(it.element != element for it in said):
            found = (first(root, place) for place in places)
            said += [Statement(element, value) for value in found if value]
    return tuple(said)
