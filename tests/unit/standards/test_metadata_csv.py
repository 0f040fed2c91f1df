"""The spreadsheet of a SIP: what an archivist's program writes is read, and nothing is guessed."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.description import ELEMENTS, Statement
from preservation.rules import Refused
from preservation.standards import table
from preservation.standards.metadata_csv import read

TITLE = Statement("title", "Vdekjet")


def test_rows_speak_of_files_and_of_the_package():
    sheet = read(b"filename,dc.title,dc.date\nobjects/,Vdekjet,1987\nobjects/a.tif,Fq. 1,\n")
    assert [(row.line, row.filename, row.statements) for row in sheet.rows] == [
        (2, "", (TITLE, Statement("date", "1987"))),
        (3, "objects/a.tif", (Statement("title", "Fq. 1"),)),
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("between", [b",", b";"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_the_forms_that_programs_write_say_the_same(mark, between, end):
    content = end.join([b'filename,"dc.title"', b'.,"Vdekjet"', b""])
    assert read(mark + content.replace(b",", between)).rows[0].statements == (TITLE,)


@pytest.mark.parametrize("name", ["", ".", "./", "objects", "objects/", "./objects/", " objects/ "])
def test_the_row_of_the_package_has_several_names(name):
    assert read(f"filename,dc.title\n{name},Vdekjet\n".encode()).rows[0].filename == ""


def test_a_language_is_told_in_brackets():
    sheet = read("filename,dc.title[sq],DC.Title[sr-Cyrl],dc.title\n.,Një,Један,One\n".encode())
    assert [(s.value, s.language) for s in sheet.rows[0].statements] == [
        ("Një", "sq"),
        ("Један", "sr-cyrl"),
        ("One", ""),
    ]


def test_a_column_may_stand_twice_because_a_thing_may_have_two_titles():
    sheet = read(b"filename,dc.title,dc.title\n.,One,Two\n")
    assert [s.value for s in sheet.rows[0].statements] == ["One", "Two"]


def test_columns_that_are_no_dublin_core_are_named():
    sheet = read(b"filename,dc.titel,dc.title[a b],alternative,,dc.date\n.,a,b,c,d,e\n")
    assert sheet.other_columns == ("dc.titel", "dc.title[a b]", "alternative")
    assert [s.element for s in sheet.rows[0].statements] == ["date"]


def test_cells_with_delimiters_lines_and_quotes_are_whole():
    sheet = read(b'filename,dc.title\r\na.tif,"one, ""two""\r\nthree; four"\r\nb.tif,x\r\n')
    assert sheet.rows[0].statements[0].value == 'one, "two"\r\nthree; four'
    assert sheet.rows[1].filename == "b.tif"


def test_short_and_empty_rows_say_less():
    sheet = read(b"filename,dc.title,dc.date\na.tif\n\n,,\nb.tif,x,\n")
    assert [(r.filename, len(r.statements)) for r in sheet.rows] == [("a.tif", 0), ("b.tif", 1)]


def test_empty_cells_beyond_the_header_are_nothing():
    assert read(b"filename,dc.title\n.,Vdekjet,,,\n").rows[0].statements == (TITLE,)


@pytest.mark.parametrize(
    ("content", "remarks"),
    [
        (b"", [("CSV-EMPTY", "", "")]),
        (b"\xef\xbb\xbf", [("CSV-EMPTY", "", "")]),
        (b"name,dc.title\n", [("CSV-HEADER", "1", "name, dc.title")]),
        (b"filename|dc.title\n", [("CSV-HEADER", "1", "filename|dc.title")]),
        (b"filename,dc.title,filename\n", [("CSV-TWICE", "1", "filename")]),
        (b"filename,dc.title\n.,Zo\xeb\n", [("CSV-ENCODING", "2", "octet eb")]),
        ("filename\n".encode("utf-16"), [("CSV-ENCODING", "1", "UTF-16")]),
        (b"filename,dc.title\na,b\0\n", [("CSV-CHARACTER", "2", "U+0000")]),
        (
            b"filename,dc.title\na,one, two\nb,x\nc,d,e\n",
            [("CSV-CELLS", "2", "3 cells"), ("CSV-CELLS", "4", "3 cells")],
        ),
        (b'filename,dc.title\na,"one\nb,two\n', [("CSV-QUOTES", "3", "unexpected end of data")]),
        (
            b'filename,dc.title\na,"one"two\n',
            [("CSV-QUOTES", "2", "',' expected after '\"'")],
        ),
        (
            b"filename,dc.title\na," + b"x" * 200_000 + b"\n",
            [("CSV-CELL-SIZE", "2", "field larger than field limit (131072)")],
        ),
        (b"filename,dc.title\na," + b"x" * 2_000_000, [("CSV-CELL-SIZE", "", "a line of over")]),
        (
            b"filename,dc.title\na,b\x0bc\nd,\x1f\n",
            [("CSV-CHARACTER", "2", "U+000B"), ("CSV-CHARACTER", "3", "U+001F")],
        ),
        (b"x" * (table.LIMIT + 1), [("CSV-SIZE", "", "67108865 octets")]),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused_by_rule_and_line(content, remarks):
    with pytest.raises(Refused) as raised:
        read(content)
    assert len(raised.value.remarks) == len(remarks)
    for remark, (code, line, found) in zip(raised.value.remarks, remarks, strict=True):
        where = "metadata/metadata.csv" + (f", line {line}" if line else "")
        assert (remark.code, remark.where) == (code, where)
        assert remark.found.startswith(found)


def test_a_formula_in_a_cell_is_data():
    sheet = read(b"filename;dc.title\na.tif;=HYPERLINK(A1)\nb.tif;@x\n")
    assert [row.statements[0].value for row in sheet.rows] == ["=HYPERLINK(A1)", "@x"]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"))


@given(
    st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=4),
    st.lists(st.lists(cells, min_size=4, max_size=4), max_size=4),
    st.sampled_from(",;"),
)
def test_what_a_csv_writer_writes_is_read_back(elements, values, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["filename", *(f"dc.{element}" for element in elements)])
    for number, row in enumerate(values):
        writer.writerow([f"{number}.tif", *row[: len(elements)]])
    sheet = read(out.getvalue().encode("utf-8"))
    assert [row.filename for row in sheet.rows] == [f"{n}.tif" for n in range(len(values))]
    for row, told in zip(sheet.rows, values, strict=True):
        pairs = zip(elements, told, strict=False)
        assert row.statements == tuple(
            Statement(element, value.strip()) for element, value in pairs if value.strip()
        )


@given(st.binary())
def test_no_octets_make_it_fail_in_any_other_way(content):
    for text in (content, b"filename,dc.title\n" + content):
        with contextlib.suppress(Refused):
            read(text)
