"""Members of containers become files of their own where the agreement says so, and only there."""

import io
import tarfile
import zipfile

import py7zr
import pycdlib
import pytest

from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.model.premis import EventType, Outcome, object_identifier
from preservation.rules import Refused
from preservation.standards import premis
from preservation.standards.schema import SchemaName, validate

XML = b'<?xml version="1.0"?>\n<a>%s</a>\n'
PREMIS = "representations/original/metadata/preservation/premis.xml"
DATA = "representations/original/data/"


@pytest.fixture
def archive_folder(archive_folder):
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text = text.replace("identifiers = []", 'identifiers = ["siegfried"]')
    text = text.replace("validators = []", 'validators = ["xml", "zip"]')
    file.write_text(text, "utf-8")
    folder = archive_folder / "profiles/agreements"
    folder.mkdir(parents=True)
    kinds = '["zip", "tar", "tar.gz", "7z", "iso", "mbox"]'
    (folder / "made.toml").write_text(f"[formats]\nunpack = {kinds}\n", "utf-8")
    return archive_folder


@pytest.fixture
def brought(archive, quiet):
    def run(folder, agreement="made", *, again=False):
        return ingest(archive, folder, again=again, progress=quiet, agreement=agreement)

    return run


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def tarred(members, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as package:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            package.addfile(info, io.BytesIO(content))
    return out.getvalue()


def sevened(members):
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(content, name)
    return out.getvalue()


def burnt(members, **kind):
    """An ISO image with names of Rock Ridge, Joliet or UDF, as `kind` says."""
    image, out = pycdlib.PyCdlib(), io.BytesIO()
    image.new(interchange_level=3, **kind)
    (by,) = ({"rock_ridge": "rr_name", "joliet": "joliet_path", "udf": "udf_path"}[k] for k in kind)
    slash = "" if by == "rr_name" else "/"
    image.add_directory("/D", **{by: f"{slash}d"})
    for number, (name, content) in enumerate(members.items()):
        folder, _, own = name.rpartition("/")
        place = f"/D/F{number}.;1" if folder else f"/F{number}.;1"
        named = own if by == "rr_name" else f"/{name}"
        image.add_fp(io.BytesIO(content), len(content), place, **{by: named})
    image.write_fp(out)
    image.close()
    return out.getvalue()


MAIL = b"From a@b.c Fri May  1 10:00:00 2020\nFrom: a@b.c\nSubject: %s\n\n>From here\n\n"
BOX = MAIL % b"one" + MAIL % b"two"


def held(archive, receipt):
    return {file.original_name: file for file in archive.catalogue.files(receipt.aip_id)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zipped({"x.xml": XML % b"1", "d/y.xml": XML % b"2"})),
        ("a.tar", tarred({"x.xml": XML % b"1", "d/y.xml": XML % b"2"})),
        ("a.tar.gz", tarred({"x.xml": XML % b"1", "d/y.xml": XML % b"2"}, "w:gz")),
        ("a.iso", burnt({"x.xml": XML % b"1", "d/y.xml": XML % b"2"}, rock_ridge="1.09")),
        ("b.iso", burnt({"x.xml": XML % b"1", "d/y.xml": XML % b"2"}, joliet=3)),
        ("c.iso", burnt({"x.xml": XML % b"1", "d/y.xml": XML % b"2"}, udf="2.60")),
        ("a.7z", sevened({"x.xml": XML % b"1", "d/y.xml": XML % b"2"})),
    ],
)
def test_members_are_identified_and_judged(archive, sip, brought, name, content):
    receipt = brought(sip({name.encode(): content}))
    files = held(archive, receipt)
    assert set(files) == {name, f"{name}.members/x.xml", f"{name}.members/d/y.xml"}
    for inner in ("x.xml", "d/y.xml"):
        file = files[f"{name}.members/{inner}"]
        assert (file.puid, file.validity) == ("fmt/101", "well-formed")
        assert file.source == DATA + name
    assert files[name].source == ""
    assert receipt.account.preserved_files == 1, "one file was submitted"


def test_each_message_of_a_mailbox(archive, sip, brought, tmp_path, arkiv):
    receipt = brought(sip({b"in.mbox": BOX}))
    files = held(archive, receipt)
    assert [n for n, f in files.items() if f.source] == [
        "in.mbox.members/message-000001.eml",
        "in.mbox.members/message-000002.eml",
    ]
    arkiv("export", receipt.aip_id, "--to", tmp_path / "out")
    (message,) = (tmp_path / "out").rglob("message-000002.eml")
    assert message.read_bytes() == b"From: a@b.c\nSubject: two\n\n>From here\n"


def test_the_relation_is_in_premis_and_comes_back(archive, sip, brought, tmp_path, arkiv, quiet):
    receipt = brought(sip({b"a.zip": zipped({"x.xml": XML % b"1"}), b"b.txt": b"text"}))
    assert arkiv("export", receipt.aip_id, "--to", tmp_path / "out")[0] == 0
    (document,) = (tmp_path / "out").rglob(PREMIS)
    assert validate(document, SchemaName.PREMIS) == ()
    with document.open("rb") as stream:
        told = {file.original_name: file.source for file in premis.read(stream).files}
    assert told == {"a.zip": "", "b.txt": "", "a.zip.members/x.xml": f"{DATA}a.zip"}
    assert object_identifier(receipt.aip_id, f"{DATA}a.zip") in document.read_text("utf-8")
    code, (report,) = arkiv("check", tmp_path / "out" / receipt.aip_id)
    assert (code, report["status"]) == (0, "valid"), report["findings"]

    before = list(archive.catalogue.dump())
    rebuild(archive, store=None, progress=quiet)
    assert list(archive.catalogue.dump()) == before
    (event,) = [
        e.finding
        for e in archive.catalogue.events(receipt.aip_id)
        if e.finding.type is EventType.UNPACKING
    ]
    assert event.objects == (f"{DATA}a.zip", f"{DATA}a.zip.members/x.xml")


def test_the_originals_are_given_back_without_what_was_made_of_them(
    archive, sip, brought, tmp_path, arkiv, tree
):
    folder = sip({b"a.zip": zipped({"x.xml": XML % b"1"}), b"b.txt": b"text"})
    receipt = brought(folder)
    assert len(held(archive, receipt)) == 3
    out = tmp_path / "out"
    code, (told,) = arkiv("export", receipt.aip_id, "--to", out, "--as", "originals")
    assert (code, told["files"]) == (0, 2)
    assert tree(out / receipt.aip_id) == tree(folder)


def test_without_such_an_agreement_nothing_is_unpacked(archive, sip, brought):
    receipt = brought(sip({b"a.zip": zipped({"x.xml": XML % b"1"})}), "default")
    assert set(held(archive, receipt)) == {"a.zip"}


def test_an_office_document_is_no_container(archive, sip, brought, shared):
    document = next((shared / "corpora" / "format-corpus").rglob("lorem-ipsum.docx"))
    receipt = brought(sip({b"a.docx": document.read_bytes()}))
    assert set(held(archive, receipt)) == {"a.docx"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.zip", zipped({"../x": b"x"}), "CONTAINER"),
        ("a.zip", zipped({"x": b"x" * 999})[:-30], ""),
        ("a.iso", burnt({"x.xml": b"x" * 9000}, joliet=3)[:45_000], "ISO-DATA"),
    ],
)
def test_a_hostile_or_broken_container_is_kept_and_not_unpacked(
    archive, sip, brought, name, content, words
):
    receipt = brought(sip({name.encode(): content}))
    assert set(held(archive, receipt)) == {name}
    unpacking = [
        e.finding
        for e in archive.catalogue.events(receipt.aip_id)
        if e.finding.type is EventType.UNPACKING
    ]
    assert all(f.outcome is Outcome.NOT_PERFORMED and words in f.note for f in unpacking)


def test_names_that_are_taken_or_too_long(archive, sip, brought):
    content = zipped({"x.xml": XML % b"1"})
    long = b"x" * 251 + b".zip"
    folder = sip({b"a.zip": content, b"a.zip.members/mine": b"m", long: content})
    names = set(held(archive, brought(folder)))
    assert "a.zip.members-2/x.xml" in names
    assert "file.members/x.xml" in names


def test_the_same_package_is_known_again(sip, brought):

    folder = sip({b"a.zip": zipped({"x.xml": XML % b"1"})})
    brought(folder)
    with pytest.raises(Refused, match="SIP-AGAIN"):
        brought(folder)
