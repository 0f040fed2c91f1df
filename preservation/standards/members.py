"""`members.jsonl`: where each file lies in an AIP's tar, one line of JSON a member.

With it any file is one range read, and each can be checked alone. A line has `name`, `offset` (of
the content, in octets), `size`, `sha512`, and for a payload file also `original`, `puid`, `format`,
`mime`, `validity`, `inhibitors` and `source`, as in `HeldFile`; AIPs of before files were
validated lack the last three. A member that an earlier version of the AIP brought, and that this
one has unchanged, has that `version`: its content lies in that version's tar.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Final

from preservation.errors import Corrupt
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import Puid
from preservation.model.storage import HeldFile, Member
from preservation.model.validity import Verdict
from preservation.standards.shape import Json, differences, parsed

_LINES_A_CHUNK: Final = 2000
_REASONS_MAX: Final = 50
_LINE_MAX: Final = 1 << 20
_MEMBER = {"name": str, "offset": int, "size": int, "sha512": str}
_PAYLOAD = _MEMBER | {"original": str, "puid": (str, None), "format": str, "mime": str}
_JUDGED = _PAYLOAD | {"validity": str, "inhibitors": [str], "source": str}
_REFERRED = {"version": int}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of a stored AIP: its full name, `offset` and `size` of its content, SHA-512.

    `file` is what the catalogue lists of it when it is a payload file. `version` is that of the tar
    in which it lies when that is an earlier one; None when it is the AIP version's own.
    """

    name: str
    offset: int
    size: int
    digest: Digest
    file: HeldFile | None
    version: int | None = None


def path_in_aip(name: str) -> str:
    """The path inside the AIP of a member `<aip-id>/data/<aip-id>/...`; ValueError for others."""
    parts = name.split("/", 3)
    if len(parts) < 4 or parts[1] != "data":
        raise ValueError(f"{name!r} does not lie in the AIP's folder")
    return parts[3]


def write(
    rows: Iterable[tuple[Member, int, HeldFile | None]], referred: Iterable[MemberRow] = ()
) -> Iterator[bytes]:
    """The lines of members with the offsets of their content, in chunks of many lines.

    After those of the version's own tar come those that it refers to in earlier ones.

    Raises ValueError where a digest is not SHA-512, a payload file contradicts its member, or the
    members are not in the order of the tar.
    """
    lines: list[str] = []
    place = _Place()
    for member, offset, file in rows:
        wrong = place.follows(member.name, offset, member.size)
        if wrong:
            raise ValueError(wrong)
        lines.append(_line(member, offset, file))
        if len(lines) == _LINES_A_CHUNK:
            yield "".join(lines).encode("utf-8")
            lines.clear()
    for row in referred:
        wrong = place.stands(row.name) if row.version else f"{row.name!r} lies in no earlier tar"
        if wrong:
            raise ValueError(wrong)
        lines.append(_line(row, row.offset, row.file, row.version))
    if lines:
        yield "".join(lines).encode("utf-8")


def _line(
    row: Member | MemberRow, offset: int, file: HeldFile | None, version: int | None = None
) -> str:
    if row.digest.algorithm is not Algorithm.SHA512:
        raise ValueError(f"{row.name}: {row.digest.short} is not SHA-512")
    # json.dumps takes four times as long; a hundred thousand lines are written before each commit.
    line = (
        f'{{"name": {encode_basestring(row.name)}, "offset": {offset}, "size": {row.size}, '
        f'"sha512": "{row.digest.value}"'
    )
    if version:
        line += f', "version": {version}'
    if file is None:
        return line + "}\n"
    same = file.size == row.size and file.digest == row.digest
    if not same or file.path != path_in_aip(row.name):
        raise ValueError(f"{row.name}: not the payload file {file.path} in size, digest or path")
    puid = "null" if file.puid is None else encode_basestring(file.puid)
    format_name, mime = encode_basestring(file.format_name), encode_basestring(file.mime)
    return (
        f'{line}, "original": {encode_basestring(file.original_name)}, "puid": {puid}, '
        f'"format": {format_name}, "mime": {mime}, "validity": "{file.validity}", '
        f'"inhibitors": [{", ".join(map(encode_basestring, file.inhibitors))}], '
        f'"source": {encode_basestring(file.source)}}}\n'
    )


def read(chunks: Iterable[bytes]) -> Iterator[MemberRow]:
    """The rows of a `members.jsonl` that comes in chunks of any size.

    Raises Corrupt with all reasons (fifty at most) at the end, when a line is not a member, a name
    stands twice, or the content of two members would overlap.
    """
    reasons: list[str] = []
    place = _Place()
    for number, line in enumerate(_lines(chunks), start=1):
        where = f"members.jsonl: line {number}"
        try:
            row = _row(line, where)
        except Corrupt as error:
            reasons += error.reasons
        else:
            if row.version:
                wrong = place.stands(row.name)
            else:
                wrong = place.follows(row.name, row.offset, row.size)
            if not wrong:
                yield row
                continue
            reasons.append(f"{where}: {wrong}")
        if len(reasons) >= _REASONS_MAX:
            break
    if reasons:
        raise Corrupt(*reasons[:_REASONS_MAX])


class _Place:
    """How far the members of a tar have come, so that none stands twice or in another."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._end = 0

    def follows(self, name: str, offset: int, size: int) -> str:
        """Why this member cannot come next; empty when it can."""
        if wrong := self.stands(name):
            return wrong
        if offset < self._end or size < 0:
            return (
                f"{name!r} of {size} octets at {offset}, where the one before ends at {self._end}"
            )
        self._end = offset + size
        return ""

    def stands(self, name: str) -> str:
        """Why a member of this name cannot stand here; empty when it can."""
        if name in self._names:
            return f"{name!r} stands there twice"
        self._names.add(name)
        return ""


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > _LINE_MAX:
            raise Corrupt(f"members.jsonl: a line of more than {_LINE_MAX} octets")
    if rest:
        raise Corrupt("members.jsonl: the last line is cut")


def _row(line: bytes, where: str) -> MemberRow:
    # A line that writes itself again has the right shape; looking closer takes six times as long.
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        row = _told(json.loads(line))
        again = _line(row, row.offset, row.file, row.version).encode("utf-8")
        plain = type(row.offset) is type(row.size) is int and _is_version(row.version)
        if again == line + b"\n" and plain:
            return row
    found = parsed(line, where)
    shape: dict[str, object] = {**_MEMBER}
    if type(found) is dict and "original" in found:
        shape = {**(_JUDGED if "validity" in found else _PAYLOAD)}
    if type(found) is dict and "version" in found:
        shape |= _REFERRED
    if reasons := differences(found, shape, where):
        raise Corrupt(*reasons)
    if not _is_version(found.get("version")) or found["offset"] < 0 or found["size"] < 0:
        raise Corrupt(f"{where}: a version, an offset or a size that cannot be")
    try:
        return _told(found)
    except ValueError as error:
        raise Corrupt(f"{where}: {error}") from error


def _is_version(value: Json) -> bool:
    return value is None or (type(value) is int and value > 0)


def _told(found: Json) -> MemberRow:
    digest = Digest(Algorithm.SHA512, found["sha512"])
    version = found.get("version")
    file = _file(found, digest) if "original" in found else None
    return MemberRow(found["name"], found["offset"], found["size"], digest, file, version)


def _file(found: Json, digest: Digest) -> HeldFile:
    return HeldFile(
        path=path_in_aip(found["name"]),
        original_name=found["original"],
        size=found["size"],
        digest=digest,
        puid=None if found["puid"] is None else Puid(found["puid"]),
        format_name=found["format"],
        mime=found["mime"],
        validity=Verdict(found.get("validity", Verdict.NOT_PERFORMED)),
        inhibitors=tuple(found.get("inhibitors", ())),
        source=found.get("source", ""),
        offset=found["offset"],
        tar=found.get("version"),
    )
