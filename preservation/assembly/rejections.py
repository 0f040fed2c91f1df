"""What is left of a refused SIP: its record and its report, in quarantine a copy, nothing else."""

import os
import shutil
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from preservation.assembly.archive import Archive
from preservation.assembly.check import remarks_of
from preservation.assembly.checks import told
from preservation.assembly.scratch import claimed, discard
from preservation.errors import ArkivError, Rejected
from preservation.model.agreement import Agreement, OnMalware
from preservation.model.identifiers import PackageId
from preservation.model.names import written
from preservation.model.premis import Event, Finding
from preservation.model.rejection import Rejection
from preservation.ports import Journal, Source
from preservation.rules import said

REJECTED = "rejected"
QUARANTINE = "quarantine"
_PARTIAL = ".partial"

Publish = Callable[[Path, Rejection], None]
"""Writes the report of a refused SIP into a folder."""


@dataclass(slots=True)
class Heeding:
    """A journal that remembers what was found; events on record do not have what rules said."""

    journal: Journal
    findings: list[Finding] = field(default_factory=list)

    def append(self, package: PackageId, event: Event) -> None:
        """Put an event on record, and remember its finding."""
        self.findings.append(event.finding)
        self.journal.append(package, event)

    def events(self, package: PackageId) -> tuple[Event, ...]:
        """The events of a package, in the order of their recording."""
        return self.journal.events(package)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A SIP as far as it was known when it was refused; `place` is where its producer put it."""

    id: PackageId
    place: Path
    kind: str | None
    source: Source | None
    agreement: Agreement
    findings: tuple[Finding, ...]


def reject(
    archive: Archive, submitted: Submitted, error: Rejected, publish: Publish | None
) -> None:
    """Put a refusal on record, and its report into a folder that `error.report` then names.

    What cannot be written (no room) does not hide the refusal itself.
    """
    sizes = _sizes(submitted.source)
    heard = [remark for finding in submitted.findings for remark in finding.remarks]
    remarks = dict.fromkeys([*heard, *remarks_of(error)])
    done, not_made = told(submitted.findings)
    rejection = Rejection(
        submitted.id,
        written(os.fsencode(submitted.place.name)),
        archive.clock.now(),
        submitted.kind,
        submitted.agreement.name,
        len(sizes),
        sum(sizes.values()),
        tuple(said(remark) for remark in remarks),
        _quarantine(archive, submitted, error),
        done,
        not_made,
    )
    archive.rejections.add(rejection)
    if publish:
        with suppress(OSError):
            error.report = str(_published(archive, rejection, publish))


def _sizes(source: Source | None) -> dict[bytes, int]:
    try:
        return dict(source.sizes) if source else {}
    except (ArkivError, OSError):
        return {}  # it is refused because it cannot be looked through


def _published(archive: Archive, rejection: Rejection, publish: Publish) -> Path:
    folder = archive.folder / REJECTED / rejection.id
    partial = folder.with_name(f".{rejection.id}{_PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        publish(partial, rejection)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _quarantine(archive: Archive, submitted: Submitted, error: Rejected) -> str:
    """Where a copy of a SIP with malware lies; empty when there is none, or why not."""
    hit = any(remark.code == "MALWARE-FOUND" for remark in remarks_of(error))
    source = submitted.source
    if not hit or source is None or submitted.agreement.malware is not OnMalware.QUARANTINE:
        return ""
    folder = archive.folder / QUARANTINE / submitted.id
    partial = folder.with_name(f".{submitted.id}{_PARTIAL}")
    try:
        partial.mkdir(mode=0o700, parents=True)
        _copy(submitted.place, source, partial)
        partial.rename(folder)
    except (OSError, ArkivError) as failed:
        shutil.rmtree(partial, ignore_errors=True)
        return f"no copy could be made: {failed}"
    return f"{QUARANTINE}/{submitted.id}"


def _copy(place: Path, source: Source, folder: Path) -> None:
    """One file that nobody opens or runs by mistake, and only the archive's user can read."""
    name = "sip" if place.is_file() else "sip.tar"
    handle = os.open(folder / f"{name}.quarantined", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
    with open(handle, "wb") as target:
        if place.is_file():
            with place.open("rb") as original:
                shutil.copyfileobj(original, target)
        else:
            _pack(source, target)
        target.flush()
        os.fsync(target.fileno())


def _pack(source: Source, target: BinaryIO) -> None:
    """A folder's files as a tar, their names as they are, owners and permissions left out."""
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for found in source.contents.files:
            member = tarfile.TarInfo(os.fsdecode(found.path))
            member.size, member.mode = found.size, 0o400
            member.mtime = found.modified_ns // 10**9
            with source.open(found.path) as content:
                tar.addfile(member, content)


def sweep(archive: Archive) -> None:
    """Remove reports and copies that were begun by a process that is dead, and never finished.

    A copy in quarantine without a record is such a one too: the record comes after it.
    """
    for kept in (REJECTED, QUARANTINE):
        for begun in (archive.folder / kept).glob(f".*{_PARTIAL}"):
            _sweep(archive, begun, begun.name[1 : -len(_PARTIAL)])
    copies = [it for it in (archive.folder / QUARANTINE).glob("*") if not it.name.startswith(".")]
    known = {rejection.id for rejection in archive.rejections.all()} if copies else set()
    for copy in copies:
        if copy.name not in known:
            _sweep(archive, copy, copy.name)


def _sweep(archive: Archive, left: Path, name: str) -> None:
    """Remove what was left of a package, unless its process lives; nothing of anybody else's."""
    try:
        scratch = archive.scratch / PackageId(name)
        with claimed(scratch):
            shutil.rmtree(left, ignore_errors=True)
    except (ValueError, BlockingIOError):
        return
    discard(scratch)
