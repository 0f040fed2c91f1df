"""Format policies: what is written is what is meant, and every mistake is named with its line."""

import json
import tomllib

import jsonschema
import pytest
from lxml import etree

from preservation import policies, resources
from preservation.errors import Misconfigured
from preservation.model.identifiers import Puid
from preservation.model.policy import FormatPolicy, FormatRule, LetIn, OnInvalid, Risk


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "made.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def test_the_default_keeps_faulty_files_and_says_why_of_each_format(shared):
    decided = policies.find("default")
    assert decided.policy.invalid is OnInvalid.KEEP
    assert decided.kept == b""
    assert all(it.name and it.because for it in decided.told.format)
    signatures = shared / "corpora" / "pronom" / "DROID_SignatureFile_V122.xml"
    known = {e.get("PUID") for e in etree.parse(signatures).iter("{*}FileFormat")}
    assert set(decided.policy.formats) <= known


def test_every_key_means_something(written):
    digest = "0123456789abcdef" * 8
    found = policies.read(
        written(
            f"""
            because = "so"
            invalid = "ask"
            risk = "low"
            unknown = "medium"
            [[format]]
            puids = ["fmt/1", "x-fmt/2"]
            name = "One"
            risk = "high"
            because = "old"
            invalid = "refuse"
            [[format]]
            puids = ["fmt/3"]
            risk = "medium"
            [[let_in]]
            sha512 = "{digest}"
            by = "Arta"
            because = "lost"
            """
        )
    )
    policy = found.policy
    one = FormatRule(Risk.HIGH, "old", OnInvalid.REFUSE)
    assert policy == FormatPolicy(
        "made",
        policy.version,
        OnInvalid.ASK,
        Risk.LOW,
        Risk.MEDIUM,
        {Puid("fmt/1"): one, Puid("x-fmt/2"): one, Puid("fmt/3"): FormatRule(Risk.MEDIUM)},
        {digest: LetIn("Arta", "lost")},
    )
    assert [policy.on_invalid(p) for p in (Puid("fmt/1"), Puid("fmt/3"), Puid("fmt/9"), None)] == [
        OnInvalid.REFUSE,
        OnInvalid.ASK,
        OnInvalid.ASK,
        OnInvalid.ASK,
    ]
    assert [policy.rule(p).risk for p in (Puid("fmt/1"), Puid("fmt/9"), None)] == [
        Risk.HIGH,
        Risk.LOW,
        Risk.MEDIUM,
    ]
    assert found.kept == found.text


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ('invalid = "drop"', ["line 1", "'keep', 'refuse' or 'ask'"]),
        ('\nrisks = "low"', ["line 2", "no such key", "risk"]),
        ('[[format]]\npuids = []\nrisk = "low"', ["line 2", "puids"]),
        ('[[format]]\npuids = ["tiff"]\nrisk = "low"', ["line 2", "tiff"]),
        ('[[format]]\npuids = ["fmt/1"]', ["risk", "must be there"]),
        ('[[let_in]]\nsha512 = "1"\nby = "x"\nbecause = "y"', ["line 2", "sha512"]),
        (
            '[[format]]\npuids = ["fmt/1"]\nrisk = "low"\n' * 2,
            ["line 5", "fmt/1 is there twice"],
        ),
        ("x =", ["not TOML"]),
    ],
)
def test_a_mistake_has_its_line_and_what_to_write(written, text, reasons):
    with pytest.raises(Misconfigured) as refused:
        policies.read(written(text))
    for reason in ("made.toml", *reasons):
        assert reason in str(refused.value)


def test_all_mistakes_are_said_at_once(written):
    with pytest.raises(Misconfigured) as refused:
        policies.read(written('invalid = "no"\nrisk = "none"\nx = 1'))
    assert len(refused.value.reasons) == 3


def test_a_name_that_there_is_not_is_answered_with_those_that_there_are():
    with pytest.raises(Misconfigured, match="no format policy is called mine; there are: default"):
        policies.find("mine")


def test_an_archive_s_own_goes_before(tmp_path):
    folder = tmp_path / "profiles/formats"
    folder.mkdir(parents=True)
    (folder / "default.toml").write_text('invalid = "ask"\n')
    (folder / "mine.toml").write_text("")
    assert set(policies.available(tmp_path)) == {"default", "mine"}
    decided = policies.find("default", tmp_path)
    assert (decided.policy.invalid, decided.kept) == (OnInvalid.ASK, b'invalid = "ask"\n')


def test_editors_can_be_given_a_schema():
    schema = json.loads((resources.folder("schemas") / "format-policy.json").read_text("utf-8"))
    text = (resources.folder("profiles/formats") / "default.toml").read_text("utf-8")
    jsonschema.validate(tomllib.loads(text), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"risk": "none"}, schema)
