"""Checks of what lies in a folder or a tar, without an archive."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from preservation.assembly.archive import SystemClock
from preservation.assembly.audits import Heard
from preservation.assembly.sources import source_of
from preservation.errors import Misconfigured, Rejected
from preservation.model.identifiers import PackageId
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.ports import Progress
from preservation.recording import Stage, record
from preservation.settings import cores
from preservation.stages.receive import receive
from preservation.stages.validate import Kind, Validated, kind_of, validate
from preservation.stages.verify import verify


def check(path: Path, *, progress: Progress) -> tuple[Validated, Sequence[Finding]]:
    """Whether a bag, an AIP (a folder or its tar) or a folder is in order, and what was found.

    A plain folder is in order when it could be ingested. Raises Misconfigured when there is
    nothing to look at.
    """
    heard = Heard()
    package = PackageId(str(uuid4()))

    def run(stage: Stage[Validated]) -> Validated:
        return record(
            stage,
            name="check",
            run=package.uuid,
            package=package,
            journal=heard,
            clock=SystemClock(),
        )

    kind = Kind.BAG
    try:
        source = source_of(path)
        kind = kind_of(source)
        if kind is Kind.FOLDER and path.is_dir():
            validated = run(_receivable(path, package, progress))
        elif kind is Kind.FOLDER:
            raise Misconfigured(
                f"{path}: a tar without a bag in it; unpack it and check the folder"
            )
        else:
            validated = run(validate(source, progress=progress))
    except Rejected as rejected:
        findings = [event.finding for event in heard.heard]
        told = {f.note for f in findings if f.outcome is Outcome.FAILURE}
        findings += [
            Finding(EventType.VALIDATION, Outcome.FAILURE, ARKIV, "can be received", reason)
            for reason in rejected.reasons
            if reason not in told
        ]
        return Validated(kind, 0, 0, valid=False), findings
    return validated, [event.finding for event in heard.heard]


def _receivable(path: Path, package: PackageId, progress: Progress) -> Stage[Validated]:
    sip = yield from receive(path, package=package)
    yield from verify(sip, holder=None, cores=cores(), progress=progress)
    octets = sum(file.size for file in sip.files)
    return Validated(Kind.FOLDER, len(sip.files), octets, valid=True)
