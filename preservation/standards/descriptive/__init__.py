"""Descriptive metadata that comes with a package, as Dublin Core for the catalogue.

Each kind is known by the name and namespace of its root. The document itself is kept as it came.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from preservation.model.description import Statement
from preservation.standards.descriptive import dc, eac, ead, erms, mods
from preservation.standards.untrusted import parse_untrusted
from preservation.standards.xml import namespace


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its roots, and its mapping."""

    name: str
    version: str
    roots: tuple[str, ...]
    mapping: Callable[[etree._Element], tuple[Statement, ...]]


@dataclass(frozen=True, slots=True)
class Description:
    """What a document is, the `version` that it says it is, and what it says in Dublin Core.

    `namespace` is that of the schema that it should be valid by; empty when it has none.
    `parts` are statements about single files, by their paths from the top of the package.
    """

    kind: str
    version: str
    statements: tuple[Statement, ...]
    namespace: str
    parts: tuple[tuple[str, tuple[Statement, ...]], ...] = ()


_EAD = "urn:isbn:1-931666-22-9"
_EAD3 = "http://ead3.archivists.org/schema/"
_MODS = "http://www.loc.gov/mods/v3"
_EAC = ("urn:isbn:1-931666-33-4", "https://archivists.org/ns/eac/v2")
_ERMS = "https://DILCIS.eu/XML/ERMS"

KINDS = (
    Kind("EAD", "2002", (f"{{{_EAD}}}ead", "ead"), ead.read),
    Kind("EAD3", "", (f"{{{_EAD3}}}ead",), ead.read),
    Kind("MODS", "3", (f"{{{_MODS}}}mods", f"{{{_MODS}}}modsCollection"), mods.read),
    Kind("EAC-CPF", "", tuple(f"{{{it}}}{r}" for it in _EAC for r in eac.ROOTS), eac.read),
    Kind("ERMS", "", (f"{{{_ERMS}}}erms",), erms.read),
    Kind("Dublin Core of files", "", (dc.RDF_ROOT,), lambda _: ()),
    Kind("Dublin Core", "", dc.ROOTS, dc.read),
)


def read(content: bytes, where: str = "") -> Description | None:
    """What a document says, or None for one of another kind; Refused for one that is not safe."""
    return said(parse_untrusted(content, where, doctype=True))


def said(root: etree._Element) -> Description | None:
    """What an element says that was read with care before; None for one of another kind."""
    kind = next((it for it in KINDS if root.tag in it.roots), None)
    if kind is None:
        if not dc.speaks(root):
            return None
        kind = KINDS[-1]
    version = root.get("version", "") or kind.version
    statements = tuple(dict.fromkeys(kind.mapping(root)))
    parts = dc.parts(root) if root.tag == dc.RDF_ROOT else ()
    return Description(kind.name, version, statements, namespace(root), tuple(parts))


__all__ = ["KINDS", "Description", "Kind", "read", "said"]
