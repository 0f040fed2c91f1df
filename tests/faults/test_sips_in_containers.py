"""SIPs in containers and several at once: each is taken on its own, and nothing is left behind."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from preservation.cli.main import main; main()"]


@pytest.fixture
def folder(tmp_path):
    """A folder of files, to be packed."""
    place = tmp_path / "minutes"
    (place / "1999").mkdir(parents=True)
    (place / "1999/a.txt").write_bytes(b"kuvendi")
    return place


@pytest.fixture
def bag(tmp_path):
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
        import py7zr

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
    code, told = arkiv("check", place)
    status = {it["path"].rpartition("/")[2]: it["status"] for it in told}
    assert code == 3
    assert status == {"a": "valid", "b": "invalid", "c": "valid", "c.zip": "valid"}
    code, told = arkiv("ingest", place)
    status = {it["sip"].rpartition("/")[2]: it["status"] for it in told}
    assert code == 3
    assert status == {"a": "preserved", "b": "rejected", "c": "preserved", "c.zip": "rejected"}


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
    code, (alone,) = arkiv("ingest", container)
    assert code == 3
    assert "[CONTAINER-SEVERAL]" in alone["reasons"][0]
    code, told = arkiv("ingest", container, "--several")
    assert code == 0
    assert [it["status"] for it in told] == ["preserved", "preserved"]
    assert [it["sip"].rpartition("/")[2] for it in told] == ["a", "b"]


def test_an_unreadable_file_is_named(folder, tmp_path):
    (folder / "1999/a.txt").chmod(0)
    os.chmod(tmp_path, 0o755)
    command = ["setpriv", "--reuid=65534", "--clear-groups", *COMMAND, "check", folder, "--json"]
    if os.geteuid():
        command = [*COMMAND, "check", folder, "--json"]
    place = tmp_path
    while place != place.parent:
        place.chmod(place.stat().st_mode | 0o055)
        place = place.parent
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (3, "invalid")
    assert [it["code"] for it in told["findings"]] == ["FILE-READABLE"]


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
