"""Tells the format of stored files again, from one copy, every octet compared while it is read."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from preservation.asking import agent_of, formats_told
from preservation.errors import Unavailable
from preservation.model.formats import Identification, decide
from preservation.model.names import given
from preservation.model.premis import ARKIV, Agent, EventType, Finding, Outcome
from preservation.model.reidentification import Due
from preservation.model.storage import Copy
from preservation.ports import Identifier, Progress, Store
from preservation.recording import Stage
from preservation.standards import ocfl
from preservation.standards.members import MemberRow
from preservation.standards.reidentified import DETAIL, Conclusion, note

_FILES, _OCTETS = 200, 256 << 20
"""Files, and octets of them, that lie in scratch space at one time; one larger file lies alone."""


@dataclass(frozen=True, slots=True)
class Again:
    """A file that was due, and what it is now; `failure` says why that could not be told."""

    due: Due
    identification: Identification | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The copy that files are read from, its store, and its members by their paths in the AIP."""

    copy: Copy
    store: Store
    rows: Mapping[str, MemberRow]


def reidentify(
    due: Sequence[Due],
    held: Held,
    *,
    identifiers: Sequence[Identifier],
    scratch: Path,
    progress: Progress,
) -> Stage[tuple[Again, ...]]:
    """Ask all identifiers about files of one copy.

    One finding for all files of which the same was found; what could not be read as it was stored
    is not performed, and never told otherwise.
    """
    progress.begin("identify again", len(due))
    told: list[Again] = []
    for batch in _batches(due):
        with TemporaryDirectory(dir=scratch, prefix="again-") as folder:
            told += _asked(batch, held, identifiers, Path(folder))
        progress.advance(len(batch))
    agents = [agent for tool in identifiers if (agent := agent_of(tool)).version]
    yield from _performances(agents, told)
    releases = tuple((agent.name, agent.note) for agent in agents)
    yield from _conclusions(told, releases)
    return tuple(told)


def _batches(due: Sequence[Due]) -> Iterator[list[Due]]:
    batch: list[Due] = []
    octets = 0
    for it in due:
        if batch and (len(batch) == _FILES or octets + it.file.size > _OCTETS):
            yield batch
            batch, octets = [], 0
        batch.append(it)
        octets += it.file.size
    if batch:
        yield batch


def _asked(
    batch: Sequence[Due], held: Held, identifiers: Sequence[Identifier], folder: Path
) -> list[Again]:
    failures: dict[str, str] = {}
    paths: dict[str, bytes] = {}
    for number, it in enumerate(batch):
        path = _place(folder, number, it)
        failure = _write(held, path, it)
        if failure:
            failures[it.file.path] = failure
        else:
            paths[it.file.path] = path
    ready = list(paths.values())
    answers = zip(*(formats_told(tool, ready) for tool in identifiers), strict=True)
    decided = {path: decide(both) for path, both in zip(paths, answers, strict=True)}
    return [Again(it, decided.get(it.file.path), failures.get(it.file.path, "")) for it in batch]


def _place(folder: Path, number: int, it: Due) -> bytes:
    """A place of its own with the given name: the extension is evidence."""
    name = given(it.file.original_name).rpartition(b"/")[2]
    place = os.path.join(os.fsencode(folder), b"%d" % number)
    os.mkdir(place)
    return os.path.join(place, name if name not in (b"", b".", b"..") else b"file")


def _write(held: Held, path: bytes, it: Due) -> str:
    """Copy a file out of the tar; gives the reason when it is not there as it was stored."""
    copy, row = held.copy, held.rows.get(it.file.path)
    if row is None:
        return f"store {copy.store}: {it.file.path} is not among the members of the copy"
    whole = hashlib.sha512()
    try:
        with open(path, "xb") as out:
            key = ocfl.tar_key(copy.package, row.version or copy.version)
            for chunk in held.store.read(key, row.offset, row.offset + row.size):
                whole.update(chunk)
                out.write(chunk)
    except (Unavailable, KeyError) as error:
        return f"store {copy.store}: cannot be read: {error}"
    if whole.hexdigest() != it.file.digest.value:
        return f"store {copy.store}: not as it was stored; run arkiv audit {copy.package}"
    return ""


def _performances(agents: Sequence[Agent], told: Sequence[Again]) -> Iterator[Finding]:
    """What each identifier did, with its releases."""
    for agent in agents:
        heard = [
            answer
            for it in told
            if it.identification
            for answer in it.identification.answers
            if answer.agent == agent.name and not answer.not_performed
        ]
        if heard:
            yield _finding(Outcome.SUCCESS, f"{len(heard)} files asked about", (), agent)


def _conclusions(told: Sequence[Again], releases: tuple[tuple[str, str], ...]) -> Iterator[Finding]:
    found: dict[str, list[Again]] = {}
    failed: dict[str, list[str]] = {}
    for it in told:
        identification = it.identification
        if identification is None or not identification.performed:
            reason = it.failure or (identification.reason if identification else "")
            failed.setdefault(reason, []).append(it.due.file.path)
            continue
        said = note(
            Conclusion(
                identification.format, identification.reason, identification.answers, releases
            )
        )
        found.setdefault(said, []).append(it)
    for said, group in found.items():
        known = group[0].identification
        outcome = Outcome.SUCCESS if known and known.known else Outcome.WARNING
        yield _finding(outcome, said, [it.due.file.path for it in group], ARKIV)
    for reason, paths in failed.items():
        yield _finding(Outcome.NOT_PERFORMED, reason, paths, ARKIV)


def _finding(outcome: Outcome, said: str, paths: Sequence[str], agent: Agent) -> Finding:
    return Finding(EventType.FORMAT_IDENTIFICATION, outcome, agent, DETAIL, said, tuple(paths))
