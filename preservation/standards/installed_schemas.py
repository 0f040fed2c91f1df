"""The official XML Schemas that an archive has installed, found by the namespace that they are of.

They lie in a folder of the archive, in any folders below it. Nothing is ever fetched: what a
schema imports is looked for beside it, then in the whole folder, and a schema of which a part is
missing is not used, since libxml2 would leave that part out without a word.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from lxml import etree

from preservation.errors import Misconfigured
from preservation.standards.schema import Refusal, refusals
from preservation.standards.xml import namespace

_XS = "{http://www.w3.org/2001/XMLSchema}"
_HEAD = 16 * 1024
_PARTS = ("import", "include", "redefine")


class InstalledSchemas:
    """The schemas below a folder; none when there is no folder."""

    def __init__(self, folder: Path | None) -> None:
        """Read nothing yet."""
        self._folder = folder if folder and folder.is_dir() else None
        self._compiled: dict[Path, etree.XMLSchema] = {}

    @cached_property
    def _roots(self) -> Mapping[Path, etree._Element]:
        """The root of every file; raises Misconfigured for one that is no schema."""
        found = {}
        for file in sorted(self._folder.rglob("*.xsd")) if self._folder else ():
            try:
                root = etree.parse(file, _parser()).getroot()
            except (etree.XMLSyntaxError, OSError) as error:
                raise Misconfigured(f"{file}: not an XML Schema: {error}; take it away") from error
            if root.tag == f"{_XS}schema":
                found[file] = root
        return found

    @cached_property
    def by_namespace(self) -> Mapping[str, Path]:
        """The schema of each namespace; of several the one with the highest version, then name."""
        parts = {
            place
            for file, root in self._roots.items()
            for element in _references(root, ("include", "redefine"))
            if (place := self._beside(file, element.get("schemaLocation", "")))
        }
        tops = [file for file in self._roots if file not in parts]
        ordered = sorted(tops, key=lambda file: (_version(self._roots[file].get("version")), file))
        return {str(self._roots[file].get("targetNamespace", "")): file for file in ordered}

    def of(self, namespace: str) -> Path | None:
        """The schema of a namespace, if it is installed."""
        return self.by_namespace.get(namespace) if namespace else None

    def refusals(self, stream: BinaryIO, namespace: str) -> tuple[Refusal, ...]:
        """The first faults of a document by the schema of its namespace; none if it is valid.

        Raises Misconfigured when that schema cannot be used.
        """
        return refusals(stream, self.compiled(self.by_namespace[namespace]))

    def compiled(self, file: Path) -> etree.XMLSchema:
        """A schema with all its parts; raises Misconfigured when one is not there."""
        if file not in self._compiled:
            places: dict[str, Path] = {}
            self._collect(file, places, set())
            parser = _parser()
            parser.resolvers.add(_Resolver(places))
            try:
                self._compiled[file] = etree.XMLSchema(etree.parse(file, parser))
            except (etree.XMLSyntaxError, etree.XMLSchemaParseError, OSError) as error:
                told = f"{file}: not a schema that can be used: {error}"
                raise Misconfigured(f"{told}; install it anew, or take it away") from error
        return self._compiled[file]

    def _collect(self, file: Path, places: dict[str, Path], seen: set[Path]) -> None:
        """The file of every address that a schema and its parts refer to."""
        if file in seen:
            return
        seen.add(file)
        for element in _references(self._roots[file], _PARTS):
            address = element.get("schemaLocation", "")
            place = self._place(file, element, address)
            if place is None:
                what = address or element.get("namespace", "")
                raise Misconfigured(
                    f"{file}: it needs {what}, which is not installed; put that schema into "
                    f"{self._folder}"
                )
            if address:
                places[address] = place
                places[str(file.parent / address)] = place
            self._collect(place, places, seen)

    def _place(self, file: Path, element: etree._Element, address: str) -> Path | None:
        if beside := self._beside(file, address):
            return beside
        if element.tag == f"{_XS}import":
            return self.of(str(element.get("namespace", "")))
        name = Path(unquote(urlsplit(address).path)).name
        target = self._roots[file].get("targetNamespace")
        those = (it for it, root in self._roots.items() if root.get("targetNamespace") == target)
        return next((it for it in those if it.name == name), None)

    def _beside(self, file: Path, address: str) -> Path | None:
        """The installed file at a relative address; one that leads out of the folder is none."""
        if not address or urlsplit(address).scheme:
            return None
        place = (file.parent / unquote(address)).resolve()
        return next((it for it in self._roots if it.resolve() == place), None)


def namespace_of(stream: BinaryIO) -> str:
    """The namespace of the root of a document; nothing when it has none or is no XML."""
    parser = etree.XMLPullParser(
        ("start",), resolve_entities=False, load_dtd=False, no_network=True
    )
    try:
        while chunk := stream.read(_HEAD):
            parser.feed(chunk)
            for _, element in parser.read_events():
                if isinstance(element, etree._Element):
                    return namespace(element)
    except etree.XMLSyntaxError:
        return ""
    return ""


class _Resolver(etree.Resolver):
    """Gives the installed file for an address, and for any other an empty one, never a network."""

    def __init__(self, places: Mapping[str, Path]) -> None:
        self._places = places

    def resolve(self, system_url: str, _public_id: str, context: object) -> object:  # type: ignore[override]  # lxml gives the context, its stubs do not
        place = self._places.get(system_url)
        if place is None and not Path(system_url).is_file():
            return self.resolve_empty(context)  # type: ignore[attr-defined]
        return self.resolve_filename(str(place or system_url), context)  # type: ignore[attr-defined]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)


def _references(root: etree._Element, kinds: tuple[str, ...]) -> Iterator[etree._Element]:
    for kind in kinds:
        yield from root.iterfind(_XS + kind)


def _version(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", text or ""))
