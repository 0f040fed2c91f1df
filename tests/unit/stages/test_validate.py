"""Each file goes to the validators of its format; faults warn, and what nobody judged is said."""

import pytest

from preservation.errors import ToolFailed
from preservation.model.formats import Answer, Basis, Format, decide
from preservation.model.identifiers import Puid
from preservation.model.packages import Characteristics, Characterized, Identified
from preservation.model.premis import Agent, EventType, Outcome
from preservation.model.validity import Judgement, Verdict
from preservation.stages.validate import candidates_of, validate

FORMATS = {"pdf": Format(Puid("fmt/276"), "PDF"), "doc": Format(Puid("fmt/40"), "Word")}


class Reader:
    """A validator that finds in a file the verdict that it is to give."""

    def __init__(self, name, handles):
        self.agent = Agent(name, "1")
        self.handles = handles
        self.asked = []

    def validate(self, files):
        for path, candidate in files:
            self.asked.append(candidate)
            with open(path) as file:
                word = file.read()
            if word == "break":
                raise ToolFailed("it crashed")
            verdict = Verdict(word)
            yield Judgement(str(self.agent), verdict, "the rules", "torn" if "not" in word else "")


class Liar(Reader):
    def validate(self, files):
        return super().validate(files[:-1])


class Mute(Reader):
    @property
    def agent(self):
        raise ToolFailed("it is not installed")

    @agent.setter
    def agent(self, _): ...

    def validate(self, files):  # noqa: ARG002 - as the port has it
        raise ToolFailed("it is not installed")


@pytest.fixture
def characterized(verified):
    def make(files, claims=()):
        sip = verified(files)
        decisions, characteristics = [], []
        for given in files:
            one = FORMATS.get(given.decode().rpartition(".")[2])
            decisions.append(decide((Answer("x", (one,) if one else (), Basis.SIGNATURE),)))
            facts = (("claims", "PDF/A-1b"),) if given in claims else ()
            characteristics.append(Characteristics(facts))
        return Characterized(Identified(sip, tuple(decisions)), tuple(characteristics))

    return make


def pdf(candidate):
    return candidate.format == FORMATS["pdf"]


def told(findings):
    return [(f.outcome, f.agent.name, f.note, f.objects) for f in findings]


def data(*given):
    return tuple(f"representations/original/data/{name}" for name in given)


def test_what_is_right_is_one_event_and_each_kind_of_fault_another(characterized, run, progress):
    files = {
        b"a.pdf": b"valid",
        b"b.pdf": b"well-formed",
        b"c.pdf": b"not valid",
        b"d.pdf": b"not performed",
        b"e.doc": b"valid",
    }
    validated, findings = run(
        validate(characterized(files), validators=[Reader("r", pdf)], progress=progress)
    )
    assert all(f.type is EventType.VALIDATION for f in findings)
    assert told(findings) == [
        (Outcome.SUCCESS, "r", "3 files: 1 valid, 1 well-formed, 1 not valid", ()),
        (
            Outcome.WARNING,
            "r",
            "not valid as the rules, told with each file (1 file)",
            data("c.pdf"),
        ),
        (Outcome.NOT_PERFORMED, "r", "torn (1 file)", data("d.pdf")),
        (
            Outcome.NOT_PERFORMED,
            "Arkiv",
            "no validator is installed for the formats of 1 file: fmt/40 Word: 1",
            (),
        ),
    ]
    assert [[it.verdict.value for it in own] for own in validated.judgements] == [
        ["valid"],
        ["well-formed"],
        ["not valid"],
        ["not performed"],
        [],
    ]


def test_several_validators_judge_one_file(characterized, run, progress):
    tools = [Reader("one", pdf), Reader("two", lambda candidate: bool(candidate.claim))]
    state = characterized({b"a.pdf": b"valid", b"b.pdf": b"valid"}, claims={b"b.pdf"})
    validated, _ = run(validate(state, validators=tools, progress=progress))
    assert [[it.agent for it in own] for own in validated.judgements] == [
        ["one 1"],
        ["one 1", "two 1"],
    ]
    assert tools[1].asked[0].claim == "PDF/A-1b"


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        (Liar, "r gave 1 answers for 2 files"),
        (Mute, "it is not installed"),
    ],
)
def test_a_validator_that_fails_makes_no_file_faulty(characterized, run, progress, tool, reason):
    state = characterized({b"a.pdf": b"valid", b"b.pdf": b"not valid"})
    validated, findings = run(validate(state, validators=[tool("r", pdf)], progress=progress))
    verdicts = {it.verdict for own in validated.judgements for it in own}
    assert verdicts == {Verdict.NOT_PERFORMED}
    assert {it.note for own in validated.judgements for it in own} == {reason}
    assert [f.outcome for f in findings] == [Outcome.NOT_PERFORMED]
    assert findings[0].objects == data("a.pdf", "b.pdf")


def test_one_that_breaks_half_way_keeps_what_it_said_before(characterized, run, progress):
    state = characterized({b"a.pdf": b"valid", b"b.pdf": b"break"})
    validated, _ = run(validate(state, validators=[Reader("r", pdf)], progress=progress))
    assert [own[0].verdict for own in validated.judgements] == [
        Verdict.VALID,
        Verdict.NOT_PERFORMED,
    ]


def test_what_a_validator_is_told_of_a_file(characterized):
    state = characterized({b"a.pdf": b""})
    (one,) = candidates_of(state)
    assert (one.format, one.extension, one.claim) == (FORMATS["pdf"], "pdf", "")


def test_without_validators_nothing_was_performed(characterized, run, progress):
    validated, findings = run(
        validate(characterized({b"a.pdf": b"valid"}), validators=[], progress=progress)
    )
    assert [f.outcome for f in findings] == [Outcome.NOT_PERFORMED]
    assert validated.judgements == ((),)


def test_an_empty_package_has_nothing_to_judge(characterized, run, progress):
    validated, findings = run(
        validate(characterized({}), validators=[Reader("r", pdf)], progress=progress)
    )
    assert (findings, validated.judgements) == ([], ())
