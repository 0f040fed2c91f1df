"""Lines of tag files, in flat memory and in the encoding that the bag declares."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

LINE_LIMIT = 64 * 1024
"""Octets that one line of a tag file may have; no honest path comes near."""

_BLOCK = 1024 * 1024
_NO_TEXT = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})


class Unreadable(Exception):
    """A tag file that is not text in its encoding, or has a line without end."""

    def __init__(self, found: str, line: int = 0) -> None:
        """Say what was found, and in which line if that is known."""
        super().__init__(found)
        self.found, self.line = found, line


def is_text_encoding(name: str) -> bool:
    """Whether tag files may be written so; UTF-7 may not, since it hides slashes and dots."""
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError, UnicodeError):
        return False
    return codec.name.replace("_", "-") not in _NO_TEXT


def lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, bytes]]:
    """Number and octets in UTF-8 of each line that is not blank, without its line end.

    Raises Unreadable when the octets are no text in this encoding, or a line exceeds the limit.
    """
    for first, text in wholes(stream, encoding):
        yield from numbered(first, text)


def numbered(first: int, text: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and octets of each line of a text that is not blank; `first` is the first's number."""
    for number, line in enumerate(text.splitlines(), start=first):
        if len(line) > LINE_LIMIT:
            raise Unreadable(f"a line of {len(line)} octets", number)
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
            raise Unreadable(f"a line of more than {LINE_LIMIT} octets", number)
    if tail:
        yield number, tail


def _blocks(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    utf8 = codecs.lookup(encoding).name == "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := stream.read(_BLOCK):
        yield block if utf8 else _decoded(decoder, block)
    if not utf8:
        yield _decoded(decoder, b"", final=True)


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(block, final).encode("utf-8")
    except ValueError as error:
        raise Unreadable(str(error)) from error
