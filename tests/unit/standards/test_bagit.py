"""Bags of others: what is wrong with one is told all at once, and nothing wrong passes."""

import contextlib
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.errors import Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.standards import bagit

DECLARATION = bagit.DECLARATION


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def claims():
    """What `bagit.claims` says of a bag of these files."""

    def judge(files):
        return bagit.claims(files.__getitem__, {name: len(c) for name, c in files.items()})

    return judge


def bag(payload, **others):
    """A valid bag with an MD5 manifest, and other tag files (`bag_info`, `bagit`)."""
    lines = "".join(f"{md5(c)}  data/{n.decode()}\n" for n, c in payload.items())
    files = {b"data/" + name: content for name, content in payload.items()}
    return {b"bagit.txt": DECLARATION, b"manifest-md5.txt": lines.encode()} | files | others


PAYLOAD = {b"a.tif": b"a", "ë/б.tif".encode(): b"b"}


def test_a_bag_gives_the_digests_of_its_files(claims):
    found = claims(bag(PAYLOAD))
    assert found == {
        b"data/" + name: (Digest(Algorithm.MD5, md5(content)),) for name, content in PAYLOAD.items()
    }


def reasons(claims, files):
    with pytest.raises(Rejected) as raised:
        claims(files)
    return raised.value.reasons


def test_everything_that_is_wrong_is_told_at_once(claims):
    files = bag(PAYLOAD)
    del files[b"data/a.tif"]
    files[b"data/extra.tif"] = b"e"
    files[b"manifest-sha1.txt"] = b"no digest\n" + b"0" * 40 + b"  ../up\n"
    files[b"manifest-sha3-512.txt"] = b""
    files[b"manifest-blake2b.txt"] = b""
    files[b"bag-info.txt"] = b"Payload-Oxum: 7.7\n"
    text = "\n".join(reasons(claims, files))
    for part in (
        "data/a.tif: listed in manifest-md5.txt, not in the bag",
        "data/extra.tif: in the bag, not listed in manifest-md5.txt",
        "manifest-sha1.txt, line 1: expected a sha1 digest and a path, found 'no digest'",
        "manifest-sha1.txt, line 2: the path ../up leaves the bag",
        "manifest-blake2b.txt: the algorithm blake2b is not known",
        "promises 7 octets in 7 files, found 2 in 2",
    ):
        assert part in text


def test_each_payload_manifest_must_list_every_file(claims):
    files = bag(PAYLOAD)
    files[b"manifest-sha256.txt"] = f"{hashlib.sha256(b'a').hexdigest()}  data/a.tif\n".encode()
    told = reasons(claims, files)
    assert told == (
        "data/ë/б.tif: in the bag, not listed in manifest-sha256.txt; make the bag again",
    )


def test_a_tag_manifest_may_list_some_tag_files_and_they_must_be_there(claims):
    files = bag(PAYLOAD)
    files[b"tagmanifest-md5.txt"] = f"{md5(DECLARATION)}  bagit.txt\n".encode()
    assert claims(files)[b"bagit.txt"] == (Digest(Algorithm.MD5, md5(DECLARATION)),)
    files[b"tagmanifest-md5.txt"] += b"0" * 32 + b"  bag-info.txt\n"
    assert reasons(claims, files)[0].startswith("bag-info.txt: listed in tagmanifest-md5.txt")


@pytest.mark.parametrize("missing", [[b"manifest-md5.txt"], [b"manifest-md5.txt", b"data/a.tif"]])
def test_a_bag_without_a_payload_manifest_is_no_bag(claims, missing):
    files = {name: content for name, content in bag(PAYLOAD).items() if name not in missing}
    assert "a bag needs a payload manifest" in reasons(claims, files)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BagIt-Version: 1.0\n",
        b"\xef\xbb\xbf" + DECLARATION,
        b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
        b"BagIt-Version: one\nTag-File-Character-Encoding: UTF-8\n",
        DECLARATION + b"more\n",
        DECLARATION.decode().encode("utf-16"),
    ],
)
def test_a_declaration_that_is_not_as_it_must_be_is_refused(claims, content):
    assert reasons(claims, bag(PAYLOAD) | {b"bagit.txt": content})[0].startswith("bagit.txt: ")


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "utf-8"])
def test_tag_files_are_read_in_the_encoding_that_the_bag_declares(claims, encoding):
    payload = {"ë.tif".encode(): b"a"}
    files = bag(payload)
    files[b"bagit.txt"] = DECLARATION.replace(b"UTF-8", encoding.encode())
    text = files[b"manifest-md5.txt"].decode()
    files[b"manifest-md5.txt"] = text.encode(encoding)
    files[b"bag-info.txt"] = "Contact-Name: Zoë\nPayload-Oxum: 1.1\n".encode(encoding)
    assert list(claims(files)) == ["data/ë.tif".encode()]
    files[b"bag-info.txt"] = "Contact-Name: Zoë\nPayload-Oxum: 2.1\n".encode(encoding)
    assert "promises 2 octets in 1 files, found 1 in 1" in reasons(claims, files)[0]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (b"klingon", b"x"),
        (b"hex", b"00"),
        (b"undefined", b"x"),
        (b"a\0b", b"x"),
        (b"UTF-16", b"\xff\xfex"),
        (b"UTF-7", b"+2AA-"),
        (b"idna", b"xn--\xff"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_a_reason(claims, encoding, content):
    files = bag(PAYLOAD) | {b"manifest-md5.txt": content}
    files[b"bagit.txt"] = DECLARATION.replace(b"UTF-8", encoding)
    assert any(r.startswith("manifest-md5.txt: cannot be read as") for r in reasons(claims, files))


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"%s  data/a b.tif\n", b"data/a b.tif"),
        (b"%s *data/a.tif\n", b"data/a.tif"),
        (b"%s\tdata/a.tif\r\n", b"data/a.tif"),
        (b"%s  ./data/a.tif\r", b"data/a.tif"),
        (b"%s  data/a%%0Ab%%0dc%%25d\n", b"data/a\nb\rc%d"),
        (b"%s  data/%%41.tif\n", b"data/%41.tif"),
        (b"\n%s  data/a.tif\n\n", b"data/a.tif"),
        (b"%s  data/a.tif", b"data/a.tif"),
        (b"%s  data/\xff.tif\n", b"data/\xff.tif"),
    ],
)
def test_lines_that_others_write_are_read(line, path):
    digest = md5(b"a")
    upper = digest.upper().encode()
    found = bagit.read_manifest("manifest-md5.txt", line % upper, Algorithm.MD5)
    assert found == {path: Digest(Algorithm.MD5, digest)}


@pytest.mark.parametrize(
    "path",
    [b"../a", b"/a", b"~/a", b"data/../../a", b"data//a", b"data/./a", b"data/", b"~root/a"],
)
def test_a_path_that_leaves_the_bag_is_refused(path):
    with pytest.raises(Rejected, match="leaves the bag"):
        bagit.read_manifest("m", md5(b"").encode() + b"  " + path + b"\n", Algorithm.MD5)


@pytest.mark.parametrize(
    "line",
    [
        b"data/a",
        md5(b"")[:-1].encode() + b"  data/a",
        md5(b"").encode() + b"0  data/a",
        md5(b"").encode(),
        md5(b"").encode() + b"  " + b"a" * bagit.LINE_LIMIT,
        b"\0",
    ],
)
def test_what_is_no_line_of_a_manifest_is_refused_with_its_number(line):
    with pytest.raises(Rejected, match="m, line 2: expected a md5 digest and a path") as raised:
        bagit.read_manifest("m", b"\n" + line + b"\n", Algorithm.MD5)
    assert len(str(raised.value)) < 300


def test_a_path_that_is_listed_twice_is_refused():
    line = md5(b"").encode() + b"  data/a\n"
    with pytest.raises(Rejected, match="m, line 2: data/a is listed twice"):
        bagit.read_manifest("m", line * 2, Algorithm.MD5)


paths = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"],
    exclude_characters="/%"), min_size=1).filter(lambda n: n.strip() == n and n not in (".", "..")),
    min_size=1, max_size=3).map(lambda parts: "/".join(["data", *parts]))  # fmt: skip
digests = st.binary(max_size=3).map(
    lambda c: Digest(Algorithm.SHA512, hashlib.sha512(c).hexdigest())
)


@given(st.dictionaries(paths, digests))
def test_a_manifest_of_ours_is_read_back(rows):
    content = b"".join(bagit.manifest(rows.items()))
    found = bagit.read_manifest("m", content, Algorithm.SHA512)
    assert found == {path.encode(): digest for path, digest in rows.items()}


@given(st.text(), st.text(max_size=5))
def test_a_value_of_bag_info_stays_on_its_line(value, other):
    lines = bagit.bag_info((("Source-Organization", value), ("Contact-Name", other)))
    text = lines.decode("utf-8", "surrogatepass")
    assert len(text.splitlines()) == 2 or not value.isprintable() or not other.isprintable()
    assert re.match(r"Source-Organization: ", text)


@given(st.binary())
def test_no_octets_make_a_manifest_or_a_declaration_fail_in_any_other_way(content):
    for read in (
        bagit.read_declaration,
        lambda c: bagit.read_manifest("m", c, Algorithm.MD5),
        bagit.payload_oxum,
    ):
        with contextlib.suppress(Rejected):
            read(content)
