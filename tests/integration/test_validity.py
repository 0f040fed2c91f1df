"""What validators judge of files comes into the AIP, the catalogue and every copy, and back."""

import json
import os
import re

import pikepdf
import pytest
from PIL import Image

from preservation.assembly.rebuild import rebuild
from preservation.model.premis import EventType, Outcome
from preservation.model.validity import Verdict
from preservation.standards import members, premis
from preservation.tools.validators.verapdf import jar


@pytest.fixture
def archive_folder(archive_folder):
    """An archive with the tools that a new one has."""
    file = archive_folder / "arkiv.toml"
    text = re.sub(
        r"^(identifiers|characterizers|validators) = .*$", "", file.read_text("utf-8"), flags=re.M
    )
    file.write_text(text, "utf-8")
    return archive_folder


@pytest.fixture
def mixed(sip, tmp_path, shared):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf")
    Image.effect_noise((90, 60), 80).save(tmp_path / "a.png")
    png = (tmp_path / "a.png").read_bytes()
    corpus = shared / "corpora" / "verapdf-1b-2b"
    claims = {
        word: next(corpus.rglob(f"*6-1-12-t01-{word}-a.pdf"), None)
        or next(corpus.rglob(f"*-{word}-a.pdf"))
        for word in ("pass", "fail")
    }
    return sip(
        {
            b"plain.pdf": (tmp_path / "a.pdf").read_bytes(),
            b"pass.pdf": claims["pass"].read_bytes(),
            b"fail.pdf": claims["fail"].read_bytes(),
            b"whole.png": png,
            b"cut.png": png[: len(png) // 2],
            b"text.txt": b"Vendim",
        }
    )


def by_name(archive, receipt):
    return {file.original_name: file.validity for file in archive.catalogue.files(receipt.aip_id)}


@pytest.mark.skipif(
    not jar().is_file() and "CI" not in os.environ, reason="veraPDF is not installed"
)
def test_each_file_has_its_verdict_everywhere(archive, mixed, ingested, arkiv, quiet):
    receipt = ingested(mixed)
    expected = {
        "plain.pdf": Verdict.WELL_FORMED,
        "pass.pdf": Verdict.VALID,
        "fail.pdf": Verdict.NOT_VALID,
        "whole.png": Verdict.VALID,
        "cut.png": Verdict.NOT_WELL_FORMED,
        "text.txt": Verdict.NOT_PERFORMED,
    }
    assert by_name(archive, receipt) == expected

    events = [
        e.finding
        for e in archive.catalogue.events(receipt.aip_id)
        if e.finding.type is EventType.VALIDATION and "rules of their formats" in e.finding.detail
    ]
    faults = {p for e in events if e.outcome is Outcome.WARNING for p in e.objects}
    assert faults == {f"representations/original/data/{n}" for n in ("fail.pdf", "cut.png")}
    assert any("x-fmt/111" in e.note for e in events if e.outcome is Outcome.NOT_PERFORMED)
    assert any("not valid as PDF/A" in warning for warning in receipt.warnings)

    code, (shown,) = arkiv("show", receipt.aip_id, "--files")
    assert code == 0
    assert {f["original_name"]: f["validity"] for f in shown["file_list"]} == expected
    assert "not valid" in arkiv("show", receipt.aip_id, "--files", json=False)[1]

    rebuild(archive, store=None, progress=quiet)
    assert by_name(archive, receipt) == expected


@pytest.mark.skipif(
    not jar().is_file() and "CI" not in os.environ, reason="veraPDF is not installed"
)
def test_the_words_of_each_validator_are_in_premis(mixed, ingested, tmp_path, arkiv):
    receipt = ingested(mixed)
    out = tmp_path / "out"
    assert arkiv("export", receipt.aip_id, "--to", out)[0] == 0
    (document,) = out.rglob("representations/original/metadata/preservation/premis.xml")
    with open(document, "rb") as stream:
        told = {file.original_name: file.judgements for file in premis.read(stream).files}
    assert [it.agent.split()[0] for it in told["pass.pdf"]] == ["pikepdf", "veraPDF"]
    (_, verapdf) = told["fail.pdf"]
    assert (verapdf.verdict, verapdf.note.startswith("ISO 19005")) == (Verdict.NOT_VALID, True)
    assert told["text.txt"] == ()


def test_an_aip_of_before_there_were_validators_is_not_performed(archive, sip, ingested):
    """Its list of members has no verdicts: a rebuild must read it all the same."""
    receipt = ingested(sip({b"a.xml": b"<a/>"}))
    store = next(iter(archive.stores.values()))
    key = next(key for key in store.keys("") if key.endswith("members.jsonl"))
    lines = [json.loads(line) for line in b"".join(store.read(key)).splitlines()]
    assert [line["validity"] for line in lines if "original" in line] == ["well-formed"]
    for line in lines:
        for key in ("validity", "inhibitors", "source"):
            line.pop(key, None)
    old = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    held = [row.file for row in members.read([old]) if row.file]
    assert [file.validity for file in held] == [Verdict.NOT_PERFORMED]
    assert receipt.aip_id


def test_what_nobody_judges_is_said_once(arkiv, sip):
    code, (receipt,) = arkiv("ingest", sip({b"a.doc": b"?"}))
    assert code == 0
    _, (shown,) = arkiv("show", receipt["aip_id"], "--files", "--events")
    assert shown["file_list"][0]["validity"] == "not performed"
    notes = [e["note"] for e in shown["events"] if e["outcome"] == "not performed"]
    assert sum("no validator is installed for the formats of 1 file" in note for note in notes) == 1
