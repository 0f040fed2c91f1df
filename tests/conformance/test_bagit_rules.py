"""Each rule of RFC 8493 broken once, on disk: its code is raised, and a good bag raises none."""

import csv
import json
import unicodedata
from hashlib import md5, sha512

import pytest

from preservation.model.report import Level
from preservation.rules import rules

DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGS, FACTS = b"manifest-sha512.txt", b"tagmanifest-sha512.txt", b"bag-info.txt"
PAYLOAD = {
    b"data/a.txt": b"a",
    b"data/below/b.txt": b"b",
    b"data/100%.txt": b"c",
    "data/Vushtrri\u00eb.txt".encode(): b"d",
}
NFC = "data/Vushtrri\u00eb.txt".encode()
NFD = unicodedata.normalize("NFD", NFC.decode()).encode()


def line(content, path, algorithm=sha512):
    return f"{algorithm(content).hexdigest()}  ".encode() + path.replace(b"%", b"%25") + b"\n"


def good():
    """A bag with nothing to remark but its tag manifest, which `sealed` makes."""
    oxum = f"{sum(map(len, PAYLOAD.values()))}.{len(PAYLOAD)}"
    return PAYLOAD | {
        b"bagit.txt": DECLARED,
        FACTS: f"Source-Organization: Komuna e Vushtrris\u00eb\nPayload-Oxum: {oxum}\n".encode(),
        MANIFEST: b"".join(line(content, path) for path, content in PAYLOAD.items()),
    }


def sealed(bag):
    tags = {p: c for p, c in bag.items() if not p.startswith(b"data/") and p != TAGS}
    return bag | {TAGS: b"".join(line(content, path) for path, content in tags.items())}


def to(path, content):
    """Writes a file of the bag."""
    return lambda bag: bag | {path: content}


def more(path, content):
    """Adds to a file of the bag, which need not be there."""
    return lambda bag: bag | {path: bag.get(path, b"") + content}


def other(path, old, new):
    """Writes something else for what stands in a file of the bag."""

    def change(bag):
        assert old in bag[path]
        return bag | {path: bag[path].replace(old, new)}

    return change


def without(*paths):
    return lambda bag: {path: content for path, content in bag.items() if path not in paths}


def all_of(*changes):
    def change(bag):
        for it in changes:
            bag = it(bag)
        return bag

    return change


def after(change):
    """A change that comes after the tag manifest was made."""

    def late(bag):
        return change(sealed(bag))

    late.late = True
    return late


OLD = other(b"bagit.txt", b"1.0", b"0.97")
BROKEN = [
    ("B1", "RFC8493-2.1.1-MISSING", without(b"bagit.txt")),
    ("B1", "RFC8493-2.1.2", all_of(without(*PAYLOAD), to(MANIFEST, b""))),
    ("B1", "RFC8493-2.1.3", without(MANIFEST)),
    ("B2", "RFC8493-2.1.1", to(b"bagit.txt", b"BagIt-Version: 1.0\n")),
    ("B2", "RFC8493-2.1.1", more(b"bagit.txt", b"Contact-Name: Ana\n")),
    ("B2", "RFC8493-2.1.1-SPACE", other(b"bagit.txt", b": 1", b":  1")),
    ("B3", "RFC8493-2.1.1-BOM", to(b"bagit.txt", b"\xef\xbb\xbf" + DECLARED)),
    ("B3", "RFC8493-2.1.1-TEXT", to(b"bagit.txt", DECLARED.decode().encode("utf-16"))),
    ("B4", "RFC8493-2.1.1", other(b"bagit.txt", b"1.0", b"one")),
    ("B4", "RFC8493-2.1.1-VERSION", other(b"bagit.txt", b"1.0", b"7.3")),
    ("B5", "RFC8493-2.1.3-TAGS", all_of(to(b"x", b"x"), more(MANIFEST, line(b"x", b"x")))),
    (
        "B5",
        "RFC8493-2.1.3-TAGS-BEFORE",
        all_of(OLD, to(b"x", b"x"), more(MANIFEST, line(b"x", b"x"))),
    ),
    ("B6", "RFC8493-3-UNLISTED", to(b"manifest-md5.txt", line(b"a", b"data/a.txt", md5))),
    ("B6", "RFC8493-2.1.3-DUPLICATE", more(MANIFEST, line(b"a", b"data/a.txt"))),
    ("B6", "RFC8493-2.1.3-REPEATED", all_of(OLD, more(MANIFEST, line(b"a", b"data/a.txt")))),
    (
        "B7",
        "RFC8493-2.4-NAME",
        lambda bag: without(MANIFEST)(bag) | {b"manifest-SHA-512.txt": bag[MANIFEST]},
    ),
    ("B8", "RFC8493-2.1.3-RELATIVE", other(MANIFEST, b"  data/a", b"  ./data/a")),
    ("B8", "RFC8493-2.1.3-BACKSLASH", other(MANIFEST, b"below/b", b"below\\b")),
    ("B8", "RFC8493-2.1.3-LINE", more(MANIFEST, b"data/a.txt\n")),
    ("B9", "RFC8493-2.1.3-ENCODED", other(MANIFEST, b"%25", b"%")),
    ("B10", "RFC8493-3-MISSING", without(b"data/a.txt")),
    ("B10", "RFC8493-3-DIGEST", to(b"data/a.txt", b"b")),
    ("B11", "RFC8493-3-UNLISTED", to(b"data/extra.txt", b"e")),
    ("B12", "RFC8493-2.2.1-DIGEST", after(more(FACTS, b"Contact-Name: Ana\n"))),
    ("B12", "RFC8493-3-MISSING", after(without(FACTS))),
    ("B12", "RFC8493-2.2.1-DIFFER", to(b"tagmanifest-md5.txt", line(DECLARED, b"bagit.txt", md5))),
    ("B12", "RFC8493-2.2.1-UNLISTED", after(to(TAGS, line(DECLARED, b"bagit.txt")))),
    ("B12", "RFC8493-2.2.1-NONE", after(without(TAGS))),
    (
        "B13",
        "RFC8493-2.2.1-TAGMANIFEST",
        after(
            lambda bag: (
                bag
                | {
                    b"tagmanifest-md5.txt": line(bag[MANIFEST], MANIFEST, md5)
                    + line(bag[TAGS], TAGS, md5)
                }
            )
        ),
    ),
    ("B14", "RFC8493-2.2.1-PAYLOAD", after(more(TAGS, line(b"a", b"data/a.txt")))),
    ("B15", "RFC8493-2.2.2", more(FACTS, b"a line without a label\n")),
    ("B16", "RFC8493-2.2.2-OXUM", other(FACTS, b": 4.4", b": 5.4")),
    ("B16", "RFC8493-2.2.2-OXUM", other(FACTS, b": 4.4", b": 4.5")),
    ("B16", "RFC8493-2.2.2-OXUM-FORM", other(FACTS, b": 4.4", b": 4 octets")),
    ("B17", "RFC8493-2.2.3", to(b"fetch.txt", b"https://a.invalid/a.txt data/a.txt\n")),
    ("B17", "RFC8493-2.2.3-HOST", to(b"fetch.txt", b"https://a.invalid/a.txt 1 data/a.txt\n")),
    (
        "B17",
        "RFC8493-2.2.3-ABSENT",
        all_of(without(b"data/a.txt"), to(b"fetch.txt", b"https://a.invalid/a.txt - data/a.txt\n")),
    ),
    ("B18", "RFC8493-2.2.3-TAG", to(b"fetch.txt", b"https://a.invalid/a.txt 1 bag-info.txt\n")),
    *(
        ("B19", "RFC8493-5.1", more(MANIFEST, line(b"", path)))
        for path in (
            b"../a",
            b"/etc/a",
            b"~/a",
            b"~ana/a",
            b"C:/a",
            b"\\\\host\\a",
            b"data/../../a",
        )
    ),
    ("B19", "RFC8493-5.1", to(b"fetch.txt", b"https://a.invalid/a.txt 1 data/../../a.txt\n")),
    ("B20", "RFC8493-2.1.1-TEXT", more(FACTS, b"Contact-Name: Zo\xeb\n")),
    ("B20", "RFC8493-2.1.1-TEXT", other(MANIFEST, NFC, NFC.decode().encode("iso-8859-1"))),
    ("B20", "RFC8493-2.1.1-TEXT", other(b"bagit.txt", b"UTF-8", b"US-ASCII")),
    ("B20", "RFC8493-2.1.1-ENCODING", other(b"bagit.txt", b"UTF-8", b"klingon")),
    ("B20", "RFC8493-2.1.1-LONG", more(FACTS, b"Contact-Name: " + b"a" * 100_000 + b"\n")),
    ("B22", "RFC8493-2.4", to(b"manifest-sha3512.txt", line(b"a", b"data/a.txt"))),
    (
        "B23",
        "RFC8493-6-CASE",
        all_of(to(b"data/A.txt", b"a"), more(MANIFEST, line(b"a", b"data/A.txt"))),
    ),
    ("B23", "RFC8493-6-NORMALIZATION", other(MANIFEST, NFC, NFD)),
    ("B24", "RFC8493-6-MARKER", other(MANIFEST, b"  data/a", b" *data/a")),
    (
        "section 6",
        "RFC8493-6-SYSTEM-FILE",
        all_of(to(b"data/Thumbs.db", b""), more(MANIFEST, line(b"", b"data/Thumbs.db"))),
    ),
    (
        "section 6",
        "RFC8493-6-WINDOWS",
        all_of(to(b"data/aux.txt", b""), more(MANIFEST, line(b"", b"data/aux.txt"))),
    ),
]
"""For each rule of the list, changes to a good bag that break it, and the code of the break."""

ELSEWHERE = {
    "B21": "all bags here are SHA-512, and so are ours (test_stored_aips.py)",
    "B25": "the two verdicts are held apart below, in test_complete_and_valid_are_told_apart",
}


def laid_out(place, bag):
    """Writes a bag to disk."""
    for path, content in bag.items():
        file = place / path.decode()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return place


@pytest.fixture
def said(said_of, tmp_path):
    """Codes of all that is said of a bag of these files, by how grave they are."""

    return lambda bag: said_of(laid_out(tmp_path / "bag", bag))


def test_a_good_bag_raises_nothing(said):
    assert said(sealed(good())) == {level: set() for level in Level}


@pytest.mark.parametrize(("rule", "code", "change"), BROKEN)
def test_a_bag_that_breaks_the_rule_is_told_by_its_code(said, rule, code, change):
    bag = change(good())
    found = said(bag if hasattr(change, "late") else sealed(bag))
    assert code in set().union(*found.values()), rule


def test_every_rule_of_the_list_is_broken_or_has_a_reason(shared):
    with (shared / "standards/rfc8493.tsv").open(encoding="utf-8") as table:
        listed = {row["id"] for row in csv.DictReader(table, delimiter="\t")}
    assert listed <= {rule for rule, _, _ in BROKEN} | set(ELSEWHERE)


def test_every_code_of_the_family_is_raised():
    family = {code for code in rules() if code.startswith("RFC8493-")}
    assert {code for _, code, _ in BROKEN} == family


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda bag: bag, "valid"),
        (to(b"data/a.txt", b"b"), "complete"),
        (after(more(FACTS, b"Contact-Name: Ana\n")), "complete"),
        (other(FACTS, b": 4.4", b": 5.4"), "complete"),
        (without(b"data/a.txt"), "incomplete"),
        (all_of(without(b"data/a.txt"), to(b"data/below/b.txt", b"x")), "incomplete"),
        (to(b"data/extra.txt", b"e"), "incomplete"),
        (more(MANIFEST, line(b"", b"../a")), "incomplete"),
        (without(MANIFEST), "incomplete"),
        (lambda bag: without(MANIFEST)(bag) | {b"manifest-sha3.txt": bag[MANIFEST]}, "not known"),
        (other(b"bagit.txt", b"UTF-8", b"klingon"), "not known"),
    ],
)
def test_complete_and_valid_are_told_apart(bag_verdict, tmp_path, change, verdict):
    bag = change(good())
    place = laid_out(tmp_path / "bag", bag if hasattr(change, "late") else sealed(bag))
    assert bag_verdict(place) == (verdict, "valid" if verdict == "valid" else "invalid")


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        (lambda bag: bag, "valid", "complete and valid"),
        (to(b"data/a.txt", b"b"), "complete", "complete, but not valid"),
        (without(b"data/a.txt"), "incomplete", "not complete"),
    ],
)
def test_each_report_tells_complete_from_valid(arkiv, tmp_path, change, verdict, words):
    """On the terminal, as JSON, and on the page for the producer."""
    laid_out(tmp_path / "bag", sealed(change(good())))
    page = tmp_path / "report.html"
    code, (told,) = arkiv("check", tmp_path / "bag", "--html", page)
    assert (code, told["bag"]) == (0 if verdict == "valid" else 3, verdict)
    assert f"<dt>Bag</dt><dd>{words}" in page.read_text("utf-8")
    assert f"bag      {words}" in arkiv("check", tmp_path / "bag", json=False)[1]


def test_what_is_no_bag_is_neither(arkiv, tmp_path):
    laid_out(tmp_path / "folder", {b"a.txt": b"a"})
    assert arkiv("check", tmp_path / "folder")[1][0]["bag"] is None
    assert "bag " not in arkiv("check", tmp_path / "folder", json=False)[1]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(to(b"data/a.txt", b"b"), "complete"), (without(b"data/a.txt"), "incomplete")],
)
def test_the_report_on_a_refused_bag_tells_it_too(arkiv, archive_folder, tmp_path, change, verdict):
    laid_out(tmp_path / "bag", sealed(change(good())))
    assert arkiv("ingest", tmp_path / "bag")[0] == 3
    (report,) = archive_folder.rglob("report.json")
    assert json.loads(report.read_text("utf-8"))["bag"] == verdict
