"""Makes deploy/sample-collection: invented records of two municipalities, to try an archive with.

    python tests/data/make_sample_collection.py [FOLDER]

The texts and their descriptions stand in sample_collection.toml and were written for it; the pages,
the poster and the photograph are drawn (paper.py, scenery.py), the bell is computed (documents.py).
All names, persons and numbers are invented. It needs the DejaVu fonts (Debian: fonts-dejavu-core).
With the same versions of fonts and libraries the same bytes come out.
"""

import csv
import io
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import documents
import paper
import scenery
from PIL import Image

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / "deploy" / "sample-collection"
COLUMNS = ("title", "title_sq", "creator", "date", "type", "language", "subject", "description")
HEADER = (
    *("filename", "dc.title", "dc.title[sq]", "dc.creator", "dc.date", "dc.type"),
    *("dc.language", "dc.subject", "dc.description", "dc.rights", "dc.identifier", "dc.coverage"),
)
AGREEMENT = """\
Submission agreement (sample)

The municipality of Vushtrri and the city of Växjö hand the records listed in
metadata.csv to the archive. The archive keeps them for ever, in at least two
places, and shows them to everyone. The municipality checks the receipt.

Marrëveshje për dorëzim (mostër)

Komuna e Vushtrrisë dhe qyteti i Växjö-s ia dorëzojnë arkivit dokumentet e
renditura në metadata.csv. Arkivi i ruan përgjithmonë, së paku në dy vende, dhe
ia tregon kujtdo. Komuna e kontrollon dëftesën.

Vushtrri, 2005-06-01
"""


def make(place: Path) -> None:
    """Write the whole SIP: objects, metadata.csv and the submission agreement."""
    collection = tomllib.loads((HERE / "sample_collection.toml").read_text(encoding="utf-8"))
    for number, record in enumerate(collection["record"], start=1):
        _write(place / "objects" / record["path"], content(record, seed=number))
    _write(place / "metadata" / "metadata.csv", table(collection).encode("utf-8"))
    agreement = place / "metadata" / "submissionDocumentation" / "submission-agreement.txt"
    _write(agreement, AGREEMENT.encode("utf-8"))


def table(collection: dict[str, Any]) -> str:
    """The description as CSV, a row for the package and one for each file."""
    result = io.StringIO()
    rows = csv.writer(result, lineterminator="\n")
    rows.writerow(HEADER)
    entries = [{"path": ""} | collection["package"], *collection["record"]]
    for number, entry in enumerate(entries):
        values = [entry[column] for column in COLUMNS]
        rest = [collection["rights"], f"VU-SAMPLE-{number:03}", entry["coverage"]]
        rows.writerow([f"objects/{entry['path']}", *values, *rest])
    return result.getvalue()


def content(record: dict[str, Any], *, seed: int) -> bytes:
    """The bytes of one record, in the format that its name says."""
    text = record.get("text", "")
    match PurePosixPath(record["path"]).suffix:
        case ".txt":
            data = bytes(text.strip() + "\n", "utf-8")
        case ".eml":
            data = documents.letter(text, subject=record["title"])
        case ".docx":
            about = {key: record[key] for key in ("title", "creator", "language")}
            data = documents.docx(text, **about)
        case ".ods":
            data = documents.ods(record["table"], name=record["date"][:4])
        case ".wav":
            data = documents.bell(strokes=2)
        case ".pdf" if record["language"] == "en":
            data = documents.text_pdf(text, title=record["title"])
        case ".png":
            data = _encoded(poster_of(record), "PNG", optimize=True)
        case _ if not text:
            data = _encoded(scenery.square(), "JPEG", quality=62)
        case suffix:
            data = scanned(record, suffix, seed)
    return data


def poster_of(record: dict[str, Any]) -> Image.Image:
    """The poster, with its title in three languages."""
    names = (record["title"].upper(), "Недеља књиге", "Kitap Haftası")
    return scenery.poster(names, "22–28 prill 1985", f"{record['creator']}, Vushtrri")


def scanned(record: dict[str, Any], suffix: str, seed: int) -> bytes:
    """A record that came through a scanner: TIFF in black and white, JPEG, or PDF with JPEG."""
    dpi = 200 if suffix == ".tif" else 100
    look = {key: record[key] for key in ("face", "stamp") if key in record}
    if "paper" in record:
        look["paper"] = tuple(record["paper"])
    parts = record["text"].split("---\n")
    scans = [
        paper.scan(
            paper.Page(
                part,
                seed=100 * seed + number,
                # Only the last page is signed.
                signed=record.get("signed", False) and number == len(parts) - 1,
                **look,
            ),
            dpi,
        )
        for number, part in enumerate(parts)
    ]
    if suffix == ".pdf":
        grey = record["language"] == "sv"
        pages = [scan.convert("L") if grey else scan for scan in scans]
        return documents.scanned_pdf(pages, dpi=dpi, title=record["title"])
    if suffix == ".tif":
        return _encoded(paper.bilevel(scans[0]), "TIFF", compression="group4", dpi=(dpi, dpi))
    return _encoded(scans[0], "JPEG", quality=55, dpi=(dpi, dpi))


def _encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    result = io.BytesIO()
    picture.save(result, form, **options)
    return result.getvalue()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE)
