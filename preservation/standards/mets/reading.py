"""METS documents that this archive wrote, read back."""

from typing import BinaryIO

from lxml import etree

from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.premis import Agent, AgentType
from preservation.standards.eark import terms as eark
from preservation.standards.mets.document import (
    FileGroup,
    FileRef,
    Kind,
    MetadataRef,
    Mets,
    RepresentationRef,
)
from preservation.standards.xml import METS, XLINK, elements, moment, path, required

_ALGORITHMS = {algorithm.mets_name: algorithm for algorithm in Algorithm}
_AGENT_TYPES = {
    "OTHER": AgentType.SOFTWARE,
    "ORGANIZATION": AgentType.ORGANIZATION,
    "INDIVIDUAL": AgentType.PERSON,
}


def _name(local: str) -> str:
    return f"{{{METS}}}{local}"


def read(source: BinaryIO) -> Mets:
    """The inverse of `write`; groups hold tuples.

    Raises ValueError for what is no such document. Validate it first: this reads only what the
    profile has, and takes the rest as absent.
    """
    reading = _Reading()
    for element in elements(
        source,
        whole=map(_name, ("agent", "dmdSec", "digiprovMD", "file", "mptr")),
        opening=map(_name, ("mets", "metsHdr", "fileGrp", "div")),
    ):
        try:
            reading.take(etree.QName(element).localname, element)
        except (KeyError, IndexError) as error:
            raise ValueError(f"{element.tag} lacks or does not know {error}") from error
    return reading.document()


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.root: dict[str, str] = {}
        self.header: dict[str, str] = {}
        self.division: dict[str, str] | None = None
        self.agents: list[Agent] = []
        self.descriptive: list[MetadataRef] = []
        self.provenance: list[MetadataRef] = []
        self.groups: list[tuple[str, list[FileRef]]] = []
        self.pointers: list[str] = []

    def take(self, name: str, element: etree._Element) -> None:
        """Take in one element."""
        if name == "file":
            self.groups[-1][1].append(_file(element))
        elif name == "mptr":
            self.pointers.append(path(required(element, f"{{{XLINK}}}href")))
        elif name == "fileGrp":
            self.groups.append((required(element, "USE"), []))
        elif name == "agent":
            self.agents.append(_agent(element))
        elif name == "dmdSec":
            self.descriptive.append(_section(element, "dmd-"))
        elif name == "digiprovMD":
            self.provenance.append(_section(element, "digiprov-"))
        else:
            self.take_attributes(name, {str(k): str(v) for k, v in element.attrib.items()})

    def take_attributes(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the attributes of an element that only opens."""
        if name == "mets":
            self.root = attributes
        elif name == "metsHdr":
            self.header = attributes
        elif self.division is None:
            self.division = attributes

    def document(self) -> Mets:
        """All of it."""
        try:
            created = moment(self.header["CREATEDATE"])
            modified = moment(self.header["LASTMODDATE"])
            return Mets(
                objid=self.root["OBJID"],
                label=self.root["LABEL"],
                created=created,
                kind=Kind((self.division or {})["TYPE"]),
                agents=tuple(self.agents),
                descriptive=tuple(self.descriptive),
                provenance=tuple(self.provenance),
                groups=tuple(
                    FileGroup(use, tuple(files))
                    for use, files in self.groups
                    if not self._is_pointer(files)
                ),
                representations=tuple(
                    RepresentationRef(use.removeprefix(f"{eark.REPRESENTATIONS}/"), files[0])
                    for use, files in self.groups
                    if self._is_pointer(files)
                ),
                content_category=self._vocabulary("TYPE", f"{{{eark.CSIP}}}OTHERTYPE"),
                content_information_type=self._vocabulary(
                    f"{{{eark.CSIP}}}CONTENTINFORMATIONTYPE",
                    f"{{{eark.CSIP}}}OTHERCONTENTINFORMATIONTYPE",
                ),
                modified=None if modified == created else modified,
            )
        except KeyError as error:
            raise ValueError(f"the METS document lacks {error}") from error

    def _is_pointer(self, files: list[FileRef]) -> bool:
        return len(files) == 1 and files[0].path in self.pointers

    def _vocabulary(self, term: str, other: str) -> str:
        value = self.root[term]
        return self.root[other] if value == eark.OTHER else value


def _file(element: etree._Element) -> FileRef:
    return FileRef(
        identifier=required(element, "ID").removeprefix("file-"),
        path=path(required(element[0], f"{{{XLINK}}}href")),
        size=int(required(element, "SIZE")),
        digest=_digest(element),
        mime=required(element, "MIMETYPE"),
        created=moment(required(element, "CREATED")),
        format=_format(element),
    )


def _digest(element: etree._Element) -> Digest:
    return Digest(_ALGORITHMS[required(element, "CHECKSUMTYPE")], required(element, "CHECKSUM"))


def _format(element: etree._Element) -> Format | None:
    name = element.get(f"{{{eark.SIP}}}FILEFORMATNAME")
    if name is None:
        return None
    key = element.get(f"{{{eark.SIP}}}FORMATREGISTRYKEY")
    version = element.get(f"{{{eark.SIP}}}FILEFORMATVERSION", "")
    return Format(None if key is None else Puid(key), name, version, required(element, "MIMETYPE"))


def _section(element: etree._Element, prefix: str) -> MetadataRef:
    reference = element[0]
    kind = required(reference, "MDTYPE")
    return MetadataRef(
        identifier=required(element, "ID").removeprefix(prefix),
        path=path(required(reference, f"{{{XLINK}}}href")),
        size=int(required(reference, "SIZE")),
        digest=_digest(reference),
        mime=required(reference, "MIMETYPE"),
        created=moment(required(reference, "CREATED")),
        type=required(reference, "OTHERMDTYPE") if kind == eark.OTHER else kind,
        type_version=reference.get("MDTYPEVERSION", ""),
    )


def _agent(element: etree._Element) -> Agent:
    kind = _AGENT_TYPES[required(element, "TYPE")]
    name = element[0].text or ""
    note = (element[1].text or "") if len(element) > 1 else ""
    if kind is AgentType.SOFTWARE:
        return Agent(name, note, kind)
    return Agent(name, "", kind, note)
