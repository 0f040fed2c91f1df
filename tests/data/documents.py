"""Writes documents of several formats by hand, with fixed dates: the bytes stay the same."""

import io
import math
import wave
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from xml.sax.saxutils import escape

import pikepdf
from PIL import Image

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OOXML = "http://schemas.openxmlformats.org"


def _zipped(members: Mapping[str, str], first: tuple[str, str] | None = None) -> bytes:
    """A ZIP whose first member may be stored uncompressed, as OpenDocument asks."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, text in [*([first] if first else []), *members.items()]:
            member = zipfile.ZipInfo(name, (2004, 9, 1, 12, 0, 0))
            stored = first is not None and name == first[0]
            member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, text)
    return result.getvalue()


def docx(text: str, *, title: str, creator: str, language: str) -> bytes:
    """A text document (Office Open XML, ISO/IEC 29500); `# ` begins a heading."""
    paragraphs = "".join(
        "<w:p><w:r><w:rPr><w:b/><w:sz w:val='32'/></w:rPr>"
        f"<w:t>{escape(line[2:])}</w:t></w:r></w:p>"
        if line.startswith("# ")
        else f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>"
        for line in text.strip().splitlines()
        if line
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    properties = "application/vnd.openxmlformats-package.core-properties+xml"
    return _zipped(
        {
            "[Content_Types].xml": f'{XML}<Types xmlns="{OOXML}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
            f'<Override PartName="/docProps/core.xml" ContentType="{properties}"/></Types>',
            "_rels/.rels": f'{XML}<Relationships xmlns="{OOXML}/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{OOXML}/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{OOXML}/package/2006/relationships/metadata/'
            'core-properties" Target="docProps/core.xml"/></Relationships>',
            "word/document.xml": f"{XML}<w:document xmlns:w="
            f'"{OOXML}/wordprocessingml/2006/main"><w:body>{paragraphs}<w:sectPr>'
            '<w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>',
            "docProps/core.xml": f"{XML}<cp:coreProperties xmlns:cp="
            f'"{OOXML}/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(creator)}</dc:creator>"
            f"<dc:language>{language}</dc:language><dcterms:created "
            'xsi:type="dcterms:W3CDTF">2004-09-01T12:00:00Z</dcterms:created>'
            "</cp:coreProperties>",
        }
    )


def ods(table: Sequence[Sequence[str | int]], *, name: str) -> bytes:
    """A spreadsheet (OpenDocument 1.3) with a last row of sums by formula."""
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    rows = [[_cell(value) for value in row] for row in table]
    sums = [_cell("Gjithsej")]
    for column in range(1, len(table[0])):
        letter = "ABCDEFGHIJ"[column]
        total = sum(int(row[column]) for row in table[1:])
        formula = f"of:=SUM([.{letter}2:.{letter}{len(table)}])"
        sums.append(_cell(total, f' table:formula="{formula}"'))
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in [*rows, sums])
    return _zipped(
        {
            "content.xml": f'{XML}<office:document-content xmlns:office="{oasis}:office:1.0" '
            f'xmlns:table="{oasis}:table:1.0" xmlns:text="{oasis}:text:1.0" '
            f'xmlns:of="{oasis}:of:1.2" office:version="1.3"><office:body>'
            f'<office:spreadsheet><table:table table:name="{escape(name)}">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": f"{XML}<manifest:manifest xmlns:manifest="
            f'"{oasis}:manifest:1.0" manifest:version="1.3"><manifest:file-entry '
            f'manifest:full-path="/" manifest:version="1.3" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" '
            'manifest:media-type="text/xml"/></manifest:manifest>',
        },
        first=("mimetype", kind),
    )


def _cell(value: str | int, formula: str = "") -> str:
    if isinstance(value, int):
        return (
            f'<table:table-cell{formula} office:value-type="float" office:value="{value}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    return (
        '<table:table-cell office:value-type="string">'
        f"<text:p>{escape(value)}</text:p></table:table-cell>"
    )


def scanned_pdf(pages: Iterable[Image.Image], *, dpi: int, title: str) -> bytes:
    """A PDF with one JPEG on each page, as office scanners make it."""
    pdf = pikepdf.new()
    for picture in pages:
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=45)
        image = pdf.make_stream(
            jpeg.getvalue(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=picture.width,
            Height=picture.height,
            ColorSpace=pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        width, height = picture.width * 72 / dpi, picture.height * 72 / dpi
        page = pdf.add_blank_page(page_size=(width, height))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.Contents = pdf.make_stream(f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())
    return _saved(pdf, title)


def text_pdf(text: str, *, title: str) -> bytes:
    """A PDF with text in Helvetica, which every reader has."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595.28, 841.89))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    first, *rest = text.strip().splitlines()
    lines = [f"BT /F1 16 Tf 72 760 Td ({first}) Tj /F1 11 Tf 0 -12 Td 15 TL"]
    lines += [f"({line.replace('(', '[').replace(')', ']')}) '" for line in rest]
    page.Contents = pdf.make_stream("\n".join([*lines, "ET"]).encode("cp1252"))
    return _saved(pdf, title)


def _saved(pdf: pikepdf.Pdf, title: str) -> bytes:
    pdf.docinfo["/Title"] = title
    result = io.BytesIO()
    pdf.save(result, deterministic_id=True)
    return result.getvalue()


def bell(*, strokes: int, seconds: float = 1.1, rate: int = 16_000) -> bytes:
    """A WAV of strokes of a small bell; the partials are those of a minor-third bell."""
    partials = ((0.5, 0.5, 1.2), (1, 0.8, 2.2), (1.19, 0.6, 2.6), (1.5, 0.4, 3), (2, 0.7, 3.6))
    samples = bytearray()
    for index in range(round(strokes * seconds * rate)):
        t = index / rate % seconds
        strength = sum(
            force * math.exp(-decay * t) * math.sin(2 * math.pi * 523 * ratio * t)
            for ratio, force, decay in partials
        )
        samples += round(9000 * strength * min(1, t * 400)).to_bytes(2, "little", signed=True)
    result = io.BytesIO()
    with wave.open(result, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(samples))
    return result.getvalue()


def letter(text: str, *, subject: str) -> bytes:
    """An e-mail (RFC 5322), in UTF-8, from and to addresses that cannot exist."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Gunnel Åkesson <gunnel.akesson@vaxjo.example>"
    mail["To"] = "Shpresa Kelmendi <arkivi@vushtrri.example>"
    mail["Date"] = "Thu, 18 Sep 2003 09:12:44 +0200"
    mail["Message-ID"] = "<20030918091244.418@vaxjo.example>"
    mail["Subject"] = subject
    mail.set_content(text.strip() + "\n", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()
