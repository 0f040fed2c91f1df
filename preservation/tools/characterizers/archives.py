"""ZIP, TAR and 7z: what is in them, listed within bounds and never unpacked to a disk."""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools import sevenzip
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.process import Json
from preservation.tools.tool import each, media_types

_MEMORY = 1 << 30
_ENTRIES_MAX = 1_000_000
_UNPACKED_MAX = 4 << 30
_ENCRYPTED = 0x1
_METHODS = {
    0: "stored",
    8: "deflate",
    9: "deflate64",
    12: "bzip2",
    14: "LZMA",
    93: "zstd",
    99: "AES",
}
_NESTED = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".iso")
_GZIP = b"\x1f\x8b"
_SEVEN = b"7z\xbc\xaf\x27\x1c"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    size: int
    kind: str
    """`file`, `folder` or `other`: links, devices."""


class _TooMany(Exception):
    """More entries or octets than are listed."""


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts and inhibitors of each path; its version for an item None."""
    if items == [None]:
        return [[__version__, f"listings of up to {_ENTRIES_MAX} entries"]]
    return each(_describe, items)


def _describe(path: str) -> Json:
    with open(path, "rb") as file:
        head = file.read(8)
    try:
        if head.startswith(b"PK"):
            return _zip(path)
        if head.startswith(_SEVEN):
            return _seven(path)
        return _tar(path, packed=head.startswith(_GZIP))
    except _TooMany as error:
        return str(error)
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        return [damage([f"it cannot be listed: {error}"]), []]
    except (NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        return f"it cannot be listed: {error}"


def _zip(path: str) -> Json:
    with zipfile.ZipFile(path) as package:
        members = package.infolist()
        entries = [
            _Entry(it.filename, it.file_size, "folder" if it.filename.endswith("/") else "file")
            for it in members
        ]
        methods = sorted({_METHODS.get(it.compress_type, str(it.compress_type)) for it in members})
        facts = _facts(entries)
        if methods:
            facts.append(("compression", ", ".join(methods)))
        if package.comment:
            facts.append(("comment", package.comment.decode("utf-8", "replace")[:200]))
        locked = sum(bool(it.flag_bits & _ENCRYPTED) for it in members)
    if locked:
        facts.append(("encrypted entries", str(locked)))
    return [facts, ["encryption"] if locked else []]


def _seven(path: str) -> Json:
    told = sevenzip.answer({"path": path})
    if told == "encrypted":
        return [[], ["encryption"]]
    return [_facts([_Entry(name, size, kind) for name, size, kind, _ in told]), []]


def _tar(path: str, *, packed: bool) -> Json:
    """The entries of a tar, also of one in gzip; gzip of something else says only so."""
    entries, octets = [], 0
    try:
        with tarfile.open(path, "r|gz" if packed else "r|") as package:
            for member in package:
                kind = "file" if member.isfile() else "folder" if member.isdir() else "other"
                entries.append(_Entry(member.name, member.size, kind))
                octets += member.size
                if len(entries) > _ENTRIES_MAX or (packed and octets > _UNPACKED_MAX):
                    raise _TooMany(f"more than {_ENTRIES_MAX} entries or {_UNPACKED_MAX} octets")
    except (tarfile.ReadError, TypeError, ValueError, IndexError) as error:
        if packed and not entries and isinstance(error, tarfile.ReadError):
            return [[("compression", "gzip")], []]
        return [_facts(entries) + damage([f"it cannot be listed: {error}"]), []]
    return [_facts(entries) + ([("compression", "gzip")] if packed else []), []]


def _facts(entries: Iterable[_Entry]) -> list[tuple[str, str]]:
    listed = list(entries)
    if len(listed) > _ENTRIES_MAX:
        raise _TooMany(f"{len(listed)} entries, and at most {_ENTRIES_MAX} are listed")
    files = [it for it in listed if it.kind == "file"]
    facts = [("entries", str(len(listed))), ("files", str(len(files)))]
    facts.append(("unpacked octets", str(sum(it.size for it in files))))
    for name, count in (
        ("links and devices", sum(it.kind == "other" for it in listed)),
        ("unsafe names", sum(_unsafe(it.name) for it in listed)),
        ("nested containers", sum(it.name.lower().endswith(_NESTED) for it in files)),
    ):
        facts += [(name, str(count))] if count else []
    return facts


def _unsafe(name: str) -> bool:
    """Whether unpacking it by its name would write outside the folder."""
    parts = name.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or parts[0][1:2] == ":"


class Archives(Extractor):
    """What lies in a container, counted; names are not listed.

    Facts: `entries`, `files`, `unpacked octets`, `compression`, `encrypted entries`, `links and
    devices`, `unsafe names`, `nested containers`, `comment`, `damage`.
    """

    TYPES: ClassVar[frozenset[str]] = frozenset(
        {
            "application/zip",
            "application/x-tar",
            "application/gzip",
            "application/x-gzip",
            "application/x-7z-compressed",
        }
    )
    _PUIDS = frozenset({"x-fmt/263", "x-fmt/265", "x-fmt/266", "fmt/484"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv archives", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """ZIP, TAR, GZIP and 7z themselves; not the formats that are made of them."""
        return format.puid in self._PUIDS or not media_types(format).isdisjoint(self.TYPES)
