"""The sample collection is what it says: described, readable, small, and made by its generator."""

import csv
import email
import email.policy
import subprocess
import sys
import wave
import zipfile
from pathlib import Path

import pikepdf
import pytest
from lxml import etree
from PIL import Image

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "deploy" / "sample-collection"
GENERATOR = ROOT / "tests" / "data" / "make_sample_collection.py"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
LANGUAGES = {"en", "rom", "sq", "sr-Cyrl", "sr-Latn", "sv", "tr", "zxx"}
FILES = sorted(p.relative_to(SAMPLE).as_posix() for p in SAMPLE.glob("objects/**/*") if p.is_file())


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (SAMPLE / "metadata" / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_every_file_is_described_and_every_row_describes_a_file(
    rows: list[dict[str, str]],
) -> None:
    assert sorted(row["filename"] for row in rows) == sorted(["objects/", *FILES])
    assert len(FILES) >= 20


def test_no_description_has_a_gap(rows: list[dict[str, str]]) -> None:
    assert [row["filename"] for row in rows if not all(row.values())] == []


def test_every_language_of_the_people_is_there(rows: list[dict[str, str]]) -> None:
    assert {row["dc.language"] for row in rows} == LANGUAGES


def test_it_is_small_enough_for_every_clone() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 2_000_000


@pytest.mark.parametrize("name", FILES)
def test_every_file_opens_as_what_its_name_says(name: str) -> None:
    path = SAMPLE / name
    match path.suffix:
        case ".tif" | ".jpg" | ".png":
            with Image.open(path) as picture:
                picture.load()
                assert (
                    picture.format in {".tif": "TIFF", ".jpg": "JPEG", ".png": "PNG"}[path.suffix]
                )
        case ".pdf":
            with pikepdf.open(path) as pdf:
                assert len(pdf.pages) >= 1
                assert pdf.check_pdf_syntax() == []
        case ".docx" | ".ods":
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                for member in archive.namelist():
                    if member.endswith((".xml", ".rels")):
                        etree.fromstring(archive.read(member))
        case ".wav":
            with wave.open(str(path)) as sound:
                assert 1 <= sound.getnframes() / sound.getframerate() <= 3
        case ".eml":
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert mail.defects == []
            assert "Mirë se vini" in mail.get_content()
        case ".txt":
            assert path.read_text(encoding="utf-8")
        case other:
            pytest.fail(f"nothing says how to open {other}")


@pytest.mark.skipif(not FONT.exists(), reason="the DejaVu fonts are missing: fonts-dejavu-core")
def test_the_generator_makes_it_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(GENERATOR), str(tmp_path)], check=True)

    made = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    kept = sorted(p.relative_to(SAMPLE).as_posix() for p in SAMPLE.rglob("*") if p.is_file())
    assert made == kept
    # Pictures and PDF depend on versions of libraries; what is written by hand does not.
    exact = [name for name in kept if name.endswith((".csv", ".txt", ".eml", ".wav"))]
    assert len(exact) >= 5
    for name in exact:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes()
