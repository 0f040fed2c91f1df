"""Summaries, copies and events that are made up, for tests of the catalogue."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

from preservation.model.description import Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, Puid, StoreName
from preservation.model.premis import (
    Agent,
    Event,
    EventType,
    Finding,
    Grant,
    Outcome,
    RightsStatement,
)
from preservation.model.storage import Account, Copy, CopyState, HeldFile, Summary
from preservation.model.validity import Verdict

WHEN = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def package(number: int) -> PackageId:
    return PackageId(str(uuid.UUID(int=number)))


def digest(number: int) -> Digest:
    return Digest(Algorithm.SHA512, f"{number:0128x}")


def event(name: str, when: datetime = WHEN, *objects: str) -> Event:
    agent = Agent("Arkiv", "0.1.0", note="a note")
    done = Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, agent, "done", "well", objects)
    return Event(name, when, done)


def file(number: int) -> HeldFile:
    puid = Puid("fmt/353") if number % 2 else None
    path = f"representations/original/data/{number}.tif"
    name, verdict = f"{number}^00.tif", list(Verdict)[number % len(Verdict)]
    locked = ("encryption", "a, b") if number % 2 else ()
    return HeldFile(path, name, number, digest(number), puid, "TIFF", "image/tiff", verdict, locked)


def summary(number: int = 1, *, version: int = 1, files: int = 3, **changes) -> Summary:
    told = {
        "id": package(number),
        "version": version,
        "created": WHEN + (number + version) * MINUTE,
        "sip": "skanime të vjetra",
        "fingerprint": digest(number),
        "account": Account(1, 2, 3, 4, 5, 6),
        "description": (
            Record("", (Statement("title", "Протоколи", "sr"), Statement("title", "Protokolle"))),
            Record("representations/original/data/1.tif", ()),
        ),
        "files": tuple(file(n) for n in range(files)),
        "events": (event("ingest", WHEN, "a", "b"),),
        "stores": (StoreName("a"), StoreName("b")),
        "rights": (
            RightsStatement("r1", "statute", (Grant("disseminate", "not before 2050"),), ("a/",)),
            RightsStatement("r2", "other", (), documents=(("uri", "urn:x", "proof"),)),
        ),
    }
    return Summary(**(told | changes))


def copies(told: Summary) -> list[Copy]:
    return [
        Copy(told.id, told.version, store, "k", 9, digest(9), CopyState.SOUND, WHEN)
        for store in told.stores
    ]


def bare(told: Summary) -> Summary:
    return dataclasses.replace(told, files=(), events=())
