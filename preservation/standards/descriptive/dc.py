"""Dublin Core, simple, as `oai_dc`, or qualified (DCMI terms)."""

from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from preservation.model.description import ELEMENTS, Statement
from preservation.standards.descriptive.mapping import words
from preservation.standards.xml import XML, local, namespace

_DC = "http://purl.org/dc/elements/1.1/"
_TERMS = "http://purl.org/dc/terms/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_ROOT = f"{{{_RDF}}}RDF"
"""The root of a document that describes single files, such as an AIP of Arkiv has."""
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


def parts(root: etree._Element) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """What RDF/XML says of single things (DCMI, Expressing Dublin Core using RDF/XML)."""
    for element in root.iterchildren(f"{{{_RDF}}}Description"):
        about = unquote(element.get(f"{{{_RDF}}}about", ""))
        if about and (found := read(element)):
            yield about, found


def speaks(root: etree._Element) -> bool:
    """Whether the parts of a root that nobody knows are all of Dublin Core."""
    names = [namespace(child) for child in root.iterchildren("{*}*")]
    return bool(names) and all(name in (_DC, _TERMS) for name in names)


def read(root: etree._Element) -> tuple[Statement, ...]:
    """The statements of a record, in their order."""
    said = []
    for child in root.iter(f"{{{_DC}}}*", f"{{{_TERMS}}}*"):
        name = local(child)
        element = _REFINED.get(name, name)
        if len(child) == 0 and element in ELEMENTS and (value := words(child)):
            said.append(Statement(element, value, child.get(f"{{{XML}}}lang", "")))
    return tuple(said)
