"""Documents of description that came with a package: what they say, and whether they are valid."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from preservation.model.description import Statement
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive.reading import Said
from preservation.standards import table

_LIMIT = 64 * 1024 * 1024
_LIST = b"source-metadata.csv"
_CASES = b"dilcis.eu/xml/erms"
_HEAD = 4096
_LOOKED_AT = 1000
"""XML files of the content that are looked into for case records; a package of them has few."""


@dataclass(slots=True)
class Described:
    """Statements by the document that makes them, remarks, and the checks that were not made.

    `parts` are statements about single files, by their paths from the top of the package.
    """

    statements: dict[bytes, tuple[Statement, ...]] = field(default_factory=dict)
    parts: list[Said] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def read(source: Source, documents: Iterable[bytes], folder: Path | None = None) -> Described:
    """Read documents of description; those of kinds that nobody knows are left as they are.

    `folder` has the official schemas that the archive has installed.
    """
    described = Described()
    documents = tuple(documents)
    if not documents:
        return described
    from preservation.standards import descriptive  # noqa: PLC0415  many packages have none
    from preservation.standards.installed_schemas import InstalledSchemas  # noqa: PLC0415

    schemas = InstalledSchemas(folder)
    for document in documents:
        where = written(document)
        if source.sizes[document] > _LIMIT:
            found = f"{source.sizes[document]} octets"
            described.remarks.append(Remark("DESCRIPTION-SIZE", where, found))
            continue
        content = source.content(document)
        try:
            found_kind = descriptive.read(content, where)
        except Refused as refused:
            described.remarks += refused.remarks
            continue
        if found_kind is None:
            described.remarks.append(Remark("DESCRIPTION-UNKNOWN", where))
            continue
        described.statements[document] = found_kind.statements
        described.parts += [(about.encode("utf-8"), it) for about, it in found_kind.parts]
        name = f"{found_kind.kind} {found_kind.version}".strip()
        if schemas.of(found_kind.namespace) is None:
            of = found_kind.namespace or "documents without a namespace"
            described.unchecked.append(f"{where} ({name}): no schema of {of} is installed")
            continue
        with source.open(document) as stream:
            described.remarks += [
                Remark(
                    "DESCRIPTION-SCHEMA",
                    f"{where}, line {line}" if line else where,
                    message,
                    f"valid {name}",
                )
                for line, message in schemas.refusals(stream, found_kind.namespace)
            ]
    return described


def case_records(source: Source, content: Iterable[bytes]) -> list[bytes]:
    """The files of the content that are CITS ERMS (FGS for case records), by how they begin."""
    documents = (path for path in content if path.lower().endswith(b".xml"))
    return [path for path in islice(documents, _LOOKED_AT) if _speaks_of_cases(source, path)]


def _speaks_of_cases(source: Source, path: bytes) -> bool:
    with source.open(path) as stream:
        return _CASES in stream.read(_HEAD).replace(b"\0", b"").lower()


def listed(source: Source, folder: bytes) -> Mapping[bytes, bytes]:
    """What each document below `metadata/` is about, by `source-metadata.csv` if there is one."""
    place = folder + _LIST
    if place not in source.sizes or source.sizes[place] > table.LIMIT:
        return {}
    found = table.read(
        source.content(place), written(place), needed=("filename", "metadata"), once=()
    )
    of, named = found.header.index("filename"), found.header.index("metadata")
    return {folder + os.fsencode(cells[named]): os.fsencode(cells[of]) for _, cells in found.rows}
