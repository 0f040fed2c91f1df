"""Office documents, containers, mail, databases and web archives tell of themselves, or why not."""

import gzip
import io
import json
import os
import shutil
import struct
import subprocess
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import py7zr
import pytest
from PIL import Image as Pillow

from preservation.errors import ToolFailed
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.packages import Characteristics
from preservation.model.premis import Application
from preservation.tools.characterizers.archives import Archives
from preservation.tools.characterizers.exiftool import ExifTool
from preservation.tools.characterizers.mail import Mail
from preservation.tools.characterizers.media import Media
from preservation.tools.characterizers.office import Office
from preservation.tools.characterizers.siard import Siard
from preservation.tools.characterizers.warc import Warc
from preservation.tools.process import Worker

CORE = (
    '<cp:coreProperties xmlns:cp="urn:c" xmlns:dc="urn:d" xmlns:dcterms="urn:t">'
    "<dc:title>Vendim për shkollën</dc:title><dc:creator>Arta</dc:creator>"
    "<dcterms:created>2019-05-01T10:00:00Z</dcterms:created></cp:coreProperties>"
)
APP = (
    '<Properties xmlns="urn:a"><Application>Writer</Application><AppVersion>16.0</AppVersion>'
    "<Pages>3</Pages><Words>99</Words></Properties>"
)
RELATIONS = (
    '<Relationships xmlns="urn:r">'
    '<Relationship TargetMode="External" Type="x/hyperlink" Target="http://a.b"/>'
    '<Relationship TargetMode="External" Type="x/image" Target="http://a.b/c.png"/>'
    "</Relationships>"
)
META = (
    '<office:document-meta xmlns:office="urn:o" xmlns:dc="urn:d" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><office:meta>'
    "<dc:title>Protokoll</dc:title><meta:creation-date>2020-01-02T03:04:05.678</meta:creation-date>"
    "<meta:generator>LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40</meta:generator>"
    '<meta:document-statistic meta:page-count="2" meta:word-count="8" meta:table-count="0"/>'
    "</office:meta></office:document-meta>"
)


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)


def write_office(path):
    zipped(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": CORE,
            "docProps/app.xml": APP,
            "word/_rels/document.xml.rels": RELATIONS,
            "word/vbaProject.bin": "x",
            "word/embeddings/a.xlsx": "x",
        },
    )


def write_archive(path):
    zipped(path, {"a.txt": "a" * 1000, "b/c.zip": "x", "../d": "y", "e/": ""})


def message(**headers):
    made = EmailMessage()
    told = {"From": "Arta <a@b.c>", "To": "x@y.z, q@r.s", "Subject": "Kërkesë për dokument"}
    told |= {"Date": "Fri, 01 May 2020 10:00:00 +0200", "Message-ID": "<1@b.c>"} | headers
    for name, value in told.items():
        made[name] = value
    made.set_content("Përshëndetje")
    return made


def write_mail(path):
    made = message(**{"X-Mailer": "Thunderbird"})
    made.add_attachment(b"1234", maintype="application", subtype="pdf", filename="plan.pdf")
    with open(path, "wb") as file:
        file.write(bytes(made))


SIARD = """<siardArchive xmlns="http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd" version="2.1">
<dbname>Popullsia</dbname><producerApplication>SIARD Suite 2.1</producerApplication>
<archivalDate>2021-02-03</archivalDate><databaseProduct>Oracle 19c</databaseProduct>
<schemas><schema><name>PUB</name><tables>
<table><name>njerez</name><columns/><rows>12</rows></table>
<table><name>rruge</name><columns/><rows>30</rows></table>
</tables></schema></schemas></siardArchive>"""


def write_siard(path):
    zipped(
        path,
        {
            "header/siardversion/2.1/": "",
            "header/metadata.xml": SIARD,
            "content/schema0/table0/lob1/record0.bin": "x",
        },
    )


def record(kind, block, version=b"1.1", when=b"2020-05-01T10:00:00Z"):
    return b"WARC/%b\r\nWARC-Type: %b\r\nWARC-Date: %b\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (
        version,
        kind,
        when,
        len(block),
        block,
    )


INFO = record(b"warcinfo", b"software: Heritrix/3.4.0 http://x\r\nformat: WARC\r\n")
RECORDS = (
    INFO,
    record(b"request", b"GET / HTTP/1.1\r\n\r\n", when=b"2020-05-02T10:00:00Z"),
    record(b"response", b"x" * 5000, when=b"2020-05-03T10:00:00Z"),
)


def write_warc(path):
    with open(path, "wb") as file:
        file.write(b"".join(RECORDS))


def write_media(path):
    source = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
    command = ["ffmpeg", "-v", "error", "-y", *source, "-f", "wav", f"{path}.made"]
    subprocess.run(command, check=True)
    os.rename(f"{path}.made", path)


def write_rtf(path):
    with open(path, "w") as file:
        file.write("{\\rtf1\\ansi{\\info{\\title Vendim}{\\author Arta}}Text.}")


TOOLS = {
    "media": (Media, write_media),
    "exiftool": (ExifTool, write_rtf),
    "office": (Office, write_office),
    "archives": (Archives, write_archive),
    "mail": (Mail, write_mail),
    "siard": (Siard, write_siard),
    "warc": (Warc, write_warc),
}


PROGRAMS = {"media": "mediainfo", "exiftool": "exiftool"}
"""What some of them need beside Python; in CI it must be there."""


def need(program):
    for name in (program, "ffmpeg") if program else ():
        if shutil.which(name) is None and "CI" not in os.environ:
            pytest.skip(f"{name} is not installed: sh deploy/packages")


@pytest.fixture(scope="module")
def tools():
    made = {name: make() for name, (make, _) in TOOLS.items()}
    yield made
    for tool in made.values():
        tool.close()


@pytest.fixture(params=TOOLS)
def case(request, tools):
    need(PROGRAMS.get(request.param))
    return tools[request.param], TOOLS[request.param][1]


def told(tool, path):
    (found,) = tool.characterize([os.fsencode(path)])
    return found


def facts(tool, path):
    found = told(tool, path)
    assert isinstance(found, Characteristics), found
    return dict(found.facts)


@pytest.mark.parametrize("name", [b"a", b"\xff\n.x", "é 文.x".encode(), b"x" * 255])
def test_a_name_does_not_matter(case, tmp_path, name):
    tool, write = case
    write(str(tmp_path / "plain"))
    expected = told(tool, tmp_path / "plain")
    odd = os.path.join(os.fsencode(tmp_path), name)
    os.rename(tmp_path / "plain", odd)
    assert told(tool, odd) == expected
    assert expected.facts
    assert "damage" not in dict(expected.facts)


def test_order_is_kept_and_a_missing_file_is_a_reason(case, tmp_path):
    tool, write = case
    write(str(tmp_path / "good"))
    paths = [os.fsencode(tmp_path / "good"), os.fsencode(tmp_path / "gone")] * 40
    found = list(tool.characterize(paths))
    assert all(isinstance(one, Characteristics) for one in found[::2])
    assert all("No such file" in one for one in found[1::2])
    assert str(tmp_path) not in found[1]


def test_a_file_cut_anywhere_tells_a_reason_or_damage_and_hurts_nobody(case, tmp_path):
    tool, write = case
    write(str(tmp_path / "whole"))
    whole = (tmp_path / "whole").read_bytes()
    paths = []
    for number in range(40):
        paths.append(tmp_path / f"cut{number}")
        paths[-1].write_bytes(whole[: len(whole) * number // 40])
    *found, last = tool.characterize([os.fsencode(p) for p in [*paths, tmp_path / "whole"]])
    assert all(isinstance(one, (str, Characteristics)) for one in found)
    assert not any("failed" in one for one in found if isinstance(one, str)), found
    assert last == told(tool, tmp_path / "whole")


# MediaInfo and ExifTool tell what it is instead.
@pytest.mark.parametrize("case", ["office", "archives", "mail", "siard", "warc"], indirect=True)
@pytest.mark.parametrize("content", [b"rubbish" * 50, b"\1" * 5000, b"PK\x03\x04" * 99])
def test_rubbish_is_a_reason_or_damage(case, tmp_path, content):
    tool, _ = case
    (tmp_path / "bad").write_bytes(content)
    found = told(tool, tmp_path / "bad")
    if isinstance(found, Characteristics):
        assert {"damage"} <= {name for name, _ in found.facts} or not found.facts
    else:
        assert "failed" not in found


@pytest.mark.parametrize("function", ["none_each", "lists_of_nothing", "numbers"])
def test_nonsense_is_a_reason(case, tmp_path, monkeypatch, unruly, function):
    tool, write = case
    write(str(tmp_path / "good"))
    with Worker("odd", getattr(unruly, function)) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        found = told(tool, tmp_path / "good")
    assert isinstance(found, str)
    assert found.startswith("odd")


@pytest.mark.parametrize("function", ["leave", "crash", "hang", "fail"])
def test_a_tool_that_does_not_work_is_an_error(case, tmp_path, monkeypatch, unruly, function):
    tool, write = case
    write(str(tmp_path / "good"))
    with Worker("dead", getattr(unruly, function)) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        monkeypatch.setattr(tool, "_patience", 1)
        with pytest.raises(ToolFailed, match="dead"):
            told(tool, tmp_path / "good")


@pytest.mark.parametrize(
    ("puid", "mime", "name"),
    [
        ("fmt/412", "application/vnd.openxmlformats-officedocument.wordprocessingml.x", "office"),
        ("fmt/40", "application/msword", "office"),
        ("fmt/291", "application/vnd.oasis.opendocument.text", "office"),
        ("fmt/494", "", "office"),
        ("x-fmt/263", "application/zip", "archives"),
        ("x-fmt/265", "application/x-tar", "archives"),
        ("fmt/278", "message/rfc822", "mail"),
        ("x-fmt/430", "application/vnd.ms-outlook", "mail"),
        ("fmt/1777", "", "siard"),
        ("fmt/289", "application/warc", "warc"),
        ("fmt/141", "audio/x-wav", "media"),
        ("fmt/569", "video/x-matroska", "media"),
        ("fmt/50", "application/rtf, text/rtf", "exiftool"),
        ("x-fmt/453", "application/x-font-ttf", "exiftool"),
        ("x-fmt/92", "image/vnd.adobe.photoshop", "exiftool"),
        ("fmt/353", "image/tiff", None),
    ],
)
def test_each_format_goes_to_one_tool(tools, puid, mime, name):
    one = Format(Puid(puid), "x", mime=mime)
    assert [tool for tool, it in tools.items() if it.handles(one)] == ([name] if name else [])


class TestOffice:
    def test_what_a_document_says_of_itself(self, tools, tmp_path):
        write_office(tmp_path / "a.docm")
        found = told(tools["office"], tmp_path / "a.docm")
        assert dict(found.facts) == {
            "title": "Vendim për shkollën",
            "creator": "Arta",
            "created": "2019-05-01T10:00:00Z",
            "pages": "3",
            "words": "99",
            "macros": "yes",
            "embedded objects": "1",
            "external links": "1",
        }
        assert found.applications == (Application("Writer", "16.0", "2019-05-01T10:00:00Z"),)

    def test_opendocument(self, tools, tmp_path):
        zipped(tmp_path / "a.odt", {"mimetype": "x", "meta.xml": META, "Basic/S/M.xml": "x"})
        found = told(tools["office"], tmp_path / "a.odt")
        assert dict(found.facts) == {
            "title": "Protokoll",
            "created": "2020-01-02T03:04:05.678",
            "pages": "2",
            "words": "8",
            "macros": "yes",
        }
        assert found.applications == (Application("LibreOffice", "7.4.7.2", "2020-01-02T03:04:05"),)

    def test_what_is_locked_hinders_use(self, tools, tmp_path, shared, ole2):
        corpus = shared / "corpora" / "archivematica-transfers"
        locked = [*corpus.rglob("password-is-peanut.odt"), *corpus.rglob("*_password_is_*.doc")]
        assert len(locked) == 2
        (tmp_path / "a.docx").write_bytes(ole2.compound({"EncryptedPackage": b"x"}))
        for path in (*locked, tmp_path / "a.docx"):
            assert told(tools["office"], path).inhibitors == ("password protection",)
        (free,) = corpus.rglob("aaa_no_password.doc")
        assert told(tools["office"], free).inhibitors == ()

    def test_an_old_document(self, tools, shared):
        (path,) = (shared / "corpora" / "format-corpus").rglob("MonteCarlo.xls")
        found = told(tools["office"], path)
        assert dict(found.facts)["creator"] == "Hans Riezebos"
        assert found.applications == (Application("Microsoft Excel", "", "1998-12-21T14:57:07Z"),)

    def test_a_part_that_is_no_xml_is_damage(self, tools, tmp_path):
        zipped(tmp_path / "a.docx", {"docProps/core.xml": "<a>", "docProps/app.xml": APP})
        found = facts(tools["office"], tmp_path / "a.docx")
        assert found["pages"] == "3"
        assert "core.xml is not well-formed" in found["damage"]

    def test_control_characters_do_not_reach_premis(self, tools, tmp_path):
        text = CORE.replace("Arta", "Ar\u0085\u200bta&#9;x")
        zipped(tmp_path / "a.docx", {"docProps/core.xml": text})
        assert facts(tools["office"], tmp_path / "a.docx")["creator"] == "Ar \u200bta x"


class TestArchives:
    def test_a_zip(self, tools, tmp_path):
        write_archive(tmp_path / "a.zip")
        assert facts(tools["archives"], tmp_path / "a.zip") == {
            "entries": "4",
            "files": "3",
            "unpacked octets": "1002",
            "unsafe names": "1",
            "nested containers": "1",
            "compression": "deflate",
        }

    @pytest.mark.parametrize("mode", ["w", "w:gz"])
    def test_a_tar(self, tools, tmp_path, mode):
        with tarfile.open(tmp_path / "a.tar", mode) as package:
            for name in ("a", "b/c"):
                info = tarfile.TarInfo(name)
                info.size = 10
                package.addfile(info, io.BytesIO(b"x" * 10))
            link = tarfile.TarInfo("l")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            package.addfile(link)
        found = facts(tools["archives"], tmp_path / "a.tar")
        assert found.pop("compression", "") == ("gzip" if mode == "w:gz" else "")
        assert found == {
            "entries": "3",
            "files": "2",
            "unpacked octets": "20",
            "links and devices": "1",
        }

    def test_a_packed_file_that_is_no_tar(self, tools, tmp_path):
        (tmp_path / "a.gz").write_bytes(gzip.compress(b"text" * 900))
        assert facts(tools["archives"], tmp_path / "a.gz") == {"compression": "gzip"}

    def test_a_7z_and_a_locked_one(self, tools, tmp_path):
        for name, password in (("a.7z", None), ("b.7z", "secret")):
            with py7zr.SevenZipFile(tmp_path / name, "w", password=password) as package:
                package.writestr(b"x" * 100, "a.txt")
        assert facts(tools["archives"], tmp_path / "a.7z")["unpacked octets"] == "100"
        assert told(tools["archives"], tmp_path / "b.7z").inhibitors == ("encryption",)

    def test_encrypted_entries_hinder_use(self, tools, tmp_path):
        write_archive(tmp_path / "a.zip")
        content = bytearray((tmp_path / "a.zip").read_bytes())
        content[content.index(b"PK\x01\x02") + 8] |= 1
        (tmp_path / "a.zip").write_bytes(content)
        found = told(tools["archives"], tmp_path / "a.zip")
        assert (found.inhibitors, dict(found.facts)["encrypted entries"]) == (("encryption",), "1")

    def test_a_bomb_is_listed_and_not_unpacked(self, tools, tmp_path):
        with gzip.open(tmp_path / "bomb.tgz", "wb", 1) as file:
            info = tarfile.TarInfo("a")
            info.size = 64 << 30
            file.write(info.tobuf(tarfile.GNU_FORMAT))
            file.write(bytes(8 << 20))
        found = told(tools["archives"], tmp_path / "bomb.tgz")
        assert isinstance(found, str)
        assert "octets" in found


class TestMail:
    def test_a_message(self, tools, tmp_path):
        write_mail(tmp_path / "a.eml")
        found = told(tools["mail"], tmp_path / "a.eml")
        assert dict(found.facts) == {
            "from": "Arta <a@b.c>",
            "subject": "Kërkesë për dokument",
            "message id": "<1@b.c>",
            "recipients (to)": "2",
            "date": "2020-05-01T10:00:00+02:00",
            "attachments": "1",
            "attachment": "plan.pdf (application/pdf, 4 octets)",
        }
        assert found.applications == (Application("Thunderbird"),)

    def test_what_is_encrypted_and_what_is_signed(self, tools, tmp_path):
        for kind in ("multipart/encrypted", "multipart/signed"):
            text = f"Subject: x\nContent-Type: {kind}; boundary=b\n\n--b\n\nx\n--b--\n"
            (tmp_path / kind[10:]).write_text(text)
        assert told(tools["mail"], tmp_path / "encrypted").inhibitors == ("encryption",)
        assert facts(tools["mail"], tmp_path / "signed")["signed"] == "yes"

    def test_a_mailbox(self, tools, tmp_path):
        parts = []
        for day in (3, 1, 2):
            made = message(Date=f"Fri, 0{day} May 2020 10:00:00 +0000")
            parts.append(b"From a@b.c Fri May  1 10:00:00 2020\n" + bytes(made) + b"\n")
        (tmp_path / "a.mbox").write_bytes(b"".join(parts) + b"\nFromage\n>From x\n")
        assert facts(tools["mail"], tmp_path / "a.mbox") == {
            "messages": "3",
            "first date": "2020-05-01T10:00:00+00:00",
            "last date": "2020-05-03T10:00:00+00:00",
        }

    def test_a_message_of_outlook(self, tools, tmp_path, ole2):
        sent = datetime(2020, 5, 1, 8, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
        ticks = sent // timedelta(microseconds=1) * 10
        properties = bytes(32) + struct.pack("<IIQ", 0x00390040, 6, ticks)
        streams = {
            "__properties_version1.0": properties,
            "__substg1.0_0037001F": "Kërkesë".encode("utf-16-le"),
            "__substg1.0_0C1A001E": b"Arta",
            "__substg1.0_0E04001F": "x; y".encode("utf-16-le"),
            "__attach_version1.0_#00000000/__substg1.0_3707001F": "plan.pdf".encode("utf-16-le"),
        }
        (tmp_path / "a.msg").write_bytes(ole2.compound(streams))
        assert facts(tools["mail"], tmp_path / "a.msg") == {
            "from": "Arta",
            "subject": "Kërkesë",
            "recipients (to)": "2",
            "date": "2020-05-01T08:00:00+00:00",
            "attachments": "1",
            "attachment": "plan.pdf (0 octets)",
        }


class TestSiard:
    def test_tables_and_rows(self, tools, tmp_path):
        write_siard(tmp_path / "a.siard")
        found = told(tools["siard"], tmp_path / "a.siard")
        assert found.facts == (
            ("SIARD version", "2.1"),
            ("database", "Popullsia"),
            ("archived", "2021-02-03"),
            ("database product", "Oracle 19c"),
            ("schemas", "1"),
            ("tables", "2"),
            ("rows", "42"),
            ("table", "PUB.njerez: 12 rows"),
            ("table", "PUB.rruge: 30 rows"),
            ("large objects", "1"),
        )
        assert found.applications == (Application("SIARD Suite 2.1"),)

    def test_without_metadata_it_is_damaged(self, tools, tmp_path):
        zipped(tmp_path / "a.siard", {"content/x": "x"})
        assert "metadata.xml is missing" in facts(tools["siard"], tmp_path / "a.siard")["damage"]


class TestWarc:
    @pytest.mark.parametrize("packed", [False, True])
    def test_records_and_dates(self, tools, tmp_path, packed):
        parts = [gzip.compress(part) for part in RECORDS] if packed else RECORDS
        (tmp_path / "a.warc").write_bytes(b"".join(parts))
        found = told(tools["warc"], tmp_path / "a.warc")
        expected = {
            "version": "1.1",
            "records": "3",
            "records (request)": "1",
            "records (response)": "1",
            "records (warcinfo)": "1",
            "first date": "2020-05-01T10:00:00Z",
            "last date": "2020-05-03T10:00:00Z",
        }
        assert dict(found.facts) == expected | ({"compression": "gzip"} if packed else {})
        assert found.applications == (Application("Heritrix", "3.4.0"),)

    def test_a_last_record_that_is_cut_is_damage(self, tools, tmp_path):
        (tmp_path / "a.warc").write_bytes(b"".join(RECORDS)[:-100])
        found = facts(tools["warc"], tmp_path / "a.warc")
        assert found["records"] == "2"
        assert found["damage"] == "after 2 records: it ends 96 octets before the end of a record"

    def test_arc(self, tools, tmp_path):
        block = b"1 0 Heritrix\nURL IP-address Archive-date Content-type Archive-length\n"
        head = b"filedesc://a.arc 0.0.0.0 20050101000000 text/plain %d\n" % len(block)
        page = b"http://a.b/ 1.2.3.4 20060203040506 text/html 5\nhello\n"
        (tmp_path / "a.arc").write_bytes(head + block + b"\n" + page)
        assert facts(tools["warc"], tmp_path / "a.arc") == {
            "version": "ARC",
            "records": "2",
            "records (document)": "1",
            "records (filedesc)": "1",
            "first date": "2005-01-01T00:00:00Z",
            "last date": "2006-02-03T04:05:06Z",
        }


class TestMedia:
    def test_a_recording(self, tools, tmp_path):
        need("mediainfo")
        write_media(str(tmp_path / "a.wav"))
        found = told(tools["media"], tmp_path / "a.wav")
        expected = {
            "container": "Wave",
            "duration in seconds": "1.000",
            "audio streams": "1",
            "audio codec": "PCM",
            "audio samples a second": "44100",
            "audio bits a sample": "16",
            "audio channels": "1",
        }
        assert expected.items() <= dict(found.facts).items()
        ((by, output),) = found.outputs
        assert by == "MediaInfo"
        assert {track["@type"] for track in json.loads(output)["track"]} == {"General", "Audio"}
        assert str(tmp_path) not in output

    def test_a_film_and_what_made_it(self, tools, shared):
        need("mediainfo")
        (path,) = (shared / "corpora" / "format-corpus").rglob("png.mov")
        found = told(tools["media"], path)
        assert dict(found.facts)["video codec"] == "PNG"
        assert dict(found.facts)["video width"] == "320"
        assert found.applications == (Application("Apple QuickTime", "", "2012-11-16T18:44:44Z"),)


class TestExifTool:
    def test_a_text_with_properties(self, tools, tmp_path):
        need("exiftool")
        write_rtf(tmp_path / "a.rtf")
        found = told(tools["exiftool"], tmp_path / "a.rtf")
        assert dict(found.facts) == {"kind": "RTF", "title": "Vendim", "creator": "Arta"}
        ((by, output),) = found.outputs
        assert (by, json.loads(output)["RTF:Title"]) == ("ExifTool", "Vendim")
        assert "links-" not in output

    def test_where_a_photograph_was_taken_is_not_told_as_a_fact(self, tools, tmp_path):
        need("exiftool")
        picture = Pillow.new("RGB", (8, 8))
        exif = picture.getexif()
        exif[0x0131] = "Camera 1.0"
        exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 49.0, 0.0), 3: "E", 4: (20.0, 58.0, 0.0)})
        picture.save(tmp_path / "a.jpg", exif=exif)
        found = told(tools["exiftool"], tmp_path / "a.jpg")
        assert dict(found.facts)["GPS position"] == "yes"
        assert not any("42" in value for _, value in found.facts)
        assert found.applications == (Application("Camera 1.0"),)
