"""PRONOM's byte sequences as regular expressions of Python.

The syntax is DROID's: hexadecimal octets, 'text', `[01:0F]`, `[!00]`, `[&01]` (all these bits),
`(AA|BB)`, `??`, `{4}`, `{4-8}`, `{4-*}`, `*`.
"""

import re
from collections.abc import Iterator, Sequence

from preservation.model.signatures import ByteSequence, Fragment, Reference, Subsequence

_TOKEN = re.compile(
    r"\s+|(?P<hex>[0-9A-Fa-f]{2})|'(?P<text>[^']*)'|(?P<any>\?\?)|(?P<many>\*)"
    r"|\{(?P<low>\d+)(?:-(?P<high>\d+|\*))?\}|\[(?P<set>[^\]]+)\]|(?P<bits>[&~][0-9A-Fa-f]{2})"
    r"|(?P<open>\()|(?P<close>\))|(?P<or>\|)"
)
_MEMBER = re.compile(
    r"\s*(?P<not>[!^])?\s*(?P<low>'.'|[&~]?[0-9A-Fa-f]{2})(?:\s*[:-]\s*(?P<high>'.'|[0-9A-Fa-f]{2}))?"
)


def expression(sequence: ByteSequence) -> bytes:
    """The pattern of a byte sequence, to be matched at the start or searched for.

    What follows after any distance is looked for from the first place where what goes before it
    fits, and never again from a later one: so the time stays linear. Raises ValueError for a syntax
    that is not known.
    """
    parts = [_subsequence(it) for it in sequence.subsequences]
    gaps = [_gap(it.low, it.high) for it in sequence.subsequences]
    if sequence.reference is Reference.END:
        # Position 1 lies nearest to the end of the file.
        told = "".join(part + gap for part, gap in reversed(list(zip(parts, gaps, strict=True))))
        return ("(?s)" + told + r"\Z").encode("latin-1")
    anchor = r"\A" if sequence.reference is Reference.START else ""
    first = gaps[0] if sequence.reference is Reference.START else ""
    chains = [anchor + first + parts[0]]
    for it, gap, part in zip(sequence.subsequences[1:], gaps[1:], parts[1:], strict=True):
        if it.high is None:
            chains.append(gap + part)
        else:
            chains[-1] += gap + part
    if len(chains) > 1:
        chains = [f"(?>{chain})" for chain in chains]
    return ("(?s)" + "".join(chains)).encode("latin-1")


def _subsequence(it: Subsequence) -> str:
    left = "".join(
        _one_of([_expression(f.expression) + _gap(f.low, f.high) for f in same])
        for same in reversed(list(_by_position(it.left)))
    )
    right = "".join(
        _one_of([_gap(f.low, f.high) + _expression(f.expression) for f in same])
        for same in _by_position(it.right)
    )
    return left + _expression(it.expression) + right


def _by_position(fragments: Sequence[Fragment]) -> Iterator[list[Fragment]]:
    for position in sorted({f.position for f in fragments}):
        yield [f for f in fragments if f.position == position]


def _one_of(choices: Sequence[str]) -> str:
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"


def _gap(low: int, high: int | None) -> str:
    if high is None:
        return f".{{{low},}}?" if low else ".*?"
    if low == high:
        return f".{{{low}}}" if low else ""
    return f".{{{low},{high}}}?"


def _expression(text: str) -> str:
    """One DROID expression as a pattern in which each character is an octet."""
    out: list[str] = []
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError(f"{text[place : place + 20]!r} is no syntax of PRONOM that is known")
        place = token.end()
        out.append(_token(token))
    found = "".join(out)
    if not found:
        raise ValueError("an expression of no octets")
    return found


def _token(token: re.Match[str]) -> str:
    told = token.groupdict()
    if told["hex"]:
        return _octet(int(told["hex"], 16))
    if told["text"] is not None:
        return "".join(map(_octet, told["text"].encode("latin-1")))
    if told["low"]:
        high = told["high"] or told["low"]
        return _gap(int(told["low"]), None if high == "*" else int(high))
    if told["set"] or told["bits"]:
        return _class(_members(told["set"] or told["bits"]))
    return _PLAIN.get(token[0], "")


_PLAIN = {"??": ".", "*": ".*?", "(": "(?:", ")": ")", "|": "|"}


def _members(text: str) -> frozenset[int]:
    found: set[int] = set()
    place, negated = 0, False
    while place < len(text.rstrip()):
        member = _MEMBER.match(text, place)
        if member is None:
            raise ValueError(f"[{text}] is no set of octets that is known")
        place = member.end()
        negated = negated or bool(member["not"])
        low = member["low"]
        if low[0] in "&~":
            bits = int(low[1:], 16)
            found |= {n for n in range(256) if (n & bits == bits if low[0] == "&" else n & bits)}
        else:
            found |= set(range(_value(low), _value(member["high"] or low) + 1))
    return frozenset(range(256)) - found if negated else frozenset(found)


def _value(text: str) -> int:
    return ord(text[1]) if text[0] == "'" else int(text, 16)


def _class(octets: frozenset[int]) -> str:
    """A set of octets as ranges; ValueError when it is empty."""
    if not octets:
        raise ValueError("a set of no octets")
    ranges: list[list[int]] = []
    for n in sorted(octets):
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    return "[" + "".join(f"\\x{a:02x}-\\x{b:02x}" for a, b in ranges) + "]"


def _octet(value: int) -> str:
    return f"\\x{value:02x}"
