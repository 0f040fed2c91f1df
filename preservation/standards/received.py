"""`documentation/received.jsonl`: what came with a SIP and is not payload, and what became of it.

A JSON object a line: `given`, the path in the SIP in written form; `as`: `submission`, `excluded`
or `empty folder`; and `path` in the AIP, or `rule` and `reason`. The payload stands in PREMIS.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from preservation.errors import Corrupt
from preservation.model.names import written
from preservation.model.packages import Role, Sip

PATH = "documentation/received.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `path` is empty for what is not in the AIP."""

    given: str
    fate: str
    path: str = ""
    rule: str = ""
    reason: str = ""


def entries(sip: Sip) -> Iterator[Entry]:
    """Everything in a SIP but its payload, in the order of the octets of the paths."""
    for file in sip.files:
        if file.role is Role.SUBMISSION:
            yield Entry(written(file.given), "submission", file.path)
    for exclusion in sip.exclusions:
        yield Entry(written(exclusion.given), "excluded", "", exclusion.rule, exclusion.reason)
    for folder in sip.empty_folders:
        yield Entry(written(folder), "empty folder")


def write(sip: Sip) -> Iterator[bytes]:
    """The document, a line a chunk."""
    for entry in entries(sip):
        line = {"given": entry.given, "as": entry.fate}
        line |= {"path": entry.path} if entry.path else {}
        line |= {"rule": entry.rule, "reason": entry.reason} if entry.rule else {}
        yield json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n"


def read(content: bytes) -> Iterator[Entry]:
    """The entries of a document; raises Corrupt when a line is not one."""
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            found = json.loads(line)
            yield Entry(
                found["given"],
                found["as"],
                found.get("path", ""),
                found.get("rule", ""),
                found.get("reason", ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Corrupt(f"{PATH}, line {number}: not an entry ({error})") from error
