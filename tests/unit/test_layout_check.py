"""What comes back is compared with the layout: every octet of it, however it is cut."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.model.fixity import Algorithm, Digest
from preservation.model.storage import Member
from preservation.standards.tar import END, Layout, LayoutCheck

CONTENTS = {
    "top/bagit.txt": b"BagIt-Version: 1.0\n",
    "top/empty": b"",
    "top/data/block": b"x" * 512,
    "top/data/" + "long/" * 40 + "ë": b"y" * 513,
    "top/data/last empty": b"",
}


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    """A layout and its octets."""
    folder = tmp_path_factory.mktemp("sources")
    members = []
    for number, (name, content) in enumerate(CONTENTS.items()):
        (folder / str(number)).write_bytes(content)
        digest = Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())
        members.append(Member(name, len(content), digest, 0, bytes(folder / str(number))))
    layout = Layout(members)
    return layout, b"".join(layout.chunks())


def differences(layout, octets, cuts=()):
    check = LayoutCheck(layout)
    edges = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    for start, stop in pairwise(edges):
        check.feed(octets[start:stop])
    return check.finish()


CUTS = st.lists(st.integers(0, 6000), max_size=8)


@settings(max_examples=200)
@given(CUTS)
def test_what_is_whole_is_whole_however_it_is_cut(laid, cuts):
    assert differences(*laid, cuts) == ()


def test_every_flipped_octet_is_noticed_in_one_window(laid):
    layout, whole = laid
    for place in range(len(whole)):
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert differences(layout, flipped), place


@settings(max_examples=300)
@given(st.data(), CUTS, st.integers(1, 255))
def test_every_flipped_octet_is_noticed_however_it_is_cut(laid, data, cuts, bits):
    layout, whole = laid
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :]
    (blamed,) = differences(layout, flipped, cuts)
    index = max((n for n in range(len(CONTENTS)) if _start(layout, n) <= place), default=0)
    expected = list(CONTENTS)[index] if place < layout.size - len(END) else None
    assert blamed in (expected, "the end of the tar")


def _start(layout, index):
    """Where the octets begin that are said to be a member's: its header, after the padding."""
    return layout.offset(index) - len(layout.literal(index))


@settings(max_examples=200)
@given(st.data(), CUTS)
def test_a_removed_or_an_added_octet_is_noticed(laid, data, cuts):
    layout, whole = laid
    place = data.draw(st.integers(0, len(whole) - 1))
    assert differences(layout, whole[:place] + whole[place + 1 :], cuts)
    assert differences(layout, whole[:place] + b"\0" + whole[place:], cuts)


@given(st.integers(0, 100), CUTS)
def test_a_tar_that_is_cut_is_noticed_at_every_place(laid, part, cuts):
    layout, whole = laid
    for stop in range(part, len(whole), 101):
        assert differences(layout, whole[:stop], cuts)


def test_octets_after_the_end_are_noticed(laid):
    layout, whole = laid
    assert differences(layout, whole + b"\0", [len(whole)]) == ("octets after the end of the tar",)


def test_an_exchange_of_two_contents_of_one_size_is_noticed(tmp_path):
    members = []
    for name, content in (("a", b"one"), ("b", b"two")):
        (tmp_path / name).write_bytes(content)
        digest = Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())
        members.append(Member(name, 3, digest, 0, bytes(tmp_path / name)))
    layout = Layout(members)
    whole = b"".join(layout.chunks())
    at = layout.offset(0), layout.offset(1)
    mixed = bytearray(whole)
    mixed[at[0] : at[0] + 3], mixed[at[1] : at[1] + 3] = b"two", b"one"
    assert differences(layout, bytes(mixed)) == ("a", "b")
