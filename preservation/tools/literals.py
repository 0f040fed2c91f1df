"""Bytes that a regular expression cannot do without, and where it needs them.

Looking for them first spares nearly all attempts to match: of two thousand signatures a file meets
the needs of a handful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import IGNORECASE
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_UNBOUNDED = 1 << 20
_MOST_CHOICES = 16


@dataclass(frozen=True, slots=True)
class Need:
    """One of `choices` must begin `low` to `high` octets after the start of the match."""

    low: int
    high: int
    choices: tuple[bytes, ...]

    @property
    def fixed(self) -> bool:
        """Whether there is only one place for it."""
        return self.low == self.high

    @property
    def bounded(self) -> bool:
        """Whether it has a last place."""
        return self.high < _UNBOUNDED

    @property
    def strength(self) -> tuple[int, int]:
        """Sorts needs by how much they tell apart: length of the shortest choice, few choices."""
        return min(map(len, self.choices)), -len(self.choices)


def needs(pattern: bytes) -> tuple[Need, ...]:
    """All needs of a pattern that can be told; none when it ignores case."""
    tree = parser.parse(pattern)
    if tree.state.flags & IGNORECASE:
        return ()
    return tuple(need for need in _walk(tree.data, tree.state) if all(need.choices))


def reach(pattern: bytes) -> int:
    r"""How far from the end of the content a match may begin; 0 when that is not told.

    Told for patterns that end with `\Z`: all of a match then lies in so many last octets.
    """
    tree = parser.parse(pattern)
    if not tree.data or tree.data[-1] != (op.AT, op.AT_END_STRING):
        return 0
    _, most = tree.getwidth()
    return most if most < _UNBOUNDED else 0


def _walk(items: Sequence[Any], state: Any) -> Iterator[Need]:  # noqa: ANN401 - untyped library
    """Needs of a sequence: runs of literals, the choices of branches, what repeats hold."""
    low = high = 0
    run = bytearray()
    start = (0, 0)
    for kind, value in _flat(items):
        if kind is op.LITERAL and value < 256:
            if not run:
                start = (low, high)
            run.append(value)
        else:
            if run:
                yield Need(*start, (bytes(run),))
                run.clear()
            yield from _inside(kind, value, state, low, high)
        least, most = parser.SubPattern(state, [(kind, value)]).getwidth()
        low, high = min(low + least, _UNBOUNDED), min(high + most, _UNBOUNDED)
    if run:
        yield Need(*start, (bytes(run),))


def _flat(items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The items with plain groups opened and short repeats of one literal written out."""
    for kind, value in items:
        if kind is op.SUBPATTERN and not value[1] and not value[2]:
            yield from _flat(value[3])
        elif kind is op.ATOMIC_GROUP:
            yield from _flat(value)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] == value[1] <= 64:
            for _ in range(value[0]):
                yield from _flat(value[2])
        else:
            yield kind, value


def _inside(
    kind: Any,  # noqa: ANN401 - untyped library
    value: Any,  # noqa: ANN401 - untyped library
    state: Any,  # noqa: ANN401 - untyped library
    low: int,
    high: int,
) -> Iterator[Need]:
    if kind is op.IN and all(k is op.LITERAL for k, _ in value) and len(value) <= _MOST_CHOICES:
        yield Need(low, high, tuple(bytes([v]) for _, v in value))
    elif kind is op.BRANCH:
        best = [_best(branch.data, state) for branch in value[1]]
        found = [need for need in best if need]
        if len(found) == len(best) and sum(len(need.choices) for need in found) <= _MOST_CHOICES:
            yield Need(
                low + min(need.low for need in found),
                min(high + max(need.high for need in found), _UNBOUNDED),
                tuple(dict.fromkeys(c for need in found for c in need.choices)),
            )
    elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        for need in _walk(value[2].data, state):
            most = min(high + need.high, _UNBOUNDED)
            yield Need(low + need.low, most, need.choices)


def _best(items: Sequence[Any], state: Any) -> Need | None:  # noqa: ANN401 - untyped library
    return max(_walk(items, state), key=lambda need: need.strength, default=None)
