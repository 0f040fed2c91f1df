"""Checks of what lies in a folder or a container, without an archive."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from preservation.assembly.checks import scanned_if_possible, told
from preservation.assembly.clock import SystemClock
from preservation.assembly.references import references
from preservation.assembly.several import holds_packages, tar_holds_packages
from preservation.assembly.sources import FolderSource, source_of, unpacking
from preservation.assembly.tars import TarSource
from preservation.errors import Rejected
from preservation.model.agreement import Agreement
from preservation.model.identifiers import PackageId
from preservation.model.names import written
from preservation.model.packages import Sip, SipKind
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.ports import Progress, Scanner
from preservation.recording import Heard, Stage, record
from preservation.rules import Refused, errors
from preservation.settings.place import cores
from preservation.stages.admit import admit, admit_formats
from preservation.stages.receive import receive
from preservation.stages.scan import scan
from preservation.stages.verify import Digests, compare, verify
from preservation.standards.bagit import Completeness, completeness, is_bag

if TYPE_CHECKING:  # it starts tools, which few checks need
    from preservation.assembly.toolbox import Toolbox

T = TypeVar("T")

ANY = Agreement("default")
"""No agreement: whatever is whole and harmless."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and everything that the rules say of it.

    `kind` is None when it could not be told. `done` are the checks that were made, with what came
    of each; `not_made` those that were not, each with the reason. `bag` tells a complete bag from
    a valid one; None is for what is no bag.
    """

    name: str
    kind: SipKind | None
    files: int
    bytes: int
    remarks: tuple[Remark, ...]
    done: tuple[str, ...]
    not_made: tuple[str, ...]
    bag: Completeness | None = None

    @property
    def valid(self) -> bool:
        """Whether it could be taken in."""
        return not errors(self.remarks)


@dataclass(frozen=True, slots=True)
class _By:
    """Who looks at a package, and who hears how far that is."""

    scanner: Scanner | None
    tools: "Toolbox | None"
    progress: Progress


def check(
    path: Path,
    *,
    progress: Progress,
    agreement: Agreement = ANY,
    archive: Path | None = None,
    scanner: Scanner | None = None,
    tools: "Toolbox | None" = None,
) -> Report:
    """Everything that the rules say of a package, as an ingest would find it; nothing is written.

    `archive` is the folder of the archive whose own BagIt profiles and schemas count. `tools`
    identify the files, which is done only where the agreement speaks of formats. Raises
    Misconfigured when there is nothing to look at.
    """
    by = _By(scanner, tools if agreement.speaks_of_formats else None, progress)
    heard = Heard()

    def hear(stage: Stage[T]) -> T:
        run, clock = package.uuid, SystemClock()
        return record(stage, name="check", run=run, package=package, journal=heard, clock=clock)

    package = PackageId(str(uuid4()))
    kind: SipKind | None = None
    refused: tuple[Remark, ...] = ()
    name, sizes = written(os.fsencode(path.name)), {}
    try:
        with source_of(path, agreement.limits, whole=by.tools is not None) as source:
            name, sizes = source.name, source.sizes
            sip = hear(_received(source, package, agreement, archive))
            kind = sip.kind
            sip = hear(admit(sip, agreement=agreement))
            hear(_checks(sip, source, agreement, by))
    except Rejected as rejected:
        refused = remarks_of(rejected)
    findings = [event.finding for event in heard.heard]
    said = [remark for finding in findings for remark in finding.remarks]
    made, missed = told(findings)
    remarks = tuple(dict.fromkeys([*said, *refused]))
    bag = None
    if is_bag(sizes):
        bag = completeness((it.code for it in errors(remarks)), compared=kind is not None)
    return Report(
        name,
        kind,
        len(sizes),
        sum(sizes.values()),
        remarks,
        made,
        missed,
        bag,
    )


def remarks_of(rejected: Rejected) -> tuple[Remark, ...]:
    """Why a package was refused, by the codes of rules."""
    remarks: tuple[Remark, ...] = getattr(rejected, "remarks", ())
    return remarks or tuple(Remark("REFUSED", found=reason) for reason in rejected.reasons)


def _checks(
    sip: Sip, source: FolderSource | TarSource, agreement: Agreement, by: _By
) -> Stage[None]:
    """Every check, also when one before it found something: the report has all at once."""
    digests: Digests | None = None
    remarks: list[Remark] = []
    try:
        digests = yield from _compared(sip, source, agreement, by)
    except Refused as refused:
        remarks += refused.remarks
    stage = scan(
        sip,
        source,
        scanner=by.scanner,
        agreement=agreement,
        now=SystemClock().now(),
        progress=by.progress,
    )
    try:
        yield from scanned_if_possible(stage)
    except Refused as refused:
        remarks += refused.remarks
    if remarks or digests is None:
        raise Refused(*remarks)
    if any(name.endswith(b"/METS.xml") for name in source.sizes):
        from preservation.stages.examine import examine  # noqa: PLC0415  loads what reads METS

        yield from examine(digests, source)


def _compared(
    sip: Sip, source: FolderSource | TarSource, agreement: Agreement, by: _By
) -> Stage[Digests]:
    """The digests; and, where the agreement speaks of them, the formats of what is whole."""
    if not agreement.speaks_of_formats:
        return (yield from compare(sip, source, cores=cores(), progress=by.progress))
    detail = f"agreement {agreement.name}: formats"
    missed = (EventType.FORMAT_IDENTIFICATION, Outcome.NOT_PERFORMED, ARKIV, detail)
    if by.tools is None:
        yield Finding(*missed, "no format identifier was given")
        return (yield from compare(sip, source, cores=cores(), progress=by.progress))
    try:
        stage = verify(sip, source, holder=None, cores=cores(), progress=by.progress)
        verified = yield from stage
    except Refused:
        yield Finding(*missed, "formats are told once the package is whole")
        raise
    identified = yield from by.tools.identify(verified, progress=by.progress)
    yield from admit_formats(identified, agreement=agreement)
    return {file.received.given: file.digests for file in verified.files}


def _received(
    source: FolderSource | TarSource, package: PackageId, by: Agreement, archive: Path | None
) -> Stage[Sip]:
    """What is in it; several packages in one container are no package."""
    yield from unpacking(source)
    if isinstance(source, TarSource):
        several = tar_holds_packages(source)
    else:
        several = source.unpacked is not None and holds_packages(source.place)
    if several:
        raise Refused(Remark("CONTAINER-SEVERAL"))
    return (yield from receive(source, package=package, references=references(by, archive)))
