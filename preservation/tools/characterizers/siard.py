"""SIARD: the databases in them, their tables and rows (eCH-0165)."""

import zipfile
import zlib
from collections.abc import Sequence
from typing import IO

from lxml import etree

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.process import Json
from preservation.tools.tool import each

_MEMORY = 1 << 30
_METADATA = "header/metadata.xml"
_LISTED = 50
_TEXTS = {
    "dbname": "database",
    "dataOwner": "data owner",
    "dataOriginTimespan": "data from",
    "archivalDate": "archived",
    "databaseProduct": "database product",
}


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts, inhibitors and programs of each path; its version for None."""
    if items == [None]:
        return [[__version__, "metadata of SIARD 1.0 to 2.2"]]
    return each(_describe, items)


def _describe(path: str) -> Json:
    try:
        with zipfile.ZipFile(path) as package:
            if _METADATA not in package.NameToInfo:
                return [damage([f"{_METADATA} is missing"]), []]
            with package.open(_METADATA) as stream:
                facts, program = _read(stream)
            versions = [
                name for name in package.namelist() if name.startswith("header/siardversion/")
            ]
            if versions and (version := versions[-1].split("/")[2]):
                facts.insert(0, ("SIARD version", version))
            lobs = sum("/lob" in name and not name.endswith("/") for name in package.namelist())
            facts += [("large objects", str(lobs))] if lobs else []
            return [facts, [], [(program, "", "")] if program else []]
    except (zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError, ValueError) as error:
        return [damage([f"it cannot be read: {error}"]), []]
    except (NotImplementedError, RuntimeError) as error:
        return f"it cannot be read: {error}"


def _read(stream: IO[bytes]) -> tuple[list[tuple[str, str]], str]:
    """Facts and the program, in flat memory: tables are let go as soon as they were counted."""
    texts: dict[str, str] = {}
    program, schemas, tables, rows = "", 0, 0, 0
    listed: list[tuple[str, str]] = []
    schema = ""
    for event, element in etree.iterparse(
        stream, ("start", "end"), resolve_entities=False, load_dtd=False, no_network=True
    ):
        name = etree.QName(element).localname
        if event == "start":
            continue
        parent = element.getparent()
        above = etree.QName(parent).localname if parent is not None else ""
        text = (element.text or "").strip()
        if above == "siardArchive" and name in _TEXTS and text:
            texts.setdefault(_TEXTS[name], text)
        elif name == "producerApplication":
            program = text
        elif name == "name" and above == "schema":
            schema = text
        elif name == "schema":
            schemas += 1
        elif name == "table" and above == "tables":
            tables += 1
            count = element.findtext("{*}rows", "0").strip()
            rows += int(count) if count.isdecimal() else 0
            if len(listed) < _LISTED:
                listed.append(
                    ("table", f"{schema}.{element.findtext('{*}name', '')}: {count} rows")
                )
            element.clear()
    facts = list(texts.items())
    facts += [("schemas", str(schemas)), ("tables", str(tables)), ("rows", str(rows))]
    return facts + listed, program


class Siard(Extractor):
    """What a database in SIARD holds.

    Facts: `SIARD version`, `database`, `database product`, `data owner`, `data from`, `archived`,
    `schemas`, `tables`, `rows`, `table` (name and rows; the first fifty), `large objects`,
    `damage`.
    """

    _PUIDS = frozenset({"fmt/161", "fmt/995", "fmt/1196", "fmt/1777"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv SIARD", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """SIARD in all its versions."""
        return format.puid in self._PUIDS
