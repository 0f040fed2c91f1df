"""Every characterizer tells facts or a reason for each file, in order, whatever the file."""

import os
import struct
import zlib

import pikepdf
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from preservation.errors import ToolFailed
from preservation.model.formats import Format
from preservation.model.packages import Characteristics
from preservation.model.premis import Application
from preservation.tools.characterizers.image import Image
from preservation.tools.characterizers.pdf import Pdf
from preservation.tools.characterizers.pdf_facts import date
from preservation.tools.characterizers.text import Text
from preservation.tools.process import Worker

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="1" pdfaid:conformance="B"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


@pytest.fixture(scope="module")
def tools():
    with Pdf() as pdf, Image() as image, Text() as text:
        yield {"pdf": pdf, "image": image, "text": text}


def write_pdf(path, *, pages=1, xmp=b"", **saving):
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        if xmp:
            pdf.Root.Metadata = pikepdf.Stream(pdf, xmp)
        pdf.save(path, **saving)
    return os.fsencode(path)


def write_image(path, form="TIFF", **saving):
    Pillow.new("L", (30, 20)).save(path, form, **saving)
    return os.fsencode(path)


def write_text(path):
    place = os.fsencode(path)
    with open(place, "wb") as file:
        file.write("Vendim për shkollën\n".encode())
    return place


WRITERS = {"pdf": write_pdf, "image": write_image, "text": write_text}


@pytest.fixture(params=WRITERS)
def case(request, tools):
    return request.param, tools[request.param], WRITERS[request.param]


@pytest.mark.parametrize("name", [b"a", b"\xff\n.x", "é 文.x".encode(), b"x" * 255])
def test_a_name_does_not_matter(case, tmp_path, name):
    _, tool, write = case
    plain = write(str(tmp_path / "plain"))
    odd = os.path.join(os.fsencode(tmp_path), name)
    os.rename(plain, odd)
    (found,) = tool.characterize([odd])
    assert isinstance(found, Characteristics)
    assert found.facts
    assert "damage" not in dict(found.facts)


def test_it_says_who_it_is(case):
    _, tool, _ = case
    assert tool.agent.name in ("pikepdf", "Pillow", "Arkiv text")
    assert tool.agent.version[0].isdigit()


def test_order_is_kept_over_batches_and_a_missing_file_is_a_reason(case, tmp_path):
    _, tool, write = case
    good = write(str(tmp_path / "good"))
    gone = os.fsencode(tmp_path / "gone")
    found = list(tool.characterize([good, gone] * 70))
    assert len(found) == 140
    assert all(isinstance(one, Characteristics) for one in found[::2])
    assert all("No such file" in one for one in found[1::2])
    assert str(tmp_path) not in found[1]


# No rubbish could not be a text: the tests of that tool say what is told of it.
@pytest.mark.parametrize("case", ["pdf", "image"], indirect=True)
def test_rubbish_is_a_reason_or_damage_and_nothing_else(case, tmp_path):
    _, tool, write = case
    good = write(str(tmp_path / "good"))
    paths = []
    for number, content in enumerate(
        [b"", b"rubbish" * 50, b"%PDF-1.4\n" + b"\xff" * 99, b"II*\0"]
    ):
        paths.append(os.fsencode(tmp_path / f"bad{number}"))
        with open(paths[-1], "wb") as file:
            file.write(content)
    *found, last = tool.characterize([*paths, good])
    for one in found:
        assert isinstance(one, str) or [name for name, _ in one.facts] == ["damage"]
    assert isinstance(last, Characteristics)
    assert "damage" not in dict(last.facts)


@pytest.mark.parametrize("function", ["echo", "none_each", "lists_of_nothing", "numbers"])
def test_nonsense_is_a_reason(case, tmp_path, monkeypatch, unruly, function):
    _, tool, write = case
    path = write(str(tmp_path / "good"))
    with Worker("odd", getattr(unruly, function)) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        (found,) = tool.characterize([path])
    assert isinstance(found, str)
    assert found.startswith("odd")


def test_a_program_that_does_not_work_at_all_is_an_error(case, tmp_path, monkeypatch, unruly):
    _, tool, write = case
    path = write(str(tmp_path / "good"))
    with Worker("dead", unruly.leave) as worker:
        monkeypatch.setattr(tool, "_worker", worker)
        with pytest.raises(ToolFailed, match="dead crashed"):
            list(tool.characterize([path]))


def test_each_handles_its_own_formats_by_media_type(tools):
    pdf = Format(None, "", mime="application/pdf")
    tiff = Format(None, "", mime="image/tiff, image/x-tiff")
    other = Format(None, "", mime="text/plain")
    assert [tools["pdf"].handles(one) for one in (pdf, tiff, other)] == [True, False, False]
    assert [tools["image"].handles(one) for one in (pdf, tiff, other)] == [False, True, False]


class TestPdf:
    def test_pages_version_and_a_claim(self, tools, tmp_path):
        plain = write_pdf(tmp_path / "1.pdf", pages=3, force_version="1.4")
        claim = write_pdf(tmp_path / "2.pdf", xmp=XMP)
        first, second = tools["pdf"].characterize([plain, claim])
        assert first.facts == (("pages", "3"), ("PDF version", "1.4"))
        assert dict(second.facts)["claims"] == "PDF/A-1b"
        assert first.inhibitors == second.inhibitors == ()

    def test_broken_metadata_is_damage_and_the_rest_is_told(self, tools, tmp_path):
        (found,) = tools["pdf"].characterize(
            [write_pdf(tmp_path / "a.pdf", xmp=b"\xff\xfe<pdfaid" * 9)]
        )
        assert dict(found.facts)["pages"] == "1"

    def test_encryption_and_password_protection_hinder_use(self, tools, tmp_path):
        open_to_all = write_pdf(
            tmp_path / "1.pdf", encryption=pikepdf.Encryption(owner="boss", user="")
        )
        locked = write_pdf(
            tmp_path / "2.pdf", encryption=pikepdf.Encryption(owner="boss", user="secret")
        )
        first, second = tools["pdf"].characterize([open_to_all, locked])
        assert first.inhibitors == ("encryption",)
        assert dict(first.facts)["pages"] == "1"
        assert second == Characteristics((), ("password protection",))

    def test_what_qpdf_mends_in_memory_is_damage_without_paths(self, tools, tmp_path):
        path = write_pdf(tmp_path / "a.pdf")
        with open(path, "rb+") as file:
            file.truncate(os.path.getsize(path) - 60)
        (found,) = tools["pdf"].characterize([path])
        assert "file is damaged" in dict(found.facts)["damage"]
        assert "a.pdf" not in dict(found.facts)["damage"]


class TestImage:
    def test_the_header_of_a_scan(self, tools, tmp_path):
        path = tmp_path / "scan.tif"
        pages = [Pillow.new("RGB", (30, 20)) for _ in range(3)]
        pages[0].save(
            path, save_all=True, append_images=pages[1:], dpi=(300, 300), compression="tiff_lzw"
        )
        (found,) = tools["image"].characterize([os.fsencode(path)])
        assert found.facts == (
            ("width", "30"),
            ("height", "20"),
            ("mode", "RGB"),
            ("dpi", "300 x 300"),
            ("compression", "tiff_lzw"),
            ("pages", "3"),
            ("bits a sample", "8"),
        )

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "JPEG2000", "WEBP"])
    def test_each_form_has_its_size(self, tools, tmp_path, form):
        (found,) = tools["image"].characterize([write_image(tmp_path / "image", form)])
        assert dict(found.facts)["width"] == "30"
        assert dict(found.facts)["height"] == "20"

    def test_a_picture_too_large_to_decode_is_only_measured(self, tools, tmp_path):
        path = tmp_path / "huge.png"
        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        chunk = b"IHDR" + header
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + struct.pack(">I", 13)
            + chunk
            + struct.pack(">I", zlib.crc32(chunk))
            + struct.pack(">I", 0)
            + b"IDAT"
            + struct.pack(">I", zlib.crc32(b"IDAT"))
        )
        (found,) = tools["image"].characterize([os.fsencode(path)])
        assert dict(found.facts)["width"] == "60000"

    def test_this_process_keeps_its_own_limits(self, tools, tmp_path):
        before = Pillow.MAX_IMAGE_PIXELS
        list(tools["image"].characterize([write_image(tmp_path / "a.tif")]))
        assert before == Pillow.MAX_IMAGE_PIXELS is not None

    def test_when_and_with_what_a_photograph_was_taken_and_not_where(self, tools, tmp_path):
        picture = Pillow.new("RGB", (8, 8))
        exif = picture.getexif()
        exif.update({271: "Nikon", 272: "D90", 274: 6, 305: "Capture 2"})
        exif.get_ifd(0x8769)[0x9003] = "2011:05:01 10:20:30"
        exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 49.0, 0.0), 3: "E", 4: (20.0, 58.0, 0.0)})
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        for form in ("JPEG", "PNG", "WEBP"):
            picture.save(tmp_path / form, form, exif=exif, icc_profile=profile)
            (found,) = tools["image"].characterize([os.fsencode(tmp_path / form)])
            told = dict(found.facts)
            assert (told["taken"], told["orientation"], told["GPS position"]) == (
                "2011-05-01T10:20:30",
                "6",
                "yes",
            ), form
            assert "sRGB" in told["colour profile"]
            assert not any("42" in value for value in told.values())
            assert found.applications == (
                Application("Nikon D90", "", "2011-05-01T10:20:30"),
                Application("Capture 2", "", "2011-05-01T10:20:30"),
            )


class TestPdfOfTheCabinet:
    """Files of which their makers say what is in them."""

    @pytest.fixture
    def facts(self, tools, shared):
        cabinet = shared / "corpora" / "format-corpus" / "pdfCabinetOfHorrors"

        def of(name):
            (found,) = tools["pdf"].characterize([os.fsencode(cabinet / name)])
            return dict(found.facts)

        return of

    @pytest.mark.parametrize(
        ("name", "fonts", "missing"),
        [
            ("text_only_fontsEmbeddedAll.pdf", "1", None),
            ("text_only_fontsEmbeddedSubset.pdf", "1", None),
            ("text_only_fontsNotEmbedded.pdf", "1", "1"),
            ("calistoMTNoFontsEmbedded.pdf", "1", "1"),
        ],
    )
    def test_fonts(self, facts, name, fonts, missing):
        told = facts(name)
        assert (told["fonts"], told.get("fonts not embedded")) == (fonts, missing)

    @pytest.mark.parametrize(
        ("name", "forbidden"),
        [
            ("encryption_nocopy.pdf", "copying text"),
            ("encryption_noprinting.pdf", "printing"),
            ("encryption_notextaccess.pdf", "copying text, reading aloud"),
        ],
    )
    def test_what_its_owner_forbids(self, facts, name, forbidden):
        assert facts(name)["forbidden"] == forbidden

    def test_scripts_and_attachments(self, facts):
        assert facts("javascript.pdf")["JavaScript"] == "yes"
        assert facts("fileAttachment.pdf")["attachments"] == "1"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("D:20121123142309+01'00'", "2012-11-23T14:23:09+01:00"),
        ("D:20121123142309Z", "2012-11-23T14:23:09Z"),
        ("D:201211231423", "2012-11-23T14:23:00"),
        ("D:2012", "2012"),
        ("20120102", "2012-01-02"),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates_of_pdf(written, told):
    assert date(written) == told
