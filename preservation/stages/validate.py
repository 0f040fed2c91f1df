"""Judges every payload file by the rules of its format, where there is a tool that can."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from preservation.asking import agent_of, answers, counted, grouped
from preservation.model.packages import Characterized, Validated
from preservation.model.premis import ARKIV, Agent, EventType, Finding, Outcome
from preservation.model.validity import FAULTY, Candidate, Judgement, Verdict
from preservation.ports import Progress, Validator
from preservation.recording import Stage

DETAIL = "payload files are held against the rules of their formats"
_BATCH = 256


def validate(
    characterized: Characterized, *, validators: Iterable[Validator], progress: Progress
) -> Stage[Validated]:
    """Have each validator judge the files that it can.

    A file that is not well-formed or not valid is a warning: what becomes of it is policy. What no
    validator could judge is not performed, by format, and never passes for valid.
    """
    candidates = candidates_of(characterized)
    files = characterized.identified.payload
    judged: list[tuple[Judgement, ...]] = [()] * len(files)
    kept: dict[tuple[Judgement, ...], tuple[Judgement, ...]] = {}  # most files share theirs
    progress.begin("validate", len(files))
    for validator in validators:
        handled = {one for one in set(candidates) if validator.handles(one)}
        places = [n for n, candidate in enumerate(candidates) if candidate in handled]
        if not places:  # then it need not even start
            continue
        told: list[Judgement] = []
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            told += _judged(validator, characterized, candidates, batch)
            progress.advance(sum(not judged[place] for place in batch))
            for place, judgement in zip(batch, told[start:], strict=True):
                own = (*judged[place], judgement)
                judged[place] = kept.setdefault(own, own)
        paths = [files[place].received.path for place in places]
        yield from _performance(agent_of(validator), paths, told)
    untouched = [n for n, own in enumerate(judged) if not own]
    progress.advance(len(untouched))
    yield from _left_out([candidates[n] for n in untouched])
    return Validated(characterized, tuple(judged))


def candidates_of(characterized: Characterized) -> list[Candidate]:
    """What validators are told of each payload file; equal ones are the same object."""
    seen: dict[Candidate, Candidate] = {}
    found = []
    for file, identification, characteristics in zip(
        characterized.identified.payload,
        characterized.identified.identifications,
        characterized.characteristics,
        strict=True,
    ):
        _, dot, extension = os.path.basename(file.received.given).rpartition(b".")
        one = Candidate(
            identification.format,
            os.fsdecode(extension).lower() if dot else "",
            next((value for name, value in characteristics.facts if name == "claims"), ""),
        )
        found.append(seen.setdefault(one, one))
    return found


def _judged(
    validator: Validator,
    characterized: Characterized,
    candidates: Sequence[Candidate],
    places: Sequence[int],
) -> list[Judgement]:
    """One judgement for each place, whatever becomes of the validator."""
    root = os.fsencode(characterized.identified.verified.sip.root)
    files = characterized.identified.payload
    items = [(files[place].received.below(root), candidates[place]) for place in places]
    missing = partial(_missing, str(agent_of(validator)))
    return answers(validator, validator.validate, items, missing=missing)


def _missing(agent: str, reason: str) -> Judgement:
    return Judgement(agent, Verdict.NOT_PERFORMED, "", reason)


def _performance(
    agent: Agent, paths: Sequence[str], told: Sequence[Judgement]
) -> Iterator[Finding]:
    """What a validator did: one event for what it judged, one for each fault and each failure."""
    made = [it for it in told if it.verdict is not Verdict.NOT_PERFORMED]
    if made:
        counts = ((verdict, sum(it.verdict is verdict for it in made)) for verdict in Verdict)
        listed = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
        yield _finding(Outcome.SUCCESS, f"{counted(len(made))}: {listed}", agent=agent)
    pairs = list(zip(told, paths, strict=True))
    faults = [(f"{it.verdict} as {it.against}", path) for it, path in pairs if it.verdict in FAULTY]
    for reason, group in grouped(faults).items():
        note = f"{reason}, told with each file ({counted(len(group))})"
        yield _finding(Outcome.WARNING, note, group, agent=agent)
    failures = [(it.note, path) for it, path in pairs if it.verdict is Verdict.NOT_PERFORMED]
    for reason, group in grouped(failures).items():
        note = f"{reason} ({counted(len(group))})"
        yield _finding(Outcome.NOT_PERFORMED, note, group, agent=agent)


def _left_out(candidates: Sequence[Candidate]) -> Iterator[Finding]:
    """The formats that no validator judges, with how many files each."""
    names = (
        f"{it.format.puid} {it.format.name}" if it.format.puid else "unknown format"
        for it in candidates
    )
    counts = {name: len(group) for name, group in grouped((n, n) for n in names).items()}
    if counts:
        listed = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
        note = f"no validator is installed for the formats of {counted(len(candidates))}: {listed}"
        yield _finding(Outcome.NOT_PERFORMED, note)


def _finding(
    outcome: Outcome, note: str, objects: Sequence[str] = (), *, agent: Agent = ARKIV
) -> Finding:
    return Finding(EventType.VALIDATION, outcome, agent, DETAIL, note, tuple(objects))
