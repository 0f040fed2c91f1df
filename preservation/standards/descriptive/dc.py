"""Dublin Core, simple, as `oai_dc`, or qualified (DCMI terms)."""

from lxml import etree

from preservation.model.description import ELEMENTS, Statement
from preservation.standards.descriptive.mapping import words
from preservation.standards.xml import XML

_DC = "http://purl.org/dc/elements/1.1/"
_TERMS = "http://purl.org/dc/terms/"
ROOTS = (
    "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc",
    "{http://dublincore.org/documents/dcmi-terms/}dublincore",
    f"{{{_TERMS}}}dublincore",
    f"{{{_DC}}}dc",
    f"{{{_DC}}}record",
)
_REFINED = {
    "abstract": "description",
    "accessRights": "rights",
    "alternative": "title",
    "available": "date",
    "bibliographicCitation": "identifier",
    "created": "date",
    "dateAccepted": "date",
    "dateCopyrighted": "date",
    "dateSubmitted": "date",
    "extent": "format",
    "hasPart": "relation",
    "isPartOf": "relation",
    "issued": "date",
    "license": "rights",
    "medium": "format",
    "modified": "date",
    "spatial": "coverage",
    "tableOfContents": "description",
    "temporal": "coverage",
    "valid": "date",
}
"""Terms that say the same as an element, more closely (DCMI Metadata Terms, subPropertyOf)."""


def speaks(root: etree._Element) -> bool:
    """Whether the parts of a root that nobody knows are all of Dublin Core."""
    names = [etree.QName(child).namespace for child in root.iterchildren("{*}*")]
    return bool(names) and all(name in (_DC, _TERMS) for name in names)


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of a record, in their order."""
    said = []
    for child in root.iter(f"{{{_DC}}}*", f"{{{_TERMS}}}*"):
        name = etree.QName(child).localname
        element = _REFINED.get(name, name)
        if len(child) == 0 and element in ELEMENTS and (value := words(child)):
            said.append(Statement(element, value, child.get(f"{{{XML}}}lang", "")))
    return tuple(said)
