"""Formats of what is stored, told again by newer signatures: planned, done, and on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.formats_on_record import formats_on_record
from preservation.assembly.named import all_required
from preservation.errors import Misconfigured
from preservation.model.reidentification import Due, due
from preservation.model.storage import Copy, Summary
from preservation.ports import Identifier, Progress
from preservation.recording import Heard, record
from preservation.stages.reidentify import Again, Held, reidentify
from preservation.standards.ledger import Entry
from preservation.standards.members import MemberRow


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due of one AIP, and the copy that it is read from."""

    summary: Summary
    files: int
    due: tuple[Due, ...]
    copy: Copy
    rows: Mapping[str, MemberRow]


def named(archive: Archive, ids: Sequence[str]) -> tuple[Summary, ...]:
    """The packages with these identifiers, or all; raises Misconfigured for one that is unknown."""
    if not ids:
        return archive.catalogue.packages()
    return all_required(archive.catalogue, ids)


def plan(archive: Archive, summary: Summary, *, every: bool) -> Plan:
    """What is due of one package, from its PREMIS and from what was told later.

    Raises Unavailable or Corrupt when no copy tells it, Misconfigured without an identifier.
    """
    agents = archive.tools.agents
    if not agents:
        raise Misconfigured("no format identifier works here; see arkiv doctor")
    told = formats_on_record(archive, summary)
    now = {name: agent.note for name, agent in agents.items()}
    found = due(told.files, now, every=every)
    return Plan(summary, len(told.files), found, told.copy, told.rows)


def carry_out(archive: Archive, it: Plan, *, progress: Progress) -> tuple[Again, ...]:
    """Ask again about what is due; what came of it is in the ledger and the catalogue.

    Raises Unavailable when no store takes the ledger: then nothing is on record.
    """
    asked: list[Identifier] = [tool for tool in archive.tools.identifiers if tool is not None]
    archive.scratch.mkdir(exist_ok=True)
    journal = Heard()
    told = record(
        reidentify(
            it.due,
            Held(it.copy, archive.stores[it.copy.store], it.rows),
            identifiers=asked,
            scratch=archive.scratch,
            progress=progress,
        ),
        name="reidentify",
        run=uuid4(),
        package=it.summary.id,
        journal=journal,
        clock=archive.clock,
    )
    copy = it.copy
    entries = [
        Entry(copy.package, copy.version, copy.store, copy.key, copy.state, event)
        for event in journal.heard
    ]
    ledger.append(archive, entries)
    if entries:
        archive.catalogue.checked(copy, [entry.event for entry in entries])
    return told
