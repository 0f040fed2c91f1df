"""`arkiv report integrity`: what it says is what audits, repairs and drills have found."""

import csv
import io
import itertools
from datetime import UTC, date, datetime

import pytest
from lxml import etree, html

from preservation.assembly.archive import opened
from preservation.model.integrity import month_after, months_before
from preservation.standards import ocfl


def flip(path, at=700):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.unlink()
    path.write_bytes(content)


def test_a_report_tells_what_was_found_and_mended(archive_folder, packages, arkiv, tmp_path):
    arkiv("audit")
    flip(archive_folder / "stores/a" / ocfl.tar_key(packages[0], 1))
    arkiv("audit")
    arkiv("repair")
    flip(archive_folder / "stores/b" / ocfl.tar_key(packages[1], 1))
    arkiv("audit", packages[1])
    arkiv("drill", "--store", "a", "--sample", "1")
    places = [tmp_path / f"report.{kind}" for kind in ("html", "svg", "csv")]
    options = [it for place in places for it in (f"--{place.suffix[1:]}", place)]

    code, (form,) = arkiv("report", "integrity", *options)

    assert (code, form["status"], form["copies"], form["covered"]) == (0, "reported", 6, 5)
    stores = {it["store"]: it for it in form["stores"]}
    assert stores["a"]["states"] == {"sound": 3}
    assert stores["b"]["states"] == {"corrupt": 1, "sound": 2}
    assert stores["a"]["last_drill"] is not None
    assert stores["b"]["last_drill"] is None
    assert stores["a"]["sound_within"]["30"] == 3
    (month,) = form["months"]
    assert (month["held"], month["proven"], month["covered"]) == (6, 6, 5)
    assert (month["failed"], month["repaired"], month["not_performed"]) == (2, 1, 0)
    first = form["look_at"][0]
    assert (first["aip_id"], first["store"], first["state"]) == (packages[1], "b", "corrupt")
    assert len(form["look_at"]) == 6

    page = html.document_fromstring(places[0].read_text("utf-8"))
    assert page.xpath("string(//h1)") == "The integrity of the archive"
    assert "5 of 6 (83 %)" in page.text_content()
    assert packages[1] in page.text_content()
    assert len(page.xpath("//*[local-name()='svg']")) == 3
    assert "5 of 6" in etree.parse(places[1]).xpath("string()")
    rows = list(csv.DictReader(io.StringIO(places[2].read_text("utf-8"))))
    assert sorted(row["state"] for row in rows) == ["corrupt", *["sound"] * 5]

    code, text = arkiv("report", "integrity", json=False)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 90
    assert f"corrupt: AIP {packages[1]} version 1, store b" in text


def test_what_could_not_be_checked_is_neither_sound_nor_damage(archive_folder, packages, arkiv):
    (archive_folder / "stores/b").rename(archive_folder / "away")
    arkiv("audit")
    (form,) = arkiv("report", "integrity")[1]
    assert form["covered"] == 3
    (month,) = form["months"]
    assert (month["failed"], month["not_performed"]) == (0, 3)
    assert {it["state"] for it in form["look_at"][:3]} == {"unchecked"}
    assert len(packages) == 2


def test_an_empty_archive_has_nothing_to_report(arkiv, tmp_path):
    code, (form,) = arkiv("report", "integrity", "--html", tmp_path / "r.html")
    assert (code, form["copies"], form["look_at"]) == (0, 0, [])
    assert "There is nothing to show yet" in (tmp_path / "r.html").read_text("utf-8")
    assert arkiv("report", "integrity", json=False)[0] == 0


def test_no_store_is_asked(archive_folder, packages, arkiv):
    for store in "ab":
        (archive_folder / "stores" / store).rename(archive_folder / store)
    assert arkiv("report", "integrity")[0] == 0
    assert len(opened(archive_folder).catalogue.packages()) == len(packages)


@pytest.mark.parametrize(
    ("now", "count", "first", "last"),
    [
        ((2026, 1, 31), 12, date(2025, 2, 1), date(2026, 1, 1)),
        ((2026, 12, 1), 12, date(2026, 1, 1), date(2026, 12, 1)),
        ((2026, 3, 1), 1, date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_months_follow_each_other(now, count, first, last):
    found = months_before(datetime(*now, tzinfo=UTC), count)
    assert (found[0], found[-1], len(found)) == (first, last, count)
    for before, after in itertools.pairwise(found):
        assert month_after(before) == after
