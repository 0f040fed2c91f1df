"""Office documents: what they say of themselves. OOXML, OpenDocument, and the older OLE2 files."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import ClassVar

from lxml import etree

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.characterizers.office_ole import told_by_ole
from preservation.tools.process import Json
from preservation.tools.tool import each
from preservation.tools.zip_parts import document

_MEMORY = 1 << 30
_ODF = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_CORE = "docProps/core.xml"
_APP = "docProps/app.xml"
_META = "meta.xml"
_MANIFEST = "META-INF/manifest.xml"
_GENERATOR = re.compile(r"([^/]{1,80})/(?:[^/\d]*-)?([\d.]{1,40})")
_CORE_FACTS = (
    ("title", "title"),
    ("creator", "creator"),
    ("created", "created"),
    ("modified", "modified"),
    ("language", "language"),
)
_APP_FACTS = (("Pages", "pages"), ("Words", "words"), ("Slides", "slides"))
_META_FACTS = (
    ("title", "title"),
    ("initial-creator", "creator"),
    ("creation-date", "created"),
    ("date", "modified"),
    ("language", "language"),
)
_STATISTICS = {
    "page-count": "pages",
    "word-count": "words",
    "table-count": "tables",
    "image-count": "images",
    "object-count": "embedded objects",
}

Told = tuple[list[tuple[str, str]], list[str], list[tuple[str, str, str]]]
"""Facts, inhibitors, and programs with version and date."""


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts, inhibitors and programs of each path; its version for None."""
    if items == [None]:
        return [[__version__, "properties of OOXML, OpenDocument and OLE2 documents"]]
    return each(_describe, items)


def _describe(path: str) -> Json:
    with open(path, "rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return told_by_ole(path)
    if not head.startswith(b"PK"):
        return "it is neither a ZIP package nor an OLE2 document"
    try:
        with zipfile.ZipFile(path) as package:
            names = frozenset(package.namelist())
            if _META in names or _MANIFEST in names:
                return _opendocument(package, names)
            return _ooxml(package, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        return [damage([f"the package cannot be read: {error}"]), []]
    except (NotImplementedError, RuntimeError) as error:
        return f"the package cannot be read: {error}"


def _ooxml(package: zipfile.ZipFile, names: frozenset[str]) -> Told:
    """ECMA-376 part 2, section 11 (core properties) and part 1, section 22.2 (extended)."""
    problems: list[str] = []
    core = _texts(package, _CORE, names, problems)
    app = _texts(package, _APP, names, problems)
    facts = [(fact, core[name]) for name, fact in _CORE_FACTS if core.get(name)]
    facts += [(fact, app[name]) for name, fact in _APP_FACTS if app.get(name)]
    facts += _sheets(names)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        facts.append(("macros", "yes"))
    embedded = sum("/embeddings/" in name for name in names)
    facts += [("embedded objects", str(embedded))] if embedded else []
    linked = _external(package, names, problems)
    facts += [("external links", str(linked))] if linked else []
    program = app.get("Application", "")
    told = [(program, app.get("AppVersion", ""), core.get("created", ""))] if program else []
    return facts + damage(problems), [], told


def _texts(
    package: zipfile.ZipFile, name: str, names: frozenset[str], problems: list[str]
) -> dict[str, str]:
    """The texts of the elements of a part, by their local names; none where it is not there."""
    if name not in names:
        return {}
    root = document(package, name)
    if isinstance(root, str):
        problems.append(root)
        return {}
    elements = root.iter("*")
    return {etree.QName(e).localname: e.text.strip() for e in elements if e.text and e.text.strip()}


def _sheets(names: frozenset[str]) -> Iterator[tuple[str, str]]:
    sheets = sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names)
    if sheets:
        yield "sheets", str(sheets)


def _external(package: zipfile.ZipFile, names: frozenset[str], problems: list[str]) -> int:
    """Content that lies outside the file; links that only lead somewhere are not counted."""
    count = 0
    for name in sorted(names):
        if not name.endswith(".rels"):
            continue
        found = document(package, name)
        if isinstance(found, str):
            problems.append(found)
            continue
        count += sum(
            e.get("TargetMode") == "External" and not str(e.get("Type")).endswith("/hyperlink")
            for e in found.iterfind("{*}Relationship")
        )
    return count


def _opendocument(package: zipfile.ZipFile, names: frozenset[str]) -> Told:
    """ODF 1.2 part 1, section 4.3 (metadata), and part 3, section 4 (the manifest)."""
    problems: list[str] = []
    if _MANIFEST in names:
        manifest = document(package, _MANIFEST)
        if isinstance(manifest, str):
            problems.append(manifest)
        elif next(manifest.iter("{*}encryption-data"), None) is not None:
            return [], ["password protection"], []
    meta = _texts(package, _META, names, problems)
    facts = [(fact, meta[name]) for name, fact in _META_FACTS if meta.get(name)]
    if _META in names and not problems:
        facts += _statistics(package)
    if any(name.startswith("Basic/") and name.endswith(".xml") for name in names):
        facts.append(("macros", "yes"))
    told = []
    if generator := meta.get("generator"):
        named = _GENERATOR.match(generator)
        name, version = (named[1], named[2]) if named else (generator, "")
        told.append((name, version, meta.get("creation-date", "")[:19]))
    return facts + damage(problems), [], told


def _statistics(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    root = document(package, _META)
    for element in [] if isinstance(root, str) else root.iter("{*}document-statistic"):
        for key, fact in _STATISTICS.items():
            value = str(element.get(f"{_ODF}{key}", "0"))
            if value != "0":
                yield fact, value


class Office(Extractor):
    """Properties of office documents, as the program that wrote them left them.

    Facts: `title`, `creator`, `created`, `modified`, `language`, `pages`, `words`, `slides`,
    `sheets`, `macros` (`yes`), `embedded objects`, `external links`, `damage`.
    """

    FAMILIES: ClassVar[tuple[str, ...]] = (
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/vnd.ms-",
        "application/msword",
        "application/vnd.visio",
    )
    _PUIDS = frozenset({"fmt/494", "fmt/189", "fmt/111"})
    _OTHERS = ("application/vnd.ms-outlook", "application/vnd.ms-fontobject")

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv office", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """OOXML, OpenDocument, and the formats of Office before 2007."""
        if format.mime.startswith(self._OTHERS):
            return False
        return format.puid in self._PUIDS or format.mime.startswith(self.FAMILIES)
