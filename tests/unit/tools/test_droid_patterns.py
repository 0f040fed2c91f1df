"""PRONOM's byte sequences match what DROID says that they match."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.signatures import ByteSequence, Fragment, Reference, Subsequence
from preservation.tools.droid_patterns import expression
from preservation.tools.literals import needs

START, END, ANYWHERE = Reference.START, Reference.END, Reference.ANYWHERE


def matches(reference, content, *subsequences):
    told = expression(ByteSequence(reference, subsequences))
    attempt = re.match if reference is START else re.search
    return attempt(told, content) is not None


def sub(text, low=0, high=0, *, left=(), right=()):
    return Subsequence(low, high, text, left, right)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("4D5A", b"MZ", b"ZM"),
        ("'PK' 03 04", b"PK\x03\x04", b"PK 03 04"),
        ("4D[30:39]", b"M5", b"MA"),
        ("4D[!30:39]", b"MA", b"M5"),
        ("[!&01]", b"\x02", b"\x03"),
        ("[&03]", b"\x07", b"\x05"),
        ("~0C", b"\x04", b"\x03"),
        ("['6'-'7']", b"7", b"8"),
        ("(4142|43)44", b"CD", b"AD"),
        ("41??43", b"A\nC", b"AC"),
        ("41{2}43", b"A\n\nC", b"A\nC"),
        ("41{1-2}43", b"A\n\nC", b"AC"),
        ("41{1-*}43", b"A....C", b"AC"),
        ("41*43", b"A\n\nC", b"C"),
        ("2E2A28", b".*(", b"aab"),
    ],
)
def test_the_syntax(text, yes, no):
    assert matches(START, yes, sub(text))
    assert not matches(START, no, sub(text))


@pytest.mark.parametrize("text", ["", "4", "4D5", "{", "[4D", "'ab", "[]", "%%"])
def test_what_is_no_syntax_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        expression(ByteSequence(START, (sub(text),)))


def test_offsets_count_from_the_start_and_from_the_end():
    assert matches(START, b"xxMZ", sub("4D5A", 1, 2))
    assert not matches(START, b"xxxMZ", sub("4D5A", 1, 2))
    assert not matches(START, b"MZ", sub("4D5A", 1, 2))
    assert matches(END, b"aMZxx", sub("4D5A", 1, 2))
    assert not matches(END, b"aMZxxx", sub("4D5A", 1, 2))
    assert not matches(END, b"aMZ", sub("4D5A", 1, 2))
    assert matches(ANYWHERE, b"aaMZaa", sub("4D5A", 0, None))


def test_fragments_lie_around_the_sequence_and_those_of_one_place_are_alternatives():
    left = (Fragment(1, 1, 2, "41"), Fragment(2, 0, 0, "42"))
    right = (Fragment(1, 0, 1, "43"), Fragment(1, 0, 0, "44"), Fragment(2, 2, 2, "45"))
    both = sub("4D5A", left=left, right=right)
    assert matches(START, b"BA.MZC..E", both)
    assert matches(START, b"BA..MZD..E", both)
    assert not matches(START, b"AB.MZC..E", both)
    assert not matches(START, b"BAMZC..E", both)
    assert not matches(START, b"BA.MZ.D..E", both)


def test_subsequences_follow_one_another_at_any_distance_or_within_one():
    far = (sub("41"), sub("42", 2, None), sub("43", 0, 1))
    assert matches(START, b"A" + b"." * 500 + b"B.C", *far)
    assert not matches(START, b"A.BC", *far)
    assert not matches(START, b"A...B..C", *far)


def test_a_hostile_file_does_not_make_three_parts_slow():
    content = b"A" + b"BC" * 60_000
    start = time.process_time()
    assert not matches(START, content, sub("41"), *(sub("4243", 0, None),) * 3, sub("44", 0, None))
    assert time.process_time() - start < 1


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=4), st.integers(0, 3)), min_size=1, max_size=4
    )
)
def test_literal_parts_match_where_they_are_put_and_their_needs_are_told(parts):
    subsequences = [sub(part.hex().upper(), gap, gap) for part, gap in parts]
    content = b"".join(b"\n" * gap + part for part, gap in parts)
    told = expression(ByteSequence(START, tuple(subsequences)))
    assert re.match(told, content)
    for need in needs(told):
        assert any(content.startswith(c, need.low) for c in need.choices)
