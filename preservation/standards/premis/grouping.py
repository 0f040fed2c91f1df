"""Events of another system that say the same of many files, as one event on all of them.

Some systems record an event for each file and check: a hundred thousand files have half a million.
The document that has them is kept as it came; our PREMIS says it once.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from preservation.model.premis import Event

MANY = 20
"""So many events that say the same become one; fewer stay as they are, with their identifiers."""

_GROUP = uuid.UUID("6f7b3a52-90c4-5d3b-8c39-5f1c6f0c8a3e")
_DIGEST = re.compile(r"; [0-9a-fA-F]{32,128}$")
"""A note that is a digest of the file; it stands with the file, and is no reason to tell apart."""


def grouped(events: Iterable[Event]) -> Iterator[Event]:
    """The same events in their order, those that say the same on one day joined where the first is.

    The note of a joined event says how many there were, their identifiers (the first and the last)
    and between which moments. Its own identifier is a UUID derived from those.
    """
    groups: dict[object, list[Event]] = {}
    for event in events:
        it = event.finding
        same = (it.type, it.outcome, it.agent, it.detail, _said(it.note), event.when.date())
        groups.setdefault(same, []).append(event)
    for those in groups.values():
        if len(those) < MANY:
            yield from those
        else:
            yield _joined(those)


def _said(note: str) -> str:
    return _DIGEST.sub("", note)


def _joined(those: list[Event]) -> Event:
    first, last = those[0], those[-1]
    moments = sorted(event.when for event in those)
    note = (
        f"{_said(first.finding.note)}; {len(those)} events there, identifiers from "
        f"{first.identifier} to {last.identifier}, from {moments[0]:%Y-%m-%dT%H:%M:%SZ} to "
        f"{moments[-1]:%Y-%m-%dT%H:%M:%SZ}"
    )
    objects = tuple(dict.fromkeys(path for event in those for path in event.finding.objects))
    named = "\n".join(event.identifier for event in those)
    finding = replace(first.finding, note=note, objects=objects)
    return Event(str(uuid.uuid5(_GROUP, named)), moments[0], finding)
