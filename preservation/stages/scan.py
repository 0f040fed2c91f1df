"""Scan: no malware goes in unknown; what could not be scanned is never called clean."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from preservation.model.agreement import Agreement
from preservation.model.malware import Content, Engine, Scan
from preservation.model.names import written
from preservation.model.packages import ReceivedFile, Sip
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.ports import Progress, Scanner, Source
from preservation.recording import Stage
from preservation.rules import Refused, sentence

DETAIL = "malware scan"


def scan(
    sip: Sip,
    source: Source,
    *,
    scanner: Scanner | None,
    agreement: Agreement,
    now: datetime,
    progress: Progress,
) -> Stage[None]:
    """Have every file of a SIP scanned; no new state comes of it, only knowledge.

    Raises Refused with each file in which malware was found. Without a scanner, and for each file
    that it could not look at, *not performed* is put on record.
    """
    if scanner is None:
        note = "no malware scanner is configured"
        yield Finding(EventType.VIRUS_CHECK, Outcome.NOT_PERFORMED, ARKIV, DETAIL, note)
        return
    files = sip.files
    engine = scanner.engine()
    yield from _doubts(engine, agreement, now)
    if engine.blind:
        return
    progress.begin("scan", sum(file.size for file in files))
    answers: list[Scan] = []
    for file, answer in zip(files, scanner.scan(_contents(source, files)), strict=True):
        answers.append(answer)
        progress.advance(file.size)
    yield from _clean(engine, files, answers)
    yield from _unscanned(engine, files, answers)
    found: list[Remark] = []
    for file, answer in zip(files, answers, strict=True):
        if answer.signature:
            remark = Remark("MALWARE-FOUND", written(file.given), answer.signature)
            found.append(remark)
            yield _finding(engine, Outcome.FAILURE, (remark,), (file.path,))
    if found:
        raise Refused(*found)


def _contents(source: Source, files: Sequence[ReceivedFile]) -> Iterator[Content]:
    """Files of a folder lie on their own; what lies in a container can only be sent."""
    folder = os.fsencode(source.place) if source.place.is_dir() else None
    for file in files:
        path = os.path.join(folder, file.given) if folder else None
        yield Content(file.given, file.size, partial(source.open, file.given), path)


def _finding(
    engine: Engine, outcome: Outcome, remarks: tuple[Remark, ...], objects: tuple[str, ...] = ()
) -> Finding:
    note = "; ".join(sentence(remark) for remark in remarks[:20])
    detail = f"{DETAIL} with {engine.known_by}"
    return Finding(EventType.VIRUS_CHECK, outcome, engine.agent, detail, note, objects, remarks)


def _doubts(engine: Engine, agreement: Agreement, now: datetime) -> Iterator[Finding]:
    """What makes the answers worth less, or nothing."""
    if engine.blind:
        yield _finding(
            engine, Outcome.NOT_PERFORMED, (Remark("MALWARE-BLIND", found=engine.blind),)
        )
        return
    days = agreement.signature_days
    if engine.dated is None:
        yield _finding(engine, Outcome.WARNING, (Remark("MALWARE-UNDATED-SIGNATURES"),))
    elif now - engine.dated > timedelta(days=days):
        expected = f"at most {days} days"
        found = f"{(now - engine.dated).days} days, of {engine.dated:%Y-%m-%d}"
        remark = Remark("MALWARE-OLD-SIGNATURES", found=found, expected=expected)
        yield _finding(engine, Outcome.WARNING, (remark,))


def _clean(
    engine: Engine, files: Sequence[ReceivedFile], answers: Sequence[Scan]
) -> Iterator[Finding]:
    """One event for all that is clean; it says when containers may have been looked at in part."""
    clean = [file.size for file, answer in zip(files, answers, strict=True) if answer.clean]
    if not clean:
        return
    note = f"nothing found in {len(clean)} of {len(files)} files, {sum(clean)} octets"
    remarks = (Remark("MALWARE-LIMITS"),) if engine.silent else ()
    if remarks:
        note += f"; {sentence(remarks[0])}"
    detail = f"{DETAIL} with {engine.known_by}"
    event, agent = EventType.VIRUS_CHECK, engine.agent
    yield Finding(event, Outcome.SUCCESS, agent, detail, note, remarks=remarks)


def _unscanned(
    engine: Engine, files: Sequence[ReceivedFile], answers: Sequence[Scan]
) -> Iterator[Finding]:
    """One event for each reason, with the files that it holds for."""
    reasons: defaultdict[str, list[ReceivedFile]] = defaultdict(list)
    for file, answer in zip(files, answers, strict=True):
        if answer.reason:
            reasons[answer.reason].append(file)
    for reason, those in reasons.items():
        remarks = tuple(Remark("MALWARE-UNSCANNED", written(f.given), reason) for f in those)
        objects = tuple(file.path for file in those)
        yield _finding(engine, Outcome.NOT_PERFORMED, remarks, objects)
