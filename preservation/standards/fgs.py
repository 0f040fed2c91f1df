"""The METS of FGS 1.2 (Riksarkivet, RAFGS1V1.2): who sends, under which agreement, which files."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, cast
from urllib.parse import unquote_to_bytes

from lxml import etree

from preservation.model.description import Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.premis import Grant, RightsStatement
from preservation.model.report import Remark
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import METS, XLINK, local

NAME = "mets.xml"
PROFILES = ("http://xml.ra.se/e-arkiv/METS/", "http://xml.ra.se/METS/")
"""Where the profiles of FGS 1.0 to 1.2 are published, and that of the drafts before them."""

_EXTENSION = "ExtensionMETS"
_SECRECY, _PUL = "Offentlighets- och sekretesslagen (2009:400)", "Personuppgiftslagen (1998:204)"
_STATUTES = {"secrecy": (_SECRECY,), "pul": (_PUL,), "secrecy and pul": (_SECRECY, _PUL)}
_OPEN = ("", "no", "none", "nej")
_EXTENDED = {"restricted": "ACCESSRESTRICT", "begun": "STARTDATE", "ended": "ENDDATE"}
_ALGORITHMS = {algorithm.mets_name: algorithm for algorithm in Algorithm}
_SCHEME = re.compile(r"file:(?://(?:localhost)?)?/*", re.IGNORECASE)
_AGREEMENTS = ("SUBMISSIONAGREEMENT", "DELIVERYTYPE", "DELIVERYSPECIFICATION")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that the METS lists: its path as octets, size, MIME type and checksum, as told."""

    line: int
    path: bytes
    size: str
    mime: str
    digest: Digest | None


@dataclass(slots=True)
class Document:
    """What an FGS says of itself."""

    profile: str = ""
    label: str = ""
    restricted: str = ""
    begun: str = ""
    ended: str = ""
    agents: list[tuple[str, str, str]] = field(default_factory=list)
    records: dict[str, str] = field(default_factory=dict)
    files: list[Listed] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def statements(self) -> tuple[Statement, ...]:
        """Title, creators, dates and identifiers of the package, in Dublin Core."""
        said = [Statement("title", self.label)] if self.label else []
        if dates := "/".join(dict.fromkeys(filter(None, (self.begun, self.ended)))):
            said.append(Statement("date", dates))
        roles = {"ARCHIVIST": "creator", "CREATOR": "contributor"}
        said += [
            Statement(roles[role], name)
            for role, kind, name in self.agents
            if role in roles and kind == "ORGANIZATION" and name
        ]
        said += [
            Statement("identifier", value)
            for kind, value in self.records.items()
            if kind not in _AGREEMENTS and value
        ]
        return tuple(dict.fromkeys(said))

    def rights(self) -> tuple[RightsStatement, ...]:
        """What `ext:ACCESSRESTRICT` says: nothing that it marks is given out.

        A value that is not known restricts too, and is cited as it stands.
        """
        if self.restricted.lower() in _OPEN:
            return ()
        citations = _STATUTES.get(self.restricted.lower(), (self.restricted,))
        denied = (Grant("disseminate", "Disallow"),)
        note = (f"ext:ACCESSRESTRICT: {self.restricted}",)
        return tuple(
            RightsStatement("", "statute", denied, jurisdiction="se", citation=it, notes=note)
            for it in citations
        )


def read(stream: BinaryIO, where: str) -> Document:
    """Read the METS that lies at `where`, file by file; raises Refused for what is no safe XML."""
    document = _Reading(where, Document())
    begun = False
    for kind, element in untrusted(stream, where, whole=(f"{{{METS}}}metsHdr",)):
        if not begun:
            document.root(element)
            begun = True
        document.take(kind, element)
    return document.document


@dataclass(slots=True)
class _Reading:
    where: str
    document: Document
    file: etree._Element | None = None

    def root(self, element: etree._Element) -> None:
        if element.tag != f"{{{METS}}}mets":
            self.say("FGS-METS", element, str(element.tag))
            return
        self.document.profile = element.get("PROFILE", "")
        self.document.label = element.get("LABEL", "")
        for name, attribute in _EXTENDED.items():
            setattr(self.document, name, element.get(f"{{{_EXTENSION}}}{attribute}", "").strip())
        if not self.document.profile.startswith(PROFILES):
            self.say("FGS-PROFILE", element, self.document.profile or "no PROFILE")
        if not element.get("OBJID"):
            self.say("FGS-OBJID", element, "no OBJID")

    def say(self, code: str, element: etree._Element, found: str, expected: str = "") -> None:
        line = f"{self.where}, line {element.sourceline}"
        self.document.remarks.append(Remark(code, line, found, expected))

    def take(self, kind: str, element: etree._Element) -> None:
        steps: dict[str, Callable[[etree._Element], None]] = {
            "end metsHdr": self.header,
            "start file": self.begin,
            "start FLocat": self.located,
        }
        if step := steps.get(f"{kind} {local(element)}"):
            step(element)

    def header(self, element: etree._Element) -> None:
        name = {"m": METS}
        for agent in element.iterfind("m:agent", name):
            role = agent.get("OTHERROLE", "") or agent.get("ROLE", "")
            kind = agent.get("OTHERTYPE", "") or agent.get("TYPE", "")
            said = (agent.findtext("m:name", "", name) or "").strip()
            self.document.agents.append((role, kind, said))
        for record in element.iterfind("m:altRecordID", name):
            self.document.records[record.get("TYPE", "")] = (record.text or "").strip()
        roles = {(role, kind) for role, kind, said in self.document.agents if said}
        for needed in (("ARCHIVIST", "ORGANIZATION"), ("CREATOR", "ORGANIZATION")):
            if needed not in roles:
                self.say("FGS-AGENT", element, "none", f"an agent {' '.join(needed)}")
        if not self.document.records.get("SUBMISSIONAGREEMENT"):
            self.say("FGS-AGREEMENT", element, "none")

    def begin(self, element: etree._Element) -> None:
        self.file = element

    def located(self, element: etree._Element) -> None:
        file = self.file
        if file is None:
            return
        href = _SCHEME.sub("", element.get(f"{{{XLINK}}}href", ""), count=1)
        size, mime = file.get("SIZE", ""), file.get("MIMETYPE", "")
        if not mime:
            self.say("FGS-MIME", file, href)
        if not size.isdigit():
            self.say("FGS-SIZE", file, f"{href}: {size or 'no SIZE'}")
        digest = self.digest(file, href)
        path = unquote_to_bytes(href).removeprefix(b"./")
        self.document.files.append(
            Listed(cast("int | None", file.sourceline) or 0, path, size, mime, digest)
        )

    def digest(self, file: etree._Element, href: str) -> Digest | None:
        algorithm = _ALGORITHMS.get(file.get("CHECKSUMTYPE", ""))
        try:
            if algorithm:
                return Digest(algorithm, file.get("CHECKSUM", "").strip().lower())
        except ValueError:
            pass
        found = f"{file.get('CHECKSUMTYPE', '')} {file.get('CHECKSUM', '')}".strip()
        self.say("FGS-CHECKSUM", file, f"{href}: {found or 'none'}")
        return None
