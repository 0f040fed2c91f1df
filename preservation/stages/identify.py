"""Tells the format of every payload file, with a second opinion where the first is not sure."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from preservation import __version__
from preservation.asking import agent_of, counted, formats_told, grouped
from preservation.model.formats import Answer, Identification, decide
from preservation.model.packages import Identified, ReceivedFile, Role, Verified
from preservation.model.premis import Agent, EventType, Finding, Outcome
from preservation.ports import Identifier, Progress
from preservation.recording import Stage

_ARKIV = Agent("Arkiv", __version__)
_BATCH = 512
_NO_TOOL = "no format identifier is installed"


def identify(
    verified: Verified,
    *,
    first: Identifier | None,
    second: Identifier | None,
    progress: Progress,
    always: bool = False,
) -> Stage[Identified]:
    """Ask `first` about every payload file and `second` where that answer is not sure, or always.

    `first` is the identifier with the newer signature release. Both work at the same time. A file
    of unknown format is a warning, a file that no identifier answered for is a check not performed.
    """
    files = [f.received for f in verified.files if f.received.role is Role.PAYLOAD]
    progress.begin("identify", len(files))
    tools = [tool for tool in (first, second) if tool is not None]
    answers = _asked(verified, files, tools, progress, always=always)
    # Many files share their answers, so they share the decision too.
    decided = {heard: decide(heard) for heard in set(answers)}
    identifications = tuple(decided[heard] for heard in answers)
    if files and not tools:
        yield _finding(Outcome.NOT_PERFORMED, f"{_NO_TOOL}; {len(files)} files", ())
    for place, tool in enumerate(tools):
        own = [(f, heard[place]) for f, heard in zip(files, answers, strict=True) if heard[place:]]
        yield from _performance(agent_of(tool), own)
    if tools:
        yield from _conclusions(files, identifications)
    return Identified(verified, identifications)


def _asked(
    verified: Verified,
    files: Sequence[ReceivedFile],
    tools: Sequence[Identifier],
    progress: Progress,
    *,
    always: bool,
) -> list[tuple[Answer, ...]]:
    """The answers about each file, the first identifier's first."""
    root = os.fsencode(verified.sip.root)
    paths = [file.below(root) for file in files]
    if not tools:
        progress.advance(len(files))
        return [()] * len(files)
    answers: list[tuple[Answer, ...]] = []
    pending: list[tuple[list[int], Future[list[Answer]]]] = []
    opinions = ThreadPoolExecutor(max_workers=1)
    try:
        for start in range(0, len(paths), _BATCH):
            told = formats_told(tools[0], paths[start : start + _BATCH])
            answers += [(answer,) for answer in told]
            unsure = [start + n for n, answer in enumerate(told) if always or not answer.sure]
            if unsure and len(tools) > 1:
                ask = [paths[place] for place in unsure]
                pending.append((unsure, opinions.submit(formats_told, tools[1], ask)))
            progress.advance(len(told) - (len(unsure) if len(tools) > 1 else 0))
        for unsure, future in pending:
            for place, answer in zip(unsure, future.result(), strict=True):
                answers[place] += (answer,)
            progress.advance(len(unsure))
    finally:
        opinions.shutdown(cancel_futures=True)
    return answers


def _performance(agent: Agent, asked: Sequence[tuple[ReceivedFile, Answer]]) -> Iterator[Finding]:
    """What this identifier did, and where and why it could not."""
    done = [answer for _, answer in asked if not answer.not_performed]
    if done:
        named = sum(len(answer.formats) == 1 for answer in done)
        unnamed = sum(not answer.formats for answer in done)
        note = (
            f"{len(done)} files: {named} of one format, {len(done) - named - unnamed} of several, "
            f"{unnamed} of none that it knows; sure of {sum(answer.sure for answer in done)}"
        )
        yield _finding(Outcome.SUCCESS, note, (), agent=agent)
    failed = [(answer.not_performed, file) for file, answer in asked if answer.not_performed]
    for reason, group in grouped(failed).items():
        yield _finding(
            Outcome.NOT_PERFORMED, f"{reason} ({counted(len(group))})", group, agent=agent
        )


def _conclusions(
    files: Sequence[ReceivedFile], identifications: Sequence[Identification]
) -> Iterator[Finding]:
    """What is unknown, by reason, and what the identifiers do not agree on."""
    pairs = list(zip(files, identifications, strict=True))
    unknown = [(i.reason, file) for file, i in pairs if not i.known and i.performed]
    for reason, group in grouped(unknown).items():
        yield _finding(Outcome.WARNING, f"unknown format: {reason} ({counted(len(group))})", group)
    unheard = [(i.reason, file) for file, i in pairs if not i.performed]
    for reason, group in grouped(unheard).items():
        about = group if len(group) < len(files) else ()  # nothing named: the whole package
        yield _finding(Outcome.NOT_PERFORMED, f"{reason} ({counted(len(group))})", about)
    disputed = [file for file, i in pairs if i.disputed]
    if disputed:
        reason = "the identifiers name different formats; each answer is kept with its file"
        yield _finding(Outcome.WARNING, f"{reason} ({counted(len(disputed))})", disputed)


def _finding(
    outcome: Outcome, note: str, files: Iterable[ReceivedFile], *, agent: Agent = _ARKIV
) -> Finding:
    return Finding(
        EventType.FORMAT_IDENTIFICATION,
        outcome,
        agent,
        "the format of each payload file is told from its content",
        note,
        tuple(file.path for file in files),
    )
