"""Validation of documents against the archive's own XML Schemas, while they stream by.

libxml2 judges, in flat memory; what it refuses is explained by xmlschema, which is thirty times
slower and tells path, reason and what was expected. Nothing is ever fetched from a network.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from preservation import resources
from preservation.errors import Misconfigured

_XS = "{http://www.w3.org/2001/XMLSchema}"
_CHUNK = 64 * 1024
_EXPLAINED_SIZE = 1024 * 1024
_TREE_SIZE = 16 * 1024 * 1024
_REASONS = 20


class SchemaName(StrEnum):
    """The schemas that a document may be validated against, by their file names."""

    METS = "mets.xsd"
    PREMIS = "premis.xsd"
    DUBLIN_CORE = "oai-dc.xsd"
    FILE_DESCRIPTIONS = "rdf.xsd"


def folder() -> Path:
    """Where the schemas lie: beside the code in a checkout, in `share/arkiv` once installed."""
    return resources.folder("schemas")


class Validation:
    """Validates one document that comes in chunks, in the time between them."""

    def __init__(self, schema: SchemaName) -> None:
        """Raises Misconfigured when a schema is missing or wrong."""
        self._parser = _parser(_compiled(folder() / schema))
        self._reasons: tuple[str, ...] = ()

    def feed(self, chunk: bytes) -> None:
        """Take the next octets; after the first that are not valid, the rest is not looked at."""
        if not self._reasons:
            try:
                self._parser.feed(chunk)
            except (etree.XMLSyntaxError, _Declared) as error:
                self._reasons = (f"not well-formed: {error}",)
            else:
                self._reasons = self._schema_errors()

    def close(self) -> tuple[str, ...]:
        """The reasons why the document is not valid, of the first bad chunk; none if it is."""
        if not self._reasons:
            try:
                self._parser.close()
            except (etree.XMLSyntaxError, _Declared) as error:
                self._reasons = (f"not well-formed: {error}",)
            else:
                self._reasons = self._schema_errors()
        return self._reasons

    def _schema_errors(self) -> tuple[str, ...]:
        # A parser with a target does not raise what the schema refuses; it only logs it.
        entries = list(self._parser.feed_error_log)[:_REASONS]
        return tuple(entry.message for entry in entries)


def validate(source: Path | BinaryIO, schema: SchemaName) -> tuple[str, ...]:
    """The reasons why a document is not valid under a schema; none if it is.

    A document of up to 1 MiB that is refused, and that can be read again, is explained with the
    path of each fault. Raises Misconfigured when the schema itself is missing or wrong.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return validate(stream, schema)
    validation = Validation(schema)
    while chunk := source.read(_CHUNK):
        validation.feed(chunk)
    reasons = validation.close()
    if reasons and source.seekable() and source.seek(0, 2) <= _EXPLAINED_SIZE:
        source.seek(0)
        return _explained(source.read(), schema) or reasons
    return reasons


Refusal = tuple[int, str]
"""A line of a document, and what a schema has against it."""


def refusals(source: BinaryIO, schema: etree.XMLSchema) -> tuple[Refusal, ...]:
    """The first faults of a document under a schema; none if it is valid.

    It is judged in flat memory. If it is refused and not large, it is judged again as a tree, which
    knows the lines; else the line is 0.
    """
    found = _streamed(source, schema)
    if not found or not source.seekable() or source.seek(0, 2) > _TREE_SIZE:
        return found
    source.seek(0)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        schema.validate(etree.parse(source, parser))
    except etree.XMLSyntaxError:
        return found
    log: Any = schema.error_log  # its stubs say that it cannot be gone through
    return tuple(islice(((entry.line, entry.message) for entry in log), _REASONS)) or found


def _streamed(source: BinaryIO, schema: etree.XMLSchema) -> tuple[Refusal, ...]:
    parser = _parser(schema)
    try:
        while chunk := source.read(_CHUNK):
            parser.feed(chunk)
            if found := _lines(parser):
                return found
        parser.close()
    except etree.XMLSyntaxError as error:
        return _lines(parser) or ((error.lineno or 0, str(error.msg)),)
    except _Declared as error:
        return ((0, str(error)),)
    return _lines(parser)


def _lines(parser: etree.XMLParser) -> tuple[Refusal, ...]:
    entries = list(parser.feed_error_log)[:_REASONS]
    return tuple((entry.line, entry.message) for entry in entries)


class _Declared(Exception):
    """The document has a document type declaration."""


class _Nothing:
    """A parser target that keeps nothing of the document, so that no tree is built."""

    def doctype(self, *_: object) -> None:
        """Refuse what could define entities."""
        raise _Declared("a document type declaration is not allowed")

    def close(self) -> None:
        """End."""


def _parser(schema: etree.XMLSchema) -> etree.XMLParser:
    return etree.XMLParser(
        schema=schema,
        target=_Nothing(),  # type: ignore[arg-type]  # lxml asks only for what the target has
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,  # one event may link a hundred thousand objects
    )


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    """A schema of which every part was found: libxml2 leaves out, silently, what it cannot load."""
    try:
        for part in _parts(path, set()):
            part.getroot()
        schema = etree.XMLSchema(etree.parse(path))
    except (OSError, etree.LxmlError) as error:
        raise Misconfigured(f"{path}: not a usable XML Schema: {error}; reinstall Arkiv") from error
    _require_judgement(schema, path)
    return schema


def _parts(path: Path, seen: set[Path]) -> Iterator[etree._ElementTree]:
    """The schema at a path and all that it imports, each parsed."""
    if path in seen:
        return
    seen.add(path)
    tree = etree.parse(path)
    yield tree
    for tag in ("import", "include", "redefine"):
        for element in tree.iterfind(_XS + tag):
            place = element.get("schemaLocation", "")
            if not place or "/" in place:
                raise Misconfigured(f"{path}: {tag} of {place!r}: not the name of a file beside it")
            yield from _parts(path.with_name(place), seen)
            _require_namespace(path.with_name(place), element.get("namespace"), tag)


def _require_namespace(path: Path, namespace: str | None, tag: str) -> None:
    target = etree.parse(path).getroot().get("targetNamespace")
    if tag == "import" and target != namespace:
        raise Misconfigured(f"{path}: is of namespace {target}, imported as {namespace}")


def _require_judgement(schema: etree.XMLSchema, path: Path) -> None:
    """See it refuse one wrong document: a validator that takes anything would go unnoticed."""
    parser = _parser(schema)
    parser.feed(b"<no-such-document/>")
    parser.close()
    if not list(parser.feed_error_log):
        raise Misconfigured(f"{path}: this version of lxml does not validate while parsing")


def _explained(document: bytes, schema: SchemaName) -> tuple[str, ...]:
    import xmlschema  # noqa: PLC0415 - a third of a second, for documents that are refused only

    try:
        checker = xmlschema.XMLSchema(str(folder() / schema), allow="local", defuse="always")
        errors = checker.iter_errors(document, use_location_hints=False)
        return tuple(
            f"{error.path}: {error.reason}"
            for error, _ in zip(errors, range(_REASONS), strict=False)
        )
    except (xmlschema.XMLSchemaException, xmlschema.XMLResourceError, ValueError):
        return ()
