"""ZIP files and the packages that are made of them: every member read, every CRC compared."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import ClassVar

from preservation import __version__
from preservation.model.validity import Candidate, Verdict
from preservation.tools.process import Json
from preservation.tools.tool import each
from preservation.tools.validators.judge import Judge, faulty, sound
from preservation.tools.validators.packages import missing_parts

_MEMORY = 1 << 30
_CHUNK = 1 << 20
_UNPACKED_MAX = 16 << 30
_MEMBERS_MAX = 1_000_000
_ENCRYPTED = 0x1
_NOT_SUPPORTED = (NotImplementedError, RuntimeError)
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def judge(items: Sequence[Json]) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    if items == [None]:
        return [[__version__, f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]]
    return each(_judge, items)


def _judge(path: str) -> Json:
    with open(path, "rb") as file:
        if file.read(4) not in _MAGIC:
            return "it does not begin as a ZIP does"
        try:
            with zipfile.ZipFile(file) as package:
                return _read(package)
        except (zipfile.BadZipFile, UnicodeDecodeError) as error:  # a name said to be UTF-8
            return faulty([str(error)])
        except _NOT_SUPPORTED as error:
            return f"it cannot be read: {error}"


def _read(package: zipfile.ZipFile) -> Json:
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MEMBERS_MAX or unpacked > _UNPACKED_MAX:
        return f"{len(members)} members of {unpacked} octets are more than is unpacked"
    problems = list(_twice(members))
    skipped: list[str] = []
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            skipped.append("encrypted")
            continue
        try:
            problems += _damage(package, member)
        except _NOT_SUPPORTED as error:
            skipped.append(str(error))
    if problems:
        return faulty(problems)
    if skipped:
        reasons = ", ".join(sorted(set(skipped)))
        return f"{len(skipped)} of {len(members)} members cannot be read: {reasons}"
    kind, faults = missing_parts(package)
    if faults:
        return faulty(faults, Verdict.NOT_VALID, kind)
    return sound(against=kind)


def _twice(members: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    seen: set[str] = set()
    for member in members:
        if member.filename in seen:
            yield f"two members have the name {member.filename}"
        seen.add(member.filename)


def _damage(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[str]:
    """What is wrong with one member, read to its end; its CRC is compared on the way."""
    size = 0
    try:
        with package.open(member) as content:
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > member.file_size:
                    break
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        return [f"{member.filename}: {error or type(error).__name__}"]
    if size != member.file_size:
        return [f"{member.filename}: {member.file_size} octets are declared, and it has others"]
    return []


class Zip(Judge):
    """Whether a ZIP is whole, and an office document or a book has the parts that it must have."""

    TYPES: ClassVar[frozenset[str]] = frozenset({"application/zip", "application/epub+zip"})
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset(
        {"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"}
    )
    _FAMILIES = (
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/vnd.ms-word.",
        "application/vnd.ms-excel.",
        "application/vnd.ms-powerpoint.",
    )

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv ZIP", judge, patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """The container alone."""
        return "ZIP with the CRC of each member"

    def handles(self, candidate: Candidate) -> bool:
        """ZIP itself, and the office formats that are ZIP packages."""
        return super().handles(candidate) or candidate.format.mime.startswith(self._FAMILIES)
