"""Whether a description is valid by its schema, where the archive has installed that schema."""

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from preservation.errors import Misconfigured
from preservation.standards import schema

FOLDER = "descriptive"
_MOST = 10


def installed(name: str) -> Path | None:
    """The schema of this file name below `schemas/descriptive`, if somebody put it there."""
    place = schema.folder() / FOLDER / name
    return place if place.is_file() else None


def faults(content: bytes, place: Path) -> tuple[tuple[int, str], ...]:
    """The first faults of a document that was parsed before, each with its line.

    Raises Misconfigured when the schema cannot be used.
    """
    compiled = _compiled(place)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    if compiled.validate(etree.fromstring(content, parser)):
        return ()
    errors: Any = compiled.error_log
    return tuple((errors[n].line, errors[n].message) for n in range(min(len(errors), _MOST)))


@cache
def _compiled(place: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(place, etree.XMLParser(no_network=True)))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError, OSError) as error:
        raise Misconfigured(f"{place}: not a schema that can be used: {error}") from error
