"""XML that means harm: refused with a named reason, or read; never a network, never the memory."""

import io
import resource
import socket
import threading

import pytest

from preservation.rules import Refused
from preservation.standards.untrusted import parse_untrusted, untrusted

LIMIT = 100 * 1024 * 1024


class Endless(io.RawIOBase):
    """Octets made as they are read: a head, so many times the middle, a tail."""

    def __init__(self, head, middle, times, tail):
        self._pieces = self._made(head, middle, times, tail)
        self._left = b""

    @staticmethod
    def _made(head, middle, times, tail):
        yield head
        for _ in range(times):
            yield middle
        yield tail

    def read(self, size=-1):
        while len(self._left) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        given, self._left = self._left[:size], self._left[size:]
        return given


def codes(stream):
    try:
        for _ in untrusted(stream, "a.xml"):
            pass
    except Refused as refused:
        return [remark.code for remark in refused.remarks]
    return []


def both(document):
    """What the stream and the tree say of a document: always the same."""
    streamed = codes(io.BytesIO(document))
    parsed = []
    try:
        parse_untrusted(document, "a.xml")
    except Refused as refused:
        parsed = [remark.code for remark in refused.remarks]
    assert parsed == streamed
    return streamed


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "given by the DTD">]><a/>',
        b"<a>&undeclared;</a>",
    ],
)
def test_entities_and_document_types_are_refused(document):
    assert both(document) == ["XML-DTD"]


def test_an_entity_bomb_is_refused_without_being_expanded():
    entities = b'<!ENTITY e0 "lol">' + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    assert both(b"<!DOCTYPE a [%s]><a>&e11;</a>" % entities) == ["XML-DTD"]
    assert both(b'<!DOCTYPE a [%s]><a b="&e11;"/>' % entities) == ["XML-DTD"]


def test_no_address_in_a_document_is_ever_called():
    called = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"

        def listen():
            try:
                server.accept()
                called.append(True)
            except TimeoutError:
                pass

        listener = threading.Thread(target=listen)
        listener.start()
        xsi = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        place = address.encode()
        assert both(b'<a %s xsi:schemaLocation="urn:a %s/a.xsd"/>' % (xsi, place)) == []
        assert both(b'<?xml-stylesheet href="%s/a.xsl" type="text/xsl"?><a/>' % place) == []
        include = b'xmlns:xi="http://www.w3.org/2001/XInclude"'
        assert both(b'<a %s><xi:include href="%s/b.xml"/></a>' % (include, place)) == []
        assert both(b'<!DOCTYPE a SYSTEM "%s/a.dtd"><a>&b;</a>' % place) == ["XML-DTD"]
        listener.join()
    assert not called


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"<a>", b"</a>"),
        (b"<a><!--", b"--></a>"),
        (b"<!--", b"--><a/>"),
        (b'<a b="', b'"/>'),
        (b"<a><?p ", b"?></a>"),
        (b"<a><![CDATA[", b"]]></a>"),
        (b"<", b"/>"),
        (b"<!DOCTYPE a [<!-- ", b" -->]><a/>"),
    ],
)
def test_a_hundred_megabytes_in_one_place_are_refused_in_little_memory(head, tail):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert codes(Endless(head, b"x" * 65536, LIMIT // 65536, tail)) == ["XML-SIZE"]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 80 * 1024


@pytest.mark.parametrize("middle", [b"<b/>", b"<b>text</b>tail", b"<!--c--><b><c/></b>"])
def test_a_hundred_megabytes_of_elements_are_read_in_little_memory(middle):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    piece = middle * (65536 // len(middle))
    assert codes(Endless(b"<a>", piece, 5 * 1024 * 1024 // len(piece), b"</a>")) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 15 * 1024


def test_text_in_pieces_between_comments_is_refused_too():
    piece = b"x<!---->" * 8192
    assert codes(Endless(b"<a>", piece, LIMIT // len(piece), b"</a>")) == ["XML-SIZE"]


def test_deep_nesting_is_refused():
    assert both(b"<a>" * 250 + b"</a>" * 250) == []
    assert both(b"<a>" * 300 + b"</a>" * 300) == ["XML-DEPTH"]
    assert codes(Endless(b"", b"<a>" * 1000, 1000, b"")) == ["XML-DEPTH"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1250"])
def test_usual_encodings_are_read(encoding):
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a b="\xe9">\xe9</a>'
    document = text.encode(encoding)
    assert both(document) == []
    assert parse_untrusted(document, "a.xml").get("b") == "\xe9"


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0" encoding="UTF-7"?><a>+AGE-</a>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>\xff\xfe</a>",
        '<?xml version="1.0" encoding="utf-32"?><a/>'.encode("utf-32"),
    ],
)
def test_an_encoding_that_could_hide_something_is_refused(document):
    streamed = codes(io.BytesIO(document))
    assert streamed in (["XML-ENCODING"], ["XML-SYNTAX"])


@pytest.mark.parametrize("document", [b"", b"   ", b"<a>", b"<a></b>", b"text", b"<a/><b/>", b"\0"])
def test_what_is_no_xml_is_refused(document):
    assert both(document) == ["XML-SYNTAX"]
