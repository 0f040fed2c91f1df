"""Bags of others: what is wrong with one is told all at once, and nothing wrong passes."""

import hashlib
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.fixity import Algorithm, Digest
from preservation.rules import rules
from preservation.standards import bagit
from preservation.standards.bagit import fetch, manifests, tags
from preservation.standards.bagit.lines import LINE_LIMIT, lines
from preservation.standards.bagit.paths import decoded, encoded, leaves_the_bag

DECLARATION = bagit.DECLARATION
OLD = DECLARATION.replace(b"1.0", b"0.97")


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def bag(payload, **others):
    """A valid bag with an MD5 manifest, and other tag files (`bag_info`, `bagit`)."""
    listed = "".join(f"{md5(c)}  data/{n.decode()}\n" for n, c in payload.items())
    files = {b"data/" + name: content for name, content in payload.items()}
    return {b"bagit.txt": DECLARATION, b"manifest-md5.txt": listed.encode()} | files | others


PAYLOAD = {b"a.tif": b"a", "ë/б.tif".encode(): b"b"}


def judged(files, **more):
    return bagit.judge(
        lambda name: io.BytesIO(files[name]), {name: len(c) for name, c in files.items()}, **more
    )


def codes(files, **more):
    """Codes of what is said of a bag, but for the tag manifest that none of these have."""
    found = [r.code for r in judged(files, **more).remarks]
    assert set(found) <= set(rules())
    return [code for code in found if code != "RFC8493-2.2.1-NONE"]


def read(content, encoding="utf-8", version=(1, 0), sizes=frozenset()):
    named = manifests.name(b"manifest-md5.txt")
    return manifests.read(io.BytesIO(content), named, tags.Declaration(version, encoding), sizes)


def test_a_bag_gives_the_digests_of_its_files():
    found = judged(bag(PAYLOAD)).claims
    assert {path: [c.digest for c in claims] for path, claims in found.items()} == {
        b"data/" + name: [Digest(Algorithm.MD5, md5(content))] for name, content in PAYLOAD.items()
    }


def test_everything_that_is_wrong_is_told_at_once():
    files = bag(PAYLOAD)
    del files[b"data/a.tif"]
    files[b"data/extra.tif"] = b"e"
    files[b"manifest-sha1.txt"] = b"no digest\n" + b"0" * 40 + b"  ../up\n"
    files[b"manifest-blake2b.txt"] = b""
    files[b"bag-info.txt"] = b"Payload-Oxum: 7.7\nno label\n"
    told = {(r.code, r.where) for r in judged(files).remarks}
    assert told >= {
        ("RFC8493-3-MISSING", "data/a.tif"),
        ("RFC8493-3-UNLISTED", "data/extra.tif"),
        ("RFC8493-2.1.3-LINE", "manifest-sha1.txt, line 1"),
        ("RFC8493-5.1", "manifest-sha1.txt, line 2"),
        ("RFC8493-2.4", "manifest-blake2b.txt"),
        ("RFC8493-2.2.2", "bag-info.txt, line 2"),
        ("RFC8493-2.2.2-OXUM", "bag-info.txt"),
    }


def test_each_payload_manifest_must_list_every_file():
    files = bag(PAYLOAD)
    files[b"manifest-sha256.txt"] = f"{hashlib.sha256(b'a').hexdigest()}  data/a.tif\n".encode()
    assert codes(files) == ["RFC8493-3-UNLISTED"]


def test_a_tag_manifest_lists_tag_files_and_they_must_be_there():
    files = bag(PAYLOAD)
    listed = f"{md5(DECLARATION)}  bagit.txt\n{md5(files[b'manifest-md5.txt'])}  manifest-md5.txt\n"
    files[b"tagmanifest-md5.txt"] = listed.encode()
    assert codes(files) == []
    assert judged(files).claims[b"bagit.txt"][0].code == "RFC8493-2.2.1-DIGEST"
    for path, code in (
        (b"bag-info.txt", "RFC8493-3-MISSING"),
        (b"data/a.tif", "RFC8493-2.2.1-PAYLOAD"),
        (b"tagmanifest-md5.txt", "RFC8493-2.2.1-TAGMANIFEST"),
    ):
        more = {b"tagmanifest-md5.txt": listed.encode() + b"0" * 32 + b"  " + path + b"\n"}
        assert codes(files | more) == [code]
    files[b"tagmanifest-md5.txt"] = listed.encode().splitlines()[0]
    assert codes(files) == ["RFC8493-2.2.1-UNLISTED"]


def test_a_bag_without_a_payload_manifest_or_without_data_is_no_bag():
    files = bag(PAYLOAD)
    del files[b"manifest-md5.txt"]
    assert codes(files) == ["RFC8493-2.1.3"]
    assert codes(bag({})) == ["RFC8493-2.1.2"]
    assert codes(bag({}), folders=[b"data"]) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "RFC8493-2.1.1"),
        (b"BagIt-Version: 1.0\n", "RFC8493-2.1.1"),
        (b"\xef\xbb\xbf" + DECLARATION, "RFC8493-2.1.1-BOM"),
        (b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n", "RFC8493-2.1.1"),
        (b"BagIt-Version: one\nTag-File-Character-Encoding: UTF-8\n", "RFC8493-2.1.1"),
        (DECLARATION + b"more\n", "RFC8493-2.1.1"),
        (DECLARATION + b"\n", "RFC8493-2.1.1-SPACE"),
        (DECLARATION.replace(b": 1", b":  1"), "RFC8493-2.1.1-SPACE"),
        (DECLARATION.replace(b"1.0", b"1.1"), "RFC8493-2.1.1-VERSION"),
        (DECLARATION.decode().encode("utf-16"), "RFC8493-2.1.1-TEXT"),
    ],
)
def test_a_declaration_that_is_not_as_it_must_be_is_refused(content, code):
    assert code in codes(bag(PAYLOAD) | {b"bagit.txt": content})


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "utf-8"])
def test_tag_files_are_read_in_the_encoding_that_the_bag_declares(encoding):
    files = bag({"ë.tif".encode(): b"a"})
    files[b"bagit.txt"] = DECLARATION.replace(b"UTF-8", encoding.encode())
    text = files[b"manifest-md5.txt"].decode()
    files[b"manifest-md5.txt"] = text.encode(encoding)
    files[b"bag-info.txt"] = "Contact-Name: Zoë\nPayload-Oxum: 1.1\n".encode(encoding)
    assert list(judged(files).claims) == ["data/ë.tif".encode()]
    assert judged(files).tags[0] == ("Contact-Name", "Zoë")
    files[b"bag-info.txt"] = "Contact-Name: Zoë\nPayload-Oxum: 2.1\n".encode(encoding)
    assert codes(files) == ["RFC8493-2.2.2-OXUM"]


@pytest.mark.parametrize(
    ("encoding", "content", "code"),
    [
        (b"klingon", b"x", "RFC8493-2.1.1-ENCODING"),
        (b"hex", b"00", "RFC8493-2.1.1-ENCODING"),
        (b"undefined", b"x", "RFC8493-2.1.1-ENCODING"),
        (b"a\0b", b"x", "RFC8493-2.1.1-ENCODING"),
        (b"UTF-16", b"\xff\xfex", "RFC8493-2.1.1-TEXT"),
        (b"UTF-7", b"+2AA-", "RFC8493-2.1.1-ENCODING"),
        (b"idna", b"xn--\xff", "RFC8493-2.1.1-ENCODING"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_a_reason(encoding, content, code):
    files = bag(PAYLOAD) | {b"manifest-md5.txt": content}
    files[b"bagit.txt"] = DECLARATION.replace(b"UTF-8", encoding)
    assert code in codes(files)


@pytest.mark.parametrize(
    ("line", "path", "said"),
    [
        (b"%s  data/a b.tif\n", b"data/a b.tif", []),
        (b"%s *data/a.tif\n", b"data/a.tif", ["RFC8493-6-MARKER"]),
        (b"%s\tdata/a.tif\r\n", b"data/a.tif", []),
        (b"%s  ./data/a.tif\r", b"data/a.tif", ["RFC8493-2.1.3-RELATIVE"]),
        (b"%s  data/%%41.tif\n", b"data/%41.tif", []),
        (b"\n%s  data/a.tif\n\n", b"data/a.tif", []),
        (b"%s  data/a.tif", b"data/a.tif", []),
        (b"%s  data/\xff.tif\n", b"data/\xff.tif", ["RFC8493-2.1.1-TEXT"]),
    ],
)
def test_lines_that_others_write_are_read(line, path, said):
    digest = md5(b"a")
    found = read(line % digest.upper().encode())
    assert found.entries == {path: Digest(Algorithm.MD5, digest)}
    assert [r.code for r in found.remarks] == said


@pytest.mark.parametrize("version", [b"1.0", b"0.97"])
def test_a_percent_sign_is_read_as_the_version_writes_it_or_else_as_the_file_is_there(version):
    files = bag({b"50%25.tif": b"a", b"a%0Ab": b"b", b"plain%.tif": b"c"})
    files[b"bagit.txt"] = DECLARATION.replace(b"1.0", version)
    assert len(judged(files).claims) == 3
    files[b"data/50%.tif"] = files.pop(b"data/50%25.tif")
    files[b"data/a\nb"] = files.pop(b"data/a%0Ab")
    assert set(judged(files).claims) == {b"data/50%.tif", b"data/a\nb", b"data/plain%.tif"}


@pytest.mark.parametrize(
    "path",
    [
        b"../a",
        b"/a",
        b"~/a",
        b"data/../../a",
        b"~root/a",
        b"C:\\a",
        b"c:/a",
        b"\\\\host\\a",
        b"%HomeDrive%\\a",
        b"data\\..\\..\\a",
        b"//host/a",
    ],
)
def test_a_path_that_leaves_the_bag_is_refused_on_any_system(path):
    found = read(md5(b"").encode() + b"  " + path + b"\n")
    assert ([r.code for r in found.remarks], found.entries) == (["RFC8493-5.1"], {})
    listed = fetch.read(io.BytesIO(b"https://a.b/c - " + path), tags.Declaration(), {"a.b"})
    assert [r.code for r in listed.remarks] == ["RFC8493-5.1"]


@pytest.mark.parametrize(
    "line",
    [
        b"data/a",
        md5(b"")[:-1].encode() + b"  data/a",
        md5(b"").encode() + b"0  data/a",
        md5(b"").encode(),
        b"\0",
    ],
)
def test_what_is_no_line_of_a_manifest_is_refused_with_its_number(line):
    (remark,) = read(b"\n" + line + b"\n").remarks
    assert (remark.code, remark.where) == ("RFC8493-2.1.3-LINE", "manifest-md5.txt, line 2")
    assert len(remark.found) < 300


def test_a_line_without_end_is_given_up_early():
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size=-1):
            self.taken += size
            return b"a" * size

    stream = Endless()
    named, told = manifests.name(b"manifest-md5.txt"), tags.Declaration()
    (remark,) = manifests.read(stream, named, told, ()).remarks
    assert remark.code == "RFC8493-2.1.1-LONG"
    assert stream.taken < 100 * LINE_LIMIT


def test_a_path_that_is_listed_twice_is_refused_by_the_version():
    line, other = (md5(c).encode() + b"  data/a\n" for c in (b"", b"a"))
    for version, lines_, code in (
        ((1, 0), line * 2, "DUPLICATE"),
        ((1, 0), line + other, "DUPLICATE"),
        ((0, 97), line * 2, "REPEATED"),
        ((0, 97), line + other, "DUPLICATE"),
    ):
        (remark,) = read(lines_, version=version).remarks
        assert (remark.code, remark.where[-6:]) == (f"RFC8493-2.1.3-{code}", "line 2")


def test_names_that_other_systems_cannot_hold_are_warned_of():
    payload = {b"A.tif": b"", b"a.tif": b"", b"con.txt": b"", b"Thumbs.db": b"", b"x:y": b""}
    assert sorted(codes(bag(payload))) == [
        "RFC8493-6-CASE",
        "RFC8493-6-SYSTEM-FILE",
        "RFC8493-6-WINDOWS",
        "RFC8493-6-WINDOWS",
    ]


def test_backslashes_for_slashes_are_named():
    files = bag(PAYLOAD)
    files[b"manifest-md5.txt"] = files[b"manifest-md5.txt"].replace(b"data/", b"data\\")
    assert set(codes(files)) == {"RFC8493-2.1.3-BACKSLASH", "RFC8493-3-UNLISTED"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Payload-Oxum: 2\n", "RFC8493-2.2.2-OXUM-FORM"),
        (b"Payload-Oxum: 2.2\nPayload-Oxum: 3.2\n", "RFC8493-2.2.2-OXUM-FORM"),
        (b" folded too early\n", "RFC8493-2.2.2"),
        (b"Label:without blank\n", "RFC8493-2.2.2"),
        (b"Label : blank before\n", "RFC8493-2.2.2"),
    ],
)
def test_bag_info_that_is_not_labels_and_values_is_refused(content, code):
    assert codes(bag(PAYLOAD) | {b"bag-info.txt": content}) == [code]


def test_folded_lines_of_bag_info_are_joined():
    files = bag(PAYLOAD) | {b"bag-info.txt": b"Title: a\n  b\n\tc\nTitle: d\n"}
    assert judged(files).tags == [("Title", "a b c"), ("Title", "d")]


def test_files_to_fetch():
    listed = b"https://a.b/c 1 data/c\nno line\nhttps://x.y/z - bagit.txt\n"
    found = codes(bag(PAYLOAD) | {b"fetch.txt": listed}, hosts={"a.b"})
    assert found == [
        "RFC8493-2.2.3",
        "RFC8493-2.2.3-TAG",
        "RFC8493-2.2.3-HOST",
        "RFC8493-2.2.3-ABSENT",
    ]


@pytest.mark.parametrize("version", [b"1.0", b"0.97"])
def test_a_percent_sign_in_fetch_txt_is_read_as_in_a_manifest(version):
    files = bag({b"50%25": b"a"}) | {b"fetch.txt": b"https://a.b/c - data/50%25\n"}
    files[b"bagit.txt"] = DECLARATION.replace(b"1.0", version)
    if version == b"1.0":
        files[b"data/50%"] = files.pop(b"data/50%25")
    assert codes(files, hosts={"a.b"}) == []
    del files[b"data/50%" if version == b"1.0" else b"data/50%25"]
    files[b"data/other"] = b""
    assert set(codes(files, hosts={"a.b"})) == {"RFC8493-2.2.3-ABSENT", "RFC8493-3-UNLISTED"}


paths = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"],
    exclude_characters="/%"), min_size=1).filter(lambda n: n.strip() == n and n not in (".", "..")),
    min_size=1, max_size=3).map(lambda parts: "/".join(["data", *parts]))  # fmt: skip
digests = st.binary(max_size=3).map(
    lambda c: Digest(Algorithm.SHA512, hashlib.sha512(c).hexdigest())
)


@given(st.dictionaries(paths, digests))
def test_a_manifest_of_ours_is_read_back(rows):
    content = b"".join(bagit.manifest(rows.items()))
    named = manifests.name(b"manifest-sha512.txt")
    found = manifests.read(io.BytesIO(content), named, tags.Declaration(), ())
    kept = {p.encode(): d for p, d in rows.items() if not leaves_the_bag(p.encode())}
    assert found.entries == kept


@given(st.binary(min_size=1))
def test_the_encoding_of_a_path_is_undone(path):
    assert decoded(encoded(path)) == path
    assert not set(encoded(path)) & set(b"\r\n")


@given(st.binary(), st.integers(1, 7))
def test_lines_are_the_same_however_the_octets_come(content, size):
    class Slow(io.BytesIO):
        def read(self, _=-1):
            return super().read(size)

    text = content.decode("latin-1").encode()
    expected = [(n, x) for n, x in enumerate(text.splitlines(), 1) if x.strip()]
    assert list(lines(Slow(text), "utf-8")) == expected


@given(st.text(), st.text(max_size=5))
def test_a_value_of_bag_info_stays_on_its_line(value, other):
    text = bagit.bag_info((("Source-Organization", value), ("Contact-Name", other)))
    told = text.decode("utf-8", "surrogatepass")
    assert len(told.splitlines()) == 2 or not value.isprintable() or not other.isprintable()
    assert re.match(r"Source-Organization: ", told)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                b"bagit.txt",
                b"manifest-md5.txt",
                b"tagmanifest-sha1.txt",
                b"fetch.txt",
                b"bag-info.txt",
                b"data/a",
            ]
        ),
        st.binary(),
    )
)
def test_no_octets_make_the_judgement_fail(files):
    codes(files | {b"bagit.txt": files.get(b"bagit.txt", OLD)})
