"""Admit: is a SIP what its producer and the archive have agreed on?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from preservation.asking import counted
from preservation.model.agreement import Agreement
from preservation.model.names import written
from preservation.model.packages import Identified, Sip, SipKind, Validated
from preservation.model.policy import FormatPolicy, LetIn, OnInvalid
from preservation.model.premis import (
    ARKIV,
    EventType,
    Finding,
    Grant,
    Outcome,
    RightsStatement,
)
from preservation.model.report import Level, Remark
from preservation.model.validity import FAULTY, Judgement
from preservation.recording import Stage
from preservation.rules import Refused, errors, level, sentence

ELEMENTS = {
    "reference code": "identifier",
    "title": "title",
    "creator": "creator",
    "date": "date",
    "level": "type",
    "extent": "format",
}
"""Where each of the six essential elements of ISAD(G) stands in Dublin Core."""


def admit(sip: Sip, *, agreement: Agreement) -> Stage[Sip]:
    """Hold a SIP against an agreement; what refuses it is added to its faults.

    A package that says nothing of its rights gets those of the agreement.
    """
    remarks = (
        *_kind(sip, agreement),
        *_size(sip, agreement),
        *_description(sip, agreement),
    )
    yield _finding(agreement, remarks, "kind, size and description")
    rights = sip.rights or _rights(agreement)
    return replace(sip, faults=(*sip.faults, *errors(remarks)), rights=rights)


def admit_formats(identified: Identified, *, agreement: Agreement) -> Stage[Identified]:
    """Hold the formats of the files against an agreement; raises Refused with those not agreed."""
    allowed, refused = agreement.allowed_formats, agreement.refused_formats
    if not allowed and not refused:
        return identified
    files: dict[Remark, list[str]] = defaultdict(list)
    for file, it in zip(identified.payload, identified.identifications, strict=True):
        puid = it.format.puid
        name = f"{puid or 'unknown format'} {it.format.name}".strip()
        where = written(file.received.given)
        if puid in refused:
            files[Remark("AGREEMENT-FORMAT-REFUSED", where, name)].append(file.received.path)
        elif allowed and puid not in allowed:
            expected = ", ".join(sorted(allowed))
            remark = Remark("AGREEMENT-FORMAT", where, name, expected)
            files[remark].append(file.received.path)
    missed = sum(1 for it in identified.identifications if not it.performed)
    if missed:
        detail = f"{_named(agreement)}: formats of files that nobody could identify"
        note = f"{missed} of {len(identified.identifications)} files"
        yield Finding(EventType.VALIDATION, Outcome.NOT_PERFORMED, ARKIV, detail, note)
    if files or missed < len(identified.identifications):
        yield _finding(agreement, tuple(files), "formats")
    if files:
        raise Refused(*files)
    return identified


def admit_validity(validated: Validated, *, policy: FormatPolicy) -> Stage[Validated]:
    """Do with faulty files what the policy says; raises Refused with those that it does not keep.

    Without a faulty file there is nothing to decide, and nothing is put on record.
    """
    identified = validated.characterized.identified
    kept: list[str] = []
    let_in: dict[LetIn, list[str]] = defaultdict(list)
    refused: dict[Remark, str] = {}
    for file, it, judgements in zip(
        identified.payload, identified.identifications, validated.judgements, strict=True
    ):
        faults = [one for one in judgements if one.verdict in FAULTY]
        if not faults:
            continue
        digest = file.digests[0].value
        what = policy.on_invalid(it.format.puid)
        if what is OnInvalid.KEEP:
            kept.append(file.received.path)
        elif digest in policy.let_in:
            let_in[policy.let_in[digest]].append(file.received.path)
        else:
            code = "POLICY-ASK" if what is OnInvalid.ASK else "POLICY-INVALID"
            found = f"{_faults(faults)}; SHA-512 {digest}"
            refused[Remark(code, written(file.received.given), found)] = file.received.path
    yield from _decisions(policy, kept, let_in, refused)
    if refused:
        raise Refused(*refused)
    return validated


def _faults(faults: Sequence[Judgement]) -> str:
    return "; ".join(f"{it.verdict} as {it.against} ({it.agent}): {it.note}" for it in faults)


def _decisions(
    policy: FormatPolicy,
    kept: Sequence[str],
    let_in: Mapping[LetIn, Sequence[str]],
    refused: Mapping[Remark, str],
) -> Iterator[Finding]:
    """One finding for each thing that was decided, with the files that it was decided of."""
    detail = f"{policy.title}: what becomes of faulty files"
    kind = EventType.VALIDATION
    if kept:
        note = f"kept with their faults ({counted(len(kept))})"
        yield Finding(kind, Outcome.WARNING, ARKIV, detail, note, tuple(kept))
    for decision, paths in let_in.items():
        note = f"let in by {decision.by}, because: {decision.because} ({counted(len(paths))})"
        yield Finding(kind, Outcome.WARNING, ARKIV, detail, note, tuple(paths))
    if refused:
        note = f"refused ({counted(len(refused))})"
        objects, remarks = tuple(refused.values()), tuple(refused)
        yield Finding(kind, Outcome.FAILURE, ARKIV, detail, note, objects, remarks=remarks)


def _finding(agreement: Agreement, remarks: tuple[Remark, ...], what: str) -> Finding:
    graves = {level(remark) for remark in remarks}
    outcome = Outcome.SUCCESS
    if Level.WARNING in graves:
        outcome = Outcome.WARNING
    if Level.ERROR in graves:
        outcome = Outcome.FAILURE
    detail = f"{_named(agreement)}: {what}"
    note = "; ".join(sentence(remark) for remark in remarks) or "as agreed"
    return Finding(EventType.VALIDATION, outcome, ARKIV, detail, note, remarks=remarks)


def _named(agreement: Agreement) -> str:
    version = f", version {agreement.version}" if agreement.version else ""
    return f"agreement {agreement.name}{version}"


def _kind(sip: Sip, agreement: Agreement) -> Iterator[Remark]:
    if agreement.kinds and sip.kind not in agreement.kinds:
        yield Remark("AGREEMENT-KIND", "", sip.kind, ", ".join(sorted(agreement.kinds)))
    if agreement.profile and sip.kind is SipKind.BAG and agreement.profile not in sip.profiles:
        found = ", ".join(sip.profiles[:5])[:200] or "no profile"
        yield Remark("AGREEMENT-PROFILE", "bag-info.txt", found, agreement.profile)


def _size(sip: Sip, agreement: Agreement) -> Iterator[Remark]:
    limits = agreement.limits
    octets = sum(file.size for file in sip.files)
    if len(sip.files) > limits.files:
        yield Remark("AGREEMENT-FILES", "", f"{len(sip.files)} files", f"at most {limits.files}")
    if octets > limits.bytes:
        expected = f"at most {limits.bytes} octets"
        yield Remark("AGREEMENT-BYTES", "", f"{octets} octets", expected)
    for file in sip.files:
        depth = file.given.count(b"/")
        if file.size <= limits.file_bytes and depth <= limits.depth:
            continue
        where = written(file.given)
        if file.size > limits.file_bytes:
            expected = f"at most {limits.file_bytes} octets"
            yield Remark("AGREEMENT-FILE-BYTES", where, f"{file.size} octets", expected)
        if depth > limits.depth:
            yield Remark("AGREEMENT-DEPTH", where, f"{depth} folders", f"at most {limits.depth}")


def _description(sip: Sip, agreement: Agreement) -> Iterator[Remark]:
    told = [record for record in sip.description if not record.about]
    there = {said.element for record in told for said in record.statements if said.value.strip()}
    missing = [name for name in agreement.mandatory if ELEMENTS[name] not in there]
    if missing:
        found = "missing: " + ", ".join(f"{name} (dc.{ELEMENTS[name]})" for name in missing)
        yield Remark("AGREEMENT-DESCRIPTION", "", found, level=agreement.missing)


def _rights(agreement: Agreement) -> tuple[RightsStatement, ...]:
    """What the agreement says of access, where it says anything."""
    if agreement.access == "unknown":
        return ()
    basis = agreement.rights_basis
    other = "submission agreement" if basis == "other" else ""
    grants = (Grant(agreement.access),)
    notes = (agreement.rights,) if agreement.rights else ()
    return (
        RightsStatement(
            "rights-of-agreement",
            basis,
            grants,
            other_basis=other,
            notes=notes,
            citation=agreement.rights if basis == "statute" else "",
        ),
    )
