"""What SIP, AIP and DIP ask of the root METS beyond CSIP: profile, agents, record identifiers."""

import re

from preservation.model.report import Level
from preservation.standards.eark.document import Document, Element
from preservation.standards.eark.judging import Judging

_PROFILES = {
    "SIP": ("SIP2", re.compile(r"https?://earksip\.dilcis\.eu/profile/E-ARK-SIP(-v2-\d-\d)?\.xml")),
    "AIP": (
        "AIPM2",
        re.compile(r"https?://eark(aip|dip)\.dilcis\.eu/profile/E-ARK-AIP(-v2-\d-\d)?\.xml"),
    ),
    "DIP": ("DIP2", re.compile(r"https?://earkdip\.dilcis\.eu/profile/E-ARK-DIP(-v2-\d-\d)?\.xml")),
}
_COMMON = re.compile(r"https?://(earkcsip\.dilcis\.eu/|www\.eark-project\.com/METS/IP\.xml)", re.I)
_FGS = re.compile(r"https?://([a-z]+\.)?(riksarkivet|ra)\.se/", re.I)


def kind_of(document_root: Element) -> str:
    """SIP, AIP or DIP by the profile that a package claims; empty when it names none of them."""
    profile = document_root.get("PROFILE")
    return next((kind for kind, (_, it) in _PROFILES.items() if it.fullmatch(profile)), "")


def claims_only_csip(document: Document) -> bool:
    """Whether its profile says that a package follows CSIP and no more."""
    return _COMMON.match(document.root.get("PROFILE")) is not None


def judge(it: Judging, document: Document, kind: str) -> None:
    """The rules of one kind (SIP, AIP, DIP) on the root METS document."""
    root = document.root
    code, pattern = _PROFILES[kind]
    profile = root.get("PROFILE")
    if not pattern.fullmatch(profile):
        softer = _COMMON.match(profile) or _FGS.match(profile)
        level = Level.WARNING if softer else None
        it.remarks.add(code, root, profile or "nothing", level=level)
    for header in list(root.all("metsHdr"))[:1]:
        if kind == "SIP":
            _record_identifiers(it, header)
            if not claims_only_csip(document):
                _agents(it, header)
    if kind == "AIP":
        _provenance(it, root)
    if kind in ("AIP", "DIP"):
        sections = list(root.all("dmdSec"))
        if sections and not any(s.get("STATUS") == "CURRENT" for s in sections):
            it.remarks.add("AIPM4" if kind == "AIP" else "DIP4", sections[0], "none is CURRENT")


_IDENTIFIERS = {
    "SUBMISSIONAGREEMENT": ("SIP5", True),
    "PREVIOUSSUBMISSIONAGREEMENT": ("SIP6", False),
    "REFERENCECODE": ("SIP7", True),
    "PREVIOUSREFERENCECODE": ("SIP8", False),
}


def _record_identifiers(it: Judging, header: Element) -> None:
    """An altRecordID may be left out, but not be empty, nor stand twice where one is meant."""
    seen: set[str] = set()
    for record in header.all("altRecordID"):
        code, once = _IDENTIFIERS.get(record.get("TYPE"), ("", False))
        if not code:
            continue
        if not record.text:
            it.remarks.add(code, record, "nothing", level=Level.WARNING)
        if once and code in seen:
            it.remarks.add(code, record, "a second one", "one", level=Level.WARNING)
        seen.add(code)


def _agents(it: Judging, header: Element) -> None:
    """Who made, submits, knows about and will keep the records; software is none of them."""
    parties = [a for a in header.all("agent") if a.get("OTHERTYPE") != "SOFTWARE"]
    submitters = [a for a in parties if a.get("ROLE") == "CREATOR"]
    people = [a for a in submitters if a.get("TYPE") == "INDIVIDUAL"]
    bodies = [a for a in submitters if a.get("TYPE") == "ORGANIZATION"]
    submitting = (bodies or people or submitters)[-1:]
    if not submitting:
        candidates = [a for a in parties if a.get("ROLE") not in ("ARCHIVIST", "PRESERVATION")]
        if not candidates:
            it.remarks.add("SIP15", header, "no such agent")
        submitting = candidates[:1]
    for agent in submitting:
        _party(it, agent, ("SIP16", "SIP17", "SIP18", "SIP20"))
    for agent in parties:
        role = agent.get("ROLE")
        if role == "ARCHIVIST":
            _party(it, agent, ("SIP10", "SIP11", "SIP12", "SIP14"))
        elif role == "PRESERVATION":
            _party(it, agent, ("SIP27", "", "SIP29", "SIP31"))
            if agent.get("TYPE") != "ORGANIZATION":
                it.remarks.add("SIP28", agent, agent.get("TYPE") or "nothing", "ORGANIZATION")
        elif agent in people and agent not in submitting:
            _party(it, agent, ("SIP22", "SIP23", "SIP24", ""))


def _party(it: Judging, agent: Element, codes: tuple[str, str, str, str]) -> None:
    role, kind, name, note = codes
    if not agent.get("ROLE"):
        it.remarks.add(role, agent, "nothing")
    if kind and agent.get("TYPE") not in ("ORGANIZATION", "INDIVIDUAL"):
        it.remarks.add(kind, agent, agent.get("TYPE") or "nothing")
    if not any(n.text for n in agent.all("name")):
        it.remarks.add(name, agent, "no name")
    for said in agent.all("note"):
        if note and said.get("csip:NOTETYPE") != "IDENTIFICATIONCODE":
            it.remarks.add(note, said, said.get("csip:NOTETYPE") or "nothing", level=Level.WARNING)


def _provenance(it: Judging, root: Element) -> None:
    references = list(root.all("amdSec", "digiprovMD", "mdRef"))
    if not references:
        it.remarks.add("AIPM5", root, "no digiprovMD with an mdRef")
        return
    premis = [ref for ref in references if ref.get("MDTYPE").startswith("PREMIS")]
    if not premis:
        it.remarks.add("AIPM6", references[0], references[0].get("MDTYPE"), "PREMIS")
    for ref in premis:
        version = ref.get("MDTYPEVERSION")
        if not version.startswith("3"):
            it.remarks.add("AIPM7", ref, version or "nothing", "3.0")
