"""Values of the model in the forms that commands print and flows return."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from preservation import forms
from preservation.errors import (
    ArkivError,
    Corrupt,
    Misconfigured,
    Rejected,
    Unavailable,
)
from preservation.model import description, packages, premis, report, storage
from preservation.model.audit import Depth
from preservation.model.names import given, written
from preservation.model.rejection import Rejection
from preservation.model.storage import CopyState
from preservation.rules import Rule, errors, said, sentence

REPORT = "report.html"

if TYPE_CHECKING:  # a list of AIPs needs none of the stages
    from preservation.assembly.check import Report
    from preservation.model.receipt import Receipt
    from preservation.ports import Catalogue
    from preservation.stages.audit import Audited


def failure(error: ArkivError) -> forms.Failure:
    """The status of a document about an error."""
    kinds: tuple[tuple[type[ArkivError], forms.Failure], ...] = (
        (Misconfigured, "misconfigured"),
        (Rejected, "rejected"),
        (Corrupt, "corrupt"),
        (Unavailable, "unavailable"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "failed")


def copy(value: storage.Copy, reasons: Sequence[str] = ()) -> forms.Copy:
    """One copy."""
    return forms.Copy(
        store=value.store,
        version=value.version,
        key=value.key,
        sha512=value.digest.value,
        state=value.state.value,
        checked=value.checked,
        reasons=tuple(reasons),
    )


def account(value: storage.Account) -> forms.Account:
    """Where every file of a SIP went."""
    return forms.Account(
        preserved=forms.Sum(files=value.preserved_files, bytes=value.preserved_bytes),
        submission=forms.Sum(files=value.submission_files, bytes=value.submission_bytes),
        excluded=forms.Sum(files=value.excluded_files, bytes=value.excluded_bytes),
        received=forms.Sum(files=value.files, bytes=value.bytes),
    )


def receipt(value: "Receipt", sip: str) -> forms.IngestForm:
    """What a producer is told; `sip` is the SIP as it was named to the command."""
    return forms.IngestForm(
        status="preserved",
        aip_id=value.aip_id,
        version=value.version,
        files=value.account.preserved_files,
        bytes=value.account.preserved_bytes,
        copies=tuple(copy(c) for c in value.copies),
        sip=sip,
        account=account(value.account),
        exclusions=tuple(
            forms.Excluded(path=written(e.given), rule=e.rule, reason=e.reason)
            for e in value.exclusions
        ),
        warnings=value.warnings,
    )


def explained(value: Rule) -> forms.ExplainForm:
    """What the code of a rule means."""
    return forms.ExplainForm(
        status="known",
        code=value.code,
        level=value.level.value,
        says=value.says,
        expected=value.expected,
        remedy=value.remedy,
        source=value.source,
    )


def codes_in_markdown(families: Mapping[str, Sequence[Rule]]) -> str:
    """Every code with what it means and what to do, a table for each family of rules."""
    lines = []
    for family, members in families.items():
        lines += [f"### {family}", "", "| code | level | means | what to do |", "|---|---|---|---|"]
        for it in members:
            expected = f"; expected: {it.expected}" if it.expected else ""
            cells = (f"`{it.code}`", it.level.value, it.says + expected, it.remedy)
            lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
        lines.append("")
    return "\n".join(lines).rstrip()


def audited(
    summary: storage.Summary, outcomes: "Sequence[Audited]", *, depth: Depth
) -> forms.AuditForm:
    """The outcome of an audit of the copies of one AIP."""
    order = (CopyState.CORRUPT, CopyState.MISSING, CopyState.UNCHECKED, CopyState.SOUND)
    worst = min((a.state for a in outcomes), key=order.index)
    return forms.AuditForm(
        status=worst.value,
        reasons=tuple(reason for a in outcomes for reason in a.reasons),
        aip_id=summary.id,
        version=summary.version,
        files=summary.account.preserved_files,
        bytes=summary.account.preserved_bytes,
        copies=tuple(copy(a.copy, a.reasons) for a in outcomes),
        depth=depth,
    )


def audits(
    outcomes: "Iterable[Audited]", catalogue: "Catalogue", *, depth: Depth
) -> Iterator[forms.AuditForm]:
    """A form for each AIP as soon as its copies were audited; they come one after the other."""
    for package, copies in groupby(outcomes, key=lambda audited: audited.copy.package):
        summary = catalogue.package(package)
        if summary:  # else it was deleted meanwhile
            yield audited(summary, list(copies), depth=depth)


def exported(
    dip: packages.Dip, form: forms.DipForm, files: Iterable[storage.HeldFile]
) -> forms.ExportForm:
    """What was given out; `files` are those of the AIP."""
    escaped = (
        file
        for file in files
        if not given(file.original_name).endswith(file.path.partition("/data/")[2].encode())
    )
    return forms.ExportForm(
        status="exported",
        aip_id=dip.id,
        version=dip.version,
        files=dip.files,
        bytes=dip.bytes,
        copies=(copy(dip.copy),),
        form=form,
        place=str(dip.place),
        escaped_names=sum(1 for _ in escaped),
    )


def package_status(
    summary: storage.Summary, copies: Iterable[storage.Copy]
) -> Literal["preserved", "damaged"]:
    """Preserved when every copy is known to be sound, and enough stores have all versions.

    A store that is being filled does not count until it has all; one that was retired has none.
    """
    held: dict[str, set[int]] = {}
    sound = True
    for copy in copies:
        held.setdefault(copy.store, set()).add(copy.version)
        sound = sound and copy.state is CopyState.SOUND
    every = set(range(1, summary.version + 1))
    whole = {store for store, versions in held.items() if every <= versions}
    filled = all(store in whole for store in summary.stores if store in held)
    enough = len(whole) >= min(storage.FEWEST, len(summary.stores))
    return "preserved" if sound and filled and enough else "damaged"


def reasons(copies: Iterable[storage.Copy]) -> tuple[str, ...]:
    """What is the matter with copies that are not known to be sound."""
    return tuple(
        f"store {c.store}: the copy is {c.state}; see: arkiv show {c.package} --events"
        for c in copies
        if c.state is not CopyState.SOUND
    )


def listed(
    summary: storage.Summary, copies: Sequence[storage.Copy], *, beyond: Collection[str] = ()
) -> forms.ListForm:
    """One AIP in the list; copies in stores `beyond` preservation do not count."""
    return forms.ListForm(
        status=package_status(summary, [c for c in copies if c.store not in beyond]),
        reasons=reasons(copies),
        aip_id=summary.id,
        version=summary.version,
        files=summary.account.preserved_files,
        bytes=summary.account.preserved_bytes,
        copies=tuple(copy(c) for c in copies),
        title=summary.title,
        created=summary.created,
        sip=summary.sip,
    )


def statements(records: Iterable[description.Record]) -> tuple[forms.Statement, ...]:
    """Description, statement by statement."""
    return tuple(
        forms.Statement(
            about=record.about, element=it.element, value=it.value, language=it.language
        )
        for record in records
        for it in record.statements
    )


def file(value: storage.HeldFile) -> forms.File:
    """One payload file."""
    return forms.File(
        path=value.path,
        original_name=value.original_name,
        bytes=value.size,
        sha512=value.digest.value,
        puid=value.puid,
        format=value.format_name,
        mime=value.mime,
        validity=value.validity,
        inhibitors=value.inhibitors,
        source=value.source,
    )


def event(value: premis.Event) -> forms.Event:
    """One PREMIS event."""
    finding = value.finding
    return forms.Event(
        identifier=value.identifier,
        type=finding.type.value,
        when=value.when,
        outcome=finding.outcome.value,
        agent=str(finding.agent),
        detail=finding.detail,
        note=finding.note,
        objects=finding.objects,
    )


def remark(value: report.Remark) -> forms.Remark:
    """A remark with the words of its rule."""
    return forms.Remark.model_validate(asdict(said(value)))


def refused(value: Rejection, folder: Path) -> forms.RejectionForm:
    """A refused SIP; `folder` is where its report lies, if it does."""
    findings = tuple(forms.Remark.model_validate(asdict(it)) for it in value.findings)
    wrong = [it for it in findings if it.level == "error"]
    return forms.RejectionForm(
        status="rejected",
        reasons=tuple(f"{it.where}: {it.says}" if it.where else it.says for it in wrong),
        id=value.id,
        sip=value.name,
        when=value.when,
        kind=value.kind,
        agreement=value.agreement,
        files=value.files,
        bytes=value.bytes,
        quarantine=value.quarantine,
        report=str(folder / REPORT) if (folder / REPORT).is_file() else None,
        findings=findings,
    )


def checked(value: "Report", path: str) -> forms.CheckForm:
    """The report on a package; `path` is as it was named to the command."""
    return forms.CheckForm(
        status="valid" if value.valid else "invalid",
        reasons=tuple(sentence(remark) for remark in errors(value.remarks)),
        kind=value.kind.value if value.kind else None,
        bag=value.bag.value if value.bag else None,
        path=path,
        files=value.files,
        bytes=value.bytes,
        findings=tuple(remark(it) for it in value.remarks),
        done=value.done,
        not_performed=value.not_made,
    )
