"""Newer signatures are installed in an archive, and tell what is stored again."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from preservation.assembly.archive import opened
from preservation.assembly.rebuild import rebuild
from preservation.assembly.signatures import installed_signatures
from preservation.errors import Misconfigured
from preservation.model.reidentification import Cause

PRONOM = "{http://www.nationalarchives.gov.uk/pronom/SignatureFile}"
SKELETONS = "corpora/droid-skeletons/fmt"


@pytest.fixture(scope="module")
def whole(shared):
    """PRONOM's two files of release 122."""
    folder = shared / "corpora/pronom"
    return {
        "--signatures": folder / "DROID_SignatureFile_V122.xml",
        "--containers": folder / "container-signature-20260119.xml",
    }


@pytest.fixture(scope="module")
def files(whole, shared, tmp_path_factory):
    """The same with the formats that these tests need, which are read in no time."""
    tree = etree.parse(whole["--signatures"])
    names = [path.name for path in (shared / SKELETONS).glob("fmt-19[0-9][0-9]-*")]
    kept = {"fmt/18", *("/".join(name.split("-")[:2]) for name in names)}
    for it in list(tree.iterfind(f"{PRONOM}FileFormatCollection/*")):
        if it.get("PUID") not in kept:
            it.getparent().remove(it)
    used = {it.text for it in tree.iter(f"{PRONOM}InternalSignatureID")}
    for it in list(tree.iterfind(f"{PRONOM}InternalSignatureCollection/*")):
        if it.get("ID") not in used:
            it.getparent().remove(it)
    file = tmp_path_factory.mktemp("pronom") / whole["--signatures"].name
    tree.write(file)
    return whole | {"--signatures": file}


@pytest.fixture
def update(arkiv, files):
    """Runs `arkiv formats update` with these files, some of them replaced."""

    def run(*words, **changed):
        told = files | {f"--{name}": path for name, path in changed.items()}
        return arkiv("formats", "update", *(part for pair in told.items() for part in pair), *words)

    return run


@pytest.fixture
def by_fido(archive_folder):
    """The test's archive, which asks fido alone."""
    settings = archive_folder / "arkiv.toml"
    text = settings.read_text("utf-8").replace("identifiers = []", 'identifiers = ["fido"]')
    settings.write_text(text, "utf-8")
    return archive_folder


@pytest.fixture
def new_formats(shared, tmp_path):
    """A SIP with formats that fido's own signatures do not know, in odd names too."""
    sip = tmp_path / "sip"
    sip.mkdir()
    (sip / "old.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    skeletons = sorted((shared / SKELETONS).glob("fmt-19[0-9][0-9]-*"))[:6]
    for path in skeletons:
        shutil.copy(path, sip)
    odd = os.path.join(os.fsencode(sip), b"odd \xff" + os.fsencode(skeletons[0].suffix))
    shutil.copy(skeletons[0], odd)
    return sip


def test_status_tells_the_releases_without_an_archive(arkiv, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARKIV_ARCHIVE", "")
    code, (document,) = arkiv("formats", "status")
    assert code == 0
    told = {it["agent"].split()[0]: it for it in document["signatures"]}
    assert {it["source"] for it in told.values()} <= {"built in"}


def test_newer_signatures_are_installed_shown_and_used(update, arkiv, by_fido, whole):
    code, (document,) = update(signatures=whole["--signatures"])
    assert code == 0
    (fido,) = document["signatures"]
    assert (fido["pronom"], fido["containers"], fido["source"]) == (122, 40, "installed")
    assert fido["dated"] == "2026-01-19T10:53:18"
    assert fido["left_out"] == []
    assert arkiv("formats", "status") == (0, [document])
    with opened(by_fido) as archive:
        assert archive.tools.agents["fido"].note == (
            "PRONOM 122 of 2026-01-19, container signatures 40"
        )


def test_what_is_no_signature_file_is_refused_and_nothing_changes(update, by_fido, tmp_path, files):
    assert update()[0] == 0
    before = installed_signatures(by_fido)
    hostile, other, broken = (tmp_path / name for name in ("hostile.xml", "other.xml", "no.xml"))
    hostile.write_text('<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><a>&b;</a>')
    other.write_text("<mets/>")
    broken.write_text("<FFSignatureFile")
    for signatures, reason in (
        (hostile, "document type declaration"),
        (other, "expected a PRONOM signature file, found an XML document <mets>"),
        (broken, "XML-SYNTAX"),
        (files["--containers"], "expected a PRONOM signature file"),
        (tmp_path / "gone.xml", "cannot be read"),
    ):
        code, (document,) = update(signatures=signatures)
        assert (code, document["status"]) == (2, "misconfigured")
        assert reason in document["reasons"][0]
    code, (document,) = update(containers=files["--signatures"])
    assert code == 2
    assert installed_signatures(by_fido) == before
    assert [it.name for it in (by_fido / "formats").iterdir() if it.is_dir()] == [
        before.folder.name
    ]


@pytest.mark.usefixtures("by_fido")
def test_an_older_release_is_refused_unless_it_is_asked_for(update, tmp_path, files):
    assert update()[0] == 0
    older = tmp_path / "DROID_SignatureFile_V121.xml"
    text = files["--signatures"].read_text("utf-8").replace('Version="122"', 'Version="121"', 1)
    older.write_text(text, "utf-8")
    code, (document,) = update(signatures=older)
    assert code == 2
    assert "of release 122 or newer, found release 121" in document["reasons"][0]
    code, (document,) = update("--older", signatures=older)
    assert (code, document["signatures"][0]["pronom"]) == (0, 121)


def test_signatures_that_were_altered_are_not_used(update, arkiv, by_fido):
    assert update()[0] == 0
    file = installed_signatures(by_fido).folder / "signatures.xml"
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(Misconfigured, match="arkiv formats update"):
        installed_signatures(by_fido)
    assert arkiv("list") == (0, []), "what needs no formats goes on"
    code, (document,) = arkiv("formats", "status")
    assert (code, document["status"]) == (2, "misconfigured")
    assert update()[0] == 0, "and installing them again mends it"
    assert arkiv("formats", "status")[0] == 0


def test_stored_files_are_told_again_on_record_and_a_rebuild_knows_it(
    update, arkiv, by_fido, new_formats
):
    code, (receipt,) = arkiv("ingest", new_formats)
    assert code == 0
    aip = receipt["aip_id"]
    _, (before,) = arkiv("show", aip, "--files")
    unknown = {f["original_name"] for f in before["file_list"] if f["puid"] is None}
    assert len(unknown) == 6
    code, (document,) = arkiv("formats", "reidentify", "--dry-run")
    assert (code, document["status"], document["told"]) == (0, "current", [])

    assert update()[0] == 0
    code, (document,) = arkiv("formats", "reidentify", "--dry-run")
    assert (code, document["status"], document["due"], document["changed"]) == (0, "due", 7, 0)
    causes = {it["original_name"]: it["because"] for it in document["told"]}
    assert {name for name, cause in causes.items() if "unknown" in cause} == unknown
    assert [c for n, c in causes.items() if n not in unknown] == [Cause.EXTENSION]

    code, (document,) = arkiv("formats", "reidentify", aip)
    assert (code, document["status"], document["changed"]) == (0, "reidentified", 7)
    _, (after,) = arkiv("show", aip, "--files", "--events")
    for file in after["file_list"]:
        name = file["original_name"]
        if name in unknown and name.startswith("fmt-"):
            assert file["puid"] == "fmt/" + name.split("-")[1]
    assert "odd ^ff" in json.dumps([f["original_name"] for f in after["file_list"] if f["puid"]])
    events = [
        e for e in after["events"] if e["detail"] == "the format of stored files is told again"
    ]
    assert {e["agent"] for e in events} >= {"fido 1.6.1"}
    assert sum(len(e["objects"]) for e in events) == 7

    _, (shown,) = arkiv("show", aip, "--formats")
    told = {it["original_name"]: it for it in shown["formats"]}
    (answer,) = told["old.pdf"]["answers"]
    assert (answer["agent"], answer["basis"]) == ("fido", "signature")
    assert answer["release"].startswith("PRONOM 109")
    assert answer["evidence"] == "PDF 1.4"
    (answer,) = told[min(unknown)]["answers"]
    assert answer["release"].startswith("PRONOM 122 of 2026-01-19")
    assert answer["evidence"].startswith("signature ")
    _, (report,) = arkiv("report", "formats")
    assert {it["puid"]: it["files"] for it in report["formats"]} == Counter(
        file["puid"] for file in after["file_list"]
    )
    code, text = arkiv("show", aip, "--formats", json=False)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "by signature; fido" in text

    assert arkiv("formats", "reidentify")[1][0]["status"] == "current"
    with opened(by_fido) as archive:
        told = list(archive.catalogue.dump())
        files = list(archive.catalogue.files(archive.catalogue.packages()[0].id))
        rebuild(archive, store="b", progress=_Nobody())
        assert list(archive.catalogue.dump()) == told
        assert list(archive.catalogue.files(archive.catalogue.packages()[0].id)) == files


class _Nobody:
    def begin(self, step, total):
        pass

    def advance(self, amount):
        pass


@pytest.mark.usefixtures("by_fido")
def test_sure_files_are_asked_again_with_all(update, arkiv, new_formats):
    arkiv("ingest", new_formats)
    update()
    code, (document,) = arkiv("formats", "reidentify", "--all")
    assert (code, document["due"], document["changed"]) == (0, 8, 7)
    (pdf,) = [it for it in document["told"] if it["original_name"] == "old.pdf"]
    assert (pdf["before"], pdf["after"], pdf["outcome"]) == ("fmt/18", "fmt/18", "same")


def test_a_file_that_is_not_as_it_was_stored_is_not_told_again(update, arkiv, by_fido, new_formats):
    arkiv("ingest", new_formats)
    update()
    (tar,) = (by_fido / "stores/a").rglob("*.tar")
    rows = map(json.loads, (tar.parent / "members.jsonl").read_text("utf-8").splitlines())
    row = next(row for row in rows if "odd" in row["name"])
    content = bytearray(tar.read_bytes())
    content[row["offset"]] ^= 1
    tar.unlink()
    tar.write_bytes(content)
    _, (document,) = arkiv("formats", "reidentify")
    (told,) = [it for it in document["told"] if it["outcome"] == "not performed"]
    assert row["name"].endswith(told["path"])
    assert "arkiv audit" in told["reason"]
    assert document["changed"] == 6


@pytest.mark.usefixtures("by_fido")
def test_identify_uses_the_signatures_of_the_archive(update, arkiv, new_formats):
    skeleton = sorted(new_formats.glob("fmt-*"))[0]
    assert arkiv("identify", skeleton)[1][0]["puid"] is None
    update()
    _, (document,) = arkiv("identify", skeleton)
    assert document["puid"] == "fmt/" + Path(skeleton).name.split("-")[1]
    assert document["answers"][0]["release"].startswith("PRONOM 122 ")
