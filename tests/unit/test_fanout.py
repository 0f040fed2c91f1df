"""One stream for several: each gets all of it, and one failure ends all."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.fanout import SourceFailed, fan_out


def joined(chunks):
    return b"".join(chunks)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(max_size=9), max_size=30), st.integers(1, 4))
def test_every_consumer_gets_the_same_chunks_in_order(chunks, consumers):
    assert fan_out(iter(chunks), [list] * consumers) == [chunks] * consumers


def test_what_consumers_return_comes_in_their_order():
    assert fan_out([b"ab", b"c"], [joined, lambda chunks: len(joined(chunks))]) == [b"abc", 3]


def test_a_slow_consumer_loses_nothing():
    gate = threading.Event()

    def slow(chunks):
        first = next(chunks)
        assert not gate.wait(0.3)
        return first + joined(chunks)

    chunks = [bytes([n]) for n in range(20)]
    assert fan_out(chunks, [joined, slow]) == [joined(chunks)] * 2


def endless(taken):
    while True:
        taken.append(1)
        yield b"x" * 10


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_consumer_that_fails_ends_the_source_and_the_others(place):
    ended = []

    def fails(chunks):
        next(chunks)
        raise OSError("disk on fire")

    def patient(chunks):
        try:
            return joined(chunks)
        except SourceFailed:
            ended.append(True)
            raise

    consumers = [patient, patient]
    consumers.insert(place, fails)
    with pytest.raises(OSError, match="disk on fire"):
        fan_out(endless([]), consumers)
    assert ended == [True, True]


def test_a_consumer_that_fails_before_it_takes_anything_is_the_cause():
    def refuses(_chunks):
        raise ValueError("is there already")

    with pytest.raises(ValueError, match="is there already"):
        fan_out(endless([]), [joined, refuses])


def test_a_source_that_fails_ends_the_consumers_and_is_the_cause():
    ended = []

    def source():
        yield b"x"
        raise OSError("unreadable")

    def consumer(chunks):
        try:
            joined(chunks)
        except SourceFailed:
            ended.append(True)
            raise

    with pytest.raises(OSError, match="unreadable"):
        fan_out(source(), [consumer, consumer])
    assert ended == [True, True]


def test_an_interrupt_ends_the_consumers():
    def source():
        yield b"x"
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        fan_out(source(), [joined, joined])
    assert set(threading.enumerate()) <= before


def test_a_consumer_that_has_enough_does_not_stop_the_others():
    chunks = [bytes([n]) for n in range(20)]
    assert fan_out(chunks, [next, joined]) == [b"\0", joined(chunks)]
