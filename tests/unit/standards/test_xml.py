"""XML as a stream: escaping, times, references, and reading by elements."""

import io
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from preservation.standards import xml


@given(st.data())
def test_text_and_attributes_come_back_from_a_parser(strategies, data):
    value = data.draw(strategies.texts)
    document = f'<a b="{xml.attribute(value)}">{xml.text(value)}</a>'
    element = etree.fromstring(document.encode())
    assert element.get("b") == value
    assert (element.text or "") == value


@given(st.text())
def test_any_text_at_all_makes_a_well_formed_document(value):
    element = etree.fromstring(f'<a b="{xml.attribute(value)}">{xml.text(value)}</a>'.encode())
    assert len(element.get("b")) == len(element.text or "") == len(value)


def test_a_character_that_xml_cannot_hold_is_replaced_and_not_dropped():
    assert xml.text("a\x00b\udcffc\uffff") == "a\ufffdb\ufffdc\ufffd"


def test_an_instant_is_written_in_utc():
    moment = datetime(2024, 5, 1, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert xml.instant(moment) == "2024-05-01T10:00:00.000005Z"
    assert xml.instant(datetime(33, 5, 1, tzinfo=UTC)) == "0033-05-01T00:00:00Z"


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        xml.instant(datetime(2024, 5, 1))  # noqa: DTZ001


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_reference_is_percent_encoded_utf8(path):
    assert xml.href(path) == quote(path, safe="/~")
    assert xml.path(xml.href(path)) == path == unquote(xml.href(path))


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=100_000), max_size=9))
def test_a_stream_is_its_pieces_in_order(pieces):
    whole = b"".join(xml.stream(pieces)).decode()
    assert whole == '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(pieces)


def test_a_stream_comes_in_chunks():
    assert len(list(xml.stream("x" * 1000 for _ in range(1000)))) == 4


def test_elements_are_emptied_once_they_were_read():
    source = io.BytesIO(b"<a><b x='1'>one</b><c/><b x='2'>two</b></a>")
    seen = []
    for element in xml.elements(source, whole=["b"]):
        earlier = element.getprevious() is not None and element.getparent()[0]
        assert earlier is False or (earlier.text, earlier.keys()) == (None, [])
        seen.append((element.get("x"), element.text))
    assert seen == [("1", "one"), ("2", "two")]


@pytest.mark.parametrize(
    "document",
    [
        b"<a><b>",
        b"",
        b"<a>\xff</a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a><b/></a>',
    ],
)
def test_what_is_no_plain_document_is_refused(document):
    with pytest.raises(ValueError, match="not"):
        list(xml.elements(io.BytesIO(document), whole=["a", "b"]))
