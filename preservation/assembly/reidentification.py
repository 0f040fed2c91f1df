"""Formats of what is stored, told again by newer signatures: planned, done, and on record."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.audits import Heard, required
from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable
from preservation.model.premis import EventType, FileObject
from preservation.model.reidentification import Due, OnRecord, due
from preservation.model.storage import Copy, CopyState, Summary
from preservation.ports import Identifier, Progress, Store
from preservation.recording import record
from preservation.stages.disseminate import member_rows
from preservation.stages.reidentify import Again, Held, reidentify
from preservation.standards import premis
from preservation.standards.ledger import Entry
from preservation.standards.members import MemberRow, path_in_aip
from preservation.standards.reidentified import conclusion

_REPRESENTATIONS = "representations/"
_PREMIS = "/metadata/preservation/premis.xml"
_BEST_FIRST = (CopyState.SOUND, CopyState.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due of one AIP, and the copy that it is read from."""

    summary: Summary
    files: int
    due: tuple[Due, ...]
    copy: Copy
    rows: Mapping[str, MemberRow]


def named(archive: Archive, ids: Sequence[str]) -> tuple[Summary, ...]:
    """The packages with these identifiers, or all; raises Misconfigured for one that is unknown."""
    if not ids:
        return archive.catalogue.packages()
    return tuple(required(archive.catalogue, id_) for id_ in dict.fromkeys(ids))


def plan(archive: Archive, summary: Summary, *, every: bool) -> Plan:
    """What is due of one package, from its PREMIS and from what was told later.

    Raises Unavailable or Corrupt when no copy tells it, Misconfigured without an identifier.
    """
    agents = archive.tools.agents
    if not agents:
        raise Misconfigured("no format identifier works here; see arkiv doctor")
    copies = [c for c in archive.catalogue.copies(summary.id) if c.version == summary.version]
    usable = [c for c in copies if c.store in archive.stores and c.state in _BEST_FIRST]
    errors: list[ArkivError] = []
    for copy in sorted(usable, key=lambda c: _BEST_FIRST.index(c.state)):
        try:
            rows = _rows(archive.stores[copy.store], copy)
            files = _on_record(archive, summary, copy, rows)
        except (Corrupt, Unavailable) as error:
            errors.append(error)
            continue
        now = {name: agent.note for name, agent in agents.items()}
        return Plan(summary, len(files), due(files, now, every=every), copy, rows)
    kind = Corrupt if any(isinstance(e, Corrupt) for e in errors) else Unavailable
    reasons = [reason for error in errors for reason in error.reasons]
    raise kind(*(reasons or [f"{summary.id}: no copy that is known to be sound can be read"]))


def carry_out(archive: Archive, it: Plan, *, progress: Progress) -> tuple[Again, ...]:
    """Ask again about what is due; what came of it is in the ledger and the catalogue.

    Raises Unavailable when no store takes the ledger: then nothing is on record.
    """
    asked: list[Identifier] = [tool for tool in archive.tools.identifiers if tool is not None]
    archive.scratch.mkdir(exist_ok=True)
    journal = Heard()
    told = record(
        reidentify(
            it.due,
            Held(it.copy, archive.stores[it.copy.store], it.rows),
            identifiers=asked,
            scratch=archive.scratch,
            progress=progress,
        ),
        name="reidentify",
        run=uuid4(),
        package=it.summary.id,
        journal=journal,
        clock=archive.clock,
    )
    copy = it.copy
    entries = [
        Entry(copy.package, copy.version, copy.store, copy.key, copy.state, event)
        for event in journal.heard
    ]
    ledger.append(archive, entries)
    if entries:
        archive.catalogue.checked(copy, [entry.event for entry in entries])
    return told


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
            it.path, it.original_name, it.size, row.digest, it.format, it.answers, first
        )
        newer = later.get(it.path)
        if newer:
            known = replace(
                known,
                format=newer.format,
                answers=newer.answers,
                releases=dict(newer.releases),
            )
        found.append(known)
    return found


def _objects(store: Store, copy: Copy, rows: Mapping[str, MemberRow]) -> Iterator[FileObject]:
    """The file objects of every PREMIS document of a representation."""
    for path, row in rows.items():
        if path.startswith(_REPRESENTATIONS) and path.endswith(_PREMIS) and not row.file:
            content = b"".join(store.read(copy.key, row.offset, row.offset + row.size))
            try:
                yield from premis.read(io.BytesIO(content)).files
            except ValueError as error:
                raise Corrupt(f"store {copy.store}: {path}: {error}") from error
