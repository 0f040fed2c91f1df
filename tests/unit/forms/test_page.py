"""The report as a page: all that matters is on it, and nothing in a package can change it."""

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from preservation.forms import CheckForm, Remark
from preservation.forms.page import LISTED, SHOWN, page


def remark(**more):
    told = {
        "code": "FILE-DIGEST",
        "level": "error",
        "where": "data/a.tif",
        "says": "the file is not what its digest says",
        "expected": "md5 00",
        "found": "md5 11",
        "remedy": "send it again",
        "source": "RFC 8493",
    }
    return Remark(**(told | more))


def form(*findings, **more):
    told = {
        "status": "invalid",
        "kind": "bag",
        "path": "scans",
        "files": 3,
        "bytes": 4,
        "findings": findings,
        "done": ("digests: 3 files",),
        "not_performed": ("malware scan: no scanner",),
    }
    return CheckForm(**(told | more))


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.open = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(text):
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return tags


def test_everything_that_is_known_is_on_the_page():
    text = parsed(page(form(remark(), remark(code="B", level="warning", says="odd")))).text

    for part in ("scans", "bag", "FILE-DIGEST", "data/a.tif", "md5 00", "md5 11", "send it again"):
        assert part in text
    for part in ("not in order", "1 error, 1 warning, 0 notes", "RFC 8493", "no scanner"):
        assert part in text
    assert text.index("Errors") < text.index("Warnings")


def test_a_package_in_order_says_so():
    assert "This package is in order." in page(form(status="valid"))


@given(st.text(), st.text(), st.text())
def test_nothing_in_a_package_becomes_markup(where, found, path):
    plain = parsed(page(form(remark(where="x", found="y", expected="z"), path="p")))
    told = page(form(remark(where=f"x{where}", found=f"y{found}", expected=f"z{path}"), path="p"))
    assert parsed(told).found == plain.found
    assert re.search(r"\bon\w+=|<script|javascript:", plain.text) is None


def test_hostile_names_are_shown_as_they_are():
    name = "\"><img src=http://a/b onerror=alert(1)>'&lt;"
    text = page(form(remark(where=name), path=name))

    assert "<img" not in text
    assert name in unescape(text)


def test_the_page_asks_for_nothing_and_runs_nothing():
    tags = parsed(page(form(remark(), *[remark(code="C")] * 50))).found

    assert not {name for name, _ in tags} & {"script", "img", "link", "iframe", "object", "a"}
    assert not any(key in ("src", "href", "style") for _, attrs in tags for key, _ in attrs)
    assert "url(" not in page(form(remark()))


def test_equal_findings_are_folded():
    many = [remark(where=f"f{n}") for n in range(LISTED + 500)]
    text = page(form(*many))

    assert "1,500 times" in text
    assert text.index(f"f{SHOWN - 1}<") < text.index("<details>") < text.index(f"f{SHOWN}<")
    assert "And 500 more" in text
    assert text.count("What to do") == 1
