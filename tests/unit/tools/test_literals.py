"""What a pattern is said to need is in everything that it matches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.tools.literals import needs, reach
from preservation.tools.patterns import Index, Signature

PATTERNS = [
    rb"(?s)\A%PDF-1\.4",
    rb"(?s)\A(?:II\*\x00|MM\x00\*)",
    rb"(?s)\A.{4}ftyp(?:isom|mp4[12])",
    rb"(?s)\A.{0,16}BEGIN.*END",
    rb"(?s)\A[\x00\x01]{3}ABCD",
    rb"(?s)\A\xff\xd8(?:\xff\xe0.{2}JFIF|\xff\xe1.{2}Exif)\x00",
    rb"(?s)\A(?:ab(?:cd|ce)x|abq)+z",
    rb"(?s)\A(?:xy)?zz(?=w).",
    rb"(?s)\AA{3}(?:B{2,3}C){2}[^D]E",
    rb"(?i)\Ahtml",
    rb"(?s)\A(?i:html)>",
    rb"(?s)\A.{2}(?:a|bb|[0-9]c)d",
    rb"\A\Z",
    rb"(?s)TRAILER.{0,3}\Z",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
def test_every_match_has_all_needs_at_their_places(pattern, data):
    text = data.draw(st.from_regex(pattern))
    match = re.search(pattern, text)
    for need in needs(pattern):
        places = (
            [
                place
                for place in range(match.start() + need.low, match.start() + need.high + 1)
                if text.startswith(need.choices, place)
            ]
            if need.bounded
            else [c for c in need.choices if c in text]
        )
        assert places, (need, text)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (rb"(?s)\A%PDF-1\.4", [(0, 0, (b"%PDF-1.4",))]),
        (rb"(?s)\A.{4}ftyp", [(4, 4, (b"ftyp",))]),
        (rb"(?s)\A(?:II|MM)xx", [(0, 0, (b"II", b"MM")), (2, 2, (b"xx",))]),
        (rb"(?s)\A.{0,9}AB", [(0, 9, (b"AB",))]),
        (rb"(?i)\AAB", []),
        (rb"\A.?", []),
    ],
)
def test_needs_are_found_where_they_are(pattern, wanted):
    assert [(n.low, n.high, n.choices) for n in needs(pattern)] == wanted


SIGNATURES = [
    *(Signature(n, "", (("BOF", p),)) for n, p in enumerate(PATTERNS)),
    *(Signature(n, "", (("VAR", p.replace(rb"\A", b"")),)) for n, p in enumerate(PATTERNS)),
    *(Signature(n, "", (("EOF", p.replace(rb"\A", b"")),)) for n, p in enumerate(PATTERNS)),
    Signature(99, "", (("BOF", rb"\AAB"), ("EOF", rb"YZ\Z"))),
    Signature(100, "", ()),
]


@given(data=st.data())
def test_no_signature_that_matches_is_passed_over(data):
    pattern = data.draw(st.sampled_from(PATTERNS))
    before, after = data.draw(st.binary(max_size=4)), data.draw(st.binary(max_size=4))
    start = before + data.draw(st.from_regex(pattern)) + after
    end = data.draw(st.sampled_from([start, b"-YZ", b""]))
    matching = {n for n, s in enumerate(SIGNATURES) if s.matches(start, end)}
    assert matching <= set(Index(SIGNATURES).candidates(start, end))


def test_most_signatures_are_ruled_out():
    candidates = Index(SIGNATURES[: len(PATTERNS)]).candidates(b"%PDF-1.4\n", b"%%EOF")
    assert 0 in candidates
    assert len(candidates) <= 5


@pytest.mark.parametrize(
    ("pattern", "octets"),
    [
        (rb"(?s)TRAILER.{0,3}\Z", 10),
        (rb"(?s)\xff\xd9.{0,65536}\Z", 65538),
        (rb"(?s)AB.*\Z", 0),
        (rb"(?s)AB", 0),
        (rb"(?s)(?:A|BCD){2}\Z", 6),
    ],
)
def test_a_match_at_the_end_lies_in_so_many_last_octets(pattern, octets):
    assert reach(pattern) == octets


@given(st.data())
def test_what_is_found_at_the_end_is_a_candidate(data):
    patterns = [rb"(?s)TRAILER.{0,3}\Z", rb"(?s)(?:AAAA|BBB).{2,5}\Z", rb"(?s)EOFX.*\Z"]
    signatures = [Signature(n, "", (("EOF", p),)) for n, p in enumerate(patterns)]
    number = data.draw(st.integers(0, 2))
    end = data.draw(st.binary(max_size=40)) + data.draw(st.from_regex(patterns[number]))
    candidates = Index(signatures).candidates(b"", end)
    assert {n for n, s in enumerate(signatures) if s.matches(b"", end)} <= set(candidates)
