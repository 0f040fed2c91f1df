"""The lists of checksums of a folder: which file each line means, and which files no line names."""

from collections.abc import Iterable, Iterator, Mapping

from preservation.model import names
from preservation.model.fixity import Claim, Digest
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.standards import checksums

Claims = Mapping[bytes, tuple[Claim, ...]]


def read(
    source: Source, base: bytes, payload: Mapping[bytes, bytes]
) -> tuple[Claims, tuple[Remark, ...]]:
    """The claims of `metadata/checksum.*` by the files that they are of.

    A path is one from the top, from `objects/` or from `metadata/` (`../objects/a.tif`), as
    Archivematica has it; it may be written with other code points for the same letters.
    """
    claims: dict[bytes, list[Claim]] = {}
    remarks: list[Remark] = []
    lists = [
        (base + f"metadata/checksum.{algorithm}".encode(), algorithm)
        for algorithm in checksums.ALGORITHMS
    ]
    lists = [(place, a) for place, a in lists if place in source.sizes and place not in payload]
    if not lists:
        return {}, ()
    composed = {names.composed(written(path)): path for path in source.sizes}
    for place, algorithm in lists:
        where = written(place)
        if source.sizes[place] > checksums.LIMIT:
            remarks.append(Remark("CHECKSUM-SIZE", where, f"{source.sizes[place]} octets"))
            continue
        lines, wrong = checksums.read(source.content(place), where, algorithm)
        remarks += wrong
        told: dict[bytes, Digest] = {}
        for line in lines:
            here = f"{where}, line {line.number}"
            file = _file(line.path, base, source.sizes, composed)
            if file is None:
                remarks.append(Remark("CHECKSUM-ABSENT", here, written(line.path)))
            elif file in told:
                same = told[file] == line.digest
                code = "CHECKSUM-TWICE" if same else "CHECKSUM-CONFLICT"
                remarks.append(Remark(code, here, written(file)))
            else:
                told[file] = line.digest
                claims.setdefault(file, []).append(Claim(line.digest, here, "CHECKSUM-DIGEST"))
    remarks += _unlisted(payload, claims)
    return {file: tuple(found) for file, found in claims.items()}, tuple(remarks)


def _file(
    path: bytes, base: bytes, files: Mapping[bytes, int], composed: Mapping[str, bytes]
) -> bytes | None:
    for start in (b"", b"objects/", b"metadata/"):
        place = _resolved(start + path)
        if place is None:
            continue
        if base + place in files:
            return base + place
        if (same := composed.get(names.composed(written(base + place)))) is not None:
            return same
    return None


def _resolved(path: bytes) -> bytes | None:
    """A path without `.` and `..`; None for one that leads out of the package."""
    if path.startswith(b"/"):
        return None
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            if not parts:
                return None
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _unlisted(payload: Iterable[bytes], claims: Mapping[bytes, object]) -> Iterator[Remark]:
    for file in payload:
        if file not in claims:
            yield Remark("CHECKSUM-UNLISTED", written(file))
