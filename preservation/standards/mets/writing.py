"""METS documents as a stream: each file is in memory only while its line is made."""

import re
from collections.abc import Iterator
from functools import lru_cache

from preservation.model.formats import Format
from preservation.model.premis import Agent, AgentType
from preservation.standards.eark import terms as eark
from preservation.standards.mets.document import (
    FileRef,
    Kind,
    MetadataRef,
    Mets,
    RepresentationRef,
)
from preservation.standards.xml import METS, XLINK, XSI, attribute, href, instant, stream, text

UNKNOWN_MIME = "application/octet-stream"

_MIME = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*", re.ASCII)
_ID_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


def write(document: Mets) -> Iterator[bytes]:
    """The document in UTF-8 chunks; `read` is its inverse.

    Raises ValueError where an agent, a time or an identifier cannot be written as the profile asks.
    """
    return stream(_document(document))


def _document(document: Mets) -> Iterator[str]:
    yield _root(document)
    yield _header(document)
    for section in document.descriptive:
        yield _section("dmdSec", "dmd-", section)
    if document.provenance:
        yield '<amdSec ID="amdSec">\n'
        for section in document.provenance:
            yield _section("digiprovMD", "digiprov-", section)
        yield "</amdSec>\n"
    uses: list[str] = []
    yield from _file_section(document, uses)
    yield from _structure(document, uses)
    yield "</mets>\n"


def _root(document: Mets) -> str:
    folder = "schemas/" if document.kind is Kind.PACKAGE else "../../schemas/"
    schemas = {METS: "mets.xsd", XLINK: "xlink.xsd", eark.CSIP: "csip.xsd", eark.SIP: "sip.xsd"}
    places = " ".join(f"{namespace} {folder}{name}" for namespace, name in schemas.items())
    category, other = document.content_category, ""
    if category not in eark.CONTENT_CATEGORIES:
        category, other = eark.OTHER, f' csip:OTHERTYPE="{attribute(category)}"'
    return (
        f'<mets xmlns="{METS}" xmlns:csip="{eark.CSIP}" xmlns:sip="{eark.SIP}"'
        f' xmlns:xlink="{XLINK}" xmlns:xsi="{XSI}" xsi:schemaLocation="{places}"\n'
        f' OBJID="{attribute(document.objid)}" LABEL="{attribute(document.label)}"'
        f' TYPE="{attribute(category)}"{other}'
        f'{_information_type(document)} PROFILE="{eark.AIP_PROFILE}">\n'
    )


def _information_type(document: Mets) -> str:
    kind = document.content_information_type
    if kind in eark.CONTENT_INFORMATION_TYPES:
        return f' csip:CONTENTINFORMATIONTYPE="{kind}"'
    return (
        f' csip:CONTENTINFORMATIONTYPE="{eark.OTHER}"'
        f' csip:OTHERCONTENTINFORMATIONTYPE="{attribute(kind)}"'
    )


def _header(document: Mets) -> str:
    software = [agent for agent in document.agents if agent.type is AgentType.SOFTWARE]
    if len(software) != 1 or not software[0].version:
        raise ValueError("a METS document names one software agent, with its version (CSIP10-16)")
    changed = document.modified or document.created
    return (
        f'<metsHdr CREATEDATE="{instant(document.created)}" LASTMODDATE="{instant(changed)}"'
        f' csip:OAISPACKAGETYPE="AIP">\n'
        f"{''.join(_agent(agent) for agent in document.agents)}</metsHdr>\n"
    )


def _agent(agent: Agent) -> str:
    if agent.type is AgentType.SOFTWARE:
        role, note = 'ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"', agent.version
        kind = "SOFTWARE VERSION"
    elif agent.type is AgentType.ORGANIZATION:
        role, note, kind = 'ROLE="PRESERVATION" TYPE="ORGANIZATION"', agent.note, ""
    else:
        role, note, kind = 'ROLE="ARCHIVIST" TYPE="INDIVIDUAL"', agent.note, ""
    noted = f'<note csip:NOTETYPE="{kind or "IDENTIFICATIONCODE"}">{text(note)}</note>'
    return f"<agent {role}><name>{text(agent.name)}</name>{noted if note else ''}</agent>\n"


def _section(element: str, prefix: str, section: MetadataRef) -> str:
    created = instant(section.created)
    known = section.type in eark.METADATA_TYPES
    kind = section.type if known else f'{eark.OTHER}" OTHERMDTYPE="{attribute(section.type)}'
    version = f' MDTYPEVERSION="{attribute(section.type_version)}"' if section.type_version else ""
    return (
        f'<{element} ID="{_id(prefix, section.identifier)}" CREATED="{created}" STATUS="CURRENT">\n'
        f'<mdRef LOCTYPE="URL" xlink:type="simple" xlink:href="{href(section.path)}"'
        f' MDTYPE="{kind}"{version} MIMETYPE="{_mime(section.mime)}" SIZE="{section.size}"'
        f' CREATED="{created}" CHECKSUM="{section.digest.value}"'
        f' CHECKSUMTYPE="{section.digest.algorithm.mets_name}"/>\n</{element}>\n'
    )


def _id(prefix: str, name: str) -> str:
    """An NCName for any name, another for another name."""
    return prefix + _ID_UNSAFE.sub(lambda match: f"_{ord(match.group()):x}_", name)


def _file_section(document: Mets, uses: list[str]) -> Iterator[str]:
    """The fileSec; puts the uses that had files into `uses`."""
    open_section = '<fileSec ID="fileSec">\n'
    for group in document.groups:
        if group.use in uses:
            raise ValueError(f"two file groups of use {group.use}")
        for file in group.files:
            if group.use not in uses:
                uses.append(group.use)
                yield open_section + _group(document, group.use)
                open_section = ""
            yield _file(file)
        if group.use in uses:
            yield "</fileGrp>\n"
    for representation in document.representations:
        yield open_section + _group(document, eark.representation_use(representation.name))
        open_section = ""
        yield _file(representation.mets)
        yield "</fileGrp>\n"
    if not open_section:
        yield "</fileSec>\n"


def _group(document: Mets, use: str) -> str:
    content = _information_type(document) if use.startswith(eark.REPRESENTATIONS) else ""
    return f'<fileGrp ID="{_id("group-", use)}" USE="{attribute(use)}"{content}>\n'


def _file(file: FileRef) -> str:
    return (
        f'<file ID="file-{attribute(file.identifier)}" MIMETYPE="{_mime(file.mime)}"'
        f' SIZE="{file.size}" CREATED="{instant(file.created)}" CHECKSUM="{file.digest.value}"'
        f' CHECKSUMTYPE="{file.digest.algorithm.mets_name}"'
        f"{'' if file.format is None else _format(file.format)}>"
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="{href(file.path)}"/></file>\n'
    )


@lru_cache(maxsize=1024)
def _mime(mime: str) -> str:
    """The first media type of what a tool said (RFC 6838, section 4.2); some name several."""
    first = re.split("[,; ]", mime, maxsplit=1)[0]
    return attribute(first) if _MIME.fullmatch(first) else UNKNOWN_MIME


@lru_cache(maxsize=1024)
def _format(format: Format) -> str:
    """SIP32-35, with the attribute names of the official schema (the profile's XPaths differ)."""
    parts = [f' sip:FILEFORMATNAME="{attribute(format.name)}"']
    if format.version:
        parts.append(f' sip:FILEFORMATVERSION="{attribute(format.version)}"')
    if format.puid is not None:
        parts.append(f' sip:FORMATREGISTRY="PRONOM" sip:FORMATREGISTRYKEY="{format.puid}"')
    return "".join(parts)


def _structure(document: Mets, uses: list[str]) -> Iterator[str]:
    """The CSIP structural map: one division a folder, then one a representation."""
    provenance = " ".join(_id("digiprov-", ref.identifier) for ref in document.provenance)
    descriptive = " ".join(_id("dmd-", ref.identifier) for ref in document.descriptive)
    yield (
        '<structMap ID="structMap" TYPE="PHYSICAL" LABEL="CSIP">\n'
        f'<div ID="div" TYPE="{document.kind}" LABEL="{attribute(document.objid)}">\n'
        f'<div ID="div-{eark.METADATA}" LABEL="{eark.METADATA}"'
        + (f' DMDID="{descriptive}"' if descriptive else "")
        + (f' ADMID="{provenance}"' if provenance else "")
        + "/>\n"
    )
    content = [use for use in uses if use.startswith(eark.REPRESENTATIONS)]
    for use in uses:
        if use not in content:
            yield _division(use, [use])
    if content:
        yield _division(eark.REPRESENTATIONS, content)
    for representation in document.representations:
        yield _representation(representation)
    yield "</div>\n</structMap>\n"


def _division(label: str, uses: list[str]) -> str:
    pointers = "".join(f'<fptr FILEID="{_id("group-", use)}"/>' for use in uses)
    return f'<div ID="{_id("div-", label)}" LABEL="{attribute(label)}">{pointers}</div>\n'


def _representation(representation: RepresentationRef) -> str:
    use = eark.representation_use(representation.name)
    return (
        f'<div ID="{_id("div-", use)}" LABEL="{attribute(use)}">'
        f'<mptr LOCTYPE="URL" xlink:type="simple" xlink:href="{href(representation.mets.path)}"'
        f' xlink:title="{_id("group-", use)}"/>'
        f'<fptr FILEID="file-{attribute(representation.mets.identifier)}"/></div>\n'
    )
