"""A partner holds a copy that it cannot read, and can prove that it is whole."""

import shutil
import subprocess

import pyrage
import pytest

from preservation.assembly.archive import opened
from preservation.stages.replicate import mend
from preservation.standards import ocfl

BY = ("--by", "Arta Hoxha", "--because", "ten years")
WORDS = "të dhëna personale\n".encode() * 400


@pytest.fixture
def partner(archive_folder, arkiv, sip, tmp_path, fill):
    """An archive with an AIP of two versions and a third store, which is encrypted; its AIP."""
    assert arkiv("store", "key", archive_folder / "partner.age")[0] == 0
    _, (told,) = arkiv("ingest", sip({"ë.txt".encode(): WORDS, b"empty": b""}))
    code, (form,) = arkiv("store", "add", "c", "stores/c", "--identity", "partner.age")
    assert (code, form["status"], form["copies"]) == (0, "filled", 1)
    (tmp_path / "more").mkdir()
    fill(tmp_path / "more", {b"more.txt": WORDS[:50]})
    assert arkiv("revise", told["aip_id"], tmp_path / "more")[0] == 0
    return told["aip_id"]


def held(folder):
    return {p: p.read_bytes() for p in (folder / "stores/c").rglob("*") if p.is_file()}


def test_nothing_that_lies_there_can_be_read_and_all_can_be_proven(archive_folder, partner, arkiv):
    for path, content in held(archive_folder).items():
        name = path.relative_to(archive_folder / "stores/c").as_posix()
        plain = name.startswith(("sealed/", "store.json", "ocfl/0=", "ocfl/ocfl_", "ocfl/ext"))
        assert content.startswith(b"age-encryption.org/v1\n") != plain, name
        assert WORDS[:40] not in content
        assert "ë.txt".encode() not in content
    lists = sorted((archive_folder / "stores/c/sealed").rglob("*.sha512"))
    assert [path.name for path in lists] == ["v1.sha512", "v2.sha512"]
    for path in lists:
        checked = subprocess.run(
            ["sha512sum", "-c", path],
            cwd=archive_folder / "stores/c",
            capture_output=True,
            check=False,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout
        assert checked.stdout.count(": OK") == 5
    assert arkiv("audit")[0] == 0
    assert len(arkiv("show", partner)[1][0]["copies"]) == 6


def test_whoever_has_the_key_needs_no_arkiv(archive_folder, partner):
    text = (archive_folder / "partner.age").read_text("ascii").splitlines()[-1]
    key = pyrage.x25519.Identity.from_str(text)
    for store, read in (("a", bytes), ("c", lambda it: pyrage.decrypt(it, [key]))):
        tar = archive_folder / "stores" / store / ocfl.tar_key(partner, 1)
        assert WORDS in read(tar.read_bytes())


def test_the_catalogue_comes_back_from_it_and_files_too(
    archive_folder, partner, arkiv, rebuilds_to_the_same, tmp_path
):
    rebuilds_to_the_same(archive_folder, "abc")
    for store in "ab":
        shutil.rmtree(archive_folder / "stores" / store / ocfl.object_root(partner))
    assert arkiv("export", partner, "--to", tmp_path / "bag")[0] == 0
    assert arkiv("export", partner, "--file", "ë.txt", "--to", tmp_path / "one")[0] == 0
    assert (tmp_path / "one/ë.txt").read_bytes() == WORDS
    assert arkiv("audit")[0] == 4
    assert arkiv("repair")[0] == 0
    assert arkiv("audit")[0] == 0


@pytest.mark.parametrize("at", [5, 150, 400, -3])
@pytest.mark.parametrize("version", [1, 2])
def test_damage_is_found_and_mended(archive_folder, partner, arkiv, at, version):
    tar = archive_folder / "stores/c" / ocfl.tar_key(partner, version)
    content = bytearray(tar.read_bytes())
    content[at] ^= 1
    tar.unlink()
    tar.write_bytes(content)

    code, forms = arkiv("audit", partner)
    assert code == 4
    states = {(it["store"], it["version"]): it["state"] for it in forms[0]["copies"]}
    assert {place for place, state in states.items() if state != "sound"} == {("c", version)}
    assert arkiv("repair")[0] == 0
    assert arkiv("audit")[0] == 0
    lists = (archive_folder / "stores/c/sealed").rglob(f"v{version}.sha512")
    command = ["sha512sum", "--quiet", "-c", *lists]
    assert subprocess.run(command, cwd=archive_folder / "stores/c", check=False).returncode == 0


def lists_of(folder):
    return {p: p.read_bytes() for p in (folder / "stores/c/sealed").rglob("*.sha512")}


def test_a_list_says_what_was_put_and_never_what_is_damaged(archive_folder, partner):
    tar = archive_folder / "stores/c" / ocfl.tar_key(partner, 1)
    content = bytearray(tar.read_bytes())
    content[-3] ^= 1
    tar.unlink()
    tar.write_bytes(content)
    (archive_folder / "stores/c" / ocfl.content_key(partner, 1, "members.jsonl")).unlink()
    before = lists_of(archive_folder)
    with opened(archive_folder) as archive:
        store, key = archive.stores["c"], ocfl.content_key(partner, 1, "summary.json")
        store.put("repair/summary.json", store.read(key), size=store.size(key))
        store.remove(key)
        store.move("repair/summary.json", key)

    (changed,) = (p for p, text in lists_of(archive_folder).items() if text != before[p])
    was, now = (text.splitlines() for text in (before[changed], lists_of(archive_folder)[changed]))
    assert [line.endswith(b"summary.json") for line in was if line not in now] == [True]
    assert len(was) == len(now)


def test_a_list_that_a_crash_prevented_is_written_by_the_recovery(archive_folder, partner):
    before = lists_of(archive_folder)
    path = next(p for p in before if p.name == "v2.sha512")
    path.unlink()
    with opened(archive_folder) as archive:
        mend(archive.stores["c"], partner, 2)
    assert lists_of(archive_folder) == before


def test_another_key_or_none_finds_nothing_damaged(archive_folder, partner, arkiv):
    (archive_folder / "partner.age").rename(archive_folder / "right.age")
    assert arkiv("store", "key", archive_folder / "partner.age")[0] == 0
    code, forms = arkiv("audit")
    assert code == 6
    assert "encrypted for age1" in str(forms[0]["reasons"])
    assert arkiv("repair")[0] in (0, 6)
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('identity = "partner.age"\n', ""), "utf-8")
    code, forms = arkiv("audit")
    assert (code, "encrypted for age1" in str(forms[0]["reasons"])) == (6, True)
    file.write_text(text.replace("partner.age", "right.age"), "utf-8")
    assert arkiv("audit")[0] == 0
    assert len(arkiv("show", partner)[1][0]["copies"]) == 6


def test_a_key_that_is_none_or_open_to_others_is_refused(archive_folder, partner, arkiv):
    file = archive_folder / "partner.age"
    file.chmod(0o644)
    code, (error,) = arkiv("list")
    assert (code, "chmod 600" in error["reasons"][0]) == (2, True)
    file.write_text("AGE-SECRET-KEY-1NONE\n", "ascii")
    file.chmod(0o600)
    code, (error,) = arkiv("list")
    assert (code, "holds no identity of age" in error["reasons"][0]) == (2, True)
    file.unlink()
    code, (error,) = arkiv("list")
    assert (code, "cannot be read" in error["reasons"][0]) == (2, True)
    assert arkiv("store", "key", archive_folder)[0] == 2
    assert partner


def test_what_is_deleted_is_gone_with_its_lists(archive_folder, partner, arkiv):
    arkiv("delete", "request", partner, *BY, "--basis", "rule")
    assert arkiv("delete", "approve", partner, "--by", "Erik Lund", "--because", "yes")[0] == 0
    top = archive_folder / "stores/c"
    left = [path for path in top.rglob("*") if partner in str(path) and path.is_file()]
    assert left == [top / f"tombstones/{partner}.json"]
    assert arkiv("audit")[0] == 0


def test_a_store_that_is_not_encrypted_is_not_taken_for_one(archive_folder, arkiv):
    arkiv("store", "key", archive_folder / "partner.age")
    file = archive_folder / "arkiv.toml"
    old = 'url = "stores/b"'
    file.write_text(
        file.read_text("utf-8").replace(old, f'{old}\nidentity = "partner.age"'), "utf-8"
    )
    code, forms = arkiv("audit", "--presence")
    assert (code, "is not encrypted" in str(forms[-1]["reasons"])) == (6, True)


def test_a_drill_and_the_doctor_know_it(archive_folder, partner, arkiv):
    code, (form,) = arkiv("drill", "--store", "c", "--sample", "1")
    parts = {part["name"]: part["outcome"] for part in form["parts"]}
    assert parts["tar"] == "success"
    assert code in (0, 5)
    code, (told,) = arkiv("doctor")
    found = {it["name"]: it for it in told["examined"]}
    assert found["store c"]["state"] == "ok"
    assert "encrypted" in found["store c"]["found"]
    assert opened(archive_folder).catalogue.package(partner)
