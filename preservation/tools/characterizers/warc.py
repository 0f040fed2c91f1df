"""Web archives: WARC (ISO 28500) and ARC, also packed, record by record."""

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, ClassVar

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.process import Json
from preservation.tools.tool import each, media_types

_MEMORY = 1 << 30
_LINE = 1 << 16
_HEADERS = 1000
_INFO = 1 << 20
_CHUNK = 1 << 20
_VERSION = re.compile(rb"WARC/(\d+\.\d+)\r?\n")
_SOFTWARE = re.compile(r"^software:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_NAMED = re.compile(r"([^/\s]{1,80})[/ ]v?(\d[\w.\-]{0,40})")


class _Torn(Exception):
    """The file ends, or goes on, where no record does."""


@dataclass(slots=True)
class _Seen:
    version: str = ""
    software: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    dates: list[str] = field(default_factory=list)

    def dated(self, when: str) -> None:
        """Only the first and the last date are kept."""
        self.dates = [min([*self.dates, when]), max([*self.dates, when])]


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts, inhibitors and programs of each path; its version for None."""
    if items == [None]:
        return [[__version__, "records of WARC and ARC"]]
    return each(_describe, items)


def _describe(path: str) -> Json:
    seen, problems = _Seen(), []
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream: IO[bytes] = io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file
        try:
            if stream.readline(_LINE).startswith(b"filedesc:"):
                stream.seek(0)
                _arc(stream, seen)
            else:
                stream.seek(0)
                _warc(stream, seen)
        except (_Torn, EOFError, gzip.BadGzipFile, zlib.error) as error:
            problems.append(f"after {seen.kinds.total()} records: {error}")
    if not seen.kinds and not problems:
        return "it has no records"
    return [[*_facts(seen, packed=packed), *damage(problems)], [], list(_programs(seen))]


def _warc(stream: IO[bytes], seen: _Seen) -> None:
    """ISO 28500:2017, section 4: version, named fields, an empty line, the block, two line ends."""
    while line := stream.readline(_LINE):
        begun = _VERSION.fullmatch(line)
        if not begun:
            raise _Torn("no record begins where one should")
        seen.version = seen.version or begun[1].decode()
        fields = dict(_fields(stream))
        kind, length = fields.get("warc-type", "no type"), fields.get("content-length", "")
        if not length.isdecimal():
            raise _Torn("a record does not tell its length")
        if kind == "warcinfo" and int(length) <= _INFO:
            info = _exactly(stream, int(length)).decode("utf-8", "replace")
            software = _SOFTWARE.search(info)
            seen.software = seen.software or (software[1] if software else "")
        else:
            _skip(stream, int(length))
        if _exactly(stream, 4) != b"\r\n\r\n":
            raise _Torn("a record does not end where it should")
        seen.kinds[kind] += 1
        if when := fields.get("warc-date"):
            seen.dated(when)


def _fields(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    for _ in range(_HEADERS):
        line = stream.readline(_LINE)
        if not line:
            raise _Torn("it ends within the head of a record")
        if line in (b"\r\n", b"\n"):
            return
        name, _, value = line.decode("utf-8", "replace").partition(":")
        yield name.strip().lower(), value.strip()
    raise _Torn("the head of a record does not end")


def _arc(stream: IO[bytes], seen: _Seen) -> None:
    """ARC 1.0 and 1.1: a line with address, host, date, type and length, then the document."""
    while line := stream.readline(_LINE):
        if line in (b"\n", b"\r\n"):
            continue
        parts = line.split()
        if len(parts) < 5 or not parts[-1].isdigit():
            raise _Torn("no record begins where one should")
        first = not seen.kinds
        if first:
            seen.version = "ARC"
        _skip(stream, int(parts[-1]))
        seen.kinds["filedesc" if first else "document"] += 1
        when = parts[2].decode("ascii", "replace")
        if len(when) == 14 and when.isdecimal():
            seen.dated(
                f"{when[:4]}-{when[4:6]}-{when[6:8]}T{when[8:10]}:{when[10:12]}:{when[12:]}Z"
            )


def _skip(stream: IO[bytes], length: int) -> None:
    left = length
    while left:
        got = len(stream.read(min(left, _CHUNK)))
        if not got:
            raise _Torn(f"it ends {left} octets before the end of a record")
        left -= got


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) != length:
        raise _Torn("it ends within a record")
    return content


def _facts(seen: _Seen, *, packed: bool) -> Iterator[tuple[str, str]]:
    if seen.version:
        yield "version", seen.version
    yield "records", str(seen.kinds.total())
    for kind, count in sorted(seen.kinds.items()):
        yield f"records ({kind})", str(count)
    if seen.dates:
        yield "first date", seen.dates[0]
        yield "last date", seen.dates[-1]
    if packed:
        yield "compression", "gzip"


def _programs(seen: _Seen) -> Iterator[tuple[str, str, str]]:
    if seen.software:
        named = _NAMED.match(seen.software)
        yield (named[1], named[2], "") if named else (seen.software, "", "")


class Warc(Extractor):
    """How much of the web, and of when, is in a web archive.

    Facts: `version`, `records`, `records (TYPE)`, `first date`, `last date`, `compression`,
    `damage`.
    """

    TYPES: ClassVar[frozenset[str]] = frozenset({"application/warc", "application/x-arc"})
    _PUIDS = frozenset({"fmt/289", "fmt/1281", "fmt/1355", "x-fmt/219", "fmt/410"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv WARC", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """WARC and ARC."""
        return format.puid in self._PUIDS or not media_types(format).isdisjoint(self.TYPES)
