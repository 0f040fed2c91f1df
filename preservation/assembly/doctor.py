"""What is installed, configured and missing, and what that switches off."""

import importlib.metadata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from preservation.agreements import available
from preservation.asking import Asked
from preservation.assembly.agreed import agreed
from preservation.assembly.archive import Archive, opened
from preservation.assembly.examined import Examined, State
from preservation.assembly.examined_stores import stores
from preservation.errors import ArkivError, ToolFailed, ToolMissing
from preservation.model.agreement import Agreement
from preservation.model.malware import Engine
from preservation.standards import bagit_profile, schema
from preservation.standards.installed_schemas import InstalledSchemas


def examine(folder: Path | None) -> Iterator[Examined]:
    """Look at the program, its tools and, if a folder is given, at the archive in it."""
    yield _schemas()
    yield _prefect()
    if folder is None:
        yield _profiles(None)
        yield Examined("archive", State.NOT_CONFIGURED, "none here", "name one with --archive DIR")
        return
    try:
        archive = opened(folder)
    except ArkivError as error:
        yield Examined("archive", State.WRONG, str(error), "nothing can be ingested or audited")
        return
    yield Examined("archive", State.OK, str(folder))
    yield Examined("catalogue", State.OK, archive.where_catalogue)
    yield from stores(archive)
    with archive:
        yield from _tools(archive)
    yield _scanner(archive)
    yield _profiles(folder)
    yield _official(folder / archive.settings.ingest.schemas)
    yield from _agreements(archive)


def _profiles(folder: Path | None) -> Examined:
    """Every BagIt profile, read as a bag that names it would have it read."""
    name = "bag profiles"
    try:
        found = bagit_profile.laid_over(folder)
    except ArkivError as error:
        return Examined(name, State.WRONG, str(error), "no bag that names a profile can be judged")
    return Examined(name, State.OK, f"{len(found)}: {', '.join(found)}")


def _official(folder: Path) -> Examined:
    """Whether METS, PREMIS and descriptions of others are held to their official schemas."""
    name, without = "official schemas", "documents in packages are not held to their schemas"
    schemas = InstalledSchemas(folder)
    try:
        found = [schemas.compiled(file) for file in schemas.by_namespace.values()]
    except ArkivError as error:
        return Examined(name, State.WRONG, str(error), without)
    if not found:
        return Examined(name, State.NOT_CONFIGURED, f"none in {folder}", without)
    return Examined(name, State.OK, f"{len(found)}: {', '.join(schemas.by_namespace)}")


def _agreements(archive: Archive) -> Iterator[Examined]:
    """Every agreement, held against what this archive has."""
    good = []
    for name in sorted(available(archive.folder)):
        try:
            agreed(archive, name)
        except ArkivError as error:
            without = f"nothing can be ingested with --agreement {name}"
            for reason in error.reasons:
                yield Examined(f"agreement {name}", State.WRONG, reason, without)
            continue
        good.append(name)
    if good:
        yield Examined("agreements", State.OK, ", ".join(good))


def _schemas() -> Examined:
    folder = schema.folder()
    count = len(list(folder.glob("*.xsd"))) if folder.is_dir() else 0
    if not count:
        return Examined("schemas", State.MISSING, str(folder), "no AIP can be made")
    return Examined("schemas", State.OK, f"{count} in {folder}")


def _prefect() -> Examined:
    try:
        version = importlib.metadata.version("prefect")
    except importlib.metadata.PackageNotFoundError:
        return Examined("prefect", State.MISSING, "not installed", "flows; the commands work")
    return Examined("prefect", State.OK, version)


def _scanner(archive: Archive) -> Examined:
    """Whether malware would be found, by what, and how old what it knows is."""
    name = "malware scan"
    try:
        scanner = archive.scanner
        if scanner is None:
            without = "each AIP says that no malware scan was made"
            return Examined(name, State.NOT_CONFIGURED, "no scanner", without)
        engine = scanner.engine()
    except ArkivError as error:
        return Examined(name, State.WRONG, str(error), "nothing can be ingested")
    found = f"{engine.agent}, {engine.known_by}"
    without = _doubt(engine, archive.clock.now())
    return Examined(name, State.WRONG if without else State.OK, found, without)


def _doubt(engine: Engine, now: datetime) -> str:
    """What a scanner's answers are not worth; empty when they can be relied upon."""
    days = Agreement("default").signature_days
    if engine.blind:
        return f"{engine.blind}; each AIP says that no malware scan was made"
    if engine.dated is None:
        return "how old the signatures are is not known"
    if now - engine.dated > timedelta(days=days):
        return f"older than {days} days: newer malware is not found; run freshclam"
    if engine.silent:
        return "set AlertExceedsMax yes in clamd.conf, else large containers are scanned in part"
    return ""


def _tools(archive: Archive) -> Iterator[Examined]:
    told = archive.settings.tools
    if not told.identifiers:
        yield Examined(
            "identification", State.NOT_CONFIGURED, "no identifier", "formats stay unknown"
        )
    try:
        tools = archive.tools
        kinds: Sequence[tuple[str, Sequence[str], Sequence[Asked | None], str]] = (
            ("identifier", told.identifiers, tools.identifiers, "it tells no formats"),
            ("characterizer", told.characterizers, tools.characterizers, _NO_METADATA),
            ("validator", told.validators, tools.validators, _NOT_JUDGED),
        )
    except ArkivError as error:
        yield Examined("tools", State.WRONG, str(error), "nothing can be ingested")
        return
    for kind, names, those, without in kinds:
        for name, tool in zip(names, those, strict=False):  # identifiers are filled up with None
            if tool is not None:
                yield _tool(f"{kind} {name}", tool, without)


def _tool(name: str, tool: Asked, without: str) -> Examined:
    try:
        agent = tool.agent
    except ToolFailed as error:
        state = State.MISSING if isinstance(error, ToolMissing) else State.WRONG
        return Examined(name, state, str(error), without)
    return Examined(name, State.OK, f"{agent} ({agent.note})" if agent.note else str(agent))


_NO_METADATA = "no technical metadata of its formats"
_NOT_JUDGED = "whether files of its formats are valid is not checked"
