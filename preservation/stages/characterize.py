"""Extracts technical metadata from the payload files of formats for which there is a tool."""

import os
from collections.abc import Iterable, Iterator, Sequence

from preservation import __version__
from preservation.asking import agent_of, answers, counted, grouped
from preservation.model.packages import Characteristics, Characterized, Identified
from preservation.model.premis import Agent, EventType, Finding, Outcome
from preservation.ports import Characterizer, Progress
from preservation.recording import Stage

_ARKIV = Agent("Arkiv", __version__)
_BATCH = 256


def characterize(
    identified: Identified, *, characterizers: Iterable[Characterizer], progress: Progress
) -> Stage[Characterized]:
    """Ask each tool about the files of its formats, and put together what they say of each file.

    What hinders use and what is damaged are warnings. A file that a tool could not do, and formats
    for which there is no tool, are checks not performed.
    """
    files = identified.payload
    paths = [f.received.path for f in files]
    found = [Characteristics()] * len(files)
    untouched = set(range(len(files)))
    progress.begin("characterize", len(files))
    for tool in characterizers:
        formats = {i.format for i in identified.identifications}  # the unknown one too
        handled = {one for one in formats if tool.handles(one)}
        places = [n for n, i in enumerate(identified.identifications) if i.format in handled]
        if not places:  # then it need not even start
            continue
        failures: list[tuple[str, str]] = []
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            for place, result in zip(batch, _told(tool, identified, batch), strict=True):
                if isinstance(result, str):
                    failures.append((result, paths[place]))
                else:
                    found[place] += result
            progress.advance(len(untouched.intersection(batch)))
            untouched.difference_update(batch)
        yield from _performance(agent_of(tool), len(places) - len(failures), failures)
    progress.advance(len(untouched))
    yield from _left_out(identified, sorted(untouched))
    yield from _warnings(paths, found)
    return Characterized(identified, tuple(found))


def _told(
    tool: Characterizer, identified: Identified, places: Sequence[int]
) -> list[Characteristics | str]:
    """One result for each place, whatever becomes of the tool."""
    root = os.fsencode(identified.verified.sip.root)
    files = identified.payload
    paths = [files[place].received.below(root) for place in places]
    return answers(tool, tool.characterize, paths, missing=str)


def _performance(agent: Agent, done: int, failures: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    if done:
        yield _finding(Outcome.SUCCESS, f"technical metadata of {counted(done)}", (), agent=agent)
    for reason, group in grouped(failures).items():
        note = f"{reason} ({counted(len(group))})"
        yield _finding(Outcome.NOT_PERFORMED, note, group, agent=agent)


def _left_out(identified: Identified, places: Sequence[int]) -> Iterator[Finding]:
    """The formats for which there is no tool, with how many files each."""
    counts: dict[str, int] = {}
    for place in places:
        told = identified.identifications[place].format
        name = f"{told.puid} {told.name}" if told.puid else "unknown format"
        counts[name] = counts.get(name, 0) + 1
    if counts:
        listed = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
        note = f"no tool is installed for the formats of {counted(len(places))}: {listed}"
        yield _finding(Outcome.NOT_PERFORMED, note, ())


def _warnings(paths: Sequence[str], found: Sequence[Characteristics]) -> Iterator[Finding]:
    hindered = [(path, c.inhibitors) for path, c in zip(paths, found, strict=True) if c.inhibitors]
    if hindered:
        kinds = ", ".join(sorted({kind for _, kinds in hindered for kind in kinds}))
        note = f"use is hindered by {kinds} ({counted(len(hindered))})"
        yield _finding(Outcome.WARNING, note, [path for path, _ in hindered])
    damaged = [
        path for path, c in zip(paths, found, strict=True) if any(k == "damage" for k, _ in c.facts)
    ]
    if damaged:
        note = f"tools found damage, told with each file ({counted(len(damaged))})"
        yield _finding(Outcome.WARNING, note, damaged)


def _finding(
    outcome: Outcome, note: str, objects: Iterable[str], *, agent: Agent = _ARKIV
) -> Finding:
    return Finding(
        EventType.METADATA_EXTRACTION,
        outcome,
        agent,
        "technical metadata is extracted from each payload file",
        note,
        tuple(objects),
    )
