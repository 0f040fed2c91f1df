"""The parts that packages made of ZIP must have: OOXML (OPC), OpenDocument and EPUB."""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from preservation.tools.zip_parts import document

_TYPES = "[Content_Types].xml"
_RELATIONS = "_rels/.rels"
_MANIFEST = "META-INF/manifest.xml"
_CONTAINER = "META-INF/container.xml"
_OPC = "OOXML package (ECMA-376-2)"
_ODF = "OpenDocument package (ODF 1.2, part 3)"
_EPUB = "EPUB container (OCF 3)"
_ODF_NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"


def missing_parts(package: zipfile.ZipFile) -> tuple[str, list[str]]:
    """What kind of package it is (empty for a plain ZIP), and what is missing or wrong in it.

    Only for a package whose members can all be read.
    """
    names = frozenset(package.namelist())
    if _TYPES in names:
        return _OPC, list(_opc(package, names))
    kind = _mimetype(package, names)
    if kind.startswith("application/vnd.oasis.opendocument."):
        return _ODF, [*_first(package), *_odf(package, names)]
    if kind == "application/epub+zip":
        return _EPUB, [*_first(package), *_epub(package, names)]
    return "", []


def _mimetype(package: zipfile.ZipFile, names: frozenset[str]) -> str:
    if "mimetype" not in names or package.getinfo("mimetype").file_size > 200:
        return ""
    return package.read("mimetype").decode("ascii", "replace").strip()


def _first(package: zipfile.ZipFile) -> Iterator[str]:
    first = package.infolist()[0]
    if first.filename != "mimetype":
        yield f"its first member is {first.filename}, and must be mimetype"
    elif first.compress_type != zipfile.ZIP_STORED:
        yield "the member mimetype is compressed, and must not be"


def _opc(package: zipfile.ZipFile, names: frozenset[str]) -> Iterator[str]:
    """ECMA-376 part 2: a type for each part, and a part for each relationship."""
    types = document(package, _TYPES)
    if isinstance(types, str):
        yield types
        return
    defaults = {str(e.get("Extension", "")).lower() for e in types.iterfind("{*}Default")}
    overrides = {str(e.get("PartName", "")).lower() for e in types.iterfind("{*}Override")}
    for name in sorted(names - {_TYPES}):
        extension = name.rpartition("/")[2].rpartition(".")[2].lower()  # also of `.rels`
        if name.endswith("/") or extension in defaults or f"/{name}".lower() in overrides:
            continue
        yield f"{_TYPES} gives no type for {name}"
    if _RELATIONS not in names:
        yield f"{_RELATIONS} is missing"
    lower = {name.lower() for name in names}
    for name in sorted(names):
        if name.endswith(".rels"):
            yield from _relations(package, name, lower)


def _relations(package: zipfile.ZipFile, name: str, lower: set[str]) -> Iterator[str]:
    found = document(package, name)
    if isinstance(found, str):
        yield found
        return
    base = posixpath.dirname(posixpath.dirname(name))
    for relation in found.iterfind("{*}Relationship"):
        target = unquote(urlsplit(str(relation.get("Target", ""))).path)
        if relation.get("TargetMode") == "External" or not target:
            continue
        place = posixpath.normpath(posixpath.join("/", base, target)).lstrip("/")
        if place.lower() not in lower and not target.upper().startswith("NULL"):
            yield f"{name} refers to {place}, which is not there"


def _odf(package: zipfile.ZipFile, names: frozenset[str]) -> Iterator[str]:
    """ODF 1.2 part 3: every member that the manifest lists, and the content itself."""
    if _MANIFEST not in names:
        yield f"{_MANIFEST} is missing"
        return
    manifest = document(package, _MANIFEST)
    if isinstance(manifest, str):
        yield manifest
        return
    for entry in manifest.iterfind(f"{_ODF_NAMESPACE}file-entry"):
        path = str(entry.get(f"{_ODF_NAMESPACE}full-path", ""))
        if path and not path.endswith("/") and path not in names:
            yield f"{_MANIFEST} lists {path}, which is not there"
    if not names.intersection(("content.xml", "styles.xml")):
        yield "it has neither content.xml nor styles.xml"


def _epub(package: zipfile.ZipFile, names: frozenset[str]) -> Iterator[str]:
    """OCF 3: the container names a package document, which must be there."""
    if _CONTAINER not in names:
        yield f"{_CONTAINER} is missing"
        return
    container = document(package, _CONTAINER)
    if isinstance(container, str):
        yield container
        return
    roots = [str(e.get("full-path", "")) for e in container.iterfind(".//{*}rootfile")]
    if not roots:
        yield f"{_CONTAINER} names no package document"
    for root in roots:
        if root not in names:
            yield f"{_CONTAINER} names {root}, which is not there"
