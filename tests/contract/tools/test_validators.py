"""Every validator gives one judgement a file, in order, and a failure of its own is no fault."""

import os
import shutil
import struct
import subprocess
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image as Pillow

from preservation.errors import ToolFailed
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.validity import FAULTY, Candidate, Judgement, Verdict
from preservation.tools.process import Worker
from preservation.tools.tool import cleaned
from preservation.tools.validators.image import Image
from preservation.tools.validators.jhove import Jhove, classpath
from preservation.tools.validators.jp2 import Jp2
from preservation.tools.validators.media import Media
from preservation.tools.validators.mediaconch import MediaConch
from preservation.tools.validators.pdf import Pdf, judge
from preservation.tools.validators.png import Png
from preservation.tools.validators.xml import Xml
from preservation.tools.validators.zip import Zip

PROGRAMS = {"jhove": "jhove", "media": "ffmpeg", "png": "pngcheck", "mediaconch": "mediaconch"}
"""What some of them need beside Python; in CI it must be there."""
KNOWN = Candidate(Format(Puid("fmt/1"), "x"))
NOT_PERFORMED = Verdict.NOT_PERFORMED
SOUND = {Verdict.VALID, Verdict.WELL_FORMED}


def write_pdf(path):
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.obj.Contents = pikepdf.Stream(pdf, b"0 0 m " * 300)
        pdf.save(path)


def write_image(path, form="PNG"):
    Pillow.effect_noise((90, 60), 80).save(path, form)


def write_tiff(path):
    write_image(path, "TIFF")


def write_xml(path):
    with open(path, "w") as file:
        file.write("<a>" + "<b>text</b>" * 99 + "</a>")


def write_zip(path):
    with zipfile.ZipFile(path, "w") as package:
        for name in ("a.txt", "b/c.txt"):
            package.writestr(name, os.urandom(999))


def write_media(path):
    record(path, "matroska", "ffv1", "flac")


def record(path, container, *codecs):
    """A second of test picture and sound."""
    picture, sound = codecs
    source = ["-f", "lavfi", "-i", "testsrc=duration=1:size=160x120:rate=10"]
    source += ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
    coded = ["-c:v", picture, "-level", "3", "-slicecrc", "1", "-c:a", sound]
    made = f"{path}.made"
    command = ["ffmpeg", "-v", "error", "-y", *source, *coded, "-f", container, made]
    subprocess.run(command, check=True)
    os.rename(made, path)


def write_jp2(path):
    Pillow.effect_noise((90, 60), 80).save(path, "JPEG2000", no_jp2=False)


TOOLS = {
    "media": (Media, write_media, "video/x-matroska"),
    "jhove": (Jhove, write_tiff, "image/tiff"),
    "png": (Png, write_image, "image/png"),
    "mediaconch": (MediaConch, write_media, None),
    "jp2": (Jp2, write_jp2, None),
    "pdf": (Pdf, write_pdf, "application/pdf"),
    "image": (Image, write_image, "image/png"),
    "xml": (Xml, write_xml, "text/xml"),
    "zip": (Zip, write_zip, "application/zip"),
}


@pytest.fixture(scope="module")
def tools():
    made = {name: make() for name, (make, _, _) in TOOLS.items()}
    yield made
    for tool in made.values():
        tool.close()


@pytest.fixture(params=TOOLS)
def case(request, tools):
    need(PROGRAMS.get(request.param))
    return tools[request.param], TOOLS[request.param][1]


def need(program):
    if program == "jhove" and not os.path.isfile(classpath().split(":")[0]):
        assert "CI" not in os.environ, "JHOVE is not installed: sh deploy/tools"
        pytest.skip("JHOVE is not installed: sh deploy/tools")
    if program == "jhove":
        return
    if program and shutil.which(program) is None and "CI" not in os.environ:
        pytest.skip(f"{program} is not installed: sh deploy/packages")


def judged(tool, *paths):
    return list(tool.validate([(os.fsencode(path), KNOWN) for path in paths]))


def one(tool, path):
    (found,) = judged(tool, path)
    return found


@pytest.mark.parametrize("name", [b"a", b"\xff\n.x", "é 文.x".encode(), b"x" * 255])
def test_a_name_does_not_matter(case, tmp_path, name):
    tool, write = case
    write(str(tmp_path / "plain"))
    odd = os.path.join(os.fsencode(tmp_path), name)
    os.rename(tmp_path / "plain", odd)
    found = one(tool, odd)
    assert found.verdict in SOUND
    assert found.agent == str(tool.agent)
    assert found.against


def test_order_is_kept_over_batches_and_a_missing_file_is_not_judged(case, tmp_path):
    tool, write = case
    write(str(tmp_path / "good"))
    found = judged(tool, *[tmp_path / "good", tmp_path / "gone"] * 70)
    assert {it.verdict for it in found[::2]} <= SOUND
    assert {it.verdict for it in found[1::2]} == {NOT_PERFORMED}
    assert "No such file" in found[1].note
    assert str(tmp_path) not in found[1].note


def test_a_file_cut_in_its_middle_is_not_well_formed(case, tmp_path):
    tool, write = case
    write(str(tmp_path / "cut"))
    os.truncate(tmp_path / "cut", os.path.getsize(tmp_path / "cut") * 2 // 3)
    found = one(tool, tmp_path / "cut")
    assert found.verdict in FAULTY
    assert found.note


@pytest.mark.parametrize("content", [b"", b"rubbish" * 50, b"\0" * 5000])
def test_what_does_not_begin_as_the_format_is_not_judged(case, tmp_path, content):
    tool, _ = case
    (tmp_path / "other").write_bytes(content)
    assert one(tool, tmp_path / "other").verdict is NOT_PERFORMED


@pytest.mark.parametrize("function", ["none_each", "lists_of_nothing", "numbers", "faulty_words"])
def test_nonsense_is_no_verdict(case, tmp_path, monkeypatch, unruly, function):
    tool, write = case
    write(str(tmp_path / "good"))
    assert tool.agent
    with Worker("odd", getattr(unruly, function)) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        found = one(tool, tmp_path / "good")
    assert found.verdict is NOT_PERFORMED
    assert "odd" in found.note


@pytest.mark.parametrize("function", ["hang", "crash", "kill_itself", "leave", "fail"])
def test_a_tool_that_does_not_work_is_an_error(case, tmp_path, monkeypatch, unruly, function):
    tool, write = case
    write(str(tmp_path / "good"))
    assert tool.agent
    with Worker("dead", getattr(unruly, function)) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        monkeypatch.setattr(tool, "_patience", 1)
        with pytest.raises(ToolFailed, match="dead"):
            judged(tool, tmp_path / "good")


def test_one_file_that_kills_the_tool_costs_no_other_its_judgement(case, monkeypatch, unruly):
    tool, _ = case
    assert tool.agent
    with Worker("fussy", unruly.fussy_judge) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        monkeypatch.setattr(tool, "_patience", 2)
        found = judged(tool, "/a", "/crash", "/b", "/hang", "/c")
    assert [it.verdict for it in found] == [
        Verdict.WELL_FORMED,
        NOT_PERFORMED,
        Verdict.WELL_FORMED,
        NOT_PERFORMED,
        Verdict.WELL_FORMED,
    ]
    assert "timed out" in found[3].note


@pytest.mark.parametrize("name", [name for name in TOOLS if TOOLS[name][2]])
def test_each_handles_its_media_types_and_damaged_files_by_extension(tools, name):
    tool, mime = tools[name], TOOLS[name][2]
    assert tool.handles(Candidate(Format(Puid("fmt/1"), "x", mime=f"{mime}, application/x")))
    assert not tool.handles(Candidate(Format(Puid("fmt/1"), "x", mime="text/plain"), name))
    extension = {"image": "png", "jhove": "tif", "media": "mkv"}.get(name, name)
    assert name == "png" or tool.handles(Candidate(Format(None, "unknown"), extension))
    assert not tool.handles(Candidate(Format(None, "unknown"), "doc"))


def test_words_of_tools_become_one_short_line():
    assert cleaned("a\0b\n\x1b[31m  c\udcff") == "a b [31m c"
    assert len(cleaned("x" * 5000)) == 1000
    assert Judgement("a", Verdict.VALID, "b", cleaned("é文")).note == "é文"


class TestPdf:
    def test_a_password_is_no_fault(self, tools, tmp_path):
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            encryption = pikepdf.Encryption(owner="boss", user="secret")
            pdf.save(tmp_path / "a.pdf", encryption=encryption)
        found = one(tools["pdf"], tmp_path / "a.pdf")
        assert (found.verdict, "password" in found.note) == (NOT_PERFORMED, True)

    def test_a_bad_stream_deep_inside_is_found_and_no_path_told(self, tools, tmp_path):
        path = tmp_path / "a.pdf"
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            packed = zlib.compress(os.urandom(900))
            spoilt = packed[:20] + bytes(20) + packed[40:]
            page.obj.Contents = pikepdf.Stream(pdf, spoilt, Filter=pikepdf.Name.FlateDecode)
            pdf.save(path)
        found = one(tools["pdf"], path)
        assert found.verdict is Verdict.NOT_WELL_FORMED
        assert "a.pdf" not in found.note

    def test_a_bomb_costs_only_itself_the_answer(self, tools, tmp_path, monkeypatch):
        bomb = tmp_path / "bomb.pdf"
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            content = zlib.compress(bytes(400 << 20), 1)
            page.obj.Contents = pikepdf.Stream(pdf, content, Filter=pikepdf.Name.FlateDecode)
            pdf.save(bomb, recompress_flate=False)
        assert bomb.stat().st_size < 4 << 20
        write_pdf(tmp_path / "good.pdf")
        with Worker("pikepdf", judge, memory=400 << 20) as small:
            monkeypatch.setattr(tools["pdf"], "_worker", small)
            first, second = judged(tools["pdf"], bomb, tmp_path / "good.pdf")
        # qpdf itself calls this an error in the content stream, which it is not.
        assert first.verdict is NOT_PERFORMED
        assert first.note == "pikepdf failed: MemoryError: more than 400 MiB would be needed"
        assert second.verdict is Verdict.WELL_FORMED


class TestImage:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "JPEG2000", "WEBP", "TIFF"])
    def test_whole_and_cut(self, tools, tmp_path, form):
        path = tmp_path / "image"
        Pillow.effect_noise((200, 100), 80).save(path, form)
        assert one(tools["image"], path).verdict is Verdict.WELL_FORMED
        os.truncate(path, path.stat().st_size // 2)
        cut = one(tools["image"], path)
        assert cut.verdict is not Verdict.WELL_FORMED
        if form not in ("TIFF", "WEBP"):  # without its directory it does not begin as an image
            assert cut.verdict in FAULTY

    def test_the_last_page_is_looked_at_too(self, tools, tmp_path):
        path = tmp_path / "pages.tif"
        pages = [Pillow.effect_noise((90, 60), 80) for _ in range(3)]
        pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
        whole = path.read_bytes()
        assert one(tools["image"], path).verdict is Verdict.WELL_FORMED
        with Pillow.open(path) as image:
            image.seek(2)
            (offset,) = image.tag_v2[273][:1]
        path.write_bytes(whole[:offset] + b"\xff" * 2000 + whole[offset + 2000 :])
        assert one(tools["image"], path).verdict is Verdict.NOT_WELL_FORMED

    def test_a_picture_beyond_the_limit_is_not_decoded(self, tools, tmp_path):
        path = tmp_path / "huge.png"
        chunk = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + struct.pack(">I", 13)
            + chunk
            + struct.pack(">I", zlib.crc32(chunk))
            + struct.pack(">I", 0)
            + b"IDAT"
            + struct.pack(">I", zlib.crc32(b"IDAT"))
        )
        found = one(tools["image"], path)
        assert (found.verdict, "3600000000 pixels" in found.note) == (NOT_PERFORMED, True)


SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">
<xs:element name="a" type="xs:integer"/></xs:schema>"""


class TestXml:
    @pytest.fixture
    def with_schema(self, tmp_path):
        folder = tmp_path / "schemas"
        folder.mkdir()
        (folder / "x.xsd").write_bytes(SCHEMA)
        with Xml(schemas=folder) as tool:
            yield tool

    @pytest.mark.parametrize(
        ("content", "verdict"),
        [
            (b'<a xmlns="urn:x">1</a>', Verdict.VALID),
            (b'<a xmlns="urn:x">one</a>', Verdict.NOT_VALID),
            (b'<a xmlns="urn:x">1</b>', Verdict.NOT_WELL_FORMED),
            (b'<a xmlns="urn:other">one</a>', Verdict.WELL_FORMED),
            (b"<a>one</a>", Verdict.WELL_FORMED),
        ],
    )
    def test_its_schema_counts_where_it_is_installed(self, with_schema, tmp_path, content, verdict):
        (tmp_path / "a.xml").write_bytes(content)
        found = one(with_schema, tmp_path / "a.xml")
        assert found.verdict is verdict
        assert ("urn:x" in found.against) == (verdict in (Verdict.VALID, Verdict.NOT_VALID))

    def test_a_schema_that_cannot_be_used_is_said(self, with_schema, tmp_path):
        (tmp_path / "schemas" / "x.xsd").write_bytes(SCHEMA.replace(b"xs:integer", b"xs:none"))
        (tmp_path / "a.xml").write_bytes(b'<a xmlns="urn:x">1</a>')
        found = one(with_schema, tmp_path / "a.xml")
        assert (found.verdict, "schema" in found.note) == (Verdict.WELL_FORMED, True)

    def test_depth_and_entities_hurt_nobody(self, tools, tmp_path):
        deep, bomb = tmp_path / "deep.xml", tmp_path / "bomb.xml"
        deep.write_bytes(b"<a>" * 5000 + b"</a>" * 5000)
        entities = b"".join(
            b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 9) for n in range(1, 20)
        )
        bomb.write_bytes(b'<!DOCTYPE a [<!ENTITY e0 "x">' + entities + b"]><a>&e19;</a>")
        for found in judged(tools["xml"], deep, bomb):
            assert found.verdict is NOT_PERFORMED or found.verdict is Verdict.WELL_FORMED


def write_package(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, content, kind)


TYPES = b"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="r"/><Override PartName="/a.xml" ContentType="x"/></Types>"""
RELATIONS = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="1" Type="t" Target="a.xml"/>
<Relationship Id="2" Type="t" Target="http://example.org/x" TargetMode="External"/>
</Relationships>"""
OOXML = {"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "a.xml": b"<a/>"}
MANIFEST = b"""<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<m:file-entry m:full-path="/" m:media-type="x"/>
<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>"""
ODF = {
    "mimetype": b"application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": MANIFEST,
    "content.xml": b"<a/>",
}
EPUB = {
    "mimetype": b"application/epub+zip",
    "META-INF/container.xml": b"<c><rootfiles><rootfile full-path='x.opf'/></rootfiles></c>",
    "x.opf": b"<package/>",
}


class TestZip:
    @pytest.mark.parametrize(
        ("members", "against"), [(OOXML, "OOXML"), (ODF, "OpenDocument"), (EPUB, "EPUB")]
    )
    def test_a_package_has_the_parts_that_it_must_have(self, tools, tmp_path, members, against):
        write_package(tmp_path / "whole", members)
        found = one(tools["zip"], tmp_path / "whole")
        assert found.verdict is Verdict.WELL_FORMED
        assert found.against.startswith(against)
        last = list(members)[-1]
        write_package(tmp_path / "less", {k: v for k, v in members.items() if k != last})
        less = one(tools["zip"], tmp_path / "less")
        assert less.verdict is Verdict.NOT_VALID
        assert last in less.note

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            (OOXML | {"b.bin": b"x"}, "gives no type for b.bin"),
            (OOXML | {"_rels/.rels": b"<"}, "not well-formed"),
            ({k: v for k, v in OOXML.items() if k != "_rels/.rels"}, "_rels/.rels is missing"),
            (dict(reversed(ODF.items())), "must be mimetype"),
            ({k: v for k, v in ODF.items() if "META" not in k}, "manifest.xml is missing"),
        ],
    )
    def test_what_is_wrong_is_said(self, tools, tmp_path, members, words):
        write_package(tmp_path / "a", members)
        found = one(tools["zip"], tmp_path / "a")
        assert found.verdict is Verdict.NOT_VALID
        assert words in found.note

    def test_one_octet_in_one_member(self, tools, tmp_path):
        path = tmp_path / "a.zip"
        write_zip(path)
        content = bytearray(path.read_bytes())
        content[500] ^= 1
        path.write_bytes(content)
        found = one(tools["zip"], path)
        assert found.verdict is Verdict.NOT_WELL_FORMED
        assert "a.txt" in found.note

    def test_encrypted_members_are_not_judged(self, tools, tmp_path):
        path = tmp_path / "a.zip"
        write_zip(path)
        content = bytearray(path.read_bytes())
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(content)
        found = one(tools["zip"], path)
        assert (found.verdict, "encrypted" in found.note) == (NOT_PERFORMED, True)

    def test_a_bomb_is_not_unpacked(self, tools, tmp_path):
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("a", bytes(1 << 20))
        content = bytearray(path.read_bytes())
        place = content.index(b"PK\x01\x02")
        content[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
        path.write_bytes(content)
        assert one(tools["zip"], path).verdict in (NOT_PERFORMED, Verdict.NOT_WELL_FORMED)


def test_a_playlist_opens_no_other_file(tools, tmp_path):
    need("ffmpeg")
    write_media(str(tmp_path / "secret.mkv"))
    for name, text in (
        ("a.m3u8", f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/secret.mkv\n#EXT-X-ENDLIST\n"),
        ("a.ffconcat", f"ffconcat version 1.0\nfile {tmp_path}/secret.mkv\n"),
    ):
        (tmp_path / name).write_text(text)
        assert one(tools["media"], tmp_path / name).verdict not in SOUND


def test_one_octet_in_a_slice_of_ffv1(tools, tmp_path):
    need("ffmpeg")
    record(str(tmp_path / "a.mkv"), "matroska", "ffv1", "flac")
    whole = (tmp_path / "a.mkv").read_bytes()
    place = len(whole) // 2
    (tmp_path / "a.mkv").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    assert one(tools["media"], tmp_path / "a.mkv").verdict is Verdict.NOT_WELL_FORMED


class TestJhove:
    """What JHOVE says of each kind that it is asked about."""

    @pytest.mark.parametrize("form", ["TIFF", "JPEG", "GIF"])
    def test_pictures(self, tools, tmp_path, form):
        need("jhove")
        write_image(tmp_path / "a", form)
        found = one(tools["jhove"], tmp_path / "a")
        assert (found.verdict, found.against) == (Verdict.VALID, f"{form} as JHOVE has it")

    @pytest.mark.parametrize(("form", "module"), [("wav", "WAVE"), ("aiff", "AIFF")])
    def test_recordings(self, tools, tmp_path, form, module):
        need("jhove")
        need("ffmpeg")
        source = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
        command = ["ffmpeg", "-v", "error", *source, "-bitexact", tmp_path / f"a.{form}"]
        subprocess.run(command, check=True)
        found = one(tools["jhove"], tmp_path / f"a.{form}")
        assert (found.verdict, found.against) == (Verdict.VALID, f"{module} as JHOVE has it")

    def test_a_fault_that_decoding_does_not_show(self, tools, shared):
        need("jhove")
        corpus = shared / "corpora" / "format-corpus"
        (path,) = corpus.rglob("old-style-jpeg-compression.tif")
        found = one(tools["jhove"], path)
        assert (found.verdict, found.note.split(":")[0]) == (Verdict.NOT_VALID, "TIFF-HUL-49")
        assert one(tools["image"], path).verdict is Verdict.WELL_FORMED
