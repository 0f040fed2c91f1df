"""Damage of every kind: an audit finds it and names it, and what is sound is never blamed."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from preservation.assembly.archive import opened
from preservation.model.storage import CopyState
from preservation.standards import inventory, ledger, ocfl


@dataclass(frozen=True)
class Place:
    """One object of the archive in one store, with the paths of its files."""

    root: object
    tar: object
    package: str
    store: str

    def file(self, name):
        return self.root / name


@pytest.fixture
def places(archive):
    """The objects of both AIPs in store a: the first is hurt, the other must not be blamed."""

    def of(store, copy):
        root = archive.stores[store].root
        folder = root / ocfl.object_root(copy.package)
        return Place(folder, root / copy.key, copy.package, store)

    return [of(copy.store, copy) for copy in archive.catalogue.copies() if copy.store == "a"]


@pytest.fixture
def place(places):
    return places[0]


def write(path, content):
    path.chmod(0o600)
    path.write_bytes(content)


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    write(path, bytes(content))


def rows(place):
    lines = (place.root / "v1/content/members.jsonl").read_text("utf-8").splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


def row(place, end):
    return next(r for name, r in rows(place).items() if name.endswith(end))


def edit(path, old, new):
    content = path.read_bytes()
    assert old in content
    write(path, content.replace(old, new, 1))


def resign(place):
    """Edits made by one who knows the format: the digest files agree with the inventories."""
    for folder in (place.root, place.root / "v1"):
        document = (folder / "inventory.json").read_bytes()
        write(folder / "inventory.json.sha512", inventory.sidecar(document))


def edit_inventories(place, old, new):
    for folder in (place.root, place.root / "v1"):
        edit(folder / "inventory.json", old, new)
    resign(place)


def exchange(one, other):
    third = one.with_name("third")
    one.rename(third)
    other.rename(one)
    third.rename(other)


def digest_of(path):
    return hashlib.sha512(path.read_bytes()).hexdigest().encode()


V1 = "v1/inventory.json"
SUMMARY = "v1/content/summary.json"
MEMBERS = "v1/content/members.jsonl"

Deed = Callable[[Place], object]
DAMAGE: dict[str, tuple[Deed, str, str]] = {
    # what is done to the copy, the file that must be named, the state
    "a flipped byte of a header": (
        lambda p: flip(p.tar, row(p, "/METS.xml")["offset"] - 512), ".v1.tar", "corrupt"),
    "a flipped byte of padding": (
        lambda p: flip(p.tar, row(p, "ë.txt")["offset"] + 5), ".v1.tar", "corrupt"),
    "a flipped byte of the end": (lambda p: flip(p.tar, -1), ".v1.tar", "corrupt"),
    "a flipped byte of METS": (
        lambda p: flip(p.tar, row(p, "/METS.xml")["offset"] + 9), "/METS.xml", "corrupt"),
    "a flipped byte of payload": (
        lambda p: flip(p.tar, row(p, "a.txt")["offset"]), "original/data/a.txt", "corrupt"),
    "a removed byte": (
        lambda p: write(p.tar, p.tar.read_bytes()[:-1]), ".v1.tar", "corrupt"),
    "a removed first byte": (
        lambda p: write(p.tar, p.tar.read_bytes()[1:]), "bagit.txt", "corrupt"),
    "an added byte": (
        lambda p: write(p.tar, p.tar.read_bytes() + b"\0"), ".v1.tar", "corrupt"),
    "an empty tar": (lambda p: write(p.tar, b""), ".v1.tar", "corrupt"),
    "a removed tar": (lambda p: p.tar.unlink(), ".v1.tar", "missing"),
    "a removed copy": (lambda p: shutil.rmtree(p.root), ".v1.tar", "missing"),
    "a removed commit": (
        lambda p: p.file(V1 + ".sha512").unlink(), "v1/inventory.json.sha512", "corrupt"),
    "a removed inventory": (lambda p: p.file(V1).unlink(), V1, "corrupt"),
    "a removed root inventory": (
        lambda p: p.file("inventory.json").unlink(), "/inventory.json", "corrupt"),
    "a removed declaration": (
        lambda p: p.file("0=ocfl_object_1.1").unlink(), "0=ocfl_object_1.1", "corrupt"),
    "an edited declaration": (
        lambda p: edit(p.file("0=ocfl_object_1.1"), b"1.1", b"1.0"), "0=ocfl_object", "corrupt"),
    "a removed summary": (lambda p: p.file(SUMMARY).unlink(), "summary.json", "corrupt"),
    "an edited inventory": (lambda p: edit(p.file(V1), b"ingested", b"INGESTED"), V1, "corrupt"),
    "an inventory that is not JSON": (
        lambda p: (write(p.file(V1), b"{"), resign(p)), V1, "corrupt"),
    "an edited root inventory": (
        lambda p: edit(p.file("inventory.json"), b"ingested", b"INGESTED"),
        "/inventory.json", "corrupt"),
    "an edited sidecar": (
        lambda p: write(p.file(V1 + ".sha512"), b"0" * 128 + b"  inventory.json\n"), V1, "corrupt"),
    "an edited root sidecar": (
        lambda p: write(p.file("inventory.json.sha512"), b"0" * 128 + b"  inventory.json\n"),
        "/inventory.json.sha512", "corrupt"),
    "an edited summary": (
        lambda p: edit(p.file(SUMMARY), b'"files": 2', b'"files": 3'), "summary.json", "corrupt"),
    "an edited list of members": (
        lambda p: edit(p.file(MEMBERS), b'"offset": 512', b'"offset": 513'), "members", "corrupt"),
    "an extra file": (
        lambda p: p.file("v1/content/extra").write_bytes(b"x"), "v1/content/extra", "corrupt"),
    "an extra file beside the versions": (
        lambda p: p.file("extra").write_bytes(b""), "/extra", "corrupt"),
    "another tar with inventories to match": (
        lambda p: (
            edit_inventories(p, digest_of(p.tar), b"0" * 128), ), V1, "corrupt"),
}  # fmt: skip


def reasons_of(told, store="a"):
    copies = {copy["store"]: copy for copy in told["copies"]}
    return copies[store]["state"], copies[store]["reasons"]


@pytest.mark.parametrize("kind", DAMAGE)
def test_an_audit_finds_damage_and_names_file_store_expected_and_found(kind, place, arkiv):
    deed, file, state = DAMAGE[kind]
    deed(place)
    code, documents = arkiv("audit")
    documents = [it for it in documents if "aip_id" in it]
    assert code == 4
    told = {document["aip_id"]: document for document in documents}
    hurt = told.pop(place.package)
    assert hurt["status"] == state
    found, reasons = reasons_of(hurt)
    assert found == state
    assert any(file in reason for reason in reasons), reasons
    assert all(reason.startswith("store a: ") for reason in reasons)
    assert all(
        ("expected" in r and "found" in r) or "missing" in r or "explained by no" in r or V1 in r
        for r in reasons
    ), reasons
    assert reasons_of(hurt, "b") == ("sound", [])
    (other,) = told.values()
    assert other["status"] == "sound"
    (listed,) = [d for d in arkiv("list")[1] if d["aip_id"] == place.package]
    assert listed["status"] == "damaged"


def test_no_sound_copy_is_ever_blamed(arkiv, archive):
    for depth in ([], ["--presence"], []):
        code, documents = arkiv("audit", *depth)
        documents = [it for it in documents if "aip_id" in it]
        assert code == 0
        assert [document["status"] for document in documents] == ["sound", "sound"]
        assert not any(document["reasons"] for document in documents)
    assert all(copy.state is CopyState.SOUND for copy in archive.catalogue.copies())


def test_exchanged_objects_are_found(places, arkiv):
    exchange(places[0].root, places[1].root)
    code, documents = arkiv("audit")
    documents = [it for it in documents if "aip_id" in it]
    assert code == 4
    for told in documents:
        state, reasons = reasons_of(told)
        assert state == "missing"
        other = next(p.package for p in places if p.package != told["aip_id"])
        assert any(
            f"the inventory of {told['aip_id']} expected, of {other} found" in r for r in reasons
        )
        assert reasons_of(told, "b") == ("sound", [])


def test_exchanged_tars_are_found(places, arkiv):
    exchange(places[0].tar, places[1].tar)
    code, documents = arkiv("audit")
    documents = [it for it in documents if "aip_id" in it]
    assert code == 4
    for told in documents:
        state, reasons = reasons_of(told)
        assert state == "corrupt"
        assert any(".v1.tar: sha512 " in r and "expected" in r and "found" in r for r in reasons)


def test_a_copy_of_one_store_put_over_that_of_the_other_is_the_same_copy(place, archive, arkiv):
    other = archive.stores["b"].root / place.root.relative_to(archive.stores["a"].root)
    shutil.rmtree(place.root)
    shutil.copytree(other, place.root)
    assert arkiv("audit")[0] == 0


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("a removed byte", 4),
        ("an added byte", 4),
        ("a removed tar", 4),
        ("a removed copy", 4),
        ("a removed summary", 4),
        ("a removed commit", 4),
        ("an extra file", 4),
        ("a flipped byte of payload", 0),
    ],
)
def test_an_audit_of_presence_looks_at_presence_and_size(kind, code, place, arkiv):
    DAMAGE[kind][0](place)
    assert arkiv("audit", "--presence")[0] == code


def test_an_audit_of_presence_calls_nothing_sound_that_was_found_corrupt(place, arkiv, archive):
    DAMAGE["a flipped byte of payload"][0](place)
    arkiv("audit")
    arkiv("audit", "--presence")
    states = {c.store: c.state for c in archive.catalogue.copies(place.package)}
    assert states == {"a": CopyState.CORRUPT, "b": CopyState.SOUND}


def test_what_was_mended_is_sound_at_the_next_audit(place, arkiv, archive):
    kind = DAMAGE["a flipped byte of payload"][0]
    kind(place)
    arkiv("audit")
    kind(place)
    assert arkiv("audit")[0] == 0
    assert all(c.state is CopyState.SOUND for c in archive.catalogue.copies(place.package))


def away(archive, store):
    root = archive.stores[store].root
    root.rename(root.with_name(f"{store}-away"))


def back(archive, store):
    root = archive.stores[store].root
    root.with_name(f"{store}-away").rename(root)


@pytest.mark.parametrize("depth", [[], ["--presence"]])
def test_a_store_that_is_away_is_unchecked_and_never_corrupt(archive, arkiv, depth):
    away(archive, "a")
    code, documents = arkiv("audit", *depth)
    documents = [it for it in documents if "aip_id" in it]
    assert code == 6
    for told in documents:
        assert told["status"] == "unchecked"
        assert reasons_of(told)[0] == "unchecked"
        assert "is it mounted?" in reasons_of(told)[1][0]
        assert reasons_of(told, "b") == ("sound", [])
    back(archive, "a")
    assert arkiv("audit")[0] == 0
    dump = list(archive.catalogue.dump())
    assert arkiv("rebuild", "--store", "a")[0] == 0
    assert list(archive.catalogue.dump()) == dump


def test_damage_in_one_store_outweighs_that_the_other_is_away(place, archive, arkiv):
    DAMAGE["a flipped byte of payload"][0](place)
    away(archive, "b")
    code, documents = arkiv("audit")
    documents = [it for it in documents if "aip_id" in it]
    assert code == 4
    assert {d["status"] for d in documents} == {"corrupt", "unchecked"}


@pytest.fixture
def originals(tree, filled_archive):
    """Whether a folder holds one of the SIPs, octet by octet."""
    sources = [tree(filled_archive.parent / name) for name in ("deaths", "births")]
    return lambda folder: tree(folder) in sources


@pytest.mark.parametrize("form", ["bag", "tar", "originals"])
@pytest.mark.parametrize(
    "kind", ["a flipped byte of payload", "a removed first byte", "a removed tar", "a removed copy"]
)
def test_an_export_falls_back_to_the_sound_copy(form, kind, place, arkiv, tmp_path, originals):
    DAMAGE[kind][0](place)
    code, (told,) = arkiv("export", place.package, "--to", tmp_path / "out", "--as", form)
    assert (code, told["status"]) == (0, "exported")
    assert [copy["store"] for copy in told["copies"]] == ["b"]
    if form == "originals":
        assert originals(told["place"])
    assert [p.name for p in (tmp_path / "out").iterdir()] == [told["place"].rpartition("/")[2]]


@pytest.mark.parametrize("form", ["bag", "tar", "originals"])
def test_an_export_without_a_sound_copy_leaves_nothing(form, place, arkiv, tmp_path, archive):
    other = archive.stores["b"].root / place.tar.relative_to(archive.stores["a"].root)
    for tar in (place.tar, other):
        flip(tar, row(place, "a.txt")["offset"])
    code, (told,) = arkiv("export", place.package, "--to", tmp_path / "out", "--as", form)
    assert (code, told["status"]) == (4, "corrupt")
    assert ["store a" in told["reasons"][0], "store b" in told["reasons"][1]] == [True, True]
    assert list((tmp_path / "out").iterdir()) == []


def test_an_export_with_no_store_there_can_be_tried_again(place, arkiv, tmp_path, archive):
    for store in ("a", "b"):
        away(archive, store)
    code, (told,) = arkiv("export", place.package, "--to", tmp_path / "out")
    assert (code, told["status"]) == (6, "unavailable")
    for store in ("a", "b"):
        back(archive, store)
    assert arkiv("export", place.package, "--to", tmp_path / "out")[0] == 0


def test_an_export_never_writes_over_what_is_there(place, arkiv, tmp_path):
    taken = tmp_path / "out" / place.package
    taken.mkdir(parents=True)
    (taken / "mine").write_text("mine")
    assert arkiv("export", place.package, "--to", tmp_path / "out")[0] == 2
    assert [p.name for p in taken.iterdir()] == ["mine"]


@pytest.mark.parametrize("loss", ["none", "deleted", "garbage", "empty"])
@pytest.mark.parametrize("store", ["a", "b"])
def test_a_rebuild_from_either_store_gives_the_same_catalogue(
    loss, store, arkiv, archive, archive_folder, tmp_path
):
    package = archive.catalogue.packages()[0].id
    arkiv("audit")
    arkiv("audit", "--presence")
    arkiv("export", package, "--to", tmp_path / "out")
    dump = list(archive.catalogue.dump())
    assert len(dump) > 20
    archive.catalogue._database.close()
    files = sorted(archive_folder.glob("catalogue.sqlite*"))
    if loss == "deleted":
        for file in files:
            file.unlink()
    if loss in ("garbage", "empty"):
        for file in files:
            file.write_bytes(b"garbage" * 5000 if loss == "garbage" else b"")
    assert arkiv("rebuild", "--store", store)[0] == 0
    again = opened(archive_folder)
    assert list(again.catalogue.dump()) == dump
    assert arkiv("audit")[0] == 0


def test_a_rebuild_after_damage_tells_the_same_damage(place, arkiv, archive):
    DAMAGE["a flipped byte of payload"][0](place)
    arkiv("audit")
    dump = list(archive.catalogue.dump())
    for store in ("a", "b"):
        assert arkiv("rebuild", "--store", store)[0] == 0
        assert list(archive.catalogue.dump()) == dump


@pytest.mark.parametrize(
    "kind", ["an edited summary", "an edited inventory", "a removed copy", "a removed commit"]
)
def test_a_rebuild_never_forgets_what_the_catalogue_knows(kind, place, arkiv, archive):
    DAMAGE[kind][0](place)
    dump = list(archive.catalogue.dump())
    code, (told,) = arkiv("rebuild", "--store", "a")
    assert (code, told["status"]) == (4, "corrupt")
    assert place.package in "".join(told["reasons"])
    assert list(archive.catalogue.dump()) == dump
    assert arkiv("rebuild", "--store", "b")[0] == 0
    assert list(archive.catalogue.dump()) == dump


def test_a_lost_catalogue_is_rebuilt_without_the_aip_that_a_store_cannot_tell(
    place, arkiv, archive_folder
):
    DAMAGE["an edited summary"][0](place)
    for file in archive_folder.glob("catalogue.sqlite*"):
        file.unlink()
    code, (told,) = arkiv("rebuild", "--store", "a")
    assert (code, told["status"], told["packages"]) == (4, "incomplete", 1)
    assert place.package in told["reasons"][0]
    assert arkiv("rebuild", "--store", "b")[1][0]["packages"] == 2


def test_a_rebuild_from_a_store_that_is_away_can_be_tried_again(arkiv, archive):
    dump = list(archive.catalogue.dump())
    away(archive, "a")
    assert arkiv("rebuild", "--store", "a")[0] == 6
    assert list(archive.catalogue.dump()) == dump


LEDGER = {
    "an edited batch": lambda root: edit(root / ledger.key(1), b'"success"', b'"failure"'),
    "a removed batch": lambda root: (root / ledger.key(1)).unlink(),
    "a cut batch": lambda root: write(
        root / ledger.key(1), (root / ledger.key(1)).read_bytes()[:-1]
    ),
    "exchanged batches": lambda root: exchange(root / ledger.key(1), root / ledger.key(2)),
}


@pytest.mark.parametrize("kind", LEDGER)
def test_a_ledger_whose_chain_is_broken_is_believed_by_no_rebuild(kind, arkiv, archive):
    LEDGER[kind](archive.stores["a"].root)
    dump = list(archive.catalogue.dump())
    code, (told,) = arkiv("rebuild", "--store", "a")
    assert (code, told["status"]) == (4, "corrupt")
    assert "ledger" in told["reasons"][0]
    assert list(archive.catalogue.dump()) == dump
    assert arkiv("rebuild", "--store", "b")[0] == 0
    assert list(archive.catalogue.dump()) == dump
