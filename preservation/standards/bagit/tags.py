"""Tag files: the declaration `bagit.txt`, and the labels and values of `bag-info.txt`."""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from preservation.model.names import written
from preservation.model.report import Counted, Remark
from preservation.standards.bagit.lines import (
    TEXT,
    Unreadable,
    is_text_encoding,
    is_utf8,
    lines,
    too_long,
)

VERSIONS = ((0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0))
_STRICT = re.compile(
    rb"BagIt-Version: \d+\.\d+(\r\n|\n|\r)Tag-File-Character-Encoding: [!-~]+(\r\n|\n|\r)?"
)
_VERSION = re.compile(r"BagIt-Version\s*:\s*(\d+)\.(\d+)\s*")
_ENCODING = re.compile(r"Tag-File-Character-Encoding\s*:\s*(\S+)\s*")
_LABEL = re.compile(r"([^:\s][^:]*?)(\s*):([ \t]+|$)(.*)", re.DOTALL)
_OXUM = re.compile(r"(\d+)\.(\d+)")
_DECLARATION_LIMIT = 4096
_LABELS_LIMIT, _LABELS_LINES = 16 * 1024 * 1024, 100_000

Tags = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `bagit.txt` says: the version, and the encoding of the other tag files.

    An encoding that is not `known` is taken for UTF-8, and no line is blamed for what it is.
    """

    version: tuple[int, int] = (1, 0)
    encoding: str = "utf-8"
    known: bool = True

    def unfit(self, name: str, remarks: Counted) -> Callable[[int, bytes], None] | None:
        """What takes note of lines that are no UTF-8, where tag files are to be in UTF-8."""
        if not self.known or codecs.lookup(self.encoding).name != "utf-8":
            return None

        def tell(number: int, line: bytes) -> None:
            if not remarks.only_counted(TEXT):
                where = f"{name}, line {number}"
                remarks.append(Remark(TEXT, where, written(line[:80]), self.encoding))

        return tell


def declaration(stream: BinaryIO) -> tuple[Declaration, tuple[Remark, ...]]:
    """Read `bagit.txt` (section 2.1.1); what cannot be read is taken for BagIt 1.0 in UTF-8."""
    content = stream.read(_DECLARATION_LIMIT)
    if content.startswith(b"\xef\xbb\xbf"):
        return Declaration(), (Remark("RFC8493-2.1.1-BOM", "bagit.txt"),)
    if not is_utf8(content):
        number, line = next(
            (n, it) for n, it in enumerate(content.splitlines(), start=1) if not is_utf8(it)
        )
        where = f"bagit.txt, line {number}"
        return Declaration(known=False), (Remark(TEXT, where, written(line[:80]), "UTF-8"),)
    text = content.decode("utf-8").splitlines()
    version = _VERSION.fullmatch(text[0]) if text else None
    encoding = _ENCODING.fullmatch(text[1]) if len(text) > 1 else None
    if not version or not encoding or any(line.strip() for line in text[2:]):
        found = " / ".join(line[:60] for line in text[:3]) or "nothing"
        return Declaration(known=False), (Remark("RFC8493-2.1.1", "bagit.txt", found),)
    told = Declaration((int(version[1]), int(version[2])), encoding[1])
    remarks = []
    if told.version not in VERSIONS:
        found = f"{version[1]}.{version[2]}"
        remarks.append(Remark("RFC8493-2.1.1-VERSION", "bagit.txt", found))
    elif told.version >= (1, 0) and not _STRICT.fullmatch(content):
        remarks.append(Remark("RFC8493-2.1.1-SPACE", "bagit.txt", repr(content[:80])[2:-1]))
    if not is_text_encoding(told.encoding):
        remarks.append(Remark("RFC8493-2.1.1-ENCODING", "bagit.txt", told.encoding[:40]))
        told = Declaration(told.version, known=False)
    return told, tuple(remarks)


def labels(stream: BinaryIO, name: str, told: Declaration) -> tuple[Tags, tuple[Remark, ...]]:
    """The labels and values of `bag-info.txt` (section 2.2.2), folded lines joined."""
    found: list[tuple[str, list[str]]] = []
    remarks, octets = Counted(), 0
    try:
        for number, line in lines(stream, told.encoding, told.unfit(name, remarks)):
            octets += len(line)
            if octets > _LABELS_LIMIT or number > _LABELS_LINES:
                too_long(f"more than {_LABELS_LINES} lines or {_LABELS_LIMIT} octets", number)
            text = line.decode("utf-8", "replace")
            match = _LABEL.fullmatch(text)
            if text[0] in " \t" and found:
                found[-1][1].append(text.strip())
            elif match and text[0] not in " \t" and (told.version < (1, 0) or not match[2]):
                found.append((match[1], [match[4].strip()]))
            else:
                remarks.append(Remark("RFC8493-2.2.2", f"{name}, line {number}", text[:80]))
    except Unreadable as error:
        remarks.append(error.remark(name, told.encoding))
    return [(label, " ".join(values).strip()) for label, values in found], remarks.all()


def oxum(tags: Tags) -> tuple[tuple[int, int] | None, str]:
    """Octets and files that `Payload-Oxum` promises, or what stands there that is no such thing."""
    values = {value for label, value in tags if label.casefold() == "payload-oxum"}
    if not values:
        return None, ""
    match = _OXUM.fullmatch(next(iter(values)))
    if len(values) > 1 or not match:
        return None, ", ".join(sorted(values))[:80]
    return (int(match[1]), int(match[2])), ""
