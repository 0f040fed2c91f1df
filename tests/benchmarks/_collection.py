"""Makes the collections that the benchmarks ingest: many small real files, or a few large ones."""

import argparse
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
from PIL import Image

SIZE = 20 * 1024
DISTINCT = 50
"""Different files of each format; the rest are copies under other names."""


def _noise(random_: random.Random, side: int, mode: str) -> Image.Image:
    octets = side * side * (3 if mode == "RGB" else 1)
    return Image.frombytes(mode, (side, side), random_.randbytes(octets))


def _saved(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def _jpeg(r: random.Random) -> bytes:
    return _saved(_noise(r, 153, "RGB"), "JPEG", quality=88)


def _tiff(r: random.Random) -> bytes:
    return _saved(_noise(r, 142, "L"), "TIFF")


def _png(r: random.Random) -> bytes:
    return _saved(_noise(r, 142, "L"), "PNG")


def _pdf(r: random.Random) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"q Q\n")
        image = pdf.make_stream(_saved(_noise(r, 154, "RGB"), "JPEG", quality=85))
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height = 154, 154
        image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        image.Filter = pikepdf.Name.DCTDecode
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def _words(r: random.Random, octets: int) -> str:
    words = ("vendim", "одлука", "karar", "beslut", "decision", "kuvendi", "škola", "belediye")
    text = ""
    while len(text.encode("utf-8")) < octets:
        text += " ".join(r.choices(words, k=12)) + ".\n"
    return text


def _docx(r: random.Random) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{types}">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        package.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{_words(r, SIZE - 1500)}'
            "</w:t></w:r></w:p></w:body></w:document>",
        )
    return out.getvalue()


def _text(r: random.Random) -> bytes:
    return _words(r, SIZE).encode("utf-8")


def _xml(r: random.Random) -> bytes:
    return f'<?xml version="1.0"?>\n<minutes>{_words(r, SIZE)}</minutes>\n'.encode()


MIX: tuple[tuple[str, int, Callable[[random.Random], bytes]], ...] = (
    ("tif", 25, _tiff),
    ("jpg", 30, _jpeg),
    ("png", 10, _png),
    ("pdf", 15, _pdf),
    ("docx", 5, _docx),
    ("txt", 10, _text),
    ("xml", 5, _xml),
)
"""Formats of a digitised municipal archive, with their share in a hundred files."""


def make_small(folder: Path, files: int) -> None:
    """Files of about 20 KiB in folders of a thousand; the same call makes the same files."""
    r = random.Random(1987)
    kinds = [
        (end, [make(r) for _ in range(DISTINCT)]) for end, share, make in MIX for _ in range(share)
    ]
    for number in range(files):
        if number % 1000 == 0:
            place = folder / f"box-{number // 1000:03d}"
            place.mkdir(parents=True)
        end, contents = kinds[number % len(kinds)]
        (place / f"record-{number:06d}.{end}").write_bytes(contents[number % DISTINCT])


def make_large(folder: Path, files: int, octets: int) -> None:
    """Files of random octets, such as compressed video has, after a Matroska header."""
    folder.mkdir(parents=True)
    header = bytes.fromhex("1a45dfa3934282886d6174726f736b614287810442858102")
    block = os.urandom(16 * 1024 * 1024)
    for number in range(files):
        with (folder / f"film-{number:02d}.mkv").open("wb") as out:
            out.write(header)
            left = octets - len(header)
            while left:
                piece = block[number : number + left] if left < len(block) else block
                piece = piece[:left]
                out.write(piece)
                left -= len(piece)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["small", "large"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=int)
    parser.add_argument("--octets", type=int, default=1024**3)
    told = parser.parse_args()
    if told.kind == "small":
        make_small(told.folder, told.files)
    else:
        make_large(told.folder, told.files, told.octets)
