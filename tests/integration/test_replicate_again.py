"""A store goes away at any moment of a replication and comes back: the next try succeeds."""

from collections import Counter
from pathlib import Path

import pytest

from preservation.assembly.archive import make
from preservation.assembly.ingest import begun
from preservation.assembly.recovery import Silence
from preservation.errors import Unavailable
from preservation.model.identifiers import StoreName
from preservation.stages.replicate import replicate
from preservation.standards import ocfl
from preservation.stores.memory import MemoryStore


class Flickering:
    """A store in memory that is away from the nth call on, until it is told to come back."""

    def __init__(self, name: str, calls: int | None = None) -> None:
        self.name = StoreName(name)
        self.inside = MemoryStore(self.name)
        self.left = calls

    def come_back(self) -> None:
        self.left = None

    def _answer(self) -> MemoryStore:
        if self.left is not None:
            if self.left == 0:
                raise Unavailable(f"store {self.name}: away")
            self.left -= 1
        return self.inside

    def put(self, key, chunks, *, size):
        self._answer().put(key, chunks, size=size)

    def replace(self, key, content):
        self._answer().replace(key, content)

    def read(self, key, start=0, stop=None):
        yield from self._answer().read(key, start, stop)

    def size(self, key):
        return self._answer().size(key)

    def keys(self, prefix=""):
        yield from self._answer().keys(prefix)

    def remove(self, key):
        self._answer().remove(key)

    def sweep(self):
        self._answer().sweep()

    def content(self):
        return {key: b"".join(self.inside.read(key)) for key in self.inside.keys()}  # noqa: SIM118


@pytest.fixture
def aip(tmp_path: Path):
    """An AIP laid out, its documents in the scratch folder."""
    sip = tmp_path / "sip"
    sip.mkdir()
    (sip / "a.txt").write_text("Vendim\n", "utf-8")
    folder = tmp_path / "archive"
    archive = make(folder, name="")
    told = (folder / "arkiv.toml").read_text("utf-8").replace('["siegfried", "fido"]', "[]")
    (folder / "arkiv.toml").write_text(told, "utf-8")
    with begun(archive, again=False, progress=Silence()) as ingestion:
        state = sip
        for name, step in ingestion.steps:
            if name == "replicate":
                break
            state = step(state)
        yield state


def outcome(stage):
    """The findings of a stage, and what it returned or raised."""
    findings = []
    try:
        while True:
            findings.append(next(stage))
    except StopIteration as end:
        return findings, end.value
    except Unavailable as unavailable:
        return findings, unavailable


def test_the_next_try_succeeds_wherever_the_store_went_away(aip) -> None:
    ways = Counter[str]()
    calls = 0
    while True:
        steady, flickering = Flickering("a"), Flickering("b", calls)
        first, came = outcome(replicate(aip, stores=[steady, flickering], progress=Silence()))
        if not isinstance(came, Unavailable):
            break
        half = steady.inside.size(ocfl.commit_key(aip.id, 1)) is not None
        ways["committed in one store" if half else "committed nowhere"] += 1
        assert half == bool(first)
        assert half or steady.content() == {}

        flickering.come_back()
        second, stored = outcome(replicate(aip, stores=[steady, flickering], progress=Silence()))

        assert [copy.store for copy in stored.copies] == ["a", "b"], calls
        assert steady.content() == flickering.content()
        assert {f.detail for f in second} == {"copy in store a", "copy in store b"}
        calls += 1
    assert ways["committed in one store"] >= 3, "the commit and both replacements"
    assert ways["committed nowhere"] >= 8
