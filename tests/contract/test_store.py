"""What every store promises (the port `Store`). A new store is one more line in STORES."""

import itertools
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from preservation.errors import AlreadyExists
from preservation.model.identifiers import StoreName
from preservation.ports import Store
from preservation.standards import ocfl
from preservation.stores.age import Key
from preservation.stores.directory import DirectoryStore
from preservation.stores.memory import MemoryStore
from preservation.stores.sealed import SealedStore

REPOSITORY = Path(__file__).parents[2]
NAME = StoreName("a")


def directory(place: Path) -> DirectoryStore:
    store = DirectoryStore(NAME, place)
    store.initialize()
    return store


def memory(place: Path) -> MemoryStore:  # noqa: ARG001  every kind is made in the same way
    return MemoryStore(NAME)


KEY = Key(str(pyrage.x25519.Identity.generate()))


def sealed(place: Path) -> SealedStore:
    return SealedStore(directory(place), KEY)


STORES: dict[str, Callable[[Path], Store]] = {
    "directory": directory,
    "memory": memory,
    "sealed": sealed,
}
KINDS = (*STORES, "s3")


@pytest.fixture(params=KINDS)
def store(request, tmp_path) -> Store:
    if request.param == "s3":
        return request.getfixturevalue("s3_store")()
    return STORES[request.param](tmp_path / "store")


def content(store: Store, key: str, *limits: int | None) -> bytes:
    return b"".join(store.read(key, *limits))


def boxes(store: Store) -> list[str]:
    return list(store.keys("box/"))


class TestObjects:
    def test_what_was_put_is_read_back(self, store):
        store.put("box/a", [b"one ", b"", b"two"], size=7)
        assert content(store, "box/a") == b"one two"
        assert store.size("box/a") == 7

    def test_an_empty_object_is_an_object(self, store):
        store.put("box/empty", [], size=0)
        assert content(store, "box/empty") == b""
        assert store.size("box/empty") == 0
        assert boxes(store) == ["box/empty"]

    def test_an_object_larger_than_one_chunk_is_read_back_whole(self, store):
        block = os.urandom(1 << 20)
        store.put("box/large", itertools.repeat(block, 21), size=21 << 20)
        assert content(store, "box/large") == block * 21

    @pytest.mark.parametrize(
        ("start", "stop", "expected"),
        [
            (0, None, b"0123456789"),
            (3, None, b"3456789"),
            (3, 7, b"3456"),
            (0, 0, b""),
            (10, None, b""),
            (8, 99, b"89"),
            (50, 60, b""),
        ],
    )
    def test_a_range_is_what_a_slice_would_be(self, store, start, stop, expected):
        store.put("box/a", [b"0123456789"], size=10)
        assert content(store, "box/a", start, stop) == expected

    @pytest.mark.parametrize("limits", [(-1, None), (5, 3)])
    def test_what_is_no_range_is_refused(self, store, limits):
        store.put("box/a", [b"0123456789"], size=10)
        with pytest.raises(ValueError, match="not a range"):
            content(store, "box/a", *limits)

    def test_a_key_that_is_not_there_has_no_size_and_no_content(self, store):
        store.put("box/folder/a", [b"x"], size=1)
        for key in ("box/none", "box/folder", "box/folder/a/b", "none/of/this"):
            assert store.size(key) is None
            with pytest.raises(KeyError):
                next(iter(store.read(key)))

    def test_keys_come_sorted_and_only_those_with_the_prefix(self, store):
        names = ["box/a-b", "box/a/b", "box/a.b", "box/ë", "box/Z/1/2", "box2/x", "other/y"]
        for name in names:
            store.put(name, [b"x"], size=1)
        assert boxes(store) == sorted(n for n in names if n.startswith("box/"))
        assert list(store.keys("box")) == sorted(n for n in names if n.startswith("box"))
        assert list(store.keys("box/a")) == ["box/a-b", "box/a.b", "box/a/b"]
        assert list(store.keys("box/a/")) == ["box/a/b"]
        assert list(store.keys("none")) == []
        assert set(names) <= set(store.keys())
        assert list(store.keys()) == sorted(store.keys())

    @pytest.mark.parametrize("prefix", ["/", "../", "/etc/", "box/../", "\0", "tmp/"])
    def test_no_prefix_leads_outside(self, store, prefix):
        store.put("box/a", [b"x"], size=1)
        assert list(store.keys(prefix)) == []

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "./a",
            "a/.",
            "a\0b",
            "tmp/a",
            "x" * 256,
            "\udcff",
        ],
    )
    def test_what_cannot_be_a_key_is_refused(self, store, key):
        with pytest.raises(ValueError, match="cannot be the key"):
            store.put(key, [b"x"], size=1)
        with pytest.raises(ValueError, match="cannot be the key"):
            next(iter(store.read(key)))
        with pytest.raises(ValueError, match="cannot be the key"):
            store.replace(key, b"x")
        with pytest.raises(ValueError, match="cannot be the key"):
            store.remove(key)
        with pytest.raises(ValueError, match="cannot be the key"):
            store.size(key)
        for pair in ((key, "box/a"), ("box/a", key)):
            with pytest.raises(ValueError, match="cannot be the key"):
                store.move(*pair)


class TestWholeOrNotAtAll:
    def test_a_key_that_is_there_stays_as_it_was(self, store):
        store.put("box/a", [b"first"], size=5)
        with pytest.raises(AlreadyExists):
            store.put("box/a", [b"other"], size=5)
        assert content(store, "box/a") == b"first"

    @pytest.mark.parametrize("size", [0, 2, 4])
    def test_a_wrong_size_leaves_nothing(self, store, size):
        with pytest.raises(ValueError, match="box/a"):
            store.put("box/a", [b"abc"], size=size)
        assert boxes(store) == []
        assert store.size("box/a") is None

    @pytest.mark.parametrize("error", [OSError("the source is gone"), KeyboardInterrupt()])
    def test_an_error_of_the_source_is_passed_on_and_leaves_nothing(self, store, error):
        def source() -> Iterator[bytes]:
            yield b"abc"
            raise error

        with pytest.raises(type(error)) as raised:
            store.put("box/a", source(), size=6)
        assert raised.value is error
        assert boxes(store) == []

    def test_after_a_failure_the_key_can_be_put(self, store):
        with pytest.raises(ValueError, match="box/a"):
            store.put("box/a", [b"abc"], size=9)
        store.put("box/a", [b"abc"], size=3)
        assert content(store, "box/a") == b"abc"

    def test_of_two_writers_at_once_exactly_one_wins(self, store):
        both = threading.Barrier(8)
        outcomes = []

        def write(mine: bytes) -> None:
            def chunks() -> Iterator[bytes]:
                yield mine[:1000]
                both.wait()
                yield mine[1000:]

            try:
                store.put("box/contested", chunks(), size=len(mine))
                outcomes.append(mine)
            except AlreadyExists:
                outcomes.append(None)

        threads = [threading.Thread(target=write, args=(bytes([n]) * 5000,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners = [outcome for outcome in outcomes if outcome]
        assert len(outcomes) == 8
        assert [content(store, "box/contested")] == winners

    def test_replace_makes_and_changes(self, store):
        store.replace("box/inventory", b"one")
        assert content(store, "box/inventory") == b"one"
        store.replace("box/inventory", b"twotwo")
        assert content(store, "box/inventory") == b"twotwo"
        assert boxes(store) == ["box/inventory"]

    def test_what_is_removed_is_gone_and_can_be_removed_again(self, store):
        store.put("box/a/b/c", [b"x"], size=1)
        store.put("box/a/d", [b"y"], size=1)
        store.remove("box/a/b/c")
        store.remove("box/a/b/c")
        store.remove("box/never")
        store.remove("box/a")
        assert boxes(store) == ["box/a/d"]
        store.put("box/a/b/c", [b"z"], size=1)
        assert content(store, "box/a/b/c") == b"z"

    def test_what_is_erased_is_gone_and_nothing_beside_it(self, store):
        for key in ("box/a/b/c", "box/a/d", "box/ab/b", "box/x/b/y", "box/x/z"):
            store.put(key, [b"x"], size=1)
        assert store.erase("box/a/") == 2
        assert store.erase("box/a/") == 0
        assert boxes(store) == ["box/ab/b", "box/x/b/y", "box/x/z"]
        assert store.erase("box/x/", "/b/") == 1
        assert boxes(store) == ["box/ab/b", "box/x/z"]
        store.put("box/a/d", [b"z"], size=1)
        assert content(store, "box/a/d") == b"z"

    def test_what_is_moved_has_its_new_key_alone(self, store):
        store.put("box/a/b", [b"one"], size=3)
        store.move("box/a/b", "other/place/b")
        assert boxes(store) == []
        assert content(store, "other/place/b") == b"one"
        store.put("box/a/b", [b"two"], size=3)
        assert content(store, "other/place/b") == b"one"

    def test_nothing_is_moved_over_another_object(self, store):
        for other in (b"two", b"", b"one more"):
            store.put("box/a", [b"one"], size=3)
            store.put("box/b", [other], size=len(other))
            with pytest.raises(AlreadyExists, match="box/b"):
                store.move("box/a", "box/b")
            assert [content(store, key) for key in boxes(store)] == [b"one", other]
            with pytest.raises(AlreadyExists, match="box/b"):
                store.move("box/b", "box/b")
            store.remove("box/a")
            store.remove("box/b")

    def test_a_move_that_was_interrupted_is_finished_by_the_same_call(self, store):
        store.put("box/a", [b"same"], size=4)
        store.put("box/b", [b"same"], size=4)
        store.move("box/a", "box/b")
        assert boxes(store) == ["box/b"]

    def test_what_is_not_there_cannot_be_moved(self, store):
        with pytest.raises(KeyError):
            store.move("box/none", "box/b")
        assert boxes(store) == []

    def test_a_sweep_removes_no_object(self, store):
        store.put("box/a", [b"x"], size=1)
        store.sweep()
        store.sweep()
        assert boxes(store) == ["box/a"]

    def test_a_sweep_spares_a_writer_who_lives(self, store):
        def source() -> Iterator[bytes]:
            yield b"abc"
            store.sweep()
            yield b"def"

        store.put("box/a", source(), size=6)
        assert content(store, "box/a") == b"abcdef"


def killed_at(call: Callable[[], None], step: int, *, after: bool) -> None:
    """Do a call in a process that dies at a step that changes the disk, before or after it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which the child has not
        child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        left = itertools.count(step - 1, -1)
        for name in ("link", "replace", "unlink", "fsync", "mkdir", "rmdir", "write"):
            setattr(os, name, _dying(getattr(os, name), left, after=after))
        call()
    finally:
        os._exit(9)


def _dying(real, left, *, after):
    def call(*args, **kwargs):
        mine = next(left) == 0
        if mine and not after:
            os._exit(9)
        found = real(*args, **kwargs)
        if mine:
            os._exit(9)
        return found

    return call


class StoreMachine(RuleBasedStateMachine):
    """A store beside a dictionary: after any sequence of calls both hold the same."""

    make: Callable[[], Store]
    lasting: bool
    """Whether what it holds outlives the process."""

    folders = st.sampled_from(["d", "d-e", "d.e", "D", "ë", "d/e"])
    names = st.builds("box/{}/{}.x".format, folders, st.sampled_from(["a", "b", "a b", "č"]))
    contents = st.binary(max_size=64)

    @initialize()
    def begin(self) -> None:
        self.store = type(self).make()
        self.model: dict[str, bytes] = {}

    @rule(key=names, value=contents, cut=st.integers(0, 64))
    def put(self, key: str, value: bytes, cut: int) -> None:
        chunks = [value[:cut], value[cut:]]
        if key in self.model:
            with pytest.raises(AlreadyExists):
                self.store.put(key, chunks, size=len(value))
        else:
            self.store.put(key, chunks, size=len(value))
            self.model[key] = value

    @rule(key=names, value=contents, wrong=st.integers(1, 9), more=st.booleans())
    def put_a_wrong_size(self, key: str, value: bytes, wrong: int, more: bool) -> None:
        size = len(value) + wrong if more else len(value) - wrong
        with pytest.raises((ValueError, AlreadyExists)):
            self.store.put(key, [value], size=size)

    @rule(key=names, value=contents)
    def replace(self, key: str, value: bytes) -> None:
        self.store.replace(key, value)
        self.model[key] = value

    @rule(key=names)
    def remove(self, key: str) -> None:
        self.store.remove(key)
        self.model.pop(key, None)

    @rule(key=names, to=names)
    def move(self, key: str, to: str) -> None:
        if key not in self.model:
            with pytest.raises(KeyError):
                self.store.move(key, to)
        elif to == key or self.model.get(to, self.model[key]) != self.model[key]:
            with pytest.raises(AlreadyExists):
                self.store.move(key, to)
        else:
            self.store.move(key, to)
            self.model[to] = self.model.pop(key)

    @rule()
    def sweep(self) -> None:
        self.store.sweep()

    @rule(
        act=st.sampled_from(["put", "replace", "remove", "move"]),
        key=names,
        to=names,
        value=contents,
        step=st.integers(1, 12),
        after=st.booleans(),
    )
    def die(self, act: str, key: str, to: str, value: bytes, step: int, after: bool) -> None:
        """A process dies in a call; each key has what it had before, or what it was given."""
        if not self.lasting:
            return
        calls = {
            "put": lambda: self.store.put(key, [value], size=len(value)),
            "replace": lambda: self.store.replace(key, value),
            "remove": lambda: self.store.remove(key),
            "move": lambda: self.store.move(key, to),
        }
        before = dict(self.model)
        killed_at(calls[act], step, after=after)
        self.store.sweep()
        for name in {key, to}:
            size = self.store.size(name)
            now = None if size is None else content(self.store, name)
            allowed = {before.get(name)}
            if name == key:
                allowed |= {"put": {before.get(key, value)}, "replace": {value}}.get(act, {None})
            if act == "move" and name == to and before.get(to) in (None, before.get(key)):
                allowed.add(before.get(key))
            assert now in allowed
            self.model.pop(name, None)
            if now is not None:
                self.model[name] = now
        if act == "move" and key in before and key != to:
            assert {self.model.get(key), self.model.get(to)} & {before[key]}

    @rule(key=names, start=st.integers(0, 70), length=st.none() | st.integers(0, 70))
    def read(self, key: str, start: int, length: int | None) -> None:
        stop = None if length is None else start + length
        if key in self.model:
            assert content(self.store, key, start, stop) == self.model[key][start:stop]
        else:
            with pytest.raises(KeyError):
                content(self.store, key, start, stop)

    @rule(prefix=st.sampled_from(["", "b", "box/d", "box/d/", "box/d/e/a", "box/D/a.x", "c"]))
    def keys(self, prefix: str) -> None:
        found = [key for key in self.store.keys(prefix) if not key.startswith(ocfl.ROOT)]
        assert found == sorted(key for key in self.model if key.startswith(prefix))

    @invariant()
    def sizes_agree(self) -> None:
        for key, value in self.model.items():
            assert self.store.size(key) == len(value)


@pytest.mark.parametrize("kind", KINDS)
def test_any_sequence_of_calls_leaves_what_a_dictionary_would_hold(kind, tmp_path, request):
    places = itertools.count()
    remote = request.getfixturevalue("s3_store") if kind == "s3" else None

    class Machine(StoreMachine):
        lasting = kind in ("directory", "sealed")
        make = staticmethod(
            remote if remote else lambda: STORES[kind](tmp_path / str(next(places)))
        )

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=5 if kind == "s3" else 30,  # each call takes a server some milliseconds
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
