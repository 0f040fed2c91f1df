"""Agreements: what is written is what is meant, and every mistake is named with its line."""

import json
import tomllib
from dataclasses import replace

import jsonschema
import pytest

from preservation import agreements, resources
from preservation.errors import Misconfigured
from preservation.model.agreement import Agreement, Limits, OnMalware
from preservation.model.packages import SipKind
from preservation.model.report import Level


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "made.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def test_the_default_takes_anything():
    found = agreements.find("default").agreement
    assert replace(found, version="", rights="", mandatory=(), missing=Level.WARNING) == Agreement(
        "default"
    )
    assert (len(found.mandatory), found.missing) == (6, Level.INFO)


def test_an_agreement_that_says_nothing_wants_the_six_of_isad_g(written):
    found = agreements.read(written("")).agreement
    assert found.mandatory == (
        "reference code",
        "title",
        "creator",
        "date",
        "level",
        "extent",
    )
    assert (found.missing, found.kinds) == (Level.WARNING, frozenset())


def test_every_key_means_something(written):
    text = """
    producer = "Komuna"
    [submission]
    kinds = ["bag", "E-ARK SIP"]
    profile = "https://a.b/c.json"
    fetch_hosts = ["A.b"]
    [description]
    mandatory = ["title"]
    missing = "error"
    [formats]
    allowed = ["fmt/353"]
    refused = ["x-fmt/111"]
    policy = "default"
    unpack = ["zip", "mbox"]
    [limits]
    files = 1
    bytes = 2
    file_bytes = 3
    ratio = 4
    depth = 5
    [rights]
    access = "disseminate"
    basis = "statute"
    because = "the law"
    [storage]
    stores = ["a", "b"]
    copies = 1
    [malware]
    found = "quarantine"
    signature_days = 2
    """
    found = agreements.read(written(text)).agreement
    assert found == Agreement(
        "made",
        found.version,
        "Komuna",
        frozenset({SipKind.BAG, SipKind.EARK_SIP}),
        "https://a.b/c.json",
        ("title",),
        Level.ERROR,
        frozenset({"fmt/353"}),
        frozenset({"x-fmt/111"}),
        Limits(1, 2, 3, 4, 5),
        frozenset({"a.b"}),
        "disseminate",
        "the law",
        "statute",
        "default",
        ("a", "b"),
        1,
        OnMalware.QUARANTINE,
        2,
        frozenset({"zip", "mbox"}),
    )


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[description]\nmandatry = ["title"]', 2, "did you mean mandatory?"),
        ("[speed]", 1, "use one of because, producer"),
        ("producer = 3", 1, "found 3; write a text in quotes"),
        ('[description]\n\nmissing = "never"', 3, "'error', 'warning' or 'info'"),
        ('[formats]\nallowed = ["fmt/1", "tiff"]', 2, "'tiff' is not a PUID"),
        ('[submission]\nkinds = ["box"]', 2, "'folder', 'bag'"),
        ("[limits]\nfiles = 0", 2, "greater than 0"),
        ('[storage]\nstores = ["A B"]', 2, "is not a store name"),
        ('[storage]\nstores = ["a"]\ncopies = 2', 3, "2 copies in 1 stores"),
        ("producer = \n", 1, "put the line right"),
        ("\nlimits.files = 0", 2, "greater than 0"),
        ('limits = { files = 3,  bytes = "many" }', 1, "limits.bytes: found 'many'; write a whole"),
        ('because = """\n[limits]\nfiles = 0\n"""\n[limits]\nfiles = 0', 6, "greater than 0"),
        ('[formats]\nallowed = [\n  "fmt/1",\n  "tiff", # x\n]', 4, "'tiff' is not a PUID"),
        ("[submission]\nkinds = 'bag'", 2, "write a list"),
        ("limits = 3", 1, "as a table of its own"),
        ("# none\n\n[malware]\n\nfond = 'refuse'", 5, "did you mean found?"),
    ],
)
def test_a_mistake_is_named_with_its_line(written, text, line, told):
    with pytest.raises(Misconfigured) as raised:
        agreements.read(written(text))
    (reason,) = raised.value.reasons
    assert told in reason
    assert f"made.toml, line {line}" in reason or f"at line {line}" in reason


def test_all_mistakes_are_named_at_once(written):
    with pytest.raises(Misconfigured) as raised:
        agreements.read(written("producer = 1\n[limits]\nfiles = -1\nfile = 2\n"))
    assert len(raised.value.reasons) == 3


def test_an_agreement_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(Misconfigured, match="there are: default"):
        agreements.find("nobody")


def test_the_archive_s_own_agreement_goes_before(tmp_path):
    folder = tmp_path / agreements.FOLDER
    folder.mkdir(parents=True)
    (folder / "default.toml").write_text('producer = "Us"')
    assert agreements.find("default", tmp_path).agreement.producer == "Us"


def test_the_agreements_that_travel_with_arkiv_fit_the_schema_for_editors():
    schema = json.loads((resources.folder("schemas") / "agreement.json").read_text("utf-8"))
    files = sorted(resources.folder(agreements.FOLDER).glob("*.toml"))
    assert len(files) >= 2
    for file in files:
        told = tomllib.loads(file.read_text("utf-8"))
        jsonschema.validate(told, schema)
        rules = [table for table in told.values() if isinstance(table, dict)]
        assert all(table["because"] for table in [told, *rules])
