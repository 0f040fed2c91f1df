"""An ingest or a revision is killed at each of its durable steps; nothing half remains.

A child process counts its own durable steps (what it writes to stores, journal, ledger and
catalogue) and kills itself at one of them: before it, in the middle of its octets, or after it.
CI kills at a share of the moments; ARKIV_ALL_KILLS=1 at all of them.
"""

import shutil
from pathlib import Path

import killed
import ocfl
import pytest

from preservation.assembly.archive import make, opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.errors import Rejected
from preservation.model.audit import Depth
from preservation.model.storage import CopyState

TARGETS = (
    killed.STORE,
    ("preservation.catalogue.journal", "SqlJournal", ("append",)),
    ("preservation.catalogue.holdings", "SqlCatalogue", ("register",)),
)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory) -> Path:
    """An archive without tools, which start slowly and write nothing that lasts."""
    place = tmp_path_factory.mktemp("pristine") / "archive"
    make(place, name="Vushtrri")
    settings = place / "arkiv.toml"
    told = settings.read_text("utf-8")
    told = told.replace('["siegfried", "fido"]', "[]").replace('["pdf", "image", "text"]', "[]")
    settings.write_text(told, "utf-8")
    return place


@pytest.fixture(scope="module")
def sips(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sips")
    for name in ("killed", "following"):
        (folder / name).mkdir()
        (folder / name / "minutes.txt").write_bytes(name.encode() * 1000)
        (folder / name / "одлука.tif").write_bytes(b"II*\0" + name.encode())
    return folder / "killed", folder / "following"


def states(archive) -> dict[str, CopyState]:
    copies = archive.catalogue.copies()
    outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
    return {f"{o.copy.package} {o.copy.store}": o.state for o in outcomes}


def judge(place: Path, sips: tuple[Path, Path]) -> None:
    """Nothing half, nothing lost, nothing left over, and everything goes on."""
    with opened(place) as archive:
        preserved = {s.id for s in archive.catalogue.packages()}
        ingest(archive, sips[1], again=False, progress=Silence())
        held = {s.id: s.sip for s in archive.catalogue.packages()}
        assert preserved < held.keys(), "what was preserved stays"
        assert sorted(held.values()) in (["following"], ["following", "killed"])
        assert set(states(archive).values()) == {CopyState.SOUND}
        assert len(archive.catalogue.copies()) == 2 * len(held)
        assert list(archive.scratch.iterdir()) == []
        if "killed" in held.values():
            with pytest.raises(Rejected, match="already preserved"):
                ingest(archive, sips[0], again=False, progress=Silence())
        else:
            ingest(archive, sips[0], again=False, progress=Silence())
        assert sorted(s.sip for s in archive.catalogue.packages()) == ["following", "killed"]
        before = list(archive.catalogue.dump())
        for store in archive.stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == before
    for store in ("a", "b"):
        root = place / "stores" / store
        assert list((root / "tmp").iterdir()) == []
        judged = ocfl.StorageRoot(root=str(root / "ocfl"))
        assert judged.validate()
        assert judged.good_objects == judged.num_objects == 2


@pytest.mark.slow
def test_killed_at_any_step_nothing_half_remains(pristine, sips, tmp_path):
    words = ["ingest", str(sips[0])]

    def check(place):
        judge(place, sips)

    assert killed.at_every_step(pristine, words, tmp_path, check, targets=TARGETS, share=4) > 25


def test_an_interrupt_leaves_nothing_at_once(pristine, sips, tmp_path):
    archive = tmp_path / "archive"
    shutil.copytree(pristine, archive)
    process = killed.child(archive, ["ingest", str(sips[0])], 0, "interrupt", TARGETS)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "not preserved" in told
    assert list((archive / "scratch").iterdir()) == []
    for store in ("a", "b"):
        assert list((archive / "stores" / store / "tmp").iterdir()) == []
        assert not list((archive / "stores" / store / "ocfl").rglob("*.tar"))
    judge(archive, sips)


def judge_revision(place: Path, sips: tuple[Path, Path], package: str) -> None:
    """The first version is as it was; the second is there whole, or not at all, and can be made."""
    with opened(place) as archive:
        ingest(archive, sips[1], again=True, progress=Silence())
        held = archive.catalogue.package(package)
        assert held is not None
        if held.version == 1:
            revise(archive, held, Wanted("again", sips[1]), progress=Silence())
        assert archive.catalogue.package(package).version == 2
        assert len(archive.catalogue.copies(package)) == 4
        assert set(states(archive).values()) == {CopyState.SOUND}
        assert list(archive.scratch.iterdir()) == []
        before = list(archive.catalogue.dump())
        for store in archive.stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == before
            judged = ocfl.StorageRoot(root=str(place / "stores" / store / "ocfl"))
            assert judged.validate()
            assert judged.good_objects == judged.num_objects == 2


@pytest.mark.slow
def test_a_revision_killed_at_any_step_leaves_both_or_one_version(pristine, sips, tmp_path):
    begun = tmp_path / "begun"
    shutil.copytree(pristine, begun)
    with opened(begun) as archive:
        package = ingest(archive, sips[0], again=False, progress=Silence()).aip_id
    words = ["revise", package, str(sips[1]), "--withdraw", "minutes.txt"]

    def check(place):
        judge_revision(place, sips, package)

    steps = killed.at_every_step(begun, words, tmp_path, check, targets=TARGETS, share=4, first=1)
    assert steps > 20
