"""An AIP is deleted when two people want it and nothing forbids it; a tombstone remains."""

import json
import shutil

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_batch
from preservation.assembly.decisions import CLAIM
from preservation.assembly.ledger import lines as lines_of
from preservation.assembly.recovery import Silence, recover
from preservation.assembly.scratch import of_aip
from preservation.forms.words import audits
from preservation.model.audit import Depth
from preservation.model.disposal import Decision
from preservation.model.premis import EventType
from preservation.model.storage import CopyState
from preservation.standards import ledger, ocfl, tombstone

BY = ("--by", "Arta Hoxha", "--because", "ten years have passed")
ASKED = (*BY, "--basis", "retention schedule 2.3.1")
OTHER = ("--by", "Erik Lund", "--because", "the council agrees")


def lies(folder, package):
    """Every file of the stores whose path or content speaks of the AIP."""
    files = [path for path in (folder / "stores").rglob("*") if path.is_file()]
    return [
        path.relative_to(folder / "stores").as_posix()
        for path in files
        if package in str(path) or package.encode() in path.read_bytes()
    ]


def only_traces(folder, package, stores="ab"):
    """Nothing of the AIP is left but tombstones and the ledger."""
    kept = [p for p in lies(folder, package) if p.split("/")[1] != "ledger"]
    assert sorted(kept) == [f"{store}/tombstones/{package}.json" for store in sorted(stores)]


def test_two_people_delete_an_aip_and_a_tombstone_remains(
    archive_folder, packages, arkiv, valid_storage_root, rebuilds_to_the_same
):
    package, other = packages
    code, (asked,) = arkiv("delete", "request", package, *ASKED)
    assert (code, asked["status"], asked["version"]) == (0, "requested", 2)
    assert [form["aip_id"] for form in arkiv("delete", "list")[1]] == [package]
    assert arkiv("audit")[0] == 0, "nothing is deleted yet"
    rebuilds_to_the_same(archive_folder, "ab")

    code, (done,) = arkiv("delete", "approve", package.upper(), *OTHER)

    assert (code, done["status"], done["reasons"]) == (0, "deleted", [])
    assert done["requested"]["by"] == "Arta Hoxha"
    assert done["decided"]["by"] == "Erik Lund"
    assert done["decided"]["because"] == "the council agrees"
    assert done["basis"] == "retention schedule 2.3.1"
    assert done["deleted"] is not None
    only_traces(archive_folder, package)
    for store in "ab":
        assert valid_storage_root(archive_folder / "stores" / store) == 1
    assert [form["aip_id"] for form in arkiv("list")[1]] == [other]
    assert arkiv("delete", "list")[1] == []
    assert arkiv("delete", "list", "--all")[1] == [done]
    assert arkiv("show", package)[1] == [done]
    assert arkiv("audit")[0] == 0
    assert [proof["status"] for proof in arkiv("ledger", "verify")[1]] == ["whole", "whole"]
    rebuilds_to_the_same(archive_folder, "ab")
    assert arkiv("show", package)[1] == [done]


def test_the_tombstone_says_what_was_there_and_who_wanted_it_gone(archive_folder, packages, arkiv):
    before = opened(archive_folder).catalogue
    tars = {copy.version: copy.digest.value for copy in before.copies(packages[0])}
    arkiv("delete", "request", packages[0], *ASKED)
    arkiv("delete", "approve", packages[0], *OTHER)

    found = json.loads((archive_folder / "stores/a" / tombstone.key(packages[0])).read_bytes())

    assert [it["tar_sha512"] for it in found["versions"]] == [tars[1], tars[2]]
    assert [(it["number"], it["files"]) for it in found["versions"]] == [(1, 2), (2, 3)]
    assert found["stores"] == ["a", "b"]
    assert found["request"]["event"]["note"] == "ten years have passed"
    assert found["approval"]["event"]["agent"]["name"] == "Erik Lund"
    store = opened(archive_folder).stores["a"]
    last = list(ledger.read(b"".join(store.read(sorted(store.keys("ledger/"))[-1]))).lines)
    assert last[0].act == "delete"
    assert last[0].event.finding.type is EventType.DELETION


def test_what_is_deleted_is_given_out_by_nothing(packages, arkiv, tmp_path):
    package = packages[0]
    arkiv("delete", "request", package, *ASKED)
    arkiv("delete", "approve", package, *OTHER)

    for words in (
        ("export", package, "--to", tmp_path / "out"),
        ("audit", package),
        ("repair", package),
        ("revise", package, "--withdraw", "a.txt"),
        ("delete", "request", package, *ASKED),
        ("delete", "approve", package, *OTHER),
        ("hold", "place", "case", package, *BY),
    ):
        code, (error,) = arkiv(*words)
        assert code == 2, words
        assert "was deleted, approved on" in error["reasons"][0]
        assert "by Erik Lund" in error["reasons"][0]
    assert not (tmp_path / "out").exists()


def test_the_same_sip_may_come_again_as_a_new_aip(packages, arkiv, tmp_path):
    arkiv("delete", "request", packages[0], *ASKED)
    arkiv("delete", "approve", packages[0], *OTHER)

    code, (told,) = arkiv("ingest", tmp_path / "deaths")

    assert (code, told["status"]) == (0, "preserved")
    assert told["aip_id"] != packages[0]


@pytest.mark.parametrize("name", ["Arta Hoxha", " arta  HOXHA ", "Ａrta Hoxha"])
def test_nobody_approves_their_own_request(packages, arkiv, name):
    arkiv("delete", "request", packages[0], *ASKED)

    code, (error,) = arkiv("delete", "approve", packages[0], "--by", name, "--because", "yes")

    assert code == 2
    assert "somebody else must" in error["reasons"][0]
    assert arkiv("audit")[0] == 0
    assert len(arkiv("list")[1]) == 2


def test_an_archive_may_ask_for_another_account_too(archive_folder, packages, arkiv):
    with (archive_folder / "arkiv.toml").open("a", encoding="utf-8") as file:
        file.write('\n[deletion]\naccounts = "different"\n')
    arkiv("delete", "request", packages[0], *ASKED)

    code, (error,) = arkiv("delete", "approve", packages[0], *OTHER)

    assert code == 2
    assert "under an account of their own" in error["reasons"][0]


def test_what_nobody_requested_is_not_approved_or_rejected(packages, arkiv):
    for act in ("approve", "reject"):
        code, (error,) = arkiv("delete", act, packages[0], *OTHER)
        assert code == 2
        assert "nobody has requested its deletion" in error["reasons"][0]
    assert len(arkiv("list")[1]) == 2


def test_all_that_a_request_lacks_is_said_at_once(packages, arkiv):
    code, (error,) = arkiv(
        "delete", "request", packages[0], "--by", " ", "--because", "", "--basis", "law"
    )
    assert code == 2
    assert [it.partition(":")[0] for it in error["reasons"]] == [
        "who decides must be told",
        "why must be told",
    ]
    code, (error,) = arkiv("delete", "request", packages[0], *BY, "--basis", " ")
    assert (code, "--basis RULE" in error["reasons"][0]) == (2, True)


def test_of_several_aips_all_are_requested_or_none(packages, arkiv):
    arkiv("hold", "place", "case", packages[1], *BY)

    code, (error,) = arkiv("delete", "request", *packages, *ASKED)

    assert code == 2
    assert len(error["reasons"]) == 1
    assert packages[1] in error["reasons"][0]
    assert arkiv("delete", "list")[1] == []


def test_a_rejected_request_leaves_all_as_it_was(
    archive_folder, packages, arkiv, rebuilds_to_the_same
):
    arkiv("delete", "request", packages[0], *ASKED)

    code, (told,) = arkiv("delete", "reject", packages[0], *OTHER)

    assert (code, told["status"], told["decided"]["by"]) == (0, "rejected", "Erik Lund")
    assert arkiv("delete", "list", "--all")[1] == []
    assert arkiv("delete", "approve", packages[0], *OTHER)[0] == 2
    assert arkiv("audit")[0] == 0
    events = opened(archive_folder).catalogue.events(packages[0])
    said = [e.finding.detail for e in events if e.finding.type is EventType.POLICY_ASSIGNMENT]
    assert [it.partition(",")[0] for it in said] == [
        "deletion requested on the basis of: retention schedule 2.3.1",
        "deletion rejected",
    ]
    rebuilds_to_the_same(archive_folder, "ab")
    assert arkiv("delete", "request", packages[0], *ASKED)[0] == 0


def test_a_hold_keeps_an_aip_whatever_was_requested_before(
    archive_folder, packages, arkiv, rebuilds_to_the_same
):
    package = packages[0]
    arkiv("delete", "request", package, *ASKED)
    code, (held,) = arkiv("hold", "place", "case 12", package, *OTHER)
    assert (code, held["status"], held["hold"]) == (0, "held", "case 12")
    arkiv("hold", "place", "audit", *packages, *OTHER)
    rebuilds_to_the_same(archive_folder, "ab")

    code, (error,) = arkiv("delete", "approve", package, *OTHER)
    assert code == 2
    assert [it.split("'")[1] for it in error["reasons"]] == ["case 12", "audit"]
    assert arkiv("show", package)[1][0]["holds"] == ["case 12", "audit"]
    assert len(arkiv("hold", "list")[1]) == 3

    assert arkiv("hold", "lift", "case 12", *OTHER)[0] == 0
    assert len(arkiv("hold", "lift", "audit", *OTHER)[1]) == 2
    assert arkiv("hold", "list")[1] == []
    rebuilds_to_the_same(archive_folder, "ab")
    assert arkiv("delete", "approve", package, *OTHER)[0] == 0


def test_a_hold_is_placed_once_and_lifted_only_where_it_is(packages, arkiv):
    arkiv("hold", "place", "case", packages[0], *BY)
    assert "already" in arkiv("hold", "place", "case", packages[0], *BY)[1][0]["reasons"][0]
    code, (error,) = arkiv("hold", "lift", "other", packages[0], *BY)
    assert (code, error["reasons"][0].endswith("it is held by case")) == (2, True)
    code, (error,) = arkiv("hold", "lift", "other", *BY)
    assert (code, "arkiv hold list" in error["reasons"][0]) == (2, True)


AGREEMENT = """
because = "the archive law"
[retention]
years = {years}
because = "the archive law asks for it"
"""


@pytest.mark.parametrize(
    ("years", "said"), [("10", "is to be kept until 20"), ('"permanent"', "kept permanently")]
)
def test_what_an_agreement_says_is_kept(archive_folder, arkiv, sip, tmp_path, years, said):
    agreements = archive_folder / "profiles/agreements"
    agreements.mkdir(parents=True)
    (agreements / "town.toml").write_text(AGREEMENT.format(years=years), "utf-8")
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/b.txt").write_bytes(b"two")
    arkiv("revise", told["aip_id"], tmp_path / "more")  # by the default, which says nothing

    code, (error,) = arkiv("delete", "request", told["aip_id"], *ASKED)

    assert code == 2
    assert said in error["reasons"][0]
    shown = arkiv("show", told["aip_id"])[1][0]
    assert shown["version"] == 2
    assert shown["retained_until"] is not None
    kept = arkiv("show", told["aip_id"], json=False)[1]
    assert "permanently" in kept if "permanent" in years else "at least until" in kept


def test_a_request_is_for_what_was_there_then(packages, arkiv, tmp_path, fill):
    arkiv("delete", "request", packages[0], *ASKED)
    (tmp_path / "later").mkdir()
    fill(tmp_path / "later", {b"c.txt": b"later"})
    arkiv("revise", packages[0], tmp_path / "later")

    code, (error,) = arkiv("delete", "approve", packages[0], *OTHER)

    assert code == 2
    assert "there is version 3 now" in error["reasons"][0]


def test_what_repairs_set_aside_goes_too(archive_folder, packages, arkiv):
    tar = archive_folder / "stores/a" / ocfl.tar_key(packages[0], 1)
    content = bytearray(tar.read_bytes())
    content[600] ^= 1
    tar.unlink()
    tar.write_bytes(content)
    arkiv("audit")
    assert arkiv("repair")[0] == 0
    assert any("quarantine" in path for path in lies(archive_folder, packages[0]))

    arkiv("delete", "request", packages[0], *ASKED)
    assert arkiv("delete", "approve", packages[0], *OTHER)[0] == 0

    only_traces(archive_folder, packages[0])


def test_a_store_that_is_away_is_waited_for_and_tidied_later(
    archive_folder, packages, arkiv, rebuilds_to_the_same
):
    package = packages[0]
    arkiv("delete", "request", package, *ASKED)
    (archive_folder / "stores/b").rename(archive_folder / "away")

    code, (told,) = arkiv("delete", "approve", package, *OTHER)

    assert (code, told["status"], told["deleted"]) == (6, "approved", None)
    assert "store b" in told["reasons"][0]
    assert not (archive_folder / "stores/a" / ocfl.object_root(package)).exists()
    assert [form["aip_id"] for form in arkiv("list")[1]] == [packages[1]]
    assert [form["status"] for form in arkiv("delete", "list")[1]] == ["approved"]
    code, (told,) = arkiv("tidy")
    assert (code, told["status"]) == (6, "waiting")

    (archive_folder / "away").rename(archive_folder / "stores/b")
    code, (told,) = arkiv("tidy")

    assert (code, told["status"], told["deleted"]) == (0, "tidy", [package])
    only_traces(archive_folder, package)
    assert arkiv("delete", "list")[1] == []
    rebuilds_to_the_same(archive_folder, "ab")
    code, (told,) = arkiv("tidy")
    assert (code, told["deleted"]) == (0, [])


def test_a_deletion_that_somebody_works_on_does_not_keep_another_waiting(
    archive_folder, packages, arkiv
):
    (archive_folder / "stores/b").rename(archive_folder / "away")
    for package in packages:
        arkiv("delete", "request", package, *ASKED)
        assert arkiv("delete", "approve", package, *OTHER)[0] == 6
    (archive_folder / "away").rename(archive_folder / "stores/b")
    first, second = sorted(packages)
    with opened(archive_folder) as archive, archive.claims.claimed(of_aip(first)):
        code, (told,) = arkiv("tidy")
    assert (code, told["status"], told["deleted"]) == (6, "waiting", [second])
    assert arkiv("tidy")[1][0]["deleted"] == [first]


def test_a_copy_that_comes_back_with_an_old_disk_is_removed(archive_folder, packages, arkiv):
    package = packages[0]
    old = archive_folder / "old"
    shutil.copytree(archive_folder / "stores/b/ocfl", old)
    arkiv("delete", "request", package, *ASKED)
    arkiv("delete", "approve", package, *OTHER)
    shutil.copytree(old, archive_folder / "stores/b/ocfl", dirs_exist_ok=True)
    shutil.rmtree(old)

    code, (told,) = arkiv("tidy")

    assert (code, told["deleted"]) == (0, [package])
    only_traces(archive_folder, package)


def test_a_new_store_is_told_of_what_was_deleted(
    archive_folder, packages, arkiv, rebuilds_to_the_same
):
    arkiv("delete", "request", packages[0], *ASKED)
    arkiv("delete", "approve", packages[0], *OTHER)

    assert arkiv("store", "add", "c", "stores/c")[0] == 0

    only_traces(archive_folder, packages[0], "abc")
    rebuilds_to_the_same(archive_folder, "abc")


def test_a_retired_store_is_named_as_one_that_may_have_it(archive_folder, packages, arkiv):
    arkiv("store", "add", "c", "stores/c")
    arkiv("store", "retire", "c", "--reason", "old")
    arkiv("delete", "request", packages[0], *ASKED)

    _, (told,) = arkiv("delete", "approve", packages[0], *OTHER)

    assert (told["status"], told["retired"]) == ("deleted", ["c"])
    assert (archive_folder / "stores/c" / ocfl.object_root(packages[0])).exists()


def test_nothing_of_a_deleted_aip_is_finished_by_a_recovery(archive_folder, packages, arkiv):
    arkiv("delete", "request", packages[0], *ASKED)
    with opened(archive_folder) as archive:
        (archive.scratch / packages[0]).mkdir(parents=True)
    saved = archive_folder / "saved"
    shutil.copytree(archive_folder / "stores/b/ocfl", saved)
    arkiv("delete", "approve", packages[0], *OTHER)
    shutil.copytree(saved, archive_folder / "stores/b/ocfl", dirs_exist_ok=True)
    with opened(archive_folder) as archive:
        (archive.scratch / packages[0]).mkdir(parents=True, exist_ok=True)
        recover(archive)
        assert archive.catalogue.package(packages[0]) is None
        assert list(archive.scratch.iterdir()) == []


def test_whoever_works_on_the_aip_or_decides_is_waited_for(
    archive_folder, packages, arkiv, monkeypatch
):
    monkeypatch.setattr("preservation.assembly.deletion._PATIENCE", 0.1)
    monkeypatch.setattr("preservation.assembly.decisions._PATIENCE", 0.1)
    arkiv("delete", "request", packages[0], *ASKED)
    with opened(archive_folder) as archive:
        for claim in (of_aip(packages[0]), CLAIM):
            with archive.claims.claimed(claim):
                assert arkiv("delete", "approve", packages[0], *OTHER)[0] == 6
    assert arkiv("audit")[0] == 0


@pytest.mark.parametrize("words", [("tidy",), ("rebuild",), ("hold", "place", "other", *BY)])
def test_a_decision_that_the_ledger_did_not_get_comes_with_the_next(
    archive_folder, packages, arkiv, words
):
    for store in "ab":
        (archive_folder / "stores" / store).rename(archive_folder / store)
    code, (told,) = arkiv("hold", "place", "case", packages[0], *BY)
    assert code == 6
    assert "stands in the catalogue and not yet in the ledger" in told["reasons"][0]
    for store in "ab":
        (archive_folder / store).rename(archive_folder / "stores" / store)

    assert arkiv(*words, *([packages[1]] if words[0] == "hold" else []))[0] == 0

    with opened(archive_folder) as archive:
        for store in archive.stores.values():
            lines = [it for it in lines_of(store) if isinstance(it, Decision)]
            assert (lines[0].package, lines[0].subject) == (packages[0], "case")
    assert "case" in {form["hold"] for form in arkiv("hold", "list")[1]}


def test_an_audit_under_way_blames_nobody_for_what_is_deleted(archive_folder, packages, arkiv):
    with opened(archive_folder) as archive:
        copies = archive.catalogue.copies(packages[0])
        arkiv("delete", "request", packages[0], *ASKED)
        arkiv("delete", "approve", packages[0], *OTHER)

        for depth in Depth:
            outcomes = audit_batch(archive, copies, depth=depth, progress=Silence())
            assert {it.state for it in outcomes} == {CopyState.UNCHECKED}
            assert "was deleted meanwhile" in outcomes[0].reasons[0]
            assert list(audits(outcomes, archive.catalogue, depth=depth)) == []


def test_people_read_who_decides_what(packages, arkiv):
    _, text = arkiv("delete", "request", packages[0], *ASKED, json=False)
    assert f"requested: AIP {packages[0]}" in text
    assert "by Arta Hoxha: ten years have passed" in text
    _, text = arkiv("delete", "approve", packages[0], *OTHER, json=False)
    assert "from every store in use" in text
    _, text = arkiv("show", packages[0], json=False)
    assert "by Erik Lund: the council agrees" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert arkiv("tidy", json=False) == (0, "all is tidy\n")
