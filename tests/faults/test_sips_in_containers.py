"""SIPs in containers and several at once: each is taken on its own, and nothing is left behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import py7zr
import pytest

from preservation.assembly.recovery import Silence
from preservation.assembly.several import brought
from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.rules import Refused
from preservation.stages.receive import receive
from preservation.stages.verify import verify

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    """A folder of files, to be packed."""
    place = tmp_path / "minutes"
    (place / "1999").mkdir(parents=True)
    (place / "1999/a.txt").write_bytes(b"kuvendi")
    return place


@pytest.fixture
def bag():
    """Makes a bag."""

    def make(place, content=b"one", digest="f97c5d29941bfb1b2fdab0874906ab82"):
        (place / "data").mkdir(parents=True)
        (place / "data/a.txt").write_bytes(content)
        (place / "bagit.txt").write_bytes(
            b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        )
        (place / "manifest-md5.txt").write_text(f"{digest}  data/a.txt\n")
        return place

    return make


def packed(folder, form):
    place = folder.with_name(f"{folder.name}.{form}")
    if form == "zip":
        with zipfile.ZipFile(place, "w") as whole:
            for path in sorted(folder.rglob("*")):
                whole.write(path, path.relative_to(folder.parent))
    elif form == "7z":
        with py7zr.SevenZipFile(place, "w") as whole:
            whole.writeall(folder, folder.name)
    else:
        flag = "-czf" if form == "tar.gz" else "-cf"
        subprocess.run(["tar", flag, place, "-C", folder.parent, folder.name], check=True)
    return place


@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz", "7z"])
def test_a_container_is_ingested_as_what_is_in_it(form, folder, arkiv, archive_folder, tmp_path):
    container = packed(folder, form)
    disguised = container.rename(tmp_path / "minutes.doc")
    code, (checked,) = arkiv("check", disguised)
    assert (code, checked["status"], checked["files"]) == (0, "valid", 1)
    code, (receipt,) = arkiv("ingest", disguised)
    assert (code, receipt["status"], receipt["files"]) == (0, "preserved", 1)
    assert [p.name for p in (archive_folder / "scratch").iterdir()] == []
    (shown,) = arkiv("show", receipt["aip_id"], "--events", "--files")[1]
    assert shown["sip"] == "minutes.doc"
    assert [it["original_name"] for it in shown["file_list"]] == ["1999/a.txt"]
    (event,) = [it for it in shown["events"] if it["type"] == "unpacking"]
    digest = subprocess.run(["sha512sum", disguised], check=True, capture_output=True, text=True)
    assert digest.stdout[:128] in event["note"]
    assert form in event["detail"]


def test_a_link_in_a_tar_is_accounted_for_as_in_a_folder(folder, arkiv):
    (folder / "link").symlink_to("1999/a.txt")
    (receipt,) = arkiv("ingest", packed(folder, "tar.gz"))[1]
    assert [it["path"] for it in receipt["exclusions"]] == ["link"]


def test_a_link_in_a_tar_that_leads_out_is_refused(folder, arkiv):
    (folder / "link").symlink_to("/etc/passwd")
    for command in ("check", "ingest"):
        code, (form,) = arkiv(command, packed(folder, "tar"))
        assert code == 3
        assert "LINK-OUTSIDE" in form["reasons"][0]


def test_a_hostile_container_leaves_nothing(arkiv, archive_folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as whole:
        whole.writestr("p/../../evil", b"x")
        whole.writestr("/evil", b"x")
    for command in ("check", "ingest"):
        code, (form,) = arkiv(command, tmp_path / "evil.zip")
        assert code == 3
        assert {"[CONTAINER-TRAVERSAL]", "[CONTAINER-ABSOLUTE]"} == {
            reason.rpartition(" ")[2] for reason in form["reasons"]
        }
    assert list((archive_folder / "scratch").iterdir()) == []


def test_several_bags_are_each_taken_on_their_own(bag, arkiv, tmp_path):
    place = tmp_path / "delivery"
    bag(place / "a")
    bag(place / "b", b"two")
    packed(bag(place / "c", b"three", "35d6d33467aae9a2e3dccb4b6b027878"), "zip")
    code, told = arkiv("check", place, "--several")
    status = {it["path"].rpartition("/")[2]: it["status"] for it in told}
    assert code == 3
    assert status == {"a": "valid", "b": "invalid", "c": "valid", "c.zip": "valid"}
    code, told = arkiv("ingest", place, "--several")
    status = {it["sip"].rpartition("/")[2]: it["status"] for it in told}
    assert code == 3
    assert status == {"a": "preserved", "b": "rejected", "c": "preserved", "c.zip": "rejected"}


def test_a_folder_of_bags_is_several_and_a_folder_of_containers_may_be_anything(
    bag, arkiv, tmp_path
):
    place = tmp_path / "delivery"
    bag(place / "a")
    bag(place / "b")
    assert [it["kind"] for it in arkiv("check", place)[1]] == ["bag", "bag"]
    packed(bag(place / "c"), "zip")  # an office file is a zip too
    assert [it["kind"] for it in arkiv("check", place)[1]] == ["folder"]


def test_a_folder_with_anything_else_beside_is_one_package(bag, arkiv, tmp_path):
    bag(tmp_path / "delivery/a")
    (tmp_path / "delivery/letter.txt").write_bytes(b"Dear archive")
    (checked,) = arkiv("check", tmp_path / "delivery")[1]
    assert (checked["kind"], checked["files"]) == ("folder", 4)
    told = arkiv("check", tmp_path / "delivery", "--several")[1]
    assert [it["status"] for it in told] == ["valid", "invalid"]


@pytest.mark.parametrize("form", ["zip", "tar", "7z"])
def test_a_container_of_several_is_taken_apart_when_asked(form, bag, arkiv, tmp_path):
    place = tmp_path / "delivery"
    bag(place / "a")
    bag(place / "b", b"two", "b8a9f715dbb64fd5c56e7783c6820a61")
    container = packed(place, form)
    for command in ("check", "ingest"):
        code, (alone,) = arkiv(command, container)
        assert code == 3
        assert "[CONTAINER-SEVERAL]" in alone["reasons"][0]
    code, told = arkiv("ingest", container, "--several")
    assert code == 0
    assert [it["status"] for it in told] == ["preserved", "preserved"]
    assert [it["sip"].rpartition("/")[2] for it in told] == ["a", "b"]


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from preservation.assembly.check import check
from preservation.assembly.recovery import Silence
from preservation.rules import rules
rules()
if os.geteuid() == 0:
    os.seteuid(65534)
report = check(Path(sys.argv[1]), progress=Silence())
print([(remark.code, remark.where) for remark in report.remarks])
"""


def test_an_unreadable_file_is_named():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        (folder / "a.txt").write_bytes(b"x")
        (folder / "b.txt").write_bytes(b"x")
        (folder / "b.txt").chmod(0)
        command = [sys.executable, "-c", UNPRIVILEGED, folder]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[('FILE-READABLE', 'b.txt')]", done.stderr


def test_a_pipe_in_a_folder_is_not_waited_for(folder, arkiv):
    os.mkfifo(folder / "pipe")
    (receipt,) = arkiv("ingest", folder)[1]
    assert [it["rule"] for it in receipt["exclusions"]] == ["named pipe"]


def test_a_full_disk_while_it_is_unpacked(folder, arkiv, archive_folder):
    (folder / "large").write_bytes(os.urandom(3 * 1024 * 1024))
    container = packed(folder, "tar.gz")
    scratch = archive_folder / "scratch"
    scratch.mkdir(exist_ok=True)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "x", scratch], check=False
    ).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        code, (form,) = arkiv("ingest", container)
        assert (code, form["status"]) == (6, "unavailable")
        assert "is full" in form["reasons"][0]
        assert list(scratch.iterdir()) == []
    finally:
        subprocess.run(["umount", scratch], check=True)
    assert arkiv("ingest", container)[0] == 0


def stages(folder, meanwhile):
    """Receive a folder, let something happen to it, verify it; the codes of what is refused."""
    source = FolderSource(folder)
    package = PackageId("5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11")

    def run(stage):
        try:
            while True:
                next(stage)
        except StopIteration as end:
            return end.value

    sip = run(receive(source, package=package))
    meanwhile()
    with pytest.raises(Refused) as refused:
        run(verify(sip, source, holder=None, cores=1, progress=Silence()))
    return [(remark.code, remark.where) for remark in refused.value.remarks]


def test_a_file_that_changes_or_vanishes_meanwhile_is_named(folder):
    file = folder / "1999/a.txt"
    changed = stages(folder, lambda: file.write_bytes(b"KUVENDI"))
    assert changed == [("FILE-CHANGED", "1999/a.txt")]
    assert stages(folder, lambda: file.write_bytes(b"longer than before")) == changed
    assert stages(folder, file.unlink) == [("FILE-READABLE", "1999/a.txt")]


def test_a_file_that_becomes_a_pipe_or_a_link_meanwhile_is_not_followed(folder):
    file = folder / "1999/a.txt"

    def pipe():
        file.unlink()
        os.mkfifo(file)

    def link():
        file.symlink_to("/etc/passwd")

    assert [code for code, _ in stages(folder, pipe)] in (["FILE-CHANGED"], ["FILE-READABLE"])
    file.unlink()
    file.write_bytes(b"kuvendi")
    assert stages(folder, lambda: (file.unlink(), link())) == [("FILE-READABLE", "1999/a.txt")]


def test_what_a_crash_left_of_several_is_swept(bag, arkiv, archive_folder, tmp_path):
    bag(tmp_path / "delivery/a")
    with brought(
        packed(tmp_path / "delivery", "zip"), archive_folder / "scratch", several=True
    ) as sips:
        assert [sip.name for sip in sips] == ["a"]
        (place,) = (archive_folder / "scratch").iterdir()
        shutil.copytree(place, left := place.with_name("5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11"))
    assert arkiv("ingest", tmp_path / "delivery")[0] == 0
    assert not left.exists()
