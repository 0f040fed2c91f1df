"""Lines of tag files, in flat memory and in the encoding that the bag declares."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, NoReturn

from preservation.model.report import Remark

LINE_LIMIT = 64 * 1024
"""Octets that one line of a tag file may have; no honest path comes near."""
MOST_ABSENT = 100_000
"""Files that a list may have beyond twice those of the bag, before it is not read on."""

_BLOCK = 1024 * 1024
_NO_TEXT = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})


Unfit = Callable[[int, bytes], None]
"""What is told the number and the octets of each line that is no text in its encoding."""

TEXT = "RFC8493-2.1.1-TEXT"
LONG = "RFC8493-2.1.1-LONG"


class Unreadable(Exception):
    """A tag file that cannot be read on: no text in its encoding (TEXT), or without end (LONG)."""

    def __init__(self, code: str, found: str, line: int) -> None:
        """Say by the code of a rule what is wrong, what was found, and in which line."""
        super().__init__(found)
        self.code, self.found, self.line = code, found, line

    def remark(self, name: str, encoding: str) -> Remark:
        """What the rule says of the tag file of this name."""
        expected = encoding if self.code == TEXT else ""
        return Remark(self.code, f"{name}, line {self.line}", self.found, expected)


def too_long(found: str, line: int) -> NoReturn:
    """Stop at a list that is far longer than any that belongs to the bag; raises Unreadable."""
    raise Unreadable(LONG, found, line)


def is_text_encoding(name: str) -> bool:
    """Whether tag files may be written so; UTF-7 may not, since it hides slashes and dots."""
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError, UnicodeError):
        return False
    return codec.name.replace("_", "-") not in _NO_TEXT


def lines(
    stream: BinaryIO, encoding: str, unfit: Unfit | None = None
) -> Iterator[tuple[int, bytes]]:
    """Number and octets in UTF-8 of each line that is not blank, without its line end.

    `unfit` is told each line of a file in UTF-8 that is no UTF-8: its octets come all the same,
    for they may be those of a file name. Raises Unreadable when the octets are no text in another
    encoding, or a line exceeds the limit.
    """
    for first, text in wholes(stream, encoding):
        yield from numbered(first, text, unfit)


def numbered(first: int, text: bytes, unfit: Unfit | None = None) -> Iterator[tuple[int, bytes]]:
    """Number and octets of each line of a text that is not blank; `first` is the first's number.

    `unfit` is told each line that is no UTF-8.
    """
    sound = unfit is None or is_utf8(text)
    for number, line in enumerate(text.splitlines(), start=first):
        if len(line) > LINE_LIMIT:
            raise Unreadable(LONG, f"a line of {len(line)} octets", number)
        if not sound and unfit and not is_utf8(line):
            unfit(number, line)
        if line.strip():
            yield number, line


def wholes(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, bytes]]:
    """The text in UTF-8, many whole lines at a time, each time with the number of the first.

    Raises Unreadable as `lines` does.
    """
    tail, number = b"", 1
    for block in _blocks(stream, encoding):
        held = tail + block
        cut = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        tail, whole = held[cut:], held[:cut]
        if whole:
            yield number, whole
        number += len(whole.splitlines())
        if len(tail) > LINE_LIMIT:
            raise Unreadable(LONG, f"a line of more than {LINE_LIMIT} octets", number)
    if tail:
        yield number, tail


def is_utf8(octets: bytes) -> bool:
    """Whether octets are text in UTF-8, of whole characters."""
    try:
        return octets.isascii() or bool(octets.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _blocks(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    if codecs.lookup(encoding).name == "utf-8":
        while block := stream.read(_BLOCK):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    ends = 0
    while True:
        block, state = stream.read(_BLOCK), decoder.getstate()
        try:
            text = decoder.decode(block, not block)
        except ValueError as error:
            line = 1 + ends + _ends(_before_the_fault(decoder, state, block))
            raise Unreadable(TEXT, str(error), line) from error
        ends += _ends(text)
        yield text.encode("utf-8", "surrogatepass")
        if not block:
            return


def _ends(text: str) -> int:
    """Line ends, of which CR LF is one; one that two blocks share counts once for its LF."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") - text.endswith("\r")


def _before_the_fault(
    decoder: codecs.IncrementalDecoder, state: tuple[bytes, int], block: bytes
) -> str:
    """The text of a block up to the octets that are none."""
    decoder.setstate(state)
    text = ""
    with suppress(ValueError):
        for octet in block:
            text += decoder.decode(bytes((octet,)))
    return text
