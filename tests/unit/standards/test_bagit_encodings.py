"""Tag files in the encoding that they must have: which line is not, and what else is read."""

import io

import pytest

from preservation.standards.bagit import fetch, manifests, tags
from preservation.standards.bagit.lines import lines

HEX = b"d41d8cd98f00b204e9800998ecf8427e"
TEXT = "RFC8493-2.1.1-TEXT"
MIB = 1024 * 1024


def manifest(content, encoding="UTF-8", *, known=True):
    named = manifests.name(b"manifest-md5.txt")
    told = tags.Declaration((1, 0), encoding, known)
    return manifests.read(io.BytesIO(content), named, told, ())


def said(remarks):
    return [(it.code, it.where) for it in remarks]


def test_each_line_that_is_no_utf8_is_told_by_its_number():
    content = b"".join(HEX + b"  data/" + name + b"\n" for name in (b"a", b"\xff", b"b", b"\xc3"))
    found = manifest(content)
    assert said(found.remarks) == [
        (TEXT, "manifest-md5.txt, line 2"),
        (TEXT, "manifest-md5.txt, line 4"),
    ]
    assert next(iter(found.remarks)).expected == "UTF-8"
    # The octets are those of file names all the same: the files are not called missing as well.
    assert list(found.entries) == [b"data/a", b"data/\xff", b"data/b", b"data/\xc3"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_a_line_is_found_at_the_seam_of_two_blocks_and_at_the_end(end):
    line = HEX + b"  data/" + "\u00eb".encode() * 20 + b"%d" + (end or b"\n")
    content = b"".join(line % n for n in range(2 * MIB // len(line)))
    count = content.count(HEX)
    assert said(manifest(content).remarks) == []
    bad = content + HEX + b"  data/\xff" + end
    assert said(manifest(bad).remarks) == [(TEXT, f"manifest-md5.txt, line {count + 1}")]


def test_labels_that_are_no_utf8_are_told_and_the_others_read():
    content = b"Contact-Name: Zo\xeb\nSource-Organization: City\n"
    labels, remarks = tags.labels(io.BytesIO(content), "bag-info.txt", tags.Declaration())
    assert said(remarks) == [(TEXT, "bag-info.txt, line 1")]
    assert labels[1] == ("Source-Organization", "City")


def test_a_fetch_txt_that_is_no_utf8_is_told():
    content = b"https://a.invalid/a 1 data/a\nhttps://a.invalid/a 1 data/\xff\n"
    found = fetch.read(io.BytesIO(content), tags.Declaration(), {"a.invalid"})
    assert said(found.remarks) == [(TEXT, "fetch.txt, line 2")]


def test_a_declaration_is_utf8_whatever_it_declares():
    content = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\xeb\n"
    told, remarks = tags.declaration(io.BytesIO(content))
    assert said(remarks) == [(TEXT, "bagit.txt, line 2")]
    assert not told.known


@pytest.mark.parametrize(
    "encoding", ["US-ASCII", "UTF-16", "UTF-16LE", "Shift_JIS", "windows-1252"]
)
@pytest.mark.parametrize("before", [0, 3, 40_000])
def test_the_line_is_known_in_any_encoding(encoding, before):
    text = "".join(f"{HEX.decode()}  data/{n}.txt\n" for n in range(before))
    # An odd octet at the end of UTF-16, and one that the others do not have.
    bad = b"\x81" if encoding != "windows-1252" else b"\x81x"
    found = manifest(text.encode(encoding) + bad, encoding)
    assert said(found.remarks) == [(TEXT, f"manifest-md5.txt, line {before + 1}")]


def test_nobody_blames_lines_for_an_encoding_that_is_not_known():
    assert said(manifest(HEX + b"  data/\xff\n", known=False).remarks) == []


def test_lines_are_numbered_alike_in_every_encoding():
    text = "one\r\ntwo\n\n\rfour\r\u2028five\x0b\n"
    plain = list(lines(io.BytesIO(text.encode()), "utf-8"))
    for encoding in ("utf-16", "utf-32", "utf-16-be"):
        assert list(lines(io.BytesIO(text.encode(encoding)), encoding)) == plain
