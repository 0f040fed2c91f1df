"""A next version has what changed and refers to the rest; every reading sees it whole."""

import subprocess
import tarfile
import tempfile
from pathlib import Path

import bagit
import pytest

from preservation.assembly.audits import audit_copies
from preservation.assembly.exports import export
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.repairs import repair
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.assembly.scratch import of_aip
from preservation.errors import Corrupt, Misconfigured, Rejected
from preservation.model.audit import Depth
from preservation.model.premis import EventType
from preservation.model.storage import CopyState
from preservation.stages.disseminate import Form
from preservation.standards import inventory, members, ocfl, premis
from preservation.standards.schema import SchemaName, validate

FIRST = {
    b"objects/a.txt": b"one\n" * 50_000,
    "objects/ë/b.txt".encode(): b"two\n" * 50_000,
    b"objects/c.txt": b"three\n",
    b"metadata/metadata.csv": b"filename,dc.title\nobjects/,Deaths\nobjects/a.txt,Page one\n",
}
SECOND = {"objects/ë/b.txt".encode(): b"TWO\n", b"objects/d.txt": b"four\n"}
WHOLE = {
    b"objects/a.txt": FIRST[b"objects/a.txt"],
    "objects/ë/b.txt".encode(): b"TWO\n",
    b"objects/d.txt": b"four\n",
}


@pytest.fixture
def first(archive, sip, quiet):
    receipt = ingest(archive, sip(FIRST), again=False, progress=quiet)
    return archive.catalogue.package(receipt.aip_id)


@pytest.fixture
def revised(archive, quiet):
    def run(of, sip=None, **wanted):
        wanted.setdefault("reason", "found behind a cupboard")
        receipt = revise(archive, of, Wanted(sip=sip, **wanted), progress=quiet)
        assert {copy.state for copy in receipt.copies} == {CopyState.SOUND}
        return archive.catalogue.package(receipt.aip_id)

    return run


@pytest.fixture
def second(first, revised, tmp_path, fill):
    (tmp_path / "more").mkdir()
    return revised(first, fill(tmp_path / "more", SECOND), withdraw=("objects/c.txt",))


def root(archive, store, package):
    return archive.folder / "stores" / store / ocfl.object_root(package)


def given_out(archive, package, form, version=None):
    folder = Path(tempfile.mkdtemp(dir=archive.folder))
    return export(
        archive, package, folder=folder, form=form, progress=Silence(), version=version
    ).place


def payload(files):
    return {path: content for path, content in files.items() if path.startswith(b"objects/")}


def judged(archive, valid_storage_root):
    for store in ("a", "b"):
        assert valid_storage_root(archive.folder / "stores" / store) == 1
    copies = archive.catalogue.copies()
    outcomes = list(audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence()))
    assert {audited.state for audited in outcomes} == {CopyState.SOUND}, outcomes


def test_the_new_version_is_complete_in_every_form(archive, second, tree, valid_storage_root):
    assert second.version == 2
    originals = tree(given_out(archive, second.id, Form.ORIGINALS))
    assert payload(originals) == WHOLE
    assert originals[b"metadata/metadata.csv"] == FIRST[b"metadata/metadata.csv"]
    bag = given_out(archive, second.id, Form.BAG)
    assert bagit.Bag(str(bag)).validate()
    tar = given_out(archive, second.id, Form.TAR)
    with tarfile.open(tar) as whole:
        whole.extractall(archive.folder / "unpacked", filter="data")
    assert bagit.Bag(str(archive.folder / "unpacked" / second.id)).validate()
    assert tree(archive.folder / "unpacked" / second.id) == tree(bag)
    names = {file.original_name for file in archive.catalogue.files(second.id)}
    assert {name.encode() for name in names} == set(WHOLE)
    judged(archive, valid_storage_root)


def test_it_stores_only_what_changed(archive, second):
    inside = root(archive, "a", second.id)
    tars = [inside / f"v{n}/content/{ocfl.tar_name(second.id, n)}" for n in (1, 2)]
    assert tars[1].stat().st_size < tars[0].stat().st_size / 2
    with tarfile.open(tars[1]) as tar:
        own = {name.partition(f"data/{second.id}/")[2] for name in tar.getnames()}
    data = "representations/original/data/"
    assert {f"{data}ë/b.txt", f"{data}d.txt", "METS.xml"} <= own
    assert not {f"{data}a.txt", f"{data}c.txt", "schemas/mets.xsd"} & own
    held = inventory.read((inside / "inventory.json").read_bytes())
    assert {name for name, _ in held.versions[1].state} == {
        tars[0].name,
        tars[1].name,
        "members.jsonl",
        "summary.json",
    }
    assert held.versions[1].message == "found behind a cupboard"
    rows = {r.name: r for r in members.read([(inside / "v2/content/members.jsonl").read_bytes()])}
    kept = rows[f"{second.id}/data/{second.id}/{data}a.txt"]
    assert kept.version == 1
    with tars[0].open("rb") as tar:
        tar.seek(kept.offset)
        assert tar.read(kept.size) == FIRST[b"objects/a.txt"]


def test_fetch_names_the_earlier_tar_and_member(archive, second):
    bag = given_out(archive, second.id, Form.BAG)
    lines = (bag / "fetch.txt").read_text("utf-8").splitlines()
    path = f"data/{second.id}/representations/original/data/a.txt"
    (line,) = [line for line in lines if line.endswith(path)]
    url, size, _ = line.split(" ", 2)
    tar = ocfl.tar_name(second.id, 1)
    assert url == f"ocfl://{second.id}/v1/content/{tar}#{second.id}/{path}"
    assert int(size) == len(FIRST[b"objects/a.txt"])


@pytest.mark.usefixtures("second")
def test_all_versions_stay_retrievable(archive, first, tree):
    before = tree(given_out(archive, first.id, Form.ORIGINALS, version=1))
    assert before == FIRST
    with pytest.raises(Misconfigured, match="has no version 3; the newest is 2"):
        given_out(archive, first.id, Form.BAG, version=3)


def test_a_stranger_completes_it_with_stock_tools(archive, second, tmp_path):
    place = tmp_path / "stranger"
    place.mkdir()
    for number in (1, 2):
        tar = root(archive, "b", second.id) / f"v{number}/content/{second.id}.v{number}.tar"
        subprocess.run(["tar", "-xf", tar], cwd=place, check=True)
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        command = ["sha512sum", "--check", "--quiet", "--strict", manifest]
        subprocess.run(command, cwd=place / second.id, check=True)
    texts = place / second.id / "data" / second.id / "documentation"
    readmes = sorted(texts.glob("README.*.txt"))
    assert len(readmes) == 6
    for text in readmes:
        said = text.read_text("utf-8")
        assert f"tar -xf {second.id}.v1.tar\n    tar -xf {second.id}.v2.tar" in said
        assert max(map(len, said.splitlines())) < 80


def test_its_documents_describe_all_of_it(archive, first, second):
    aip = given_out(archive, second.id, Form.BAG) / "data" / second.id
    assert not validate(aip / "METS.xml", SchemaName.METS)
    assert not validate(aip / "metadata/preservation/premis.xml", SchemaName.PREMIS)
    with (aip / "representations/original/metadata/preservation/premis.xml").open("rb") as stream:
        told = {file.original_name.encode() for file in premis.read(stream).files}
    assert told == set(WHOLE)
    with (aip / "metadata/preservation/premis.xml").open("rb") as stream:
        events = premis.read(stream).events
    created = [e for e in events if e.finding.type is EventType.PACKAGE_CREATION]
    assert len(created) == 2
    (changed,) = [e for e in events if e.finding.type is EventType.MODIFICATION]
    assert changed.finding.detail == "version 2 of the AIP: found behind a cupboard"
    assert changed.finding.note == (
        "1 files added; 1 files replaced; 1 files withdrawn, which remain in version 1"
    )
    assert second.description == first.description


def test_a_rebuild_from_either_store_gives_the_same_rows(archive, second, quiet):
    before = list(archive.catalogue.dump())
    assert len(archive.catalogue.versions(second.id)) == 2
    for store in ("a", "b"):
        rebuild(archive, store=store, progress=quiet)
        assert list(archive.catalogue.dump()) == before


def test_a_description_alone_makes_a_version(
    archive, second, revised, tmp_path, tree, valid_storage_root
):
    sheet = tmp_path / "new.csv"
    sheet.write_text("filename;dc.title[sq]\n.;Të vdekurit\nobjects/d.txt;Faqja katër\n", "utf-8")
    third = revised(second, description=sheet, reason="described in Albanian")
    assert third.version == 3
    said = {record.about: record.first("title") for record in third.description}
    data = "representations/original/data/"
    assert said == {"": "Të vdekurit", f"{data}a.txt": "Page one", f"{data}d.txt": "Faqja katër"}
    assert payload(tree(given_out(archive, third.id, Form.ORIGINALS))) == WHOLE
    bag = given_out(archive, third.id, Form.BAG)
    assert bagit.Bag(str(bag)).validate()
    assert (bag / f"data/{third.id}/submission/v3/metadata.csv").read_bytes() == sheet.read_bytes()
    rows = members.read([(root(archive, "a", third.id) / "v3/content/members.jsonl").read_bytes()])
    versions = {row.name.partition(data)[2]: row.version for row in rows if row.file}
    assert versions == {"a.txt": 1, "ë/b.txt": 2, "d.txt": 2}
    judged(archive, valid_storage_root)
    before = list(archive.catalogue.dump())
    rebuild(archive, store="b", progress=Silence())
    assert list(archive.catalogue.dump()) == before


def test_a_representation_is_added(archive, first, revised, tmp_path, fill, tree):
    (tmp_path / "access").mkdir()
    brought = fill(tmp_path / "access", {b"a.txt": b"ONE for reading\n"})
    second = revised(first, brought, representation="access")
    bag = given_out(archive, second.id, Form.BAG)
    assert bagit.Bag(str(bag)).validate()
    aip = bag / "data" / second.id
    assert (aip / "representations/access/data/a.txt").read_bytes() == b"ONE for reading\n"
    for name in ("original", "access"):
        assert not validate(aip / f"representations/{name}/METS.xml", SchemaName.METS)
        assert f"representations/{name}/METS.xml" in (aip / "METS.xml").read_text("utf-8")
    assert payload(tree(given_out(archive, second.id, Form.ORIGINALS))) == payload(FIRST)
    rows = members.read([(root(archive, "a", second.id) / "v2/content/members.jsonl").read_bytes()])
    kept = {row.name.partition(f"data/{second.id}/")[2] for row in rows if row.version == 1}
    assert "representations/original/METS.xml" in kept


def test_what_cannot_be_revised_is_refused_with_every_reason(archive, first, tmp_path, fill):
    def refused(kind, **wanted):
        with pytest.raises(kind) as caught:
            revise(archive, first, Wanted("why", **wanted), progress=Silence())
        return caught.value.reasons

    assert len(refused(Rejected, withdraw=("x", "y", "objects/a.txt"))) == 2
    assert "no file would be left" in refused(Rejected, withdraw=("objects",))[0]
    assert "nothing to change" in refused(Misconfigured)[0]
    sheet = tmp_path / "wrong.csv"
    sheet.write_text("filename,dc.title\nobjects/x.txt,X\nobjects/y.txt,Y\n")
    reasons = refused(Rejected, description=sheet)
    assert [reason.partition(":")[0] for reason in reasons] == [
        "wrong.csv, line 2",
        "wrong.csv, line 3",
    ]
    (tmp_path / "case").mkdir()
    clash = fill(tmp_path / "case", {b"objects/A.txt": b"one"})
    assert "some systems take both names for the same" in refused(Rejected, sip=clash)[0]
    assert [s.version for s in archive.catalogue.versions(first.id)] == [1]
    assert list(archive.scratch.iterdir()) == []


def test_nothing_refers_to_a_copy_that_is_damaged(archive, first):
    tar = root(archive, "b", first.id) / f"v1/content/{ocfl.tar_name(first.id, 1)}"
    tar.chmod(0o644)
    tar.unlink()
    with pytest.raises(Corrupt, match=r"store b: .*tar is missing"):
        revise(archive, first, Wanted("why", withdraw=("objects/c.txt",)), progress=Silence())
    assert archive.catalogue.package(first.id).version == 1
    assert not (root(archive, "a", first.id) / "v2").exists()


def test_an_earlier_version_that_is_damaged_makes_the_package_damaged(archive, second, arkiv):
    tar = root(archive, "b", second.id) / f"v1/content/{ocfl.tar_name(second.id, 1)}"
    tar.chmod(0o644)
    content = bytearray(tar.read_bytes())
    content[content.index(b"one\none\n")] ^= 1
    tar.write_bytes(content)
    code, (outcome, *_) = arkiv("audit")
    assert code == 4
    assert outcome["status"] == "corrupt"
    assert any("a.txt" in reason for reason in outcome["reasons"])
    assert arkiv("list")[1][0]["status"] == "damaged"


def test_the_command(first, arkiv, tmp_path, fill):
    (tmp_path / "more").mkdir()
    fill(tmp_path / "more", SECOND)
    code, (receipt,) = arkiv("revise", first.id, tmp_path / "more", "--reason", "page two")
    assert (code, receipt["status"], receipt["version"]) == (0, "preserved", 2)
    code, (shown,) = arkiv("show", first.id, "--files")
    assert [v["number"] for v in shown["versions"]] == [1, 2]
    assert shown["status"] == "preserved"
    assert len(shown["file_list"]) == 4
    code, text = arkiv("revise", first.id, "--withdraw", "objects/d.txt", json=False)
    assert code == 0
    assert f"AIP         {first.id}, version 3" in text
    code, (refused,) = arkiv("revise", first.id)
    assert (code, refused["status"]) == (2, "misconfigured")


@pytest.mark.parametrize("version", [1, 2])
def test_every_version_of_a_copy_is_repaired(version, second, archive, quiet):
    root = archive.stores["a"].root
    whole = {p: p.read_bytes() for p in (root / "ocfl").rglob("*") if p.is_file()}
    tar = root / ocfl.tar_key(second.id, version)
    for path in (tar, tar.parent / "members.jsonl", tar.parents[1] / "inventory.json"):
        path.unlink()
    (one,) = repair(archive, [second.id], planning=False, progress=quiet)
    assert one.status == "repaired"
    assert {p: p.read_bytes() for p in (root / "ocfl").rglob("*") if p.is_file()} == whole
    assert {copy.state for copy in archive.catalogue.copies(second.id)} == {CopyState.SOUND}


def test_an_audit_beside_a_change_says_that_it_was_not_made(archive, second, arkiv):
    tar = root(archive, "b", second.id) / f"v2/content/{ocfl.tar_name(second.id, 2)}"
    aside = tar.rename(tar.with_suffix(".aside"))
    with archive.claims.claimed(of_aip(second.id)):
        code, (outcome,) = arkiv("audit", second.id)
        assert (code, outcome["status"]) == (6, "unchecked")
        assert any("is worked on at this moment" in reason for reason in outcome["reasons"])
    aside.rename(tar)
    assert arkiv("audit", second.id)[0] == 0


def test_an_audit_that_fails_by_a_fault_of_ours_is_on_record(archive, second, arkiv, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr("preservation.stages.audit._faults", broken)
        code, (failed,) = arkiv("audit", second.id)
    assert (code, failed["status"]) == (1, "failed")
    notes = [e.finding.note for e in archive.catalogue.events(second.id)]
    assert sum("the audit failed: RuntimeError: a fault of ours" in note for note in notes) == 4
    assert {copy.state for copy in archive.catalogue.copies()} == {CopyState.UNCHECKED}
