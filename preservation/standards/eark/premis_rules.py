"""Rules of the AIP specification on PREMIS documents: events, their agents, relationships."""

from typing import BinaryIO

from preservation.standards.eark.judging import Remarks
from preservation.standards.untrusted import untrusted
from preservation.standards.xml import PREMIS

_P = f"{{{PREMIS}}}"
_WHOLE = (f"{_P}event", f"{_P}agent")
_EVENT_ID = f"{_P}eventIdentifier/{_P}eventIdentifierValue"
_EVENT_AGENT = f"{_P}linkingAgentIdentifier/{_P}linkingAgentIdentifierValue"
_AGENT_ID = f"{_P}agentIdentifier/{_P}agentIdentifierValue"


def judge(stream: BinaryIO, remarks: Remarks) -> bool:
    """Look at a document, and tell whether it is PREMIS 3; raises Refused for what is no XML."""
    is_premis = None
    agents: set[str] = set()
    linked: dict[str, int] = {}
    for event, element in untrusted(stream, remarks.where, whole=_WHOLE):
        if is_premis is None:
            is_premis = element.tag == f"{_P}premis"
        if not is_premis or event == "start":
            continue
        line = element.sourceline or 0
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
    for identifier, line in linked.items():
        if identifier not in agents:
            remarks.add("AIP18", line, identifier)
    return bool(is_premis)
