"""What told the format of each stored file: from PREMIS in a copy, and from what was told later."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from preservation.assembly.archive import Archive
from preservation.assembly.holdings import member
from preservation.errors import ArkivError, Corrupt, Unavailable
from preservation.model.premis import EventType, FileObject
from preservation.model.reidentification import OnRecord
from preservation.model.storage import Copy, CopyState, Summary
from preservation.ports import Store
from preservation.stages.disseminate import member_rows
from preservation.standards import premis
from preservation.standards.members import MemberRow, path_in_aip
from preservation.standards.reidentified import conclusion

_REPRESENTATIONS = "representations/"
_PREMIS = "/metadata/preservation/premis.xml"
_BEST_FIRST = (CopyState.SOUND, CopyState.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Formats:
    """The payload files of an AIP, and the copy whose PREMIS tells of them with its members."""

    files: tuple[OnRecord, ...]
    copy: Copy
    rows: Mapping[str, MemberRow]


def formats_on_record(archive: Archive, summary: Summary) -> Formats:
    """What is on record of the format of every payload file of a package.

    Raises Corrupt or Unavailable when no copy tells it.
    """
    copies = [c for c in archive.catalogue.copies(summary.id) if c.version == summary.version]
    usable = [c for c in copies if c.store in archive.stores and c.state in _BEST_FIRST]
    errors: list[ArkivError] = []
    for copy in sorted(usable, key=lambda c: _BEST_FIRST.index(c.state)):
        try:
            rows = _rows(archive.stores[copy.store], copy)
            return Formats(tuple(_on_record(archive, summary, copy, rows)), copy, rows)
        except (Corrupt, Unavailable) as error:
            errors.append(error)
    kind = Corrupt if any(isinstance(e, Corrupt) for e in errors) else Unavailable
    reasons = [reason for error in errors for reason in error.reasons]
    raise kind(*(reasons or [f"{summary.id}: no copy that is known to be sound can be read"]))


def _rows(store: Store, copy: Copy) -> Mapping[str, MemberRow]:
    """The members that lie in the AIP, by their paths in it."""
    top = f"{copy.package}/data/{copy.package}/"
    try:
        listed = member_rows(copy, store)
    except KeyError as missing:
        raise Corrupt(f"store {copy.store}: {missing.args[0]} is missing") from missing
    return {path_in_aip(row.name): row for row in listed if row.name.startswith(top)}


def _on_record(
    archive: Archive, summary: Summary, copy: Copy, rows: Mapping[str, MemberRow]
) -> list[OnRecord]:
    """Every payload file with the answers that are the newest on record."""
    events = archive.catalogue.events(summary.id)
    first = {
        e.finding.agent.name: e.finding.agent.note
        for e in events
        if e.finding.type is EventType.FORMAT_IDENTIFICATION and e.when <= summary.created
    }
    objects = {file.path: file for file in _objects(archive.stores[copy.store], copy, rows)}
    later = {}
    for event in events:
        told = conclusion(event.finding)
        if told:
            later.update(dict.fromkeys(event.finding.objects, told))
    found = []
    for row in rows.values():
        if row.file is None or row.file.path not in objects:
            continue
        it = objects[row.file.path]
        known = OnRecord(
            it.path,
            it.original_name,
            it.size,
            row.digest,
            it.format,
            it.answers,
            first,
            it.format_note,
        )
        newer = later.get(it.path)
        if newer:
            known = replace(
                known,
                format=newer.format,
                answers=newer.answers,
                releases=dict(newer.releases),
                reason=newer.reason,
            )
        found.append(known)
    return found


def _objects(store: Store, copy: Copy, rows: Mapping[str, MemberRow]) -> Iterator[FileObject]:
    """The file objects of every PREMIS document of a representation."""
    for path, row in rows.items():
        if path.startswith(_REPRESENTATIONS) and path.endswith(_PREMIS) and not row.file:
            content = member(store, copy, row)
            try:
                yield from premis.read(io.BytesIO(content)).files
            except ValueError as error:
                raise Corrupt(f"store {copy.store}: {path}: {error}") from error
