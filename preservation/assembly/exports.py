"""Exports: a package given out of the soundest copy, and the giving out on record."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.errors import Misconfigured, Unavailable
from preservation.model.identifiers import PackageId
from preservation.model.packages import Dip
from preservation.model.storage import Copy, CopyState
from preservation.ports import Progress
from preservation.recording import Heard, record
from preservation.stages.disseminate import Form, disseminate
from preservation.standards.ledger import Entry

_BEST_FIRST = (CopyState.SOUND, CopyState.UNCHECKED, CopyState.CORRUPT, CopyState.MISSING)


def export(
    archive: Archive,
    package: PackageId,
    *,
    folder: Path,
    form: Form,
    progress: Progress,
    version: int | None = None,
) -> Dip:
    """Write one package (its newest version) below a folder; raises what `disseminate` raises.

    Raises Misconfigured for a version that it does not have. What was given out, and what proved
    damaged on the way, is in the ledger and the catalogue.
    """
    held = archive.catalogue.copies(package)
    newest = max((copy.version for copy in held), default=0)
    if version is not None and version not in {copy.version for copy in held}:
        raise Misconfigured(f"{package}: has no version {version}; the newest is {newest}")
    wanted = version or newest
    copies = sorted(
        (c for c in held if c.version == wanted and c.store in archive.stores),
        key=lambda c: (_BEST_FIRST.index(c.state), c.store not in archive.for_access),
    )
    journal = Heard()
    stage = disseminate(copies, stores=archive.stores, folder=folder, form=form, progress=progress)
    try:
        dip = record(
            stage,
            name="disseminate",
            run=uuid4(),
            package=package,
            journal=journal,
            clock=archive.clock,
        )
    except BaseException:
        with suppress(Unavailable):  # what is wrong with the copies is what must be told
            _remember(archive, copies, journal)
        raise
    _remember(archive, copies, journal)
    return dip


def _remember(archive: Archive, copies: Sequence[Copy], journal: Heard) -> None:
    entries = [
        Entry(copy.package, copy.version, copy.store, copy.key, copy.state, event)
        for copy, event in zip(copies, journal.heard, strict=False)
    ]
    ledger.append(archive, entries)
    for copy, entry in zip(copies, entries, strict=False):
        archive.catalogue.checked(ledger.after(copy, entry), [entry.event])


__all__ = ["Form", "export"]
