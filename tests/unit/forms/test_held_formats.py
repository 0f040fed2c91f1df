"""The report on formats: the same numbers in every form, and nothing from outside acts in it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from preservation.forms.chart import Bar, chart
from preservation.forms.formats_page import page, picture
from preservation.forms.held_formats import COLUMNS, report, spreadsheet
from preservation.model.identifiers import Puid
from preservation.model.policy import FormatPolicy, FormatRule, Risk
from preservation.model.tally import Tally, by_format
from preservation.model.validity import Verdict

POLICY = FormatPolicy("p", formats={Puid("fmt/1"): FormatRule(Risk.LOW, "<b>well</b> known")})
SVG = "{http://www.w3.org/2000/svg}"

names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)
tallies = st.lists(
    st.builds(
        Tally,
        st.sampled_from([None, *map(Puid, ("fmt/1", "fmt/2", "x-fmt/3"))]),
        names,
        st.sampled_from(Verdict),
        st.integers(1999, 2030),
        st.integers(1, 10**9),
        st.integers(0, 10**15),
        st.integers(0, 99),
    ),
    max_size=30,
)


@given(tallies)
def test_the_sums_are_the_same_everywhere(told):
    held = by_format(told, POLICY)
    form = report(held, POLICY)
    files, octets = sum(t.files for t in told), sum(t.bytes for t in told)
    assert (form.files, form.bytes) == (files, octets)
    assert sum(form.risks.values()) == sum(form.validity.values()) == files
    assert sum(form.years.values()) == sum(sum(it.years.values()) for it in form.formats) == files
    rows = list(csv.DictReader(io.StringIO(spreadsheet(held), newline="")))
    assert sum(int(row["files"]) for row in rows) == files
    assert sum(int(row["bytes"]) for row in rows) == octets
    assert sum(int(row["hindered"]) for row in rows) == sum(it.hindered for it in form.formats)
    assert [it.files for it in form.formats] == sorted(
        (i.files for i in form.formats), reverse=True
    )
    assert len({it.puid for it in form.formats}) == len(form.formats)


@given(tallies)
def test_page_and_picture_can_be_read_by_machines(told):
    form = report(by_format(told, POLICY), POLICY)
    drawn = etree.fromstring(picture(form).encode())
    assert drawn.tag == f"{SVG}svg"
    assert len(drawn.findall(f"{SVG}g")) == min(len(form.formats), 21)
    document = html.document_fromstring(page(form, "<script>alert(1)</script>"))
    assert document.xpath("//script | //*[@onload] | //img | //link") == []
    assert len(document.xpath("//tbody/tr")) == len(form.formats)


def test_hostile_names_stay_text():
    evil = Tally(Puid("fmt/2"), '<script>x</script>"&', Verdict.VALID, 2026, 1, 1)
    form = report(by_format([evil], POLICY), POLICY)
    assert "<script" not in page(form, "x")
    assert "<script" not in picture(form)


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x"])
def test_a_spreadsheet_runs_no_formula(name):
    held = by_format([Tally(None, name, Verdict.VALID, 2026, 1, 1)], POLICY)
    (_, row) = csv.reader(io.StringIO(spreadsheet(held)))
    assert row[COLUMNS.index("name")] == f"'{name}"


def test_an_empty_archive_has_an_honest_page():
    form = report((), POLICY)
    assert form.files == 0
    assert "There is nothing to show yet." in picture(form)
    assert "<tbody>\n</tbody>" in page(form, "Arkivi")


def test_bars_are_as_long_as_what_they_show():
    drawn = etree.fromstring(
        chart("t", "d", [Bar("a", 100, "x"), Bar("b", 50, "x"), Bar("c", 1, "x")])
    )
    first, second, third = (
        int(g.find(f"{SVG}rect").get("width")) for g in drawn.findall(f"{SVG}g")
    )
    assert first == 2 * second
    assert 0 < third < second
    assert [drawn.find(f"{SVG}title").text, drawn.find(f"{SVG}desc").text] == ["t", "d"]
