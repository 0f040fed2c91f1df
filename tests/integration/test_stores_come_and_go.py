"""A store is added and filled, looked at, tried, and retired when enough copies are elsewhere."""

import shutil

import pytest

from preservation.assembly.archive import opened
from preservation.model.premis import EventType
from preservation.standards import ocfl
from preservation.standards.ledger import PREFIX


def again(folder):
    return opened(folder)


def states(folder):
    return {
        (c.package, c.version, c.store): c.state.value for c in again(folder).catalogue.copies()
    }


def test_an_added_store_gets_every_version_of_every_aip(
    archive_folder, packages, arkiv, valid_storage_root, rebuilds_to_the_same
):
    assert arkiv("store", "add", "c", "stores/c", "--plan")[1][0]["copies"] == 3
    assert not (archive_folder / "stores/c").exists()

    code, (told,) = arkiv("store", "add", "c", "stores/c", "--role", "copy")

    assert (code, told["status"], told["copies"]) == (0, "filled", 3)
    assert valid_storage_root(archive_folder / "stores/c") == 2
    assert set(states(archive_folder).values()) == {"sound"}
    assert len(states(archive_folder)) == 9
    rebuilds_to_the_same(archive_folder, "abc")
    made = [
        e.finding.detail
        for e in again(archive_folder).catalogue.events(packages[1])
        if e.finding.type is EventType.REPLICATION
    ]
    assert made == [f"copy in store {name}" for name in "abc"]
    assert arkiv("audit")[0] == 0
    assert {form["status"] for form in arkiv("list")[1]} == {"preserved"}


@pytest.mark.usefixtures("packages")
def test_adding_a_store_twice_is_adding_it_once(archive_folder, arkiv):
    arkiv("store", "add", "c", "stores/c")
    text, before = (archive_folder / "arkiv.toml").read_text("utf-8"), states(archive_folder)

    code, (told,) = arkiv("store", "add", "c", "stores/c")

    assert (code, told["copies"]) == (0, 0)
    assert (archive_folder / "arkiv.toml").read_text("utf-8") == text
    assert states(archive_folder) == before


def test_what_people_wrote_in_the_settings_stays(archive_folder, arkiv):
    file = archive_folder / "arkiv.toml"
    before = file.read_text("utf-8")

    arkiv("store", "add", "c", "stores/c", "--role", "primary")

    after = file.read_text("utf-8")
    added = '\n[[stores]]\nname = "c"\nurl = "stores/c"\nrole = "primary"\n'
    assert after.replace(added, "", 1) == before


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("a", "stores/c"), "give the new store a name of its own"),
        (("c", "stores/b"), "is store b already"),
        (("C!", "stores/c"), "no name for a store"),
        (("c", "papers"), "give it an empty folder of its own"),
    ],
)
def test_a_store_that_cannot_be_added_changes_nothing(archive_folder, arkiv, words, reason):
    (archive_folder / "papers").mkdir()
    (archive_folder / "papers/mine.txt").write_text("mine")
    before = (archive_folder / "arkiv.toml").read_text("utf-8")

    code, (told,) = arkiv("store", "add", *words)

    assert code == 2
    assert reason in " ".join(told["reasons"])
    assert (archive_folder / "arkiv.toml").read_text("utf-8") == before


def test_a_corrupt_copy_is_never_copied(archive_folder, packages, arkiv):
    tar = archive_folder / "stores/a" / ocfl.tar_key(packages[1], 1)
    tar.write_bytes(tar.read_bytes().replace(b"births", b"BIRTHS"))

    code, (told,) = arkiv("store", "add", "c", "stores/c")

    assert code == 0
    assert any("births" not in r and "expected" in r for r in told["reasons"])
    assert states(archive_folder)[packages[1], 1, "a"] == "corrupt"
    assert states(archive_folder)[packages[1], 1, "c"] == "sound"


def test_without_a_sound_copy_the_store_lacks_it_and_says_so(archive_folder, packages, arkiv):
    for store in "ab":
        tar = archive_folder / "stores" / store / ocfl.tar_key(packages[0], 1)
        tar.write_bytes(tar.read_bytes().replace(b"deaths", b"DEATHS"))

    code, (told,) = arkiv("store", "add", "c", "stores/c")

    assert (code, told["status"], told["copies"]) == (4, "incomplete", 1)
    assert any(packages[0] in reason for reason in told["reasons"])
    held = {key[:2] for key in states(archive_folder) if key[2] == "c"}
    assert held == {(packages[1], 1)}


def test_the_whole_archive_moves_to_other_stores(
    archive_folder, packages, arkiv, valid_storage_root, rebuilds_to_the_same
):
    for name in "cd":
        assert arkiv("store", "add", name, f"stores/{name}")[0] == 0
    for name in "ab":
        code, (told,) = arkiv("store", "retire", name, "--reason", "old disks", "--as", "Arta")
        assert (code, told["status"], told["copies"]) == (0, "retired", 3)

    shutil.move(archive_folder / "stores/a", archive_folder / "elsewhere-a")
    shutil.move(archive_folder / "stores/b", archive_folder / "elsewhere-b")

    assert {key[2] for key in states(archive_folder)} == {"c", "d"}
    assert arkiv("audit")[0] == 0
    assert {form["status"] for form in arkiv("list")[1]} == {"preserved"}
    assert valid_storage_root(archive_folder / "stores/c") == 2
    rebuilds_to_the_same(archive_folder, "cd")
    events = again(archive_folder).catalogue.events(packages[1])
    left = [e.finding for e in events if e.finding.type is EventType.DEACCESSION]
    assert [(f.agent.name, f.note) for f in left] == [("Arta", "old disks")] * 2
    form = arkiv("show", packages[0])[1][0]
    assert (form["status"], form["version"]) == ("preserved", 2)


def test_a_next_version_goes_to_the_stores_that_are_left(
    archive_folder, packages, arkiv, tmp_path, fill, rebuilds_to_the_same
):
    arkiv("store", "add", "c", "stores/c")
    arkiv("store", "retire", "a", "--reason", "old")
    (tmp_path / "third").mkdir()
    fill(tmp_path / "third", {b"c.txt": b"third"})

    code, told = arkiv("revise", packages[0], tmp_path / "third")

    assert code == 0, told
    assert {key[2] for key in states(archive_folder) if key[1] == 3} == {"b", "c"}
    assert arkiv("list")[1][0]["status"] == "preserved"
    rebuilds_to_the_same(archive_folder, "bc")


def test_a_store_is_not_retired_while_too_few_copies_are_elsewhere(archive_folder, packages, arkiv):
    before = states(archive_folder)

    code, (told,) = arkiv("store", "retire", "b", "--reason", "old")

    assert (code, told["status"]) == (2, "misconfigured")
    assert f"{packages[0]}: 2 sound copies needed without store b, 1 in a" in told["reasons"]
    assert states(archive_folder) == before
    assert "retired" not in (archive_folder / "arkiv.toml").read_text("utf-8")


def test_copies_elsewhere_are_proven_before_a_store_is_retired(archive_folder, packages, arkiv):
    arkiv("store", "add", "c", "stores/c")
    tar = archive_folder / "stores/c" / ocfl.tar_key(packages[1], 1)
    tar.write_bytes(tar.read_bytes().replace(b"births", b"BIRTHS"))

    code, (told,) = arkiv("store", "retire", "b", "--reason", "old", "--days", "0")

    assert (code, told["status"]) == (4, "corrupt")
    assert any(packages[1] in reason for reason in told["reasons"])
    assert states(archive_folder)[packages[1], 1, "c"] == "corrupt"
    assert states(archive_folder)[packages[1], 1, "b"] == "sound"


@pytest.mark.usefixtures("packages")
def test_an_agreement_that_names_a_store_keeps_it(archive_folder, arkiv):
    arkiv("store", "add", "c", "stores/c")
    (archive_folder / "profiles/agreements").mkdir(parents=True)
    (archive_folder / "profiles/agreements/town.toml").write_text(
        'because = "t"\n[storage]\nbecause = "t"\nstores = ["b"]\n'
    )
    (archive_folder / "profiles/agreements/three.toml").write_text(
        'because = "t"\n[storage]\nbecause = "t"\ncopies = 3\n'
    )

    code, (told,) = arkiv("store", "retire", "b", "--reason", "old")

    assert code == 2
    assert any("agreement town: names store b" in reason for reason in told["reasons"])
    assert any("agreement three: asks for 3 copies" in reason for reason in told["reasons"])


@pytest.mark.usefixtures("packages")
def test_a_retired_store_is_not_written_counted_or_believed(archive_folder, arkiv, tmp_path, fill):
    arkiv("store", "add", "c", "stores/c")
    arkiv("store", "retire", "b", "--reason", "old")
    ledger = sorted(p.name for p in (archive_folder / "stores/b" / PREFIX).iterdir())
    (tmp_path / "later").mkdir()
    fill(tmp_path / "later", {b"a.txt": b"later"})

    assert arkiv("ingest", tmp_path / "later")[0] == 0

    assert sorted(p.name for p in (archive_folder / "stores/b" / PREFIX).iterdir()) == ledger
    assert "b" not in {key[2] for key in states(archive_folder)}
    code, (told,) = arkiv("rebuild", "--store", "b")
    assert code == 2
    assert "retired" in told["reasons"][0]
    assert arkiv("store", "check", "b")[1][0]["unknown"] == 3
    assert [form["role"] for form in arkiv("store", "list")[1]] == ["copy", "retired", "copy"]
    assert arkiv("store", "retire", "b", "--reason", "again")[1][0]["copies"] == 0


@pytest.mark.usefixtures("packages")
def test_a_retired_store_that_is_taken_back_is_audited_before_it_counts(
    archive_folder, arkiv, rebuilds_to_the_same
):
    arkiv("store", "add", "c", "stores/c")
    arkiv("store", "retire", "b", "--reason", "old")
    file = archive_folder / "arkiv.toml"
    file.write_text(file.read_text("utf-8").replace('role = "retired"', 'role = "copy"'), "utf-8")

    code, (told,) = arkiv("store", "sync", "b")

    assert (code, told["copies"]) == (0, 3)
    assert len([key for key in states(archive_folder) if key[2] == "b"]) == 3
    rebuilds_to_the_same(archive_folder, "abc")


def test_check_finds_a_copy_that_is_gone_and_a_store_that_is_away(archive_folder, packages, arkiv):
    code, (told,) = arkiv("store", "check", "b")
    assert (code, told["status"], told["present"]) == (0, "usable", 3)
    assert all(probe["well"] for probe in told["probes"])
    assert not (archive_folder / "stores/b/checks").exists()

    (archive_folder / "stores/b" / ocfl.tar_key(packages[1], 1)).unlink()
    code, (told,) = arkiv("store", "check", "b")
    assert (code, told["status"], told["missing"]) == (4, "missing", 1)
    assert packages[1] in told["reasons"][0]

    (archive_folder / "stores/b").rename(archive_folder / "away")
    assert arkiv("store", "check", "b")[0] == 6
    assert arkiv("store", "check", "z")[0] == 2


@pytest.mark.usefixtures("packages")
def test_the_list_fits_a_terminal(arkiv):
    arkiv("store", "add", "c", "stores/" + "long-" * 30)
    code, text = arkiv("store", "list", json=False)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "3 sound" in text


def test_a_store_is_not_the_whole_catalogue_while_it_lacks_a_version(
    archive_folder, packages, arkiv
):
    arkiv("store", "add", "c", "stores/c")
    folder = archive_folder / "stores/c" / ocfl.object_root(packages[0])
    shutil.rmtree(folder / "v2")

    code, (told,) = arkiv("rebuild", "--store", "c")

    assert code == 4
    assert any("version 2 is known to the catalogue" in reason for reason in told["reasons"])
