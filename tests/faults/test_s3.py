"""A network that fails in every way before a real S3 server: nothing is lost, nothing doubled."""

import itertools
import os
import time

import pytest
from troubled import Exchange, troubled

from preservation.errors import AlreadyExists, Misconfigured, Unavailable
from preservation.stores.s3 import Limits, S3Store
from preservation.stores.s3.writing import PART, pending

LARGE = os.urandom(1 << 20) * (2 * PART // (1 << 20)) + b"the end"


@pytest.fixture
def proxy(rgw):
    with troubled(rgw) as between:
        yield between


@pytest.fixture
def store(s3_store, proxy) -> S3Store:
    made = s3_store(endpoint=proxy.endpoint)
    made.server.tries = 4
    return made


def content(store, key):
    return b"".join(store.read(key))


def put(store, key, octets):
    store.put(
        key, [octets[n : n + 300_000] for n in range(0, len(octets), 300_000)], size=len(octets)
    )


def first(count, trouble, *, of=b"PUT", where=b""):
    """Troubles the first requests of a kind, and no other."""
    left = itertools.count(count, -1)

    def act(exchange):
        if exchange.method == of and where in exchange.path and next(left) > 0:
            trouble(exchange)
        else:
            exchange.pass_on()

    return act


def reset_before(exchange):
    exchange.reset()


def answer_lost(exchange):
    exchange.ask()
    exchange.reset()


def altered_on_the_way_up(exchange):
    body = bytearray(exchange.body)
    body[len(body) // 2] ^= 1
    exchange.body = bytes(body)
    exchange.pass_on()


def refused(status, code, *headers):
    return lambda exchange: exchange.refuse(status, code, *headers)


def cut_short(exchange):
    head, body = exchange.ask()
    exchange.answer(head, body[: len(body) // 2])
    exchange.reset()


TROUBLES = {
    "reset": reset_before,
    "answer lost after the commit": answer_lost,
    "altered on the way": altered_on_the_way_up,
    "500": refused("500 Internal Server Error", "InternalError"),
    "503": refused("503 Slow Down", "SlowDown", "Retry-After: 1"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("size", ["small", "in parts"])
def test_an_object_arrives_whole_and_once(store, proxy, trouble, size):
    octets = LARGE if size == "in parts" else b"a small one"
    proxy.trouble = first(2, trouble)
    put(store, "box/a", octets)
    assert content(store, "box/a") == octets
    assert list(store.keys("box/")) == ["box/a"]
    assert list(pending(store.server, "box/")) == []
    with pytest.raises(AlreadyExists):
        put(store, "box/a", octets)


@pytest.mark.parametrize(
    "trouble", [reset_before, answer_lost, TROUBLES["500"]], ids=["reset", "lost", "500"]
)
def test_the_last_word_of_many_parts_may_be_lost(store, proxy, trouble):
    proxy.trouble = first(2, trouble, of=b"POST", where=b"uploadId")
    put(store, "box/a", LARGE)
    assert content(store, "box/a") == LARGE
    assert list(pending(store.server, "box/")) == []


def test_only_the_part_that_failed_is_sent_again(store, proxy):
    proxy.trouble = first(1, reset_before, where=b"partNumber=2")
    put(store, "box/a", LARGE)
    parts = [path for method, path in proxy.seen if method == b"PUT" and b"partNumber" in path]
    numbers = sorted(part.partition(b"partNumber=")[2][:1] for part in parts)
    assert numbers == [b"1", b"2", b"2", b"3"]


@pytest.mark.parametrize("size", ["small", "in parts"])
def test_a_server_that_stays_away_leaves_nothing(store, proxy, size):
    octets = LARGE if size == "in parts" else b"a small one"
    proxy.trouble = first(1000, reset_before)
    with pytest.raises(Unavailable, match=r"store s: cannot write .*tried 4 times"):
        put(store, "box/a", octets)
    proxy.trouble = Exchange.pass_on
    store.remove("box/a")
    assert list(store.keys("box/")) == []
    assert list(pending(store.server, "box/")) == []
    put(store, "box/a", octets)
    assert content(store, "box/a") == octets


def test_a_body_that_breaks_off_is_read_on_from_there(store, proxy):
    put(store, "box/a", LARGE)
    proxy.trouble = first(2, cut_short, of=b"GET")
    assert content(store, "box/a") == LARGE
    assert b"".join(store.read("box/a", 1000, len(LARGE) - 5)) == LARGE[1000:-5]


def test_a_body_that_always_breaks_off_is_unavailable(store, proxy):
    put(store, "box/a", b"x" * 1000)
    proxy.trouble = first(1000, cut_short, of=b"GET")
    with pytest.raises(Unavailable, match=r"cannot read box/a"):
        content(store, "box/a")


def test_an_object_that_changes_while_it_is_read_is_not_read_on(store, proxy):
    put(store, "box/a", LARGE)
    other = S3Store("o", store.location, store.server.credentials)

    def change(exchange):
        head, body = exchange.ask()
        other.replace("box/a", LARGE[::-1])
        exchange.answer(head, body[: len(body) // 2])
        exchange.reset()

    proxy.trouble = first(1, change, of=b"GET")
    with pytest.raises(Unavailable, match="was changed by somebody while it was read"):
        content(store, "box/a")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<?xml version='1.0'?><ListBucketResult></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>",
        b"<html>the office wifi wants you to log in</html>",
    ],
    ids=["empty", "says nothing", "cut", "a page of somebody else"],
)
def test_a_list_that_is_not_whole_is_no_list(store, proxy, answer):
    put(store, "box/a", b"x")

    def say(exchange):
        exchange.answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer), answer)

    proxy.trouble = first(1000, say, of=b"GET", where=b"list-type")
    with pytest.raises(Unavailable):
        list(store.keys("box/"))


def test_a_slow_server_is_waited_for(store, proxy):
    put(store, "box/a", LARGE[:200_000])

    def slowly(exchange):
        head, body = exchange.ask()
        exchange.answer(head)
        for n in range(0, len(body), 40_000):
            time.sleep(0.1)
            exchange.client.sendall(body[n : n + 40_000])

    proxy.trouble = first(1, slowly, of=b"GET")
    assert content(store, "box/a") == LARGE[:200_000]


def test_a_server_that_drips_is_given_up(store, proxy, monkeypatch):
    monkeypatch.setattr("preservation.stores.s3.reading._PATIENCE", 0.3)
    put(store, "box/a", b"x" * 1000)

    def drip(exchange):
        head, body = exchange.ask()
        exchange.answer(head)
        for n in range(len(body)):
            exchange.client.sendall(body[n : n + 1])
            time.sleep(0.05)

    proxy.trouble = first(1000, drip, of=b"GET")
    with pytest.raises(Unavailable, match="cannot read box/a"):
        content(store, "box/a")


def test_a_wrong_key_is_told_without_telling_the_key(store, tmp_path):
    file = tmp_path / "wrong.key"
    file.touch(0o600)
    file.write_text(
        "[default]\naws_access_key_id = nobody\naws_secret_access_key = do-not-tell-it\n"
    )
    wrong = S3Store("w", store.location, type(store.server.credentials)(file=file))
    with pytest.raises(Misconfigured) as refused_:
        wrong.size("box/a")
    assert "look at the key" in str(refused_.value)
    assert "do-not-tell-it" not in repr(refused_.value)


def test_a_limit_of_bandwidth_is_kept(s3_store):
    store = s3_store(limits=Limits(parallel=2, bandwidth=20 * 1024**2))
    began = time.monotonic()
    put(store, "box/a", LARGE)
    assert time.monotonic() - began >= 0.9 * (len(LARGE) - PART) / (20 * 1024**2)


def test_what_is_too_large_is_refused_before_anything_is_sent(store, proxy):
    store.size("box/a")
    proxy.seen.clear()
    with pytest.raises(Exception, match="split the package"):
        store.put("box/a", iter(()), size=6 * 1024**4)
    assert proxy.seen == []


def test_parts_of_an_object_whose_source_fails_are_taken_back_at_once(store):
    def source():
        yield LARGE[: PART + 5]
        raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        store.put("box/a", source(), size=len(LARGE))
    assert list(pending(store.server, "box/")) == []
    assert list(store.keys("box/")) == []


def test_every_body_carries_both_digests_that_the_server_compares(store, proxy):
    heads = []

    def note(exchange):
        if exchange.method == b"PUT":
            heads.append(exchange.head.lower())
        exchange.pass_on()

    proxy.trouble = note
    put(store, "box/a", LARGE)
    put(store, "box/b", b"a small one")
    store.replace("box/c", b"another")
    assert len(heads) == 5
    assert all(b"\r\ncontent-md5: " in head for head in heads)
    assert not any(b"unsigned-payload" in head for head in heads)
