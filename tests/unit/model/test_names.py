"""File names: nothing of them is lost, and no two become one."""

import unicodedata

import bagit
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preservation.model import names
from preservation.model.fixity import Algorithm, Digest
from preservation.standards.bagit import manifest

AWKWARD = [
    *(
        b"a",
        b"A",
        b"\xc3\xab",
        b"e\xcc\x88",
        b"^",
        b"^61",
        b"%",
        b"%0A",
        b"%25",
        b" ",
        b"a ",
        b"a.",
    ),
    *(b"\n", b"\r", b"\t", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xff"),
    *(b"\xc3\x9f", b"ss", b"SS", b"\xef\xac\x80", b"ff", b"\xe2\x84\xaa", b"k", b"~", b"*"),
    *(b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\xe2\x80\x83", b"x" * 255, b"X" * 255, b"\xff" * 255),
    b"\xd0\xb6" * 127,
]
COMPONENT = (
    st.one_of(
        st.sampled_from(AWKWARD),
        st.text(min_size=1, max_size=40).map(lambda t: t.encode("utf-8", "surrogatepass")),
        st.binary(min_size=1, max_size=255),
        st.lists(st.sampled_from(AWKWARD), min_size=1, max_size=4).map(b"".join),
    )
    .map(lambda name: name.replace(b"/", b"").replace(b"\0", b"")[:255])
    .filter(lambda name: name not in (b"", b".", b".."))
)


def without_files_as_folders(paths):
    """A path that is a folder of another is no file: no folder tree has both."""
    folders = {p[:n] for p in paths for n, octet in enumerate(p) if octet == 0x2F}
    return sorted(set(paths) - folders)


TREES = st.lists(st.lists(COMPONENT, min_size=1, max_size=3).map(b"/".join), max_size=12).map(
    without_files_as_folders
)


def folded(name):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


@given(st.binary(max_size=300))
def test_every_name_is_read_back_from_its_written_form(name):
    assert names.given(names.written(name)) == name


@given(st.binary(max_size=100))
def test_a_written_form_fits_xml_and_a_line(name):
    form = names.written(name)
    form.encode("utf-8")
    assert len(form.splitlines()) <= 1 or any(c in form for c in "\u2028\u2029")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in form)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="^￾￿")))
def test_a_name_in_any_script_is_its_own_written_form(name):
    assert names.written(name.encode("utf-8")) == name


@given(TREES)
@example([b"A/x/1", b"a/y/1"])
@example([b"A", b"a/x"])
@example([b"a\xc3\xab", b"ae\xcc\x88"])
def test_no_two_stored_names_of_a_folder_are_one_on_any_system(paths):
    stored = names.stored(paths)
    assert sorted(stored) == sorted(paths)
    folders = {}
    for path, form in stored.items():
        given_parts, parts = path.split(b"/"), form.split("/")
        assert len(given_parts) == len(parts)
        for depth, part in enumerate(parts):
            above, name = b"/".join(given_parts[:depth]), given_parts[depth]
            other = folders.setdefault((above, folded(part)), name)
            assert other == name, (other, name, part)


@given(TREES)
def test_a_stored_name_fits_and_decodes_to_the_name_unless_it_was_shortened(paths):
    for path, form in names.stored(paths).items():
        for part in form.split("/"):
            assert len(part.encode("utf-8")) <= names.NAME_MAX
        if "^~" not in form:
            assert names.given(form) == path


@given(TREES)
def test_bagit_reads_every_stored_name_from_a_manifest_of_ours(tmp_path_factory, paths):
    stored = [f"data/x/{form}" for form in names.stored(paths).values()]
    if not stored:
        return
    folder = tmp_path_factory.mktemp("bag")
    digest = Digest(Algorithm.SHA512, "0" * 128)
    (folder / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    content = b"".join(manifest((form, digest) for form in stored))
    (folder / "manifest-sha512.txt").write_bytes(content)
    read = bagit.Bag(str(folder)).entries
    assert sorted(read) == sorted(stored)


def test_ordinary_names_stay_as_they_are():
    paths = [b"A 1/b.tif", "Regjistri i vdekjeve/ë.pdf".encode(), "Записник.doc".encode()]
    assert names.stored(paths) == {path: path.decode() for path in paths}


@pytest.mark.parametrize(
    ("one", "other"),
    [(b"Scan.tif", b"scan.tif"), ("ë.tif".encode(), "e\u0308.tif".encode()), (b"SS", "ß".encode())],
)
def test_of_names_that_fold_into_one_the_first_keeps_its_name(one, other):
    stored = names.stored([one, other])
    first, second = sorted((one, other))
    assert stored[first] == first.decode()
    assert stored[second] == "".join(
        chr(octet) if octet in b"0123456789-_." else f"^{octet:02x}" for octet in second
    )


def test_a_name_that_escaping_makes_too_long_is_shortened_and_still_its_own():
    one, other = b"\xff" * 255, b"\xff" * 254 + b"\xfe"
    forms = names.stored([one, other])
    assert all("^~" in form and len(form) <= 255 for form in forms.values())
    assert forms[one] != forms[other]


def test_a_row_of_a_spreadsheet_finds_a_name_composed_or_not():
    assert names.composed("e\u0308.tif") == names.composed("ë.tif") == "ë.tif"
