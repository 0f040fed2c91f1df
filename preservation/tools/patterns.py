"""Byte patterns of many signatures, tried only where a file has the bytes that they need."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from preservation.tools.literals import Need, needs, reach

_START, _END = 0, 1
_KEY = 4
_SIEVES = 3
_ANYWHERE = 1 << 30
_NOTHING = rb"\A\Z"
_BUFFERS = {"BOF": _START, "EOF": _END, "VAR": _START, "IFB": _START}

_Sieve = tuple[int, int, tuple[tuple[bytes, int], ...]]
"""A buffer, where the search in it begins, and each choice with where the search for it ends."""


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
        return all(_fits(position, regex, start, end) for position, regex in self.patterns)

    @property
    def two_ended(self) -> bool:
        """Whether it has patterns for the start and for the end of a file."""
        return {"BOF", "EOF"} <= {position for position, _ in self.patterns}

    def only(self, position: str) -> "Signature":
        """The same with the patterns of one position alone."""
        kept = tuple(pattern for pattern in self.patterns if pattern[0] == position)
        return Signature(self.format, self.name, kept)

    @property
    def strength(self) -> int:
        """Octets that its patterns need."""
        return sum(need.strength[0] for _, regex in self.patterns for need in needs(regex))


class Index:
    """Which signatures a file can match at all, told by the bytes that they need."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        """File every signature under the need that is quickest to check, and note the others."""
        self._fixed: dict[tuple[int, int], dict[bytes, list[int]]] = {}
        self._floating: dict[_Sieve, list[int]] = {}
        self._always: list[int] = []
        self._empty: list[int] = []
        self._sieves: list[tuple[_Sieve, ...]] = []
        for number, signature in enumerate(signatures):
            self._sieves.append(self._add(number, signature))

    def _add(self, number: int, signature: Signature) -> tuple[_Sieve, ...]:
        """File a signature; gives what else is worth a look before its patterns are tried."""
        found = sorted(_needs(signature), key=_quickness, reverse=True)
        if any(regex == _NOTHING for _, regex in signature.patterns):
            self._empty.append(number)
            return ()
        if not found:
            self._always.append(number)
            return ()
        (buffer, need), *others = found
        if _at_one_place(buffer, need):
            for choice in need.choices:
                table = self._fixed.setdefault((need.low, len(choice[:_KEY])), {})
                table.setdefault(choice[:_KEY], []).append(number)
            if all(len(choice) > _KEY for choice in need.choices):
                others.insert(0, (buffer, need))
        else:
            self._floating.setdefault(_sieve(buffer, need), []).append(number)
        others.sort(key=lambda it: (-it[1].strength[0], it[1].high))
        return tuple(_sieve(*other) for other in others[:_SIEVES])

    def candidates(self, start: bytes, end: bytes) -> list[int]:
        """Numbers of the signatures that may match these two ends of a file, in order."""
        found = set(self._always)
        if not start:
            found.update(self._empty)
        for (offset, length), table in self._fixed.items():
            numbers = table.get(start[offset : offset + length])
            if numbers:
                found.update(numbers)
        buffers = (start, end)
        for (buffer, low, choices), numbers in self._floating.items():
            content = buffers[buffer]
            for choice, stop in choices:
                if content.find(choice, low, stop) >= 0:
                    found.update(numbers)
                    break
        sieves = self._sieves
        return sorted(n for n in found if not sieves[n] or _passes(sieves[n], buffers))


def _passes(sieves: Sequence[_Sieve], buffers: tuple[bytes, bytes]) -> bool:
    for buffer, low, choices in sieves:
        content = buffers[buffer]
        for choice, stop in choices:
            if content.find(choice, low, stop) >= 0:
                break
        else:
            return False
    return True


def _sieve(buffer: int, need: Need) -> _Sieve:
    """Where to look for a need; a negative beginning counts from the end, as `find` does."""
    return (
        buffer,
        need.low,
        tuple((c, need.high + len(c) if need.bounded else _ANYWHERE) for c in need.choices),
    )


def _needs(signature: Signature) -> Iterator[tuple[int, Need]]:
    """Needs of all patterns with their buffer; only those of a match have a place."""
    for position, regex in signature.patterns:
        if position in _BUFFERS:
            for need in needs(regex):
                # Counted from the end, where a pattern can only match in so many last octets.
                low = -reach(regex) if position == "EOF" else 0
                placed = need if position == "BOF" else Need(low, _ANYWHERE, need.choices)
                yield _BUFFERS[position], placed


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


def _fits(position: str, regex: bytes, start: bytes, end: bytes) -> bool:
    if position == "BOF":
        return _compiled(regex).match(start) is not None
    if position == "EOF":
        return _compiled(regex).search(end) is not None
    return position not in _BUFFERS or _compiled(regex).search(start) is not None
