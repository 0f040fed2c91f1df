"""Receive: what lies in a submitted folder or bag, and what becomes of each thing in it."""

import fnmatch
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from preservation import folders
from preservation.errors import Rejected
from preservation.model import names
from preservation.model.description import Record, Statement
from preservation.model.identifiers import PackageId
from preservation.model.names import written
from preservation.model.packages import Exclusion, ReceivedFile, Role, Sip, SipKind
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.recording import Stage
from preservation.standards import bagit, metadata_csv

DATA = "representations/original/data/"
SUBMISSION = "submission/"

_ACCOMPANYING = frozenset({b"metadata", b"logs", b"processingMCP.xml"})
_KNOWN_METADATA = (
    b"metadata.csv",
    b"rights.csv",
    b"submissionDocumentation",
    b"checksum.",
    b"identifiers.json",
    b"premis.xml",
)
_SHEET_LIMIT = 64 * 1024 * 1024


def receive(root: Path, *, package: PackageId, exclude: Sequence[str] = ()) -> Stage[Sip]:
    """Account for everything in a submitted folder; nothing is read but names and tag files.

    `exclude` are file name patterns (`Thumbs.db`) that the archive does not want. Raises Rejected
    with all reasons when the folder is empty, is a broken bag, or links to content outside of it.
    """
    top = os.fsencode(root)
    found = folders.contents(top)
    kept, exclusions = _apart(found, exclude)
    exclusions += _odd(found.oddities, top)
    bag = any(file.path == b"bagit.txt" for file in found.files)
    sizes = {file.path: file.size for file in found.files}
    claims = bagit.claims(partial(_content, top), sizes) if bag else {}
    if not kept:
        raise Rejected("the package has no file to preserve; check that this is the right folder")
    files = _files(kept, _payload_base(kept, b"data/" if bag else b""), claims)
    description, warnings = _description(top, files)
    sip = Sip(
        package,
        root,
        SipKind.BAG if bag else SipKind.FOLDER,
        files,
        tuple(exclusions),
        tuple(found.empty_folders),
        description,
    )
    yield from _findings(sip, warnings)
    return sip


def _apart(
    found: folders.Contents, exclude: Sequence[str]
) -> tuple[list[folders.Found], list[Exclusion]]:
    kept, excluded = [], []
    for file in found.files:
        name = os.fsdecode(file.path.rpartition(b"/")[2])
        rule = next((r for r in exclude if fnmatch.fnmatchcase(name, r)), None)
        if rule is None:
            kept.append(file)
        else:
            reason = f"the archive excludes files named {rule}"
            excluded.append(Exclusion(file.path, f"exclude {rule}", reason, file.size))
    return kept, excluded


def _content(top: bytes, name: bytes) -> bytes:
    with open(os.path.join(top, name), "rb") as source:
        return source.read()


def _odd(oddities: Sequence[folders.Oddity], top: bytes) -> list[Exclusion]:
    """Links and special files: nothing is lost with them, or the package is refused."""
    inside = os.path.realpath(top) + b"/"
    excluded, outward = [], []
    for odd in oddities:
        if odd.kind != "symbolic link":
            reason = f"a {odd.kind} has no content to preserve"
            excluded.append(Exclusion(odd.path, odd.kind, reason))
            continue
        place = os.path.realpath(os.path.join(top, odd.path))
        target = written(odd.target)
        if os.path.exists(place) and not (place + b"/").startswith(inside):
            outward.append(
                f"{written(odd.path)}: a link to {target}, outside of the package, whose content "
                "would not be preserved; put the file itself here"
            )
        elif os.path.exists(place):
            reason = f"points to {target}, which is preserved itself"
            excluded.append(Exclusion(odd.path, "symbolic link", reason))
        else:
            reason = f"points to {target}, which does not exist"
            excluded.append(Exclusion(odd.path, "dangling symbolic link", reason))
    if outward:
        raise Rejected(*outward)
    return excluded


def _payload_base(files: Sequence[folders.Found], base: bytes) -> tuple[bytes, bytes]:
    """The prefix below which all is payload, and the prefix of what accompanies it, or `-`.

    With `objects/` beside nothing but what Archivematica's form knows, `objects/` is the payload;
    else the folder is, except a `metadata/` in that form. A package never loses its whole payload
    to these rules: if nothing else is there, everything is payload.
    """
    paths = [file.path for file in files if file.path.startswith(base)]
    tops = {path[len(base) :].partition(b"/")[0] for path in paths}
    objects = base + b"objects/"
    if any(path.startswith(objects) for path in paths) and tops <= _ACCOMPANYING | {b"objects"}:
        return objects, base
    metadata = base + b"metadata/"
    known = tuple(metadata + name for name in _KNOWN_METADATA)
    if tops - {b"metadata"} and any(path.startswith(known) for path in paths):
        return base, metadata
    return base, b"-"


def _role(path: bytes, base: bytes, accompanying: bytes) -> Role:
    if not path.startswith(base):
        return Role.SUBMISSION
    if len(accompanying) > len(base) and path.startswith(accompanying):
        return Role.SUBMISSION
    return Role.PAYLOAD


def _files(
    found: Sequence[folders.Found], prefixes: tuple[bytes, bytes], claims: bagit.Claims
) -> tuple[ReceivedFile, ...]:
    base, accompanying = prefixes
    roles = [_role(file.path, base, accompanying) for file in found]
    payload = names.stored(
        f.path[len(base) :] for f, r in zip(found, roles, strict=True) if r is Role.PAYLOAD
    )
    submission = names.stored(
        f.path for f, r in zip(found, roles, strict=True) if r is Role.SUBMISSION
    )
    return tuple(
        ReceivedFile(
            file.path,
            DATA + payload[file.path[len(base) :]]
            if role is Role.PAYLOAD
            else SUBMISSION + submission[file.path],
            role,
            file.size,
            file.modified_ns,
            claims.get(file.path, ()),
        )
        for file, role in zip(found, roles, strict=True)
    )


def _description(
    top: bytes, files: Sequence[ReceivedFile]
) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Records from `metadata.csv` by what they speak of, and what an archivist should look at."""
    sheets = (b"metadata/metadata.csv", b"data/metadata/metadata.csv")
    accompanying = (f for f in files if f.role is Role.SUBMISSION and f.given in sheets)
    sheet_file = next(accompanying, None)
    if sheet_file is None:
        return (), ()
    if sheet_file.size > _SHEET_LIMIT:
        raise Rejected(f"{metadata_csv.NAME}: larger than {_SHEET_LIMIT} octets; split the package")
    sheet = metadata_csv.read(_content(top, sheet_file.given))
    places = _places(files)
    statements: dict[str, list[Statement]] = {}
    warnings = []
    for row in sheet.rows:
        about = _about(row.filename.strip("/"), places)
        if about is None:
            warnings.append(f"{metadata_csv.NAME}, line {row.line}: {row.filename} is not there")
        else:
            statements.setdefault(about, []).extend(row.statements)
    if sheet.other_columns:
        columns = ", ".join(sheet.other_columns)
        warnings.append(f"{metadata_csv.NAME}: kept but not read as description: {columns}")
    records = tuple(Record(about, tuple(found)) for about, found in statements.items() if found)
    return records, tuple(warnings)


def _about(name: str, places: Mapping[str, str]) -> str | None:
    """The place that a name in a spreadsheet points to, as it is or in written form."""
    if not name:
        return ""
    forms = (names.composed(form) for form in (written(name.encode("utf-8")), name))
    return next((places[form] for form in forms if form in places), None)


def _places(files: Sequence[ReceivedFile]) -> Mapping[str, str]:
    """Where a path in a spreadsheet may point: files and folders, with or without `objects/`."""
    places: dict[str, str] = {}
    for file in files:
        if file.role is not Role.PAYLOAD:
            continue
        path, stored = names.composed(written(file.given)), file.path
        while path and len(stored) >= len(DATA):
            for form in (path, path.removeprefix("data/"), path.removeprefix("objects/")):
                places.setdefault(form, stored)
            path, stored = path.rpartition("/")[0], stored.rpartition("/")[0]
    return places


def _findings(sip: Sip, warnings: Sequence[str]) -> Iterator[Finding]:
    octets = sum(file.size for file in sip.files)
    detail = f"{sip.kind} {written(os.fsencode(sip.root.name))} received"
    note = f"{len(sip.files)} files, {octets} octets"
    yield Finding(EventType.INGESTION_START, Outcome.SUCCESS, ARKIV, detail, note)
    if sip.kind is SipKind.BAG:
        detail = "completeness of the bag (RFC 8493, section 3)"
        note = "every file is listed in every payload manifest, every listed file is there"
        yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note)
    renamed = tuple(f.path for f in sip.files if not f.given.endswith(_below(f).encode()))
    if renamed:
        detail = "names that a bag cannot hold got an escaped stored name"
        note = f"{len(renamed)} files; the names as given are in originalName"
        yield Finding(EventType.FILENAME_CHANGE, Outcome.SUCCESS, ARKIV, detail, note, renamed)
    if sip.exclusions or sip.empty_folders:
        listed = [f"{written(e.given)}: {e.reason}" for e in sip.exclusions]
        listed += [f"{written(folder)}: an empty folder" for folder in sip.empty_folders]
        detail = "everything that is not a file is listed in documentation/received.jsonl"
        yield Finding(
            EventType.VALIDATION,
            Outcome.WARNING,
            ARKIV,
            detail,
            "not preserved as files: " + "; ".join(listed),
        )
    if warnings:
        detail = f"the description in {metadata_csv.NAME}"
        yield Finding(EventType.VALIDATION, Outcome.WARNING, ARKIV, detail, "; ".join(warnings))


def _below(file: ReceivedFile) -> str:
    return file.path.removeprefix(DATA if file.role is Role.PAYLOAD else SUBMISSION)
