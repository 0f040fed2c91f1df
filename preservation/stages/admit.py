"""Admit: is a SIP what its producer and the archive have agreed on?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from preservation.model.agreement import Agreement
from preservation.model.names import written
from preservation.model.packages import Identified, Sip, SipKind
from preservation.model.premis import (
    ARKIV,
    EventType,
    Finding,
    Grant,
    Outcome,
    RightsStatement,
)
from preservation.model.report import Level, Remark
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
