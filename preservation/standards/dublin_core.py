"""Dublin Core documents: the package's own, and one of its files in the form that DCMI gives.

The package's is `oai_dc:dc`, which everybody reads. That of the files is RDF/XML (DCMI, "Expressing
Dublin Core using RDF/XML"): the one published form in which many things are described in one
document, each named. Names are relative to the AIP's root through xml:base.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from preservation.model.description import Record, Statement
from preservation.standards.xml import XML, XSI, attribute, elements, href, path, stream, text

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_ROOT_FROM_HERE = "../../"


def write_package(record: Record) -> bytes:
    """The description of the package (its `about` is not written); `read` is the inverse."""
    return b"".join(stream(_package(record)))


def _package(record: Record) -> Iterator[str]:
    yield (
        f'<oai_dc:dc xmlns:oai_dc="{OAI_DC}" xmlns:dc="{DC}" xmlns:xsi="{XSI}"'
        f' xsi:schemaLocation="{OAI_DC} {_ROOT_FROM_HERE}schemas/oai-dc.xsd">'
    )
    yield from _statements(record)
    yield "</oai_dc:dc>\n"


def write_files(records: Iterable[Record]) -> Iterator[bytes]:
    """The descriptions of files in UTF-8 chunks; each `about` is a path in the AIP."""
    return stream(_files(records))


def _files(records: Iterable[Record]) -> Iterator[str]:
    yield (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="{DC}" xmlns:xsi="{XSI}"'
        f' xsi:schemaLocation="{RDF} {_ROOT_FROM_HERE}schemas/rdf.xsd"'
        f' xml:base="{_ROOT_FROM_HERE}">'
    )
    for record in records:
        yield f'\n<rdf:Description rdf:about="{href(record.about)}">'
        yield from _statements(record)
        yield "</rdf:Description>"
    yield "</rdf:RDF>\n"


def _statements(record: Record) -> Iterator[str]:
    for it in record.statements:
        language = f' xml:lang="{attribute(it.language)}"' if it.language else ""
        yield f"\n<dc:{it.element}{language}>{text(it.value)}</dc:{it.element}>"


def read(source: BinaryIO) -> tuple[Record, ...]:
    """The records of either document, in its order; ValueError for any other document."""
    names = (f"{{{OAI_DC}}}dc", f"{{{RDF}}}Description")
    root = f"{{{RDF}}}RDF"
    records: list[Record] = []
    recognized = False
    for element in elements(source, whole=names, opening=(root,)):
        recognized = True
        if element.tag != root:
            about = path(element.get(f"{{{RDF}}}about", ""))
            records.append(Record(about, tuple(map(_statement, element))))
    if not recognized:
        raise ValueError("not a Dublin Core document of this archive")
    return tuple(records)


def _statement(element: etree._Element) -> Statement:
    name = etree.QName(element)
    if name.namespace != DC:
        raise ValueError(f"{element.tag} is not an element of Dublin Core")
    return Statement(name.localname, element.text or "", element.get(f"{{{XML}}}lang", ""))
