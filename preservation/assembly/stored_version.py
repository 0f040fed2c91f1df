"""The newest version of a stored AIP, complete, for the next one to be made of."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from preservation.assembly.archive import Archive
from preservation.assembly.formats_on_record import formats_on_record
from preservation.assembly.holdings import member
from preservation.errors import Corrupt
from preservation.model.premis import Event, EventType, FileObject, Outcome
from preservation.model.reidentification import OnRecord
from preservation.model.storage import Copy, Summary
from preservation.ports import Store
from preservation.stages.pack import Earlier
from preservation.standards import premis, received
from preservation.standards.members import MemberRow

_PREMIS = "metadata/preservation/premis.xml"
_COPY = " of the copy in store "


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored version in the copy that is read; what is read is compared with its digest."""

    copy: Copy
    store: Store
    rows: Mapping[str, MemberRow]
    told: Mapping[str, OnRecord]

    def objects(self, representation: str) -> tuple[FileObject, ...]:
        """The PREMIS objects of a representation, with the formats that are on record now."""
        content = self.document(f"representations/{representation}/{_PREMIS}")
        files = premis.read(io.BytesIO(content)).files
        return tuple(self._as_on_record(file) for file in files)

    def _as_on_record(self, file: FileObject) -> FileObject:
        known = self.told.get(file.path)
        if known is None:
            return file
        return replace(
            file, format=known.format, format_note=known.reason, answers=tuple(known.answers)
        )

    def document(self, path: str) -> bytes:
        """All octets of a member."""
        if path not in self.rows:
            raise Corrupt(f"store {self.store.name}: {path} is no member of {self.copy.package}")
        return member(self.store, self.copy, self.rows[path])


def stored_version(
    archive: Archive, summary: Summary, *, withdrawn: frozenset[str], reason: str
) -> Earlier:
    """The newest version, read from the soundest copy.

    Raises Corrupt or Unavailable when no copy tells of it.
    """
    told = formats_on_record(archive, summary)
    copy = told.copy
    on_record = {file.path: file for file in told.files}
    stored = _Stored(copy, archive.stores[copy.store], told.rows, on_record)
    files = {file.path: file for file in archive.catalogue.files(summary.id)}
    rows = tuple(
        replace(
            row,
            version=row.version or summary.version,
            file=files[row.file.path] if row.file else None,
        )
        for row in told.rows.values()
    )
    kept = stored.document(received.PATH) if received.PATH in told.rows else b""
    return Earlier(
        summary=summary,
        rows=rows,
        objects=stored.objects,
        events=tuple(_worth_keeping(archive.catalogue.events(summary.id))),
        rights=premis.read(io.BytesIO(stored.document(_PREMIS))).rights,
        received=kept,
        withdrawn=withdrawn,
        reason=reason,
        begun=archive.catalogue.versions(summary.id)[0].created,
    )


def _worth_keeping(events: tuple[Event, ...]) -> Iterator[Event]:
    """What PREMIS has of earlier versions: all but giving out, and of sound audits only the last.

    The ledger has the rest, which would outgrow the package itself.
    """
    last = {event.finding.detail: event.identifier for event in events if _routine(event)}
    for event in events:
        if event.finding.type is EventType.DISSEMINATION:
            continue
        if not _routine(event) or last[event.finding.detail] == event.identifier:
            yield event


def _routine(event: Event) -> bool:
    it = event.finding
    return (
        it.type in (EventType.FIXITY_CHECK, EventType.VALIDATION)
        and it.outcome is Outcome.SUCCESS
        and _COPY in it.detail
    )
