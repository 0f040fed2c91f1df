"""A restore drill restores from one store alone, and is a success only when every part was made."""

import shutil
from pathlib import Path

import pytest

from preservation.assembly.ingest import ingest
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.model.storage import CopyState
from preservation.standards import ocfl

OFFICIAL = ("mets/mets-1.12.1.xsd", "xlink/xlink.xsd", "premis/premis-v3-0.xsd")
PARTS = ["OCFL object", "tar", "bag", "METS schema", "PREMIS schema"]


@pytest.fixture
def schemas(archive_folder, shared):
    """Installs the official METS and PREMIS schemas into the test's archive."""
    folder = archive_folder / "schemas"
    folder.mkdir(exist_ok=True)
    for name in OFFICIAL:
        shutil.copy(shared / "standards/xsd" / name, folder)
    return folder


@pytest.fixture
def sips(tmp_path):
    def make(name):
        folder = tmp_path / name
        (folder / "ë").mkdir(parents=True)
        (folder / "a.txt").write_bytes(name.encode() * 100)
        (folder / "ë" / "50% of it.txt").write_bytes(name.encode())
        (folder / "METS.xml").write_bytes(b"not ours")
        return folder

    return make


@pytest.fixture
def aips(archive, sips, quiet):
    return [
        ingest(archive, sips(name), again=False, progress=quiet).aip_id
        for name in ("one", "two", "three")
    ]


def outcomes(told):
    return {part["name"]: part["outcome"] for part in told["parts"]}


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.unlink()
    path.write_bytes(content)


@pytest.mark.usefixtures("schemas")
def test_an_aip_is_restored_from_one_store_with_the_other_and_the_catalogue_unread(
    arkiv, archive, aips
):
    away = archive.stores["a"].root
    code, told = arkiv("drill", "--store", "b", "--sample", 3)
    assert code == 0, told
    assert sorted(document["aip_id"] for document in told) == sorted(aips)
    for document in told:
        assert document["status"] == "restored"
        assert outcomes(document) == dict.fromkeys(PARTS, "success")
    assert list(archive.scratch.iterdir()) == []
    away.rename(away.with_name("away"))
    assert arkiv("drill", "--store", "b")[0] == 0
    assert arkiv("drill", "--store", "a")[0] == 6


@pytest.mark.usefixtures("schemas")
def test_what_was_never_drilled_comes_first_and_then_what_was_longest_ago(arkiv, aips):
    rounds = [arkiv("drill", "--store", "a", "--sample", 1)[1][0]["aip_id"] for _ in range(4)]
    assert sorted(rounds[:3]) == sorted(aips)
    assert rounds[3] == rounds[0]
    assert arkiv("drill", "--store", "b", "--sample", 1)[1][0]["aip_id"] == rounds[0]


def test_a_drill_without_schemas_is_no_success_and_says_what_was_not_performed(
    arkiv, archive, aips
):
    code, told = arkiv("drill", "--store", "a", "--sample", 1)
    assert (code, told[0]["status"]) == (5, "incomplete")
    assert outcomes(told[0]) == dict.fromkeys(PARTS[:3], "success") | dict.fromkeys(
        PARTS[3:], "not performed"
    )
    assert "not installed" in told[0]["reasons"][0]
    (event,) = [
        e.finding
        for e in archive.catalogue.events(told[0]["aip_id"])
        if e.finding.detail == "restore drill of the copy in store a"
    ]
    assert event.outcome == "not performed"
    assert "METS schema: not performed" in event.note
    assert {c.state for c in archive.catalogue.copies()} == {CopyState.SOUND}
    assert len(aips) == 3


@pytest.mark.usefixtures("schemas")
@pytest.mark.parametrize(
    ("deed", "part"),
    [
        (lambda tar: flip(tar, 520), "bag"),
        (lambda tar: tar.write_bytes(tar.read_bytes()[:2000]), "tar"),
        (lambda tar: (tar.parent / "summary.json").unlink(), "OCFL object"),
        (lambda tar: (tar.parents[1] / "inventory.json").unlink(), "OCFL object"),
        (lambda tar: (tar.parents[2] / "extra").write_bytes(b""), "OCFL object"),
    ],
)
def test_damage_makes_a_drill_fail(deed, part, arkiv, archive, aips):
    tar = archive.stores["a"].root / ocfl.tar_key(aips[0], 1)
    tar.chmod(0o600)
    deed(tar)
    code, told = arkiv("drill", "--store", "a")
    assert code == 4
    hurt = next(document for document in told if document["aip_id"] == aips[0])
    assert hurt["status"] == "not restored"
    assert outcomes(hurt)[part] == "failure"
    assert {d["status"] for d in told if d is not hurt} == {"restored"}
    states = {(c.package, c.store): c.state for c in archive.catalogue.copies()}
    assert states.pop((aips[0], "a")) is CopyState.CORRUPT
    assert set(states.values()) == {CopyState.SOUND}
    dump = list(archive.catalogue.dump())
    assert arkiv("rebuild", "--store", "b")[0] == 0
    assert list(archive.catalogue.dump()) == dump


@pytest.mark.usefixtures("schemas")
def test_a_later_version_is_restored_with_what_it_refers_to(arkiv, archive, aips, sips, quiet):
    summary = archive.catalogue.package(aips[0])
    wanted = Wanted("more", sips("more"), withdraw=("a.txt",))
    revise(archive, summary, wanted, progress=quiet)
    code, told = arkiv("drill", "--store", "a")
    assert code == 0, told
    later = next(document for document in told if document["aip_id"] == aips[0])
    assert later["version"] == 2
    tar = Path(archive.stores["a"].root / ocfl.tar_key(aips[0], 1))
    tar.chmod(0o600)
    tar.unlink()
    hurt = next(d for d in arkiv("drill", "--store", "a")[1] if d["aip_id"] == aips[0])
    assert outcomes(hurt)["tar"] == "failure"
    assert outcomes(hurt)["bag"] == "not performed"
