"""SIPs of every odd kind through real stores and a real catalogue: nothing of them is lost."""

import hashlib
import os
import shutil
import socket
from pathlib import Path

import pytest

from preservation.assembly.ingest import ingest
from preservation.errors import Rejected
from preservation.model.names import written
from preservation.model.premis import EventType, Outcome

ONE = {b"a.txt": b"one\n"}

NAMES = {
    "no UTF-8": [b"\xff\xfe.tif", b"folder \x80/a.tif"],
    "newlines": [b"a\nb.tif", b"a\r\nb.tif", b"\n", b"dir\n/x"],
    "percent": [b"%0A.tif", b"100%", b"%25", b"a%20b", b"%"],
    "circumflex": [b"^", b"a^b", b"^61", b"^^", b"^~x"],
    "trailing dots": [b"a.", b"a..", b"...", b"dir./a"],
    "trailing spaces": [b"a ", b"a", b"a\xe2\x80\x83", b"dir /x", b" "],
    "leading spaces": [b" a", b"  b/ c"],
    "255 bytes": [b"x" * 255, b"y" * 251 + b".tif", b"\xd0\xb6" * 127 + b"a"],
    "255 bytes that must be escaped": [b"\xff" * 255, b"\xff" * 254 + b"\xfe", b"^" * 255],
    "separators of lines in Unicode": ["a\u2028b".encode(), "a\u2029b".encode(), b"\xc2\x85"],
    "control characters": [b"\x01", b"a\x7f", b"\x1b[31mred"],
    "case": [b"Scan.tif", b"scan.tif", b"SCAN.TIF", b"Dir/a", b"dir/a", b"dir/A"],
    "a file and a folder by case": [b"A", b"a/x"],
    "folders above by case": [b"A/x/1", b"a/y/1"],
    "composed and decomposed": [b"\xc3\xab", b"e\xcc\x88", b"\xc3\xab.d/1", b"e\xcc\x88.d/1"],
    "sharp s": ["straße".encode(), b"strasse", b"STRASSE"],
    "hidden": [b".hidden", b".dir/.file", b".DS_Store"],
    "names of ours": [b"METS.xml", b"bag-info.txt", b"data/x", b"submission/a", b"premis.xml"],
    "of a shell": [b"-rf", b"$HOME", b"`a`", b"a;b", b"*", b"?", b"'", b'"', b"\\", b"a\\b"],
    "scripts": ["Записник.tif".encode(), "Ğüş.tif".encode(), "文.tif".encode(), "🗎".encode()],
    "not characters": [b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xed\xa0\x80"],
    "deep": [b"/".join([b"folder"] * 60) + b"/a"],
    "long path": [b"/".join([b"\xd0\xb6" * 100] * 12) + b"/a"],
}


@pytest.mark.parametrize("kind", NAMES)
def test_every_name_comes_back(kind, sip, ingested, given_back):
    names = NAMES[kind]
    folder = sip({name: b"%d %s" % (n, name) for n, name in enumerate(names)})
    receipt = ingested(folder)
    assert sorted(given_back(receipt, folder)) == sorted(names)


def test_names_are_kept_as_given_where_a_bag_can_hold_them(sip, ingested, archive):
    names = [b"Dokumenti 1.tif", "ë/Одлука.pdf".encode(), b"e\xcc\x88.tif", b".hidden", b"a."]
    receipt = ingested(sip(dict.fromkeys(names, b"x")))
    paths = {file.path for file in archive.catalogue.files(receipt.aip_id)}
    assert paths == {f"representations/original/data/{name.decode()}" for name in names}


def test_an_empty_file_is_a_file(sip, ingested, given_back):
    folder = sip({b"empty": b"", b"dir/empty too": b""})
    receipt = ingested(folder)
    assert receipt.account.preserved_files == 2
    given_back(receipt, folder)


def test_empty_folders_are_told_and_on_record(sip, ingested, given_back, archive):
    folder = sip(ONE)
    (folder / "empty" / "emptier").mkdir(parents=True)
    receipt = ingested(folder)
    given_back(receipt, folder)
    (event,) = [e for e in archive.catalogue.events(receipt.aip_id) if "empty/" in e.finding.note]
    assert event.finding.outcome is Outcome.WARNING
    assert "empty/emptier: an empty folder" in event.finding.note


def test_links_inside_and_dangling_links_are_accounted_for(sip, ingested, given_back):
    folder = sip({b"dir/a.txt": b"one"})
    (folder / "to file").symlink_to("dir/a.txt")
    (folder / "to folder").symlink_to("dir")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "around").symlink_to("around")
    (folder / "absolute").symlink_to(folder / "dir" / "a.txt")
    (folder / os.fsdecode(b"\xff")).symlink_to(os.fsdecode(b"\xfe"))
    receipt = ingested(folder)
    rules = {exclusion.given: exclusion.rule for exclusion in receipt.exclusions}
    assert rules == {
        b"to file": "symbolic link",
        b"to folder": "symbolic link",
        b"absolute": "symbolic link",
        b"dangling": "dangling symbolic link",
        b"around": "dangling symbolic link",
        b"\xff": "dangling symbolic link",
    }
    given_back(receipt, folder)


def test_links_to_content_outside_are_refused_all_at_once(sip, ingested, tmp_path, archive):
    folder = sip(ONE)
    (tmp_path / "outside.txt").write_text("two")
    (folder / "out").symlink_to("../outside.txt")
    (folder / "up").symlink_to("..")
    (folder / "sibling").symlink_to(f"../{folder.name}-other")
    (tmp_path / f"{folder.name}-other").mkdir()
    with pytest.raises(Rejected) as raised:
        ingested(folder)
    named = [reason.partition(":")[0] for reason in raised.value.reasons]
    assert named == ["out", "sibling", "up"]
    assert nothing_lies_in(archive)


def nothing_lies_in(archive):
    keys = [key for store in archive.stores.values() for key in store.keys("ocfl/")]
    objects = [key for key in keys if "/v1/" in key]
    return not objects and not any(archive.scratch.iterdir()) and not archive.catalogue.packages()


def test_a_pipe_and_a_socket_have_no_content(sip, ingested, given_back, monkeypatch):
    folder = sip(ONE)
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    receipt = ingested(folder)
    assert {e.given: e.rule for e in receipt.exclusions} == {
        b"pipe": "named pipe",
        b"socket": "socket",
    }
    given_back(receipt, folder)


@pytest.mark.parametrize("seconds", [-5_000_000_000, -1, 0, 2**33 - 1, 10_413_792_000, 2**34 - 1])
def test_no_moment_of_change_is_too_far_away(sip, ingested, given_back, archive, seconds):
    folder = sip(ONE)
    os.utime(folder / "a.txt", (seconds, seconds))
    found = (folder / "a.txt").stat().st_mtime
    receipt = ingested(folder)
    given_back(receipt, folder)
    assert (folder / "a.txt").stat().st_mtime == found
    assert archive.catalogue.package(receipt.aip_id)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_what_cannot_be_read_is_refused_by_name(sip, ingested):
    folder = sip(ONE | {b"secret.txt": b"s"})
    (folder / "secret.txt").chmod(0)
    with pytest.raises(Rejected, match=r"secret\.txt: cannot be read"):
        ingested(folder)


@pytest.mark.parametrize("kind", ["empty", "folders only", "excluded only", "links only"])
def test_a_package_without_any_file_is_refused(kind, tmp_path, archive_folder, arkiv):
    folder = tmp_path / "sip"
    folder.mkdir()
    if kind == "folders only":
        (folder / "a" / "b").mkdir(parents=True)
    if kind == "links only":
        (folder / "a").symlink_to("b")
    if kind == "excluded only":
        (folder / "Thumbs.db").write_bytes(b"x")
        exclude(archive_folder, '"Thumbs.db"')
    code, (told,) = arkiv("ingest", folder)
    assert (code, told["status"]) == (3, "rejected")
    assert "no file to preserve" in told["reasons"][0]


def exclude(folder, patterns):
    file = folder / "arkiv.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("exclude = []", f"exclude = [{patterns}]"), "utf-8")


def test_excluded_files_are_named_with_their_rule_and_the_sums_agree(sip, arkiv, archive_folder):
    exclude(archive_folder, '"Thumbs.db", "*.tmp"')
    folder = sip(ONE | {b"d/Thumbs.db": b"12345", b"x.tmp": b"1", "ë.tmp".encode(): b"22"})
    code, (told,) = arkiv("ingest", folder)
    assert code == 0
    assert told["account"] == {
        "preserved": {"files": 1, "bytes": 4},
        "submission": {"files": 0, "bytes": 0},
        "excluded": {"files": 3, "bytes": 8},
        "received": {"files": 4, "bytes": 12},
    }
    assert [(e["path"], e["rule"]) for e in told["exclusions"]] == [
        ("d/Thumbs.db", "exclude Thumbs.db"),
        ("x.tmp", "exclude *.tmp"),
        ("ë.tmp", "exclude *.tmp"),
    ]


def test_objects_and_metadata_are_payload_and_submission(sip, ingested, given_back, archive):
    sheet = "filename,dc.title,dc.title[sq]\nobjects/,Deaths,Vdekjet\nobjects/ë.tif,One,\n"
    folder = sip(
        {
            b"objects/e\xcc\x88.tif": b"t",
            b"objects/metadata/x.xml": b"payload, for it lies in objects",
            b"metadata/metadata.csv": sheet.encode(),
            b"metadata/submissionDocumentation/letter \xff.txt": b"l",
            b"logs/log": b"g",
        }
    )
    receipt = ingested(folder)
    assert (receipt.account.preserved_files, receipt.account.submission_files) == (2, 3)
    given_back(receipt, folder)
    package = archive.catalogue.package(receipt.aip_id)
    told = {(r.about, s.value, s.language) for r in package.description for s in r.statements}
    assert told == {
        ("", "Deaths", ""),
        ("", "Vdekjet", "sq"),
        ("representations/original/data/e\u0308.tif", "One", ""),
    }


def test_a_row_finds_a_name_that_has_a_written_form_of_its_own(sip, ingested, archive):
    sheet = b"filename,dc.title\na^b.tif,One\nnobody.tif,Two\n"
    receipt = ingested(sip({b"a^b.tif": b"t", b"metadata/metadata.csv": sheet}))
    records = archive.catalogue.package(receipt.aip_id).description
    assert [r.first("title") for r in records if r.about] == ["One"]
    assert [w for w in receipt.warnings if "CSV-ABSENT" in w and "nobody.tif" in w]


@pytest.mark.parametrize(
    "sheet", [b"filename,dc.title\n.,a\x0bb\n", b"filename\x01,dc.title\n", b'filename\n"a\n']
)
def test_a_spreadsheet_that_cannot_be_read_is_refused(sip, ingested, sheet, archive):
    with pytest.raises(Rejected, match=r"metadata/metadata\.csv, line"):
        ingested(sip(ONE | {b"metadata/metadata.csv": sheet}))
    assert nothing_lies_in(archive)


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def a_bag(payload, encoding="UTF-8"):
    lines = "".join(f"{md5(content)}  data/{name}\n" for name, content in payload.items())
    declaration = f"BagIt-Version: 0.97\nTag-File-Character-Encoding: {encoding}\n"
    octets = sum(map(len, payload.values()))
    information = f"Contact-Name: Zoë\nPayload-Oxum: {octets}.{len(payload)}\n"
    return {f"data/{name}".encode(): content for name, content in payload.items()} | {
        b"bagit.txt": declaration.encode(),
        b"manifest-md5.txt": lines.encode(encoding),
        b"bag-info.txt": information.encode(encoding),
    }


PAYLOAD = {"ë/a.tif": b"aaa", "b.tif": b"bb", "empty": b""}


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_a_bag_is_verified_and_comes_back_with_its_tag_files(
    sip, ingested, given_back, archive, encoding
):
    folder = sip(a_bag(PAYLOAD, encoding))
    receipt = ingested(folder)
    assert (receipt.account.preserved_files, receipt.account.submission_files) == (3, 3)
    given_back(receipt, folder)
    fixity = [
        event.finding
        for event in archive.catalogue.events(receipt.aip_id)
        if event.finding.type is EventType.FIXITY_CHECK
    ]
    assert [(f.outcome, f.note) for f in fixity] == [(Outcome.SUCCESS, "3 of 6 files agree in MD5")]


def test_a_bag_without_payload_is_preserved_as_what_it_is(sip, ingested, given_back):
    folder = sip(a_bag({}))
    (folder / "data").mkdir()
    receipt = ingested(folder)
    assert (receipt.account.preserved_files, receipt.account.submission_files) == (0, 3)
    given_back(receipt, folder)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        (
            {b"data/b.tif": b"BB", "data/ë/a.tif".encode(): b"AAA"},
            ["RFC8493-3-DIGEST", "RFC8493-3-DIGEST"],
        ),
        ({b"data/b.tif": None, b"bag-info.txt": b""}, ["RFC8493-3-MISSING"]),
        ({b"data/extra": b"", b"bag-info.txt": b""}, ["RFC8493-3-UNLISTED"]),
        ({b"bag-info.txt": b"Payload-Oxum: 1.1\n"}, ["RFC8493-2.2.2-OXUM"]),
        ({b"bagit.txt": b"BagIt\n"}, ["RFC8493-2.1.1"]),
        ({b"data/empty": b"x"}, ["RFC8493-2.2.2-OXUM", "RFC8493-3-DIGEST"]),
    ],
)
def test_a_bag_that_is_not_what_it_says_is_refused_with_every_reason(
    sip, ingested, changes, reasons, archive
):
    files = a_bag(PAYLOAD) | changes
    folder = sip({name: content for name, content in files.items() if content is not None})
    with pytest.raises(Rejected) as raised:
        ingested(folder)
    assert len(raised.value.reasons) == len(reasons)
    for found, expected in zip(raised.value.reasons, reasons, strict=True):
        assert found.endswith(f"[{expected}]")
    assert nothing_lies_in(archive)


def test_a_package_that_is_preserved_is_refused_unless_it_is_wanted_again(sip, ingested, archive):
    folder = sip(ONE)
    first = ingested(folder)
    with pytest.raises(Rejected, match=f"already preserved, unchanged: found AIP {first.aip_id}"):
        ingested(folder)
    second = ingested(folder, again=True)
    assert len(archive.catalogue.packages()) == 2
    with pytest.raises(Rejected, match=f"found AIP {first.aip_id}"):
        ingested(folder)
    (folder / "a.txt").write_bytes(b"two\n")
    assert ingested(folder).aip_id not in (first.aip_id, second.aip_id)


class Meddler:
    """Progress that does something to the package when a step begins."""

    def __init__(self, step, deed):
        self.step, self.deed = step, deed

    def begin(self, step, _total):
        if step == self.step:
            self.deed()

    def advance(self, _amount):
        pass


DEEDS = {
    "edited": lambda file: file.write_bytes(b"ONE\n"),
    "grown": lambda file: file.write_bytes(b"one\nmore\n"),
    "cut": lambda file: file.write_bytes(b""),
    "removed": Path.unlink,
    "a link": lambda file: (file.rename(file.with_name("b")), file.symlink_to("b")),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "a pipe": lambda file: (file.unlink(), os.mkfifo(file)),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("step", ["verify", "store"])
def test_a_package_that_changes_on_its_way_is_refused_and_nothing_stays(
    sip, archive, deed, step, quiet
):
    folder = sip(ONE | {b"other.txt": b"other"})
    meddler = Meddler(step, lambda: DEEDS[deed](folder / "a.txt"))
    with pytest.raises(Rejected) as raised:
        ingest(archive, folder, again=False, progress=meddler)
    assert "a.txt" in str(raised.value)
    assert "submit again" in str(raised.value)
    assert nothing_lies_in(archive)
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"one\n")
    assert ingest(archive, folder, again=False, progress=quiet).copies


def test_the_original_is_not_touched(sip, ingested, tree):
    folder = sip(ONE | {b"d/\xff": b"x"})
    os.utime(folder / "a.txt", (5, 5))
    before = tree(folder), folder.stat(), (folder / "a.txt").stat().st_mtime
    ingested(folder)
    after = tree(folder), folder.stat(), (folder / "a.txt").stat().st_mtime
    assert [before[0], before[1].st_mtime_ns, before[2]] == [
        after[0],
        after[1].st_mtime_ns,
        after[2],
    ]


@pytest.mark.parametrize(
    "name", [b"\xff", b"a\nb", b"^", b"dot.", "Одлуке".encode(), b"-x", b"a b"]
)
def test_the_folder_of_a_package_may_have_any_name(tmp_path, fill, ingested, archive, name):
    folder = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), b"in", name)))
    folder.mkdir(parents=True)
    receipt = ingested(fill(folder, ONE))
    assert receipt.sip == written(name)
    assert archive.catalogue.package(receipt.aip_id).description[0].first("title") == written(name)
