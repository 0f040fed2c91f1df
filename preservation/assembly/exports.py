"""Exports: a package given out of the soundest copy, and the giving out on record."""

import os
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.errors import Corrupt, Misconfigured, Unavailable
from preservation.model.identifiers import PackageId
from preservation.model.names import given
from preservation.model.packages import Dip
from preservation.model.storage import Copy, CopyState, HeldFile
from preservation.ports import Progress
from preservation.recording import Heard, Stage, record
from preservation.stages.disseminate import Form, disseminate, member_rows
from preservation.stages.hand_out import Wanted, hand_out
from preservation.standards.ledger import Entry

_NEAR = 10_000
"""Names that are looked through for one that was meant."""
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
    copies = _soundest(archive, package, version)
    journal = Heard()
    stage = disseminate(copies, stores=archive.stores, folder=folder, form=form, progress=progress)
    return _on_record(archive, copies, stage, journal)


def _soundest(archive: Archive, package: PackageId, version: int | None) -> list[Copy]:
    """The copies of a version, the best known first; of the newest by default."""
    held = archive.catalogue.copies(package)
    newest = max((copy.version for copy in held), default=0)
    if version is not None and version not in {copy.version for copy in held}:
        raise Misconfigured(f"{package}: has no version {version}; the newest is {newest}")
    wanted = version or newest
    found = sorted(
        (c for c in held if c.version == wanted and c.store in archive.stores),
        key=lambda c: (
            _BEST_FIRST.index(c.state),
            c.store in archive.sealed,
            c.store not in archive.for_access,
        ),
    )
    if not found:
        raise Misconfigured(
            f"{package}: no store that is in use has a copy of it; see them with: arkiv store list"
        )
    return found


def _on_record(archive: Archive, copies: Sequence[Copy], stage: Stage[Dip], journal: Heard) -> Dip:
    package = copies[0].package
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


def export_file(
    archive: Archive,
    package: PackageId,
    name: str,
    *,
    folder: Path,
    progress: Progress,
    version: int | None = None,
) -> Dip:
    """Write one file of a package into a folder, without reading the rest of the package.

    `name` is its path in the AIP, or its name in the SIP; it is written under the last part of its
    name. Raises Misconfigured when there is none of that name, or several; else what `hand_out`
    raises. What was given out is on record.
    """
    copies = _soundest(archive, package, version)
    file = _named(archive, copies[0], name)
    if file.offset is None:
        file = _with_offset(archive, copies, file)
    place = folder / os.fsdecode(given(file.original_name).rpartition(b"/")[2])
    journal = Heard()
    stage = hand_out(Wanted(file, place), copies, stores=archive.stores, progress=progress)
    return _on_record(archive, copies, stage, journal)


def _named(archive: Archive, copy: Copy, name: str) -> HeldFile:
    package, version = copy.package, copy.version
    found = archive.catalogue.found(package, name, version)
    if len(found) > 1:
        paths = ", ".join(file.path for file in found)
        raise Misconfigured(f"{name}: {len(found)} files are called so; name one of {paths}")
    if not found:
        names = (file.original_name for file in archive.catalogue.files(package))
        near = get_close_matches(name, islice(names, _NEAR), n=3, cutoff=0.5)
        also = f"; there is {', '.join(near)}" if near else ""
        raise Misconfigured(
            f"{name}: no file of version {version} of AIP {package} is called so{also}; see them "
            f"with: arkiv show {package} --files"
        )
    return found[0]


def _with_offset(archive: Archive, copies: Sequence[Copy], file: HeldFile) -> HeldFile:
    """From a list of members that can be believed, for a catalogue of before it had offsets."""
    reasons: list[str] = []
    for copy in copies:
        try:
            for row in member_rows(copy, archive.stores[copy.store]):
                if row.file and row.file.path == file.path:
                    return row.file
            reasons.append(f"store {copy.store}: {file.path} is not in the list of members")
        except KeyError as gone:
            reasons.append(f"store {copy.store}: {gone.args[0]} is missing")
        except (Corrupt, Unavailable) as error:
            reasons += error.reasons
    raise Corrupt(*reasons, f"run arkiv audit {copies[0].package}")


def _remember(archive: Archive, copies: Sequence[Copy], journal: Heard) -> None:
    entries = [
        Entry(copy.package, copy.version, copy.store, copy.key, copy.state, event)
        for copy, event in zip(copies, journal.heard, strict=False)
    ]
    ledger.append(archive, entries)
    for copy, entry in zip(copies, entries, strict=False):
        archive.catalogue.checked(ledger.after(copy, entry), [entry.event])


__all__ = ["Form", "export"]
