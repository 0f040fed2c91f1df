"""Disseminate: a package given out again, every octet compared while it is written."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import StoreName
from preservation.model.names import given
from preservation.model.packages import Dip
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.standards import inventory, members, ocfl, received, tar
from preservation.streams import Taker, sha512

_ORIGINAL = "representations/original/"
_LATER = re.compile(r"submission/(v[0-9]+/)")
_SKIPPED = 1 << 20
"""Octets of a tar that are read past rather than asking the store again."""


class Form(StrEnum):
    """What a person takes home: the bag, its tar, or the files as they were submitted."""

    BAG = "bag"
    TAR = "tar"
    ORIGINALS = "originals"


def disseminate(
    copies: Sequence[Copy],
    *,
    stores: Mapping[StoreName, Store],
    folder: Path,
    form: Form,
    progress: Progress,
) -> Stage[Dip]:
    """Write a package below `folder`.

    Copies are tried in the order given; one that proves damaged is left aside, with a finding.
    Raises Corrupt when none is whole, Unavailable when none could be read at all, Misconfigured
    when the place is taken. Nothing half written remains under the package's name.
    """
    package = copies[0].package
    name = ocfl.tar_name(package, copies[0].version) if form is Form.TAR else str(package)
    place, partial = folder / name, folder / f".{name}.partial"
    if place.exists():
        raise Misconfigured(f"{place}: is there already; name another folder or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    kind: type[ArkivError] = Unavailable
    for copy in copies:
        detail = f"{form} from store {copy.store}"
        try:
            _remove(partial)
            progress.begin("export", copy.size)
            files, octets = _write(copy, stores[copy.store], partial, form, progress)
            partial.rename(place)
        except (Corrupt, Unavailable) as error:
            yield Finding(EventType.DISSEMINATION, Outcome.FAILURE, ARKIV, detail, str(error))
            reasons += error.reasons
            if isinstance(error, Corrupt):
                kind = Corrupt
        else:
            note = f"{files} files, {octets} octets, each compared while it was written"
            yield Finding(EventType.DISSEMINATION, Outcome.SUCCESS, ARKIV, detail, note)
            return Dip(package, copy.version, place, files, octets, copy)
        finally:
            _remove(partial)
    raise kind(*reasons)


def _remove(partial: Path) -> None:
    if partial.is_dir():
        shutil.rmtree(partial)
    else:
        partial.unlink(missing_ok=True)


def _write(
    copy: Copy, store: Store, place: Path, form: Form, progress: Progress
) -> tuple[int, int]:
    """Files and octets written; raises Corrupt when anything is not as it was stored."""
    try:
        rows = member_rows(copy, store) if form is not Form.TAR or copy.version > 1 else ()
        if form is Form.TAR:
            if any(row.version for row in rows):
                return _lay_out(copy, store, place, rows, progress)
            return _write_tar(copy, store, place, progress)
        names = (
            {row.name: os.fsencode(row.name.partition("/")[2]) for row in rows}
            if form is Form.BAG
            else _given_names(copy, store, rows)
        )
        return _write_members(copy, store, place, (rows, names), progress)
    except KeyError as missing:
        raise Corrupt(f"store {copy.store}: {missing.args[0]} is missing") from missing


def _write_tar(copy: Copy, store: Store, place: Path, progress: Progress) -> tuple[int, int]:
    whole = hashlib.sha512()
    with place.open("xb") as out:
        for chunk in store.read(copy.key):
            whole.update(chunk)
            out.write(chunk)
            progress.advance(len(chunk))
    found = Digest(Algorithm.SHA512, whole.hexdigest())
    if found != copy.digest:
        raise _differs(copy, copy.key, copy.digest, found)
    return 1, copy.size


def _differs(copy: Copy, name: str, expected: Digest, found: Digest) -> Corrupt:
    return Corrupt(
        f"store {copy.store}: {name}: {expected.short} expected, {found.short} found; "
        f"run arkiv audit {copy.package}"
    )


def member_rows(copy: Copy, store: Store) -> Sequence[members.MemberRow]:
    """The list of members, once it is what the inventory says and that is what was committed."""
    key = ocfl.inventory_key(copy.package, copy.version)
    document = b"".join(store.read(key))
    said = b"".join(store.read(ocfl.commit_key(copy.package, copy.version)))
    if said != inventory.sidecar(document):
        raise Corrupt(f"store {copy.store}: {key}: differs from its digest file")
    holding = inventory.read(document)
    state = dict(holding.versions[copy.version - 1].state)
    tar_name = ocfl.tar_name(copy.package, copy.version)
    if holding.id != copy.package or state.get(tar_name) != copy.digest:
        raise Corrupt(f"store {copy.store}: {key}: is not the inventory that was committed")
    path = holding.content("members.jsonl", copy.version)
    listed = f"{ocfl.object_root(copy.package)}/{path}"
    content = b"".join(store.read(listed))
    if sha512(content) != state["members.jsonl"]:
        raise _differs(copy, listed, state["members.jsonl"], sha512(content))
    return tuple(members.read([content]))


def _given_names(
    copy: Copy, store: Store, rows: Sequence[members.MemberRow]
) -> Mapping[str, bytes]:
    """Where each file that was submitted lay in its SIP, byte for byte, by member name.

    What came along with a later SIP lies in a folder named for its version.
    """
    base = f"{copy.package}/data/{copy.package}/"
    submitted = (row for row in rows if row.file and not row.file.source)
    names = {
        row.name: given(row.file.original_name)
        for row in submitted
        if row.file and row.file.path.startswith(_ORIGINAL)
    }
    listed = next((row for row in rows if row.name == base + received.PATH), None)
    if listed:
        key = ocfl.tar_key(copy.package, listed.version or copy.version)
        content = b"".join(store.read(key, listed.offset, listed.offset + listed.size))
        for entry in received.read(content):
            if entry.path:
                later = _LATER.match(entry.path)
                folder = later[1].encode("ascii") if later else b""
                names[base + entry.path] = folder + given(entry.given)
    return names


def _write_members(
    copy: Copy,
    store: Store,
    place: Path,
    wanted: tuple[Sequence[members.MemberRow], Mapping[str, bytes]],
    progress: Progress,
) -> tuple[int, int]:
    rows, names = wanted
    folder = os.fsencode(place)
    files = octets = 0
    for row, literal, content in _contents(copy, store, rows):
        name = names.get(row.name)
        path = None if name is None else _inside(folder, name)
        found = _write_member(content, path)
        progress.advance(row.size)
        if found != row.digest:
            raise _differs(copy, row.name, row.digest, found)
        if path is not None:
            files, octets = files + 1, octets + row.size
            modified = tar.modified(literal)
            os.utime(path, (modified, modified))
    return files, octets


_Stored = tuple[members.MemberRow, bytes, Iterator[memoryview]]


def _contents(copy: Copy, store: Store, rows: Sequence[members.MemberRow]) -> Iterator[_Stored]:
    """Each member with the octets before it (its header at their end) and its content.

    Every tar is read in order, each stretch of it that has wanted members once.
    """
    tars: dict[int, list[members.MemberRow]] = {}
    for row in rows:
        tars.setdefault(row.version or copy.version, []).append(row)
    for version, those in sorted(tars.items(), reverse=True):
        key = ocfl.tar_key(copy.package, version)
        stream, position = Taker(store.read(key)), 0
        for row in sorted(those, key=lambda row: row.offset):
            if row.offset - position > _SKIPPED:
                position = row.offset - tar.BLOCK
                stream = Taker(store.read(key, position))
            literal = stream.whole(row.offset - position)
            position = row.offset + row.size
            yield row, literal, stream.take(row.size)


def _lay_out(
    copy: Copy,
    store: Store,
    place: Path,
    rows: Sequence[members.MemberRow],
    progress: Progress,
) -> tuple[int, int]:
    """One tar with all members of a version, those too that lie in the tars of earlier ones."""
    with place.open("xb") as out:
        for row, literal, content in _contents(copy, store, rows):
            out.write(tar.header(row.name, row.size, tar.modified(literal)))
            whole = hashlib.sha512()
            for piece in content:
                whole.update(piece)
                out.write(piece)
            out.write(bytes(-row.size % tar.BLOCK))
            progress.advance(row.size)
            found = Digest(Algorithm.SHA512, whole.hexdigest())
            if found != row.digest:
                raise _differs(copy, row.name, row.digest, found)
        out.write(tar.END)
        return 1, out.tell()


def _inside(folder: bytes, name: bytes) -> bytes:
    """The place of a file below a folder, its folders made; no name leads out of it."""
    parts = name.split(b"/")
    if any(part in (b"", b".", b"..") for part in parts) or b"\0" in name:
        raise Corrupt(f"{os.fsdecode(name)!r}: a name that leaves the package")
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def _write_member(pieces: Iterable[memoryview], path: bytes | None) -> Digest:
    whole = hashlib.sha512()
    if path is None:
        for piece in pieces:
            whole.update(piece)
    else:
        with open(path, "xb", buffering=0) as out:
            for piece in pieces:
                whole.update(piece)
                out.write(piece)
    return Digest(Algorithm.SHA512, whole.hexdigest())
