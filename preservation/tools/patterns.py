"""Byte patterns of many signatures, tried only where a file has the bytes that they need."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from preservation.tools.literals import Need, needs

_START, _END = 0, 1
_KEY = 4
_ANYWHERE = 1 << 30


@dataclass(frozen=True, slots=True)
class Signature:
    """Patterns that must all match: position (`BOF`, `EOF`, `VAR`, `IFB`) and regular expression.

    `format` is the place of its format in the order of formats.
    """

    format: int
    name: str
    patterns: tuple[tuple[str, bytes], ...]

    def matches(self, start: bytes, end: bytes) -> bool:
        """Whether all patterns match; `BOF` at the very start, the others somewhere.

        A pattern of another position is taken as matched, as fido does.
        """
        buffers = (start, end)
        for position, regex in self.patterns:
            if position in _POSITIONS:
                buffer, attempt = _POSITIONS[position]
                if not attempt(regex, buffers[buffer]):
                    return False
        return True


class Index:
    """Which signatures a file can match at all, told by the bytes that they need."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        """File every signature under the need that is quickest to check."""
        self._fixed: dict[tuple[int, int], dict[bytes, list[int]]] = {}
        self._floating: dict[tuple[int, Need], list[int]] = {}
        self._always: list[int] = []
        for number, signature in enumerate(signatures):
            self._add(number, signature)

    def _add(self, number: int, signature: Signature) -> None:
        found = list(_needs(signature))
        if not found:
            self._always.append(number)
            return
        buffer, need = max(found, key=_quickness)
        if not _at_one_place(buffer, need):
            self._floating.setdefault((buffer, need), []).append(number)
            return
        for choice in need.choices:
            table = self._fixed.setdefault((need.low, len(choice[:_KEY])), {})
            table.setdefault(choice[:_KEY], []).append(number)

    def candidates(self, start: bytes, end: bytes) -> list[int]:
        """Numbers of the signatures that may match these two ends of a file, in order."""
        found = set(self._always)
        for (offset, length), table in self._fixed.items():
            found.update(table.get(start[offset : offset + length], ()))
        buffers = (start, end)
        for (buffer, need), numbers in self._floating.items():
            content = buffers[buffer]
            for choice in need.choices:
                stop = need.high + len(choice) if need.bounded else len(content)
                if content.find(choice, need.low, stop) >= 0:
                    found.update(numbers)
                    break
        return sorted(found)


def _needs(signature: Signature) -> Iterator[tuple[int, Need]]:
    """Needs of all patterns with their buffer; only those of a match have a place."""
    for position, regex in signature.patterns:
        if position in _POSITIONS:
            buffer, attempt = _POSITIONS[position]
            for need in needs(regex):
                yield buffer, need if attempt is _match else Need(0, _ANYWHERE, need.choices)


def _at_one_place(buffer: int, need: Need) -> bool:
    return buffer == _START and need.fixed


def _quickness(found: tuple[int, Need]) -> tuple[bool, bool, int, int]:
    """Sorts needs by how quickly they rule a signature out."""
    length, choices = found[1].strength
    return _at_one_place(*found), found[1].bounded, min(length, _KEY), choices


@cache
def _compiled(regex: bytes) -> re.Pattern[bytes]:
    """Compiled when first needed: most signatures never are, and compiling all takes seconds."""
    return re.compile(regex)


def _match(regex: bytes, content: bytes) -> bool:
    return _compiled(regex).match(content) is not None


def _search(regex: bytes, content: bytes) -> bool:
    return _compiled(regex).search(content) is not None


_POSITIONS: dict[str, tuple[int, Callable[[bytes, bytes], bool]]] = {
    "BOF": (_START, _match),
    "EOF": (_END, _search),
    "VAR": (_START, _search),
    "IFB": (_START, _search),
}
