"""Whatever Java or veraPDF do wrong, no file is called invalid for it, and none valid."""

import json
import os
import re
import stat

import pytest

from preservation.errors import ToolFailed
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.validity import Candidate, Verdict
from preservation.tools.validators.verapdf import VERSION, VeraPdf

CANDIDATE = Candidate(Format(Puid("fmt/354"), "PDF/A"), "pdf")


def result(compliant, **changes):
    rule = {
        "specification": "ISO 19005-1:2005",
        "clause": "6.1.10",
        "testNumber": 1,
        "description": "no LZW",
        "failedChecks": 4,
    }
    told = {
        "details": {"ruleSummaries": [] if compliant else [rule]},
        "jobEndStatus": "normal",
        "profileName": "PDF/A-1b validation profile",
        "compliant": compliant,
    }
    return told | changes


@pytest.fixture
def fake(tmp_path):
    """Makes a veraPDF of a Java that runs a shell script; jobs are answered as a list says."""
    made = []
    (tmp_path / "x.jar").write_bytes(b"")

    def make(script=None, *, jobs=(), version=VERSION, patience=5):
        (tmp_path / "jobs").write_text(json.dumps(list(jobs)))
        answer = tmp_path / "answer.py"
        answer.write_text(
            "import json, sys\n"
            f"jobs = json.load(open({str(tmp_path / 'jobs')!r}))\n"
            "names = [a for a in sys.argv if a.endswith('.pdf')]\n"
            "told = [{'itemDetails': {'name': n}, **job} for n, job in zip(names, jobs)]\n"
            "print(json.dumps({'report': {'jobs': told}}))\n"
        )
        java = tmp_path / "java"
        java.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *--version*) echo "veraPDF {version}"; exit 0;; esac\n'
            + (script or f'exec /usr/bin/env python3 "{answer}" "$@"')
            + "\n"
        )
        java.chmod(java.stat().st_mode | stat.S_IXUSR)
        made.append(VeraPdf(java=str(java), place=tmp_path / "x.jar", patience=patience))
        return made[-1]

    yield make
    for tool in made:
        tool.close()


def judged(tool, count=1):
    paths = [os.fsencode(f"/nowhere/{n}.pdf") for n in range(count)]
    return list(tool.validate([(path, CANDIDATE) for path in paths]))


def test_its_verdicts_are_taken_as_they_are(fake):
    jobs = [{"validationResult": [result(True)]}, {"validationResult": [result(False)]}]
    first, second = judged(fake(jobs=jobs), 2)
    assert (first.verdict, first.agent, first.against) == (
        Verdict.VALID,
        f"veraPDF {VERSION}",
        "PDF/A-1b",
    )
    assert second.verdict is Verdict.NOT_VALID
    assert second.note == "ISO 19005-1:2005, 6.1.10 (1): no LZW (4 times)"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"taskException": {"exceptionMessage": "Couldn't parse"}}, "Couldn't parse"),
        ({"validationResult": []}, "cannot be read"),
        ({"validationResult": [{}]}, "cannot be read"),
        ({"validationResult": [result(None)]}, "no verdict"),
        ({"validationResult": [result("true")]}, "no verdict"),
        ({"validationResult": [result(True, jobEndStatus="timeout")]}, "to the end"),
        ({}, "cannot be read"),
    ],
)
def test_a_report_that_is_not_whole_is_no_verdict(fake, job, words):
    (found,) = judged(fake(jobs=[job]))
    assert found.verdict is Verdict.NOT_PERFORMED
    assert words in found.note


def test_a_file_of_which_the_report_is_silent_has_no_verdict(fake):
    first, second = judged(fake(jobs=[{"validationResult": [result(True)]}]), 2)
    assert (first.verdict, second.verdict) == (Verdict.VALID, Verdict.NOT_PERFORMED)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo '{\"report\": 3}'", "gave no report"),
        ("echo nonsense; echo 'Out of memory' >&2; exit 1", "Out of memory"),
        ("kill -SEGV $$", "crashed by signal SIGSEGV"),
        ("exit 0", "gave no report"),
        ("exec sleep 60", "timed out after 1 s"),
        ("exec yes", "timed out|wrote more than"),
    ],
)
def test_a_run_that_fails_says_how(fake, script, words):
    (found,) = judged(fake(script, patience=1))
    assert found.verdict is Verdict.NOT_PERFORMED
    assert re.search(words, found.note)


@pytest.mark.parametrize("version", ["1.29.0", ""])
def test_another_version_is_not_used(fake, version):
    with pytest.raises(ToolFailed, match=f"{VERSION} is needed"):
        judged(fake(version=version))


def test_a_missing_jar_or_java_says_what_to_do(tmp_path):
    with (
        VeraPdf(place=tmp_path / "no.jar") as tool,
        pytest.raises(ToolFailed, match="sh deploy/tools"),
    ):
        judged(tool)
    (tmp_path / "x.jar").write_bytes(b"")
    with (
        VeraPdf(java="no-such-java", place=tmp_path / "x.jar") as tool,
        pytest.raises(ToolFailed, match="no-such-java is not installed"),
    ):
        judged(tool)


@pytest.mark.parametrize(
    ("puid", "claim", "handled"),
    [
        ("fmt/354", "", True),
        ("fmt/18", "PDF/A-2u", True),
        ("fmt/1911", "", True),
        ("fmt/18", "", False),
        (None, "", False),
    ],
)
def test_it_is_asked_about_what_claims_to_be_pdf_a(puid, claim, handled):
    told = Format(Puid(puid) if puid else None, "PDF", mime="application/pdf")
    with VeraPdf() as tool:
        assert tool.handles(Candidate(told, "pdf", claim)) is handled
