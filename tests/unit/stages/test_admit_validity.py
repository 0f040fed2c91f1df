"""Faulty files are kept, refused or asked about as the policy says; who let one in is on record."""

import pytest

from preservation.model.formats import Answer, Basis, Format, decide
from preservation.model.identifiers import Puid
from preservation.model.packages import Characteristics, Characterized, Identified, Validated
from preservation.model.policy import FormatPolicy, FormatRule, LetIn, OnInvalid, Risk
from preservation.model.premis import Outcome
from preservation.model.validity import Judgement, Verdict
from preservation.rules import Refused
from preservation.stages.admit import admit_validity

TIFF, PDF = Puid("fmt/353"), Puid("fmt/276")
REFUSES_PDF = {PDF: FormatRule(Risk.LOW, "", OnInvalid.REFUSE)}


@pytest.fixture
def validated(verified):
    def make(verdicts):
        """Files by name with the verdict on each; `.pdf` is PDF, the rest TIFF."""
        sip = verified({name: name for name in verdicts})
        decisions = tuple(
            decide((Answer("x", (Format(PDF if n.endswith(b"pdf") else TIFF, "f"),), Basis.XML),))
            for n in verdicts
        )
        judgements = tuple(
            (Judgement("tool 1", verdict, "the rules", "torn"),) for verdict in verdicts.values()
        )
        none = tuple(Characteristics() for _ in verdicts)
        return Validated(Characterized(Identified(sip, decisions), none), judgements)

    return make


def data(name):
    return f"representations/original/data/{name}"


@pytest.mark.parametrize("verdict", [Verdict.VALID, Verdict.WELL_FORMED, Verdict.NOT_PERFORMED])
@pytest.mark.parametrize("what", OnInvalid)
def test_what_is_not_known_to_be_faulty_is_never_refused(validated, list_of, verdict, what):
    state = validated({b"a.tif": verdict})
    assert list_of(admit_validity(state, policy=FormatPolicy("p", invalid=what))) == ([], None)


def test_faulty_files_are_kept_with_a_warning(validated, list_of):
    state = validated({b"a.tif": Verdict.NOT_VALID, b"b.tif": Verdict.VALID})
    findings, error = list_of(admit_validity(state, policy=FormatPolicy("p", "12")))
    assert error is None
    assert [(f.outcome, f.objects, f.note) for f in findings] == [
        (Outcome.WARNING, (data("a.tif"),), "kept with their faults (1 file)")
    ]
    assert "format policy p, version 12" in findings[0].detail


@pytest.mark.parametrize(
    ("what", "code"), [(OnInvalid.REFUSE, "POLICY-INVALID"), (OnInvalid.ASK, "POLICY-ASK")]
)
def test_all_that_are_refused_are_named_with_their_digests(validated, list_of, what, code):
    state = validated({b"a.tif": Verdict.NOT_VALID, b"b.tif": Verdict.NOT_WELL_FORMED})
    findings, error = list_of(admit_validity(state, policy=FormatPolicy("p", invalid=what)))
    assert isinstance(error, Refused)
    assert [(it.code, it.where) for it in error.remarks] == [(code, "a.tif"), (code, "b.tif")]
    digests = [f.digests[0].value for f in state.characterized.identified.payload]
    assert all(d in it.found for d, it in zip(digests, error.remarks, strict=True))
    assert "not well-formed as the rules (tool 1): torn" in error.remarks[1].found
    assert [f.outcome for f in findings] == [Outcome.FAILURE]
    assert findings[0].remarks == error.remarks


def test_a_format_may_have_a_rule_of_its_own(validated, list_of):
    state = validated({b"a.tif": Verdict.NOT_VALID, b"b.pdf": Verdict.NOT_VALID})
    findings, error = list_of(admit_validity(state, policy=FormatPolicy("p", formats=REFUSES_PDF)))
    assert [it.where for it in error.remarks] == ["b.pdf"]
    assert [f.outcome for f in findings] == [Outcome.WARNING, Outcome.FAILURE]


def test_who_let_a_file_in_and_why_is_on_record(validated, list_of):
    state = validated({b"a.tif": Verdict.NOT_VALID})
    (file,) = state.characterized.identified.payload
    let_in = {file.digests[0].value: LetIn("Arta", "the original is lost")}
    policy = FormatPolicy("p", invalid=OnInvalid.ASK, let_in=let_in)
    findings, error = list_of(admit_validity(state, policy=policy))
    assert error is None
    assert [(f.outcome, f.note, f.objects) for f in findings] == [
        (
            Outcome.WARNING,
            "let in by Arta, because: the original is lost (1 file)",
            (data("a.tif"),),
        )
    ]


@pytest.fixture
def list_of():
    """Runs a stage: what it found, and the error in which it ended, if it did."""

    def run(stage):
        findings = []
        try:
            findings.extend(stage)
        except Refused as error:
            return findings, error
        return findings, None

    return run
