"""Receive: what lies in a submitted package, and what becomes of each thing in it."""

import fnmatch
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from preservation.model import names
from preservation.model.contents import Contents, Found, Oddity
from preservation.model.description import Record, Statement
from preservation.model.identifiers import PackageId
from preservation.model.names import written
from preservation.model.packages import Exclusion, ReceivedFile, Role, Sip, SipKind
from preservation.model.premis import ARKIV, EventType, Finding, Outcome, RightsStatement
from preservation.model.report import Level, Remark
from preservation.ports import Source
from preservation.recording import Stage
from preservation.rules import errors, level, sentence
from preservation.stages.receive import bag, folder, histories, kinds
from preservation.stages.receive.reading import Reading, References
from preservation.standards import bagit

DATA = "representations/original/data/"
SUBMISSION = "submission/"


def receive(
    source: Source,
    *,
    package: PackageId,
    exclude: Sequence[str] = (),
    references: References | None = None,
) -> Stage[Sip]:
    """Account for everything in a submitted package; of its content nothing is read but metadata.

    `exclude` are file name patterns (`Thumbs.db`) that the archive does not want, `references` what
    a package may refer to outside of itself. What is wrong by the rules of the kind of package that
    it is stands in `faults`: only with the digests, which verify compares, is everything known that
    a producer must put right.
    """
    found = source.contents
    kept, exclusions = _apart(found, exclude)
    excluded, remarks = _odd(found.oddities)
    reading = read(source, references)
    remarks += reading.remarks
    if reading.kind is not SipKind.BAG and not any(f.path in reading.payload for f in kept):
        remarks.append(Remark("FOLDER-EMPTY"))
    files = _files(kept, reading)
    imported, said = histories.read(source, reading.histories, files)
    remarks += said
    sip = Sip(
        package,
        source.name,
        source.place,
        reading.kind,
        files,
        (*exclusions, *excluded),
        tuple(found.empty_folders),
        _records(reading, files),
        _rights(reading, files),
        reading.histories,
        errors(remarks),
        imported,
        reading.profiles,
    )
    yield from _judgement(sip, remarks)
    if reading.unchecked:
        detail, note = "documents held against their official schemas", "; ".join(reading.unchecked)
        yield Finding(EventType.VALIDATION, Outcome.NOT_PERFORMED, ARKIV, detail, note)
    yield from _findings(sip)
    return sip


def read(source: Source, references: References | None = None) -> Reading:
    """What the package says of itself, by the kind that its names show it to be."""
    references = references or References()
    # Each reader brings libraries along, so only that of the kind at hand is loaded.
    root = kinds.eark_root(source)
    outer = bag.read(source, references) if bagit.is_bag(source.sizes) else None
    if root is not None:
        from preservation.stages.receive import eark  # noqa: PLC0415

        inner = eark.read(source, root, references)
        return _inside(outer, inner) if outer else inner
    if outer and kinds.archivematica_documents(source):
        from preservation.stages.receive import archivematica  # noqa: PLC0415

        return archivematica.refined(source, outer)
    if outer:
        return outer
    if content := kinds.fgs_content(source):
        from preservation.stages.receive import fgs  # noqa: PLC0415

        return fgs.read(source, content, references)
    return folder.read(source, references=references)


def _inside(outer: Reading, inner: Reading) -> Reading:
    """A package that came in a bag: the bag's digests and remarks count as well."""
    claims = {
        path: (*outer.claims.get(path, ()), *inner.claims.get(path, ()))
        for path in {**outer.claims, **inner.claims}
    }
    remarks = (*outer.remarks, *inner.remarks)
    return replace(inner, claims=claims, remarks=remarks, profiles=outer.profiles)


def _apart(found: Contents, exclude: Sequence[str]) -> tuple[list[Found], list[Exclusion]]:
    if not exclude:
        return found.files, []
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


def _odd(oddities: Sequence[Oddity]) -> tuple[list[Exclusion], list[Remark]]:
    """Links and special files: nothing is lost with them, or the package is refused."""
    excluded, remarks = [], []
    for odd in oddities:
        where, target = written(odd.path), written(odd.target)
        if odd.kind != "symbolic link":
            reason = f"a {odd.kind} has no content to preserve"
            excluded.append(Exclusion(odd.path, odd.kind, reason))
            remarks.append(Remark("NOT-A-FILE", where, reason))
        elif odd.dangling:
            reason = f"points to {target}, which does not exist"
            excluded.append(Exclusion(odd.path, "dangling symbolic link", reason))
            remarks.append(Remark("NOT-A-FILE", where, reason))
        elif odd.inside:
            reason = f"points to {target}, which is preserved itself"
            excluded.append(Exclusion(odd.path, "symbolic link", reason))
            remarks.append(Remark("NOT-A-FILE", where, reason))
        else:
            remarks.append(Remark("LINK-OUTSIDE", where, f"a link to {target}"))
    return excluded, remarks


def _files(found: Sequence[Found], reading: Reading) -> tuple[ReceivedFile, ...]:
    inner, claims = reading.payload, reading.claims
    payload = names.stored(inner[f.path] for f in found if f.path in inner)
    submission = names.stored(f.path for f in found if f.path not in inner)
    files = []
    for path, size, modified in found:
        name = inner.get(path)
        if name is None:
            place, role = SUBMISSION + submission[path], Role.SUBMISSION
        else:
            place, role = DATA + payload[name], Role.PAYLOAD
        files.append(ReceivedFile(path, place, role, size, modified, claims.get(path, ())))
    return tuple(files)


def _records(reading: Reading, files: Sequence[ReceivedFile]) -> tuple[Record, ...]:
    """Description by where in the AIP the thing that it is about will lie."""
    if not reading.statements:
        return ()
    places = _places(files)
    records: dict[str, list[Statement]] = {}
    for about, statements in reading.statements:
        if about in places:
            records.setdefault(places[about], []).extend(statements)
    return tuple(Record(about, tuple(said)) for about, said in records.items())


def _rights(reading: Reading, files: Sequence[ReceivedFile]) -> tuple[RightsStatement, ...]:
    """Rights by where in the AIP the files and folders lie that they are about."""
    if not reading.rights:
        return ()
    places, given = _places(files), {file.given for file in files}
    rights = []
    for number, (about, statement) in enumerate(reading.rights, start=1):
        where = places.get(about, "")
        where += "/" if where and about not in given else ""
        identifier = statement.identifier or f"rights-{number}"
        rights.append(replace(statement, identifier=identifier, objects=(where,) if where else ()))
    return tuple(rights)


def _places(files: Sequence[ReceivedFile]) -> Mapping[bytes, str]:
    """Where each payload file, and each folder of them, as given, will lie."""
    places = {b"": ""}
    for file in files:
        given, stored = file.given, file.path
        if file.role is not Role.PAYLOAD:
            continue
        while given and len(stored) >= len(DATA):
            places.setdefault(given, stored)
            given, stored = given.rpartition(b"/")[0], stored.rpartition("/")[0]
    return places


def _judgement(sip: Sip, remarks: Sequence[Remark]) -> Iterator[Finding]:
    """What the rules say of the package as a whole, apart by how grave it is."""
    outcomes = {Level.ERROR: Outcome.FAILURE, Level.WARNING: Outcome.WARNING}
    detail = f"the rules for its kind, {sip.kind}"
    said = {grave: [r for r in remarks if level(r) is grave] for grave in Level}
    for grave, outcome in outcomes.items():
        if said[grave]:
            note = "; ".join(sentence(remark) for remark in said[grave])
            of = tuple(said[grave])
            if grave is Level.ERROR:
                of += tuple(said[Level.INFO])  # else they stand with what is in order, below
            yield Finding(EventType.VALIDATION, outcome, ARKIV, detail, note, remarks=of)
    if not said[Level.ERROR]:
        note = "no error" if said[Level.WARNING] else "nothing to remark"
        of = tuple(said[Level.INFO])
        yield Finding(EventType.VALIDATION, Outcome.SUCCESS, ARKIV, detail, note, remarks=of)


def _findings(sip: Sip) -> Iterator[Finding]:
    octets = sum(file.size for file in sip.files)
    detail = f"{sip.kind} {sip.name} received"
    note = f"{len(sip.files)} files, {octets} octets"
    yield Finding(EventType.INGESTION_START, Outcome.SUCCESS, ARKIV, detail, note)
    renamed = tuple(f.path for f in sip.files if not f.given.endswith(_below(f).encode()))
    if renamed:
        detail = "names that a bag cannot hold got an escaped stored name"
        note = f"{len(renamed)} files; the names as given are in originalName"
        yield Finding(EventType.FILENAME_CHANGE, Outcome.SUCCESS, ARKIV, detail, note, renamed)
    if sip.imported:
        detail = "events that another system recorded are among those of the package"
        documents = ", ".join(written(path) for path in sip.histories)
        note = f"{len(sip.imported)} events imported from {documents}"
        yield Finding(EventType.METADATA_EXTRACTION, Outcome.SUCCESS, ARKIV, detail, note)
    if sip.exclusions or sip.empty_folders:
        listed = [f"{written(e.given)}: {e.reason}" for e in sip.exclusions]
        listed += [f"{written(empty)}: an empty folder" for empty in sip.empty_folders]
        detail = "everything that is not a file is listed in documentation/received.jsonl"
        note = "not preserved as files: " + "; ".join(listed)
        yield Finding(EventType.VALIDATION, Outcome.WARNING, ARKIV, detail, note)


def _below(file: ReceivedFile) -> str:
    return file.path.removeprefix(DATA if file.role is Role.PAYLOAD else SUBMISSION)


__all__ = ["receive"]
