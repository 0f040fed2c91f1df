"""Containers in a package whose members become files of their own too, one level deep."""

import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from preservation import folders
from preservation.containers import Form, unpack
from preservation.containers.mailbox import split
from preservation.model import names
from preservation.model.agreement import Agreement
from preservation.model.fixity import Algorithm
from preservation.model.identifiers import Puid
from preservation.model.names import written
from preservation.model.packages import Identified, ReceivedFile, Role, VerifiedFile
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.ports import Progress
from preservation.recording import Stage
from preservation.rules import Refused
from preservation.streams import read_once

_KINDS: Mapping[Puid, str] = {
    Puid("x-fmt/263"): "zip",
    Puid("x-fmt/265"): "tar",
    Puid("x-fmt/266"): "tar.gz",
    Puid("fmt/484"): "7z",
    Puid("fmt/468"): "iso",
    Puid("fmt/1739"): "iso",  # with UDF too
    Puid("fmt/720"): "mbox",
}
"""Formats that are nothing but containers; an office document in a ZIP is more than that."""


def unfold(
    identified: Identified, *, agreement: Agreement, scratch: Path, progress: Progress
) -> Stage[tuple[VerifiedFile, ...]]:
    """Unpack the containers among the payload of the kinds that the agreement names.

    Gives their members, with the digests of their octets. What they were in stays as it is. One
    that cannot be unpacked within the limits, or is not sound, is a check not performed: nothing is
    lost with it. Raises Unavailable when the disk is full.
    """
    wanted = [
        (file, kind)
        for file, it in zip(identified.payload, identified.identifications, strict=True)
        if (kind := _KINDS.get(it.format.puid or Puid("fmt/0"))) and kind in agreement.unpack
    ]
    root = os.fsencode(identified.verified.sip.root)
    taken = {file.received.given for file in identified.verified.files}
    progress.begin("unpack members", len(wanted))
    scratch.mkdir(parents=True)
    members: list[VerifiedFile] = []
    for number, (file, kind) in enumerate(wanted):
        place = scratch / str(number)
        path = Path(os.fsdecode(file.received.below(root)))
        try:
            note = _unpacked(kind, path, place, agreement)
        except Refused as refused:
            yield _finding(Outcome.NOT_PERFORMED, kind, file, "; ".join(refused.reasons))
        else:
            own = tuple(_members(file.received, place, taken))
            members += own
            objects = [file.received.path, *(it.received.path for it in own)]
            yield _finding(Outcome.SUCCESS, kind, file, note, objects)
        progress.advance(1)
    return tuple(members)


def _unpacked(kind: str, path: Path, place: Path, agreement: Agreement) -> str:
    """Unpack into a new folder; what came of it. Raises Refused when that cannot be."""
    if kind == "mbox":
        return f"{split(path, place, agreement.limits)} messages"
    told = unpack(path, place, agreement.limits, Form.ISO if kind == "iso" else None)
    links = f"; {len(told.links)} links were not made" if told.links else ""
    return f"{told.entries} entries, {told.octets} octets{links}"


def _members(container: ReceivedFile, place: Path, taken: set[bytes]) -> Iterator[VerifiedFile]:
    """The files that came out, under a folder beside the container that nothing else has."""
    found = folders.contents(os.fsencode(place)).files
    given, stored = _folder(container, taken)
    named = names.stored([file.path for file in found])
    for file in found:
        path = os.path.join(os.fsencode(place), file.path)
        reading = read_once(path, (Algorithm.SHA512,), expected=file.size)
        received = ReceivedFile(
            given + file.path,
            stored + named[file.path],
            Role.PAYLOAD,
            reading.size,
            reading.modified_ns,
            source=container.path,
            place=path,
        )
        yield VerifiedFile(received, reading.digests)


def _folder(container: ReceivedFile, taken: set[bytes]) -> tuple[bytes, str]:
    """`a.zip.members/` as given and as stored; numbered where the package has such a name.

    A container whose own name is too long for that gives its members a folder named otherwise.
    """
    above, _, own = container.path.rpartition("/")
    given_above, slash, given_own = container.given.rpartition(b"/")
    for number in count(1):
        ending = f".members-{number}" if number > 1 else ".members"
        if len(own.encode("utf-8")) + len(ending) > names.NAME_MAX:
            own, given_own = "file", b"file"
        name = given_above + slash + given_own + ending.encode("ascii")
        if not any(it == name or it.startswith(name + b"/") for it in taken):
            taken.add(name)
            return name + b"/", f"{above}/{own}{ending}/"
    raise AssertionError("numbers do not end")


def _finding(
    outcome: Outcome, kind: str, file: VerifiedFile, note: str, objects: list[str] | None = None
) -> Finding:
    detail = f"members of the {kind} {written(file.received.given)} become files of their own"
    paths = tuple(objects or [file.received.path])
    return Finding(EventType.UNPACKING, outcome, ARKIV, detail, note, paths)
