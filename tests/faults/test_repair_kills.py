"""A repair is killed at each of its durable steps; the next one ends it, and nothing is lost.

A child process counts what it writes to stores, ledger and catalogue, and kills itself at one of
them: before it, in the middle of its octets, or after it. CI kills at a share of the moments;
ARKIV_ALL_KILLS=1 at all of them.
"""

import itertools
import shutil

import killed
import ocfl
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence, recover
from preservation.assembly.repairs import repair, to_repair
from preservation.model.audit import Depth
from preservation.model.storage import CopyState
from preservation.standards import ocfl as keys

TARGETS = (
    ("preservation.stores.directory", "DirectoryStore", ("put", "replace", "remove", "move")),
    ("preservation.catalogue.holdings", "SqlCatalogue", ("checked",)),
)


def files(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in (folder / "ocfl").rglob("*")
        if p.is_file()
    }


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.unlink()
    path.write_bytes(content)


def salvage(root, package):
    """Both tars damaged, in different members."""
    for name, at in (("a", 520), ("b", -3000)):
        flip(root / name / keys.tar_key(package, 1), at)


def documents(root, package):
    """Much of one copy is bad, and the tar of the other."""
    top = root / "a" / keys.object_root(package)
    (top / "v1/content/members.jsonl").unlink()
    (top / "v1/inventory.json").unlink()
    flip(top / "inventory.json", 9)
    (top / "extra").write_bytes(b"x")
    flip(root / "b" / keys.tar_key(package, 1), 520)


def gone(root, package):
    """A copy is missing."""
    shutil.rmtree(root / "b" / keys.object_root(package))


@pytest.mark.slow
@pytest.mark.parametrize("damage", [salvage, documents, gone])
def test_a_repair_killed_at_any_step_is_ended_by_the_next(damage, filled_archive, tmp_path):
    sound = {name: files(filled_archive / "stores" / name) for name in ("a", "b")}
    hurt = tmp_path / "hurt"
    shutil.copytree(filled_archive, hurt)
    with opened(hurt) as archive:
        package = archive.catalogue.packages()[0].id
        damage(hurt / "stores", package)
        outcomes = list(
            audit_copies(
                archive, archive.catalogue.copies(), depth=Depth.FIXITY, progress=Silence()
            )
        )
        assert {o.copy.package for o in outcomes if o.state is not CopyState.SOUND} == {package}
    damaged = {
        content
        for name in ("a", "b")
        for path, content in files(hurt / "stores" / name).items()
        if sound[name].get(path) != content
    }
    turns = itertools.cycle((True, False))

    def check(place):
        judge(place, sound, damaged, tidied=next(turns))

    steps = killed.at_every_step(
        hurt, ["repair"], tmp_path, check, targets=TARGETS, share=5, first=1
    )
    assert steps > 12


def judge(place, sound, damaged, *, tidied):
    """All is sound again, what was damaged is kept, one event says so, nothing is left over."""
    roots = {name: place / "stores" / name for name in sound}
    held = {p.read_bytes() for root in roots.values() for p in root.rglob("*") if p.is_file()}
    assert damaged <= held, "nothing damaged is lost either"
    with opened(place) as archive:
        if tidied:
            recover(archive)
        packages = to_repair(archive, [])
        done = list(repair(archive, packages, planning=False, progress=Silence()))
        assert {one.status for one in done} <= {"repaired", "sound"}
        assert {name: files(root) for name, root in roots.items()} == sound
        kept = [p for root in roots.values() for p in root.glob("quarantine/*/**/*")]
        assert {p.read_bytes() for p in kept if p.is_file()} == damaged
        for root in roots.values():
            assert not [p for p in root.glob("repair/**/*") if p.is_file()]
            assert not list((root / "tmp").iterdir())
            assert ocfl.StorageRoot(root=str(root / "ocfl")).validate()
        assert list(archive.scratch.iterdir()) == []
        assert {copy.state for copy in archive.catalogue.copies()} == {CopyState.SOUND}
        copies = archive.catalogue.copies()
        outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
        assert {outcome.state for outcome in outcomes} == {CopyState.SOUND}
        events = [e for s in archive.catalogue.packages() for e in archive.catalogue.events(s.id)]
        repairs = [e.finding.detail for e in events if e.finding.type == "recovery"]
        assert len(repairs) == len(set(repairs)) > 0
        before = list(archive.catalogue.dump())
        for store in archive.stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == before
