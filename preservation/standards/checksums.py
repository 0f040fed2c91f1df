"""Lists of checksums as `sha256sum` and its sisters write them, and as Archivematica reads them."""

import re
from dataclasses import dataclass

from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.report import Remark

LIMIT = 64 * 1024 * 1024
ALGORITHMS = (Algorithm.MD5, Algorithm.SHA1, Algorithm.SHA256, Algorithm.SHA512)

_PLAIN = re.compile(rb"(\\?)([0-9A-Fa-f]+)[ \t]+\*?(.+)")
_TAGGED = re.compile(rb"(\\?)[A-Z0-9-]+ \((.+)\) = ([0-9A-Fa-f]+)")
_ESCAPED = re.compile(rb"\\([\\nr])")
_CHARACTERS = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says: its number, the digest, and the path as it stands there."""

    number: int
    digest: Digest
    path: bytes


def read(
    content: bytes, where: str, algorithm: Algorithm
) -> tuple[tuple[Line, ...], tuple[Remark, ...]]:
    """The lines of a list that lies at `where`, and a remark for each that cannot be read.

    Empty lines and comments (`#`) are nothing. A path may be escaped as `sha256sum` does.
    """
    if len(content) > LIMIT:
        found = f"{len(content)} octets"
        return (), (Remark("CHECKSUM-SIZE", where, found, f"at most {LIMIT} octets"),)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (), (Remark("CHECKSUM-ENCODING", where, "UTF-16"),)
    lines, remarks = [], []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        text = line.rstrip(b"\r")
        if not text.strip() or text.startswith(b"#"):
            continue
        found_line = _line(number, text, algorithm)
        if found_line:
            lines.append(found_line)
        else:
            expected = f"{algorithm.hex_length} hexadecimal digits, two spaces, a path"
            shown = written(text[:_SHOWN])
            remarks.append(Remark("CHECKSUM-LINE", f"{where}, line {number}", shown, expected))
    return tuple(lines), tuple(remarks)


def _line(number: int, text: bytes, algorithm: Algorithm) -> Line | None:
    if match := _PLAIN.fullmatch(text):
        escaped, value, path = match.groups()
    elif match := _TAGGED.fullmatch(text):
        escaped, path, value = match.groups()
    else:
        return None
    if escaped:
        path = _ESCAPED.sub(lambda found: _CHARACTERS[found[1]], path)
    if len(value) != algorithm.hex_length or b"\0" in path:
        return None
    return Line(number, Digest(algorithm, value.decode("ascii").lower()), path)
