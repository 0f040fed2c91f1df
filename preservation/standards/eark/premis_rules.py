"""Rules of the AIP specification on PREMIS documents: events, their agents, relationships."""

from typing import BinaryIO

from lxml import etree

from preservation.standards.eark.judging import Remarks
from preservation.standards.untrusted import line_of, untrusted
from preservation.standards.xml import PREMIS

_P = f"{{{PREMIS}}}"
_WHOLE = (f"{_P}event", f"{_P}agent")
_EVENT_ID = f"{_P}eventIdentifier/{_P}eventIdentifierValue"
_EVENT_AGENT = f"{_P}linkingAgentIdentifier/{_P}linkingAgentIdentifierValue"
_AGENT_ID = f"{_P}agentIdentifier/{_P}agentIdentifierValue"


def judge(stream: BinaryIO, remarks: Remarks) -> None:
    """Look at a document, if it is PREMIS 3; raises Refused for what is no XML."""
    agents: set[str] = set()
    linked: dict[str, int] = {}
    is_premis: bool | None = None
    for event, element in untrusted(stream, remarks.where, whole=_WHOLE):
        if is_premis is None:
            is_premis = element.tag == f"{_P}premis"
        if is_premis and event == "end":
            _element(element, remarks, agents, linked)
    for identifier, line in linked.items():
        if identifier not in agents:
            remarks.add("AIP18", line, identifier)


def _element(
    element: etree._Element, remarks: Remarks, agents: set[str], linked: dict[str, int]
) -> None:
    line = line_of(element)
    if element.tag == f"{_P}event":
        if not element.findtext(_EVENT_ID):
            remarks.add("AIP15", line, "nothing")
        ids = [link.text or "" for link in element.iterfind(_EVENT_AGENT)]
        if not ids:
            remarks.add("AIP16", line, "nothing")
        for identifier in ids:
            linked.setdefault(identifier, line)
    elif element.tag == f"{_P}agent":
        agents.update(value.text or "" for value in element.iterfind(_AGENT_ID))
    elif element.tag == f"{_P}relationshipSubType" and not (element.text or "").strip():
        remarks.add("AIP13", line, "nothing")
