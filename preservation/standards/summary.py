"""`summary.json`: what the catalogue holds of an AIP version, beside it, so the catalogue can burn.

All of `Summary` stands in it but the files, which are in `members.jsonl`. The form of an event is
that of the ledger and the journal too.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date

from preservation.errors import Corrupt
from preservation.model.description import Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import (
    Agent,
    AgentType,
    Event,
    EventType,
    Finding,
    Grant,
    Outcome,
    RightsStatement,
)
from preservation.model.storage import Account, HeldFile, Summary
from preservation.standards.shape import Json, differences, moment, parsed, stamp

EVENT_SHAPE = {
    "identifier": str,
    "when": str,
    "type": str,
    "outcome": str,
    "agent": {"name": str, "version": str, "type": str, "note": str},
    "detail": str,
    "note": str,
    "objects": [str],
}
_GRANT_SHAPE = dict.fromkeys((it.name for it in fields(Grant)), str)
RIGHTS_SHAPE = dict.fromkeys((it.name for it in fields(RightsStatement)), str) | {
    "grants": [_GRANT_SHAPE],
    "objects": [str],
    "notes": [str],
    "documents": [[str]],
}
_ACCOUNT = ("preserved", "submission", "excluded")
_SHAPE = {
    "id": str,
    "version": int,
    "created": str,
    "sip": str,
    "fingerprint": str,
    "account": {row: {"files": int, "bytes": int} for row in _ACCOUNT},
    "description": [
        {"about": str, "statements": [{"element": str, "value": str, "language": str}]}
    ],
    "events": [EVENT_SHAPE],
    "stores": [str],
    "retained_until?": (str, None),
    "rights?": [RIGHTS_SHAPE],
}


def write(summary: Summary) -> bytes:
    """The summary as JSON, without its files: the same summary is the same bytes."""
    account = summary.account
    document = {
        "id": summary.id,
        "version": summary.version,
        "created": stamp(summary.created),
        "sip": summary.sip,
        "fingerprint": f"{summary.fingerprint.algorithm}:{summary.fingerprint.value}",
        "account": {
            row: {
                "files": getattr(account, f"{row}_files"),
                "bytes": getattr(account, f"{row}_bytes"),
            }
            for row in _ACCOUNT
        },
        "description": [
            {
                "about": record.about,
                "statements": [
                    {"element": s.element, "value": s.value, "language": s.language}
                    for s in record.statements
                ],
            }
            for record in summary.description
        ],
        "events": [from_event(event) for event in summary.events],
        "stores": list(summary.stores),
        "retained_until": summary.retained_until and summary.retained_until.isoformat(),
        "rights": [from_rights(it) for it in summary.rights],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def read(document: bytes, files: Iterable[HeldFile]) -> Summary:
    """A summary from its JSON and the files from elsewhere.

    Raises Corrupt, with all reasons, when it is not a summary as `write` makes them.
    """
    found = parsed(document, "summary.json")
    reasons = differences(found, _SHAPE, "summary.json")
    if reasons:
        raise Corrupt(*reasons)
    algorithm, _, value = found["fingerprint"].partition(":")
    try:
        return Summary(
            id=PackageId(found["id"]),
            version=found["version"],
            created=moment(found["created"]),
            sip=found["sip"],
            fingerprint=Digest(Algorithm(algorithm), value),
            account=_account(found["account"]),
            description=tuple(_record(record) for record in found["description"]),
            files=tuple(files),
            events=tuple(to_event(event) for event in found["events"]),
            stores=tuple(StoreName(name) for name in found["stores"]),
            retained_until=_day(found.get("retained_until")),
            rights=tuple(map(to_rights, found.get("rights", ()))),
        )
    except ValueError as error:
        raise Corrupt(f"summary.json: {error}") from error


def from_event(event: Event) -> Json:
    """An event as JSON has it, in the shape `EVENT_SHAPE`."""
    finding = event.finding
    agent = finding.agent
    return {
        "identifier": event.identifier,
        "when": stamp(event.when),
        "type": finding.type.value,
        "outcome": finding.outcome.value,
        "agent": {
            "name": agent.name,
            "version": agent.version,
            "type": agent.type.value,
            "note": agent.note,
        },
        "detail": finding.detail,
        "note": finding.note,
        "objects": list(finding.objects),
    }


def to_event(found: Json) -> Event:
    """An event from what JSON has, which must have the shape; ValueError for a term not known."""
    agent = found["agent"]
    finding = Finding(
        type=EventType(found["type"]),
        outcome=Outcome(found["outcome"]),
        agent=Agent(agent["name"], agent["version"], AgentType(agent["type"]), agent["note"]),
        detail=found["detail"],
        note=found["note"],
        objects=tuple(found["objects"]),
    )
    return Event(found["identifier"], moment(found["when"]), finding)


def from_rights(rights: RightsStatement) -> Json:
    """A statement of rights as JSON has it, in the shape `RIGHTS_SHAPE`."""
    return asdict(rights)


def to_rights(found: Json) -> RightsStatement:
    """A statement of rights from what JSON has; ValueError for a document that has not 3 parts."""
    documents = [(type_, value, role) for type_, value, role in found["documents"]]
    return RightsStatement(
        **found
        | {
            "grants": tuple(Grant(**grant) for grant in found["grants"]),
            "objects": tuple(found["objects"]),
            "notes": tuple(found["notes"]),
            "documents": tuple(documents),
        }
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _account(found: Json) -> Account:
    rows = {f"{row}_{unit}": found[row][unit] for row in _ACCOUNT for unit in ("files", "bytes")}
    return Account(**rows)


def _record(found: Json) -> Record:
    statements = (Statement(s["element"], s["value"], s["language"]) for s in found["statements"])
    return Record(found["about"], tuple(statements))
