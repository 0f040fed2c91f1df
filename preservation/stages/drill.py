"""Drill: an AIP restored from one store alone, without the catalogue, and judged by others' tools.

A copy that nobody ever restored is a hope. What is used here is what a stranger has: the OCFL
specification, Python's `tarfile`, `bagit.py`, and the official schemas.
"""

import logging
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

import bagit

from preservation.errors import Corrupt, Misconfigured, Unavailable
from preservation.model.drill import DETAIL, Drilled, Part
from preservation.model.identifiers import PackageId
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import copy_in
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.standards import ocfl, ocfl_object
from preservation.standards.installed_schemas import InstalledSchemas, namespace_of

_SHOWN = 20
_SCHEMAS = {
    "METS schema": ("http://www.loc.gov/METS/", "METS.xml"),
    "PREMIS schema": ("http://www.loc.gov/premis/v3", "premis.xml"),
}


def drill(
    package: PackageId,
    version: int,
    *,
    store: Store,
    folder: Path,
    schemas: InstalledSchemas,
    progress: Progress,
) -> Stage[Drilled]:
    """Restore a version below an empty folder, and judge the object, the tars, the bag, the XML.

    A part that could not be made is *not performed*, with the reason, and so is every part after
    one that it needs. Its event is a success only when every part was.
    """
    parts: list[Part] = []
    for name, make in (
        ("OCFL object", lambda: _object(package, store, progress)),
        ("tar", lambda: _unpack(package, version, store, folder, progress)),
        ("bag", lambda: _bag(folder / package)),
        *((name, _by_schema(folder / package, schemas, name)) for name in _SCHEMAS),
    ):
        unpacked = next((p.outcome for p in parts if p.name == "tar"), Outcome.SUCCESS)
        if unpacked is not Outcome.SUCCESS:
            parts.append(Part(name, Outcome.NOT_PERFORMED, "the tar was not unpacked"))
            continue
        parts.append(_made(name, make))
    drilled = Drilled(package, version, store.name, tuple(parts))
    said = "; ".join(f"{part.name}: {part.outcome}: {part.said}" for part in parts)
    detail = DETAIL + copy_in(store.name)
    yield Finding(EventType.VALIDATION, drilled.outcome, ARKIV, detail, said)
    return drilled


def _made(name: str, make: Callable[[], str]) -> Part:
    try:
        return Part(name, Outcome.SUCCESS, make())
    except Corrupt as corrupt:
        shown = list(corrupt.reasons[:_SHOWN])
        if len(corrupt.reasons) > _SHOWN:
            shown.append(f"and {len(corrupt.reasons) - _SHOWN} more")
        return Part(name, Outcome.FAILURE, ", ".join(shown))
    except (Misconfigured, Unavailable) as error:
        return Part(name, Outcome.NOT_PERFORMED, str(error))


def _object(package: PackageId, store: Store, progress: Progress) -> str:
    root = ocfl.object_root(package) + "/"
    paths = [key.removeprefix(root) for key in store.keys(root)]
    octets = 0

    def content(path: str) -> Iterator[bytes]:
        nonlocal octets
        for chunk in store.read(root + path):
            octets += len(chunk)
            progress.advance(len(chunk))
            yield chunk

    try:
        faults = ocfl_object.judge(package, paths, content)
    except KeyError as missing:
        raise Corrupt(f"{missing.args[0]} is missing") from missing
    if faults:
        raise Corrupt(*faults)
    return f"{len(paths)} files, {octets} octets, as the inventory says"


def _unpack(
    package: PackageId, version: int, store: Store, folder: Path, progress: Progress
) -> str:
    """The newest tar as it is, and from earlier ones what `fetch.txt` names."""
    count = _extract(store, ocfl.tar_key(package, version), folder, None, progress)
    listed = folder / package / "fetch.txt"
    wanted: dict[str, set[str]] = {}
    if listed.is_file():
        for line in listed.read_text("utf-8").splitlines():
            url = urlsplit(line.split(" ", 1)[0])
            place = f"{ocfl.object_root(package)}{url.path}"
            if url.scheme != "ocfl" or url.netloc != package:
                raise Corrupt(f"fetch.txt: {line}: does not lead into this object")
            wanted.setdefault(place, set()).add(unquote(url.fragment))
    for key, names in sorted(wanted.items()):
        count += _extract(store, key, folder, names, progress)
    return f"{count} files unpacked from {1 + len(wanted)} tars by tarfile"


def _extract(
    store: Store, key: str, folder: Path, wanted: set[str] | None, progress: Progress
) -> int:
    left = set() if wanted is None else set(wanted)
    count = 0
    try:
        stream = BufferedReader(cast("RawIOBase", _Stream(store.read(key), progress)))
        with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8") as tar:
            for member in tar:
                if wanted is None or member.name in wanted:
                    left.discard(member.name)
                    _write(tar, member, folder)
                    count += 1
    except KeyError as missing:
        raise Corrupt(f"{missing.args[0]} is missing") from missing
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Corrupt(f"{key}: {error}") from error
    if left:
        raise Corrupt(*(f"{key}: has no member {name}" for name in sorted(left)))
    return count


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """A regular file below the folder; anything else in a tar of an AIP is a fault of it."""
    parts = member.name.split("/")
    source = tar.extractfile(member) if member.isreg() else None
    if source is None or any(part in ("", ".", "..") for part in parts):
        raise Corrupt(f"{member.name!r} is no file of an AIP")
    place = folder.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
    if place.stat().st_size != member.size:
        raise Corrupt(f"{member.name}: {member.size} octets in its header, fewer in the tar")


class _Stream(RawIOBase):
    """An object of a store as a file that is read once, from its start to its end."""

    def __init__(self, chunks: Iterable[bytes], progress: Progress) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            following = next(self._chunks, None)
            if following is None:
                return 0
            self._progress.advance(len(following))
            self._rest = memoryview(following)
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _bag(folder: Path) -> str:
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    try:
        bag = bagit.Bag(str(folder))
        bag.validate()
    except bagit.BagValidationError as error:
        raise Corrupt(*(str(detail) for detail in error.details or (error,))) from error
    except (bagit.BagError, OSError, ValueError) as error:
        raise Corrupt(str(error)) from error
    return f"valid by bagit.py {bagit.VERSION}, {len(bag.entries)} digests"


def _by_schema(folder: Path, schemas: InstalledSchemas, name: str) -> Callable[[], str]:
    namespace, ending = _SCHEMAS[name]

    def judge() -> str:
        if schemas.of(namespace) is None:
            raise Misconfigured(f"the official schema of {namespace} is not installed")
        faults, count = [], 0
        for path in _named(folder, ending):
            with path.open("rb") as stream:
                if namespace_of(stream) != namespace:
                    continue  # what a producer sent along under the same name
            with path.open("rb") as stream:
                count += 1
                found = schemas.refusals(stream, namespace)
                faults += [f"{path.relative_to(folder)}: {refusal}" for refusal in found]
        if faults:
            raise Corrupt(*faults)
        if not count:
            raise Corrupt(f"there is no {ending}")
        return f"{count} documents valid by the official schema"

    return judge


def _named(folder: Path, ending: str) -> Iterator[Path]:
    """Documents that Arkiv wrote: not those that came in the payload or along with it."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(it for it in folders if it != "submission")
        inside = Path(place).relative_to(folder).parts
        payload = len(inside) > 4 and inside[2] == "representations" and inside[4] == "data"
        if ending in names and not payload:
            yield Path(place) / ending
