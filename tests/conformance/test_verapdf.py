"""Verdicts on PDF/A are veraPDF's own: as the name of each file of its corpus says."""

import os
import re

import pytest

from preservation.model.formats import Format
from preservation.model.validity import Candidate, Verdict
from preservation.tools.characterizers.pdf import Pdf
from preservation.tools.validators.pdf import Pdf as Syntax
from preservation.tools.validators.verapdf import VeraPdf, jar

CANDIDATE = Candidate(Format(None, "PDF"), "pdf", "PDF/A-1b")
SAID = {"pass": Verdict.VALID, "fail": Verdict.NOT_VALID}
HALVES = 2
"""One for each process of the test run."""


@pytest.fixture
def corpus(shared):
    return sorted((shared / "corpora" / "verapdf-1b-2b").rglob("*.pdf"))


def test_what_verapdf_passes_qpdf_reads_and_its_claim_is_seen(corpus):
    good = [(os.fsencode(path), CANDIDATE) for path in corpus if "-pass-" in path.name]
    with Syntax() as syntax, Pdf() as pdf:
        verdicts = {it.verdict for it in syntax.validate(good)}
        claims = {dict(it.facts).get("claims") for it in pdf.characterize([p for p, _ in good])}
    assert verdicts == {Verdict.WELL_FORMED}
    assert claims == {"PDF/A-1b", "PDF/A-2b"}


@pytest.mark.slow
@pytest.mark.parametrize("half", range(HALVES))
def test_each_verdict_is_the_one_in_the_name(corpus, half):
    assert jar().is_file() or "CI" not in os.environ, "veraPDF is not installed: sh deploy/tools"
    if not jar().is_file():
        pytest.skip("veraPDF is not installed: sh deploy/tools")
    files = corpus[half::HALVES]
    assert len(files) > 700
    with VeraPdf() as tool:
        told = list(tool.validate([(os.fsencode(path), CANDIDATE) for path in files]))
    wrong = [
        (path.name, judgement)
        for path, judgement in zip(files, told, strict=True)
        if judgement.verdict is not SAID[re.search("-(pass|fail)-", path.name)[1]]
    ]
    assert wrong == []
