"""An archive's own release of PRONOM's signatures: checked, installed as one, shown."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from preservation.errors import Corrupt, Misconfigured
from preservation.model.fixity import Digest
from preservation.standards import pronom
from preservation.standards.shape import Json, differences, moment, parsed, stamp
from preservation.streams import sha512
from preservation.tools.pronom_formats import CONTAINERS, NOTE, SIGNATURES, left_out

FOLDER = "formats"
_CURRENT = "current"
_LARGEST = 64 << 20
_SHAPE = {
    "pronom": int,
    "dated": str,
    "containers": int,
    "installed": str,
    "files": [str],
    "sha512": [str],
    "left_out": [str],
}


@dataclass(frozen=True, slots=True)
class Installed:
    """Signatures that lie in `folder`: releases, when they were made and installed, from what.

    `left_out` names signatures in a syntax that is not known, which are not used.
    """

    folder: Path
    pronom: int
    dated: str
    containers: int
    installed: datetime
    files: tuple[str, ...]
    sha512: tuple[str, ...]
    left_out: tuple[str, ...]


def installed_signatures(archive: Path | None) -> Installed | None:
    """What is installed in the archive in this folder; None when nothing is.

    Raises Misconfigured when a file is not as it was installed.
    """
    pointer = archive / FOLDER / _CURRENT if archive else None
    if archive is None or pointer is None or not pointer.is_file():
        return None
    folder = archive / FOLDER / pointer.read_text("ascii").strip()
    try:
        note = (folder / NOTE).read_bytes()
        found = [_digest((folder / name).read_bytes()) for name in (SIGNATURES, CONTAINERS)]
    except OSError as error:
        raise Misconfigured(f"{folder}: {error.strerror}; {_AGAIN}") from error
    told = _noted(note, folder / NOTE)
    if found != told["sha512"]:
        raise Misconfigured(f"{folder}: the signatures are not those that were installed; {_AGAIN}")
    return Installed(
        folder,
        told["pronom"],
        told["dated"],
        told["containers"],
        moment(told["installed"]),
        tuple(told["files"]),
        tuple(told["sha512"]),
        tuple(told["left_out"]),
    )


def _noted(note: bytes, file: Path) -> Json:
    try:
        told = parsed(note, str(file))
    except Corrupt as error:
        raise Misconfigured(*error.reasons, _AGAIN) from error
    if wrong := differences(told, _SHAPE, str(file)):
        raise Misconfigured(*wrong, _AGAIN)
    return told


_AGAIN = "install them again with: arkiv formats update"


def install(
    archive: Path, *, signatures: Path, containers: Path, now: datetime, older: bool = False
) -> Installed:
    """Check both files and make them the archive's signatures, both or neither.

    Raises Misconfigured when one is not what it should be, or older than what is installed (unless
    `older`).
    """
    contents = [_content(signatures), _content(containers)]
    told = pronom.read_signatures(contents[0], signatures.name)
    inside = pronom.read_containers(contents[1], containers.name)
    before = None
    with suppress(Misconfigured):  # what is broken is what this mends
        before = installed_signatures(archive)
    if before and not older:
        _require_newer("PRONOM", signatures.name, told.release, before.pronom)
        _require_newer("container", containers.name, inside.release, before.containers)
    folder = archive / FOLDER / f"pronom-{told.release}-{inside.release}-{uuid4().hex[:8]}"
    new = Installed(
        folder,
        told.release,
        told.dated,
        inside.release,
        now,
        (signatures.name, containers.name),
        tuple(map(_digest, contents)),
        left_out(told, inside),
    )
    note = {k: v for k, v in asdict(new).items() if k != "folder"} | {"installed": stamp(now)}
    folder.mkdir(parents=True)
    for name, content in zip((SIGNATURES, CONTAINERS), contents, strict=True):
        _write(folder / name, content)
    _write(folder / NOTE, json.dumps(note, ensure_ascii=False, indent=1).encode() + b"\n")
    # What is in force is what the pointer names: it changes in one step, with both files there.
    partial = archive / FOLDER / f".{_CURRENT}.partial"
    _write(partial, folder.name.encode("ascii") + b"\n")
    partial.replace(archive / FOLDER / _CURRENT)
    for old in _others(folder):
        shutil.rmtree(old, ignore_errors=True)
    return new


def _others(folder: Path) -> Iterator[Path]:
    """Folders of releases that are no longer in force, or that a crash left."""
    return (it for it in folder.parent.iterdir() if it.is_dir() and it != folder)


def _require_newer(kind: str, name: str, release: int, before: int) -> None:
    if release < before:
        raise Misconfigured(
            f"{name}: expected {kind} signatures of release {before} or newer, found release "
            f"{release}; to go back to it all the same, add --older"
        )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST or not file.is_file():
            raise Misconfigured(f"{file}: not a file of at most {_LARGEST >> 20} MiB")
        return file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}") from error


def _digest(content: bytes) -> str:
    digest: Digest = sha512(content)
    return digest.value


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
