"""`arkiv report formats` as people call it: a table, a page, a picture, a spreadsheet."""

import csv

import pytest
from lxml import etree, html


@pytest.fixture
def archive_folder(archive_folder):
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text = text.replace("validators = []", 'validators = ["xml"]')
    text = text.replace("identifiers = []", 'identifiers = ["siegfried"]')
    file.write_text(text, "utf-8")
    return archive_folder


def test_all_its_forms_agree(arkiv, sip, ingested, tmp_path):
    xml = b'<?xml version="1.0"?>\n<a>%d</a>\n'
    files = {b"%d.xml" % n: xml % n for n in range(3)}
    ingested(sip(files | {b"cut.xml": (xml % 9)[:-6], b"?": b"\0\1\2"}))
    places = [tmp_path / name for name in ("r.html", "r.svg", "r.csv")]
    options = [it for place in places for it in (f"--{place.suffix[1:]}", place)]
    code, (document,) = arkiv("report", "formats", *options)
    assert (code, document["files"]) == (0, 5)
    told = {it["puid"]: (it["files"], it["risk"], it["validity"]) for it in document["formats"]}
    assert told == {
        "fmt/101": (4, "low", {"well-formed": 3, "not well-formed": 1}),
        None: (1, "high", {"not performed": 1}),
    }
    page = html.document_fromstring(places[0].read_text("utf-8"))
    assert len(page.xpath("//tbody/tr")) == 2
    assert page.xpath("string(//h1)") == "What the archive holds, by format"
    assert "fmt/101" in etree.parse(places[1]).xpath("string()")
    with places[2].open(newline="", encoding="utf-8") as file:
        assert sum(int(row["files"]) for row in csv.DictReader(file)) == 5

    code, text = arkiv("report", "formats", json=False)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "risk      low 4, high 1" in text


def test_an_empty_archive_and_a_place_that_cannot_be_written(arkiv, tmp_path):
    code, (document,) = arkiv("report", "formats")
    assert (code, document["files"], document["formats"]) == (0, 0, [])
    code, (document,) = arkiv("report", "formats", "--html", tmp_path / "no" / "x.html")
    assert (code, document["status"]) == (2, "misconfigured")
    assert arkiv("report", "formats", "--policy", "none")[0] == 2


def test_only_the_newest_version_of_the_same_sip_counts_as_often_as_it_is_held(
    arkiv, sip, ingested
):
    folder = sip({b"a.xml": b"<a/>"})
    ingested(folder)
    ingested(folder, again=True)
    _, (document,) = arkiv("report", "formats")
    assert document["files"] == 2
