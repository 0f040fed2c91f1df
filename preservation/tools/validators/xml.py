"""XML: whether it is well-formed, and valid by the schema of its root where that is installed."""

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from lxml import etree

from preservation.errors import Misconfigured
from preservation.model.validity import Candidate, Verdict
from preservation.standards.installed_schemas import InstalledSchemas
from preservation.tools.process import Json
from preservation.tools.tool import each, media_types
from preservation.tools.validators.judge import Judge, faulty, sound

_MEMORY = 2 << 30
_CHUNK = 1 << 16
_HEAD = 1 << 10
_FAULTS_MAX = 20
_LIMITS = re.compile(
    r"maximum|huge|too long|too deep|excessive|amplification|memory|unsupported encoding|out of",
    re.I,
)
"""Words by which libxml2 speaks of its own limits; they are no fault of the document."""


def judge(items: Sequence[Json], schemas: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    if items == [None]:
        version = ".".join(map(str, etree.LXML_VERSION[:3]))
        return [[version, f"libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))}"]]
    return each(lambda path: _judge(path, schemas), items)


class _Root:
    """Hears of elements, keeps the namespace of the first, and builds nothing."""

    def __init__(self) -> None:
        self.namespace: str | None = None

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        """Called by libxml2 for each element."""
        if self.namespace is None:
            self.namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""

    def close(self) -> None:
        """Nothing was built."""


def _judge(path: str, schemas: str) -> Json:
    root: Any = _Root()  # the stubs ask for more than a target needs
    parser = etree.XMLParser(target=root, resolve_entities=False, load_dtd=False, no_network=True)
    try:
        with open(path, "rb") as file:
            if b"<" not in file.read(_HEAD):
                return "it does not begin as XML does"
            file.seek(0)
            while chunk := file.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        words = f"line {error.lineno}: {error.msg}"
        if _LIMITS.search(words):
            return f"it is beyond what libxml2 reads: {words}"
        return faulty([words])
    return _held_against_its_schema(path, root.namespace or "", schemas)


def _held_against_its_schema(path: str, namespace: str, schemas: str) -> Json:
    try:
        installed = _installed(schemas)
        if installed.of(namespace) is None:
            return sound()
        against = f"the XML Schema of {namespace}"
        with open(path, "rb") as file:
            refusals = installed.refusals(file, namespace)
    except Misconfigured as error:
        return [Verdict.WELL_FORMED.value, "", f"not held against its schema: {error}"]
    if refusals:
        words = [f"line {line}: {message}" if line else message for line, message in refusals]
        return faulty(words, Verdict.NOT_VALID, against)
    return sound(Verdict.VALID, against)


@cache
def _installed(folder: str) -> InstalledSchemas:
    return InstalledSchemas(Path(folder) if folder else None)


class Xml(Judge):
    """Well-formed by libxml2; valid only where the schema of its namespace is installed."""

    TYPES: ClassVar[frozenset[str]] = frozenset({"application/xml", "text/xml"})
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset({"xml"})

    def __init__(self, *, schemas: Path | None = None, patience: float = 60) -> None:
        """Start nothing yet; `schemas` is the folder of the installed XML Schemas, if any."""
        given = (os.fspath(schemas) if schemas else "",)
        super().__init__("lxml", judge, given=given, patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """XML itself."""
        return "XML 1.0"

    def handles(self, candidate: Candidate) -> bool:
        """Also every format that is written in XML, by the ending of its media type."""
        return super().handles(candidate) or any(
            kind.endswith("+xml") for kind in media_types(candidate.format)
        )
