"""Technical metadata of each file for which there is a tool; what was not done is on record."""

import pytest

from preservation.errors import ToolFailed
from preservation.model.formats import Answer, Basis, Format, decide
from preservation.model.identifiers import Puid
from preservation.model.packages import Characteristics, Identified
from preservation.model.premis import Agent, EventType, Outcome
from preservation.stages.characterize import characterize

FORMATS = {
    "pdf": Format(Puid("fmt/276"), "PDF"),
    "doc": Format(Puid("fmt/40"), "Word"),
    "odd": None,
}


class Counter:
    """A characterizer that tells the length of a file, or what its content asks for."""

    def __init__(self, name, *handled):
        self.agent = Agent(name, "1")
        self.handled = handled

    def handles(self, format):
        return format in [FORMATS[name] for name in self.handled]

    def characterize(self, paths):
        for path in paths:
            with open(path, "rb") as file:
                content = file.read().decode()
            if content == "fail":
                yield "it timed out"
            elif content == "break":
                raise ToolFailed("it crashed")
            else:
                inhibitors = ("encryption",) if content == "locked" else ()
                damage = (("damage", "torn"),) if content == "torn" else ()
                yield Characteristics(((self.agent.name, str(len(content))), *damage), inhibitors)


class Liar(Counter):
    def characterize(self, paths):
        return super().characterize(paths[:-1])


@pytest.fixture
def identified(verified):
    def make(files):
        sip = verified(files)
        decisions = []
        for given in files:
            one = FORMATS[given.decode().rpartition(".")[2]]
            formats = (one,) if one else ()
            decisions.append(decide((Answer("x", formats, Basis.SIGNATURE),)))
        return Identified(sip, tuple(decisions))

    return make


def outcomes(findings):
    return [(f.outcome, f.agent.name, f.objects) for f in findings]


def data(*given):
    return tuple(f"representations/original/data/{name}" for name in given)


def test_each_file_goes_to_the_tools_of_its_format(identified, run, progress):
    state = identified({b"a.pdf": b"12", b"b.doc": b"123", b"c.odd": b"1"})
    tools = [Counter("one", "pdf"), Counter("two", "pdf", "doc")]
    state, findings = run(characterize(state, characterizers=tools, progress=progress))
    assert [c.facts for c in state.characteristics] == [
        (("one", "2"), ("two", "2")),
        (("two", "3"),),
        (),
    ]
    assert outcomes(findings) == [
        (Outcome.SUCCESS, "one", ()),
        (Outcome.SUCCESS, "two", ()),
        (Outcome.NOT_PERFORMED, "Arkiv", ()),
    ]
    assert {f.type for f in findings} == {EventType.METADATA_EXTRACTION}
    assert findings[1].note == "technical metadata of 2 files"
    assert findings[2].note.endswith("1 file: unknown format: 1")


def test_formats_without_a_tool_are_named_and_counted(identified, run, progress):
    state = identified({b"a.pdf": b"", b"b.pdf": b"", b"c.doc": b""})
    state, findings = run(characterize(state, characterizers=[], progress=progress))
    assert state.characteristics == (Characteristics(),) * 3
    (finding,) = findings
    assert finding.outcome is Outcome.NOT_PERFORMED
    assert finding.note.endswith("of 3 files: fmt/276 PDF: 2, fmt/40 Word: 1")


def test_what_a_tool_could_not_do_is_grouped_by_reason(identified, run, progress):
    state = identified({b"a.pdf": b"fail", b"b.pdf": b"ok", b"c.pdf": b"fail"})
    tools = [Counter("one", "pdf")]
    state, findings = run(characterize(state, characterizers=tools, progress=progress))
    assert outcomes(findings) == [
        (Outcome.SUCCESS, "one", ()),
        (Outcome.NOT_PERFORMED, "one", data("a.pdf", "c.pdf")),
    ]
    assert findings[1].note == "it timed out (2 files)"
    assert state.characteristics[0] == Characteristics()


def test_what_was_told_before_a_tool_broke_is_kept(identified, run, progress):
    state = identified({b"a.pdf": b"ok", b"b.pdf": b"break", b"c.pdf": b"ok"})
    tools = [Counter("one", "pdf")]
    state, findings = run(characterize(state, characterizers=tools, progress=progress))
    assert [bool(c.facts) for c in state.characteristics] == [True, False, False]
    assert (Outcome.NOT_PERFORMED, "one", data("b.pdf", "c.pdf")) in outcomes(findings)


def test_too_few_answers_are_given_to_no_file(identified, run, progress):
    state = identified({b"a.pdf": b"1", b"b.pdf": b"2"})
    state, findings = run(
        characterize(state, characterizers=[Liar("liar", "pdf")], progress=progress)
    )
    assert state.characteristics == (Characteristics(),) * 2
    assert outcomes(findings) == [(Outcome.NOT_PERFORMED, "liar", data("a.pdf", "b.pdf"))]


def test_what_hinders_use_and_what_is_damaged_are_one_warning_each(identified, run, progress):
    state = identified({b"a.pdf": b"locked", b"b.pdf": b"torn", b"c.pdf": b"locked"})
    tools = [Counter("one", "pdf")]
    _, findings = run(characterize(state, characterizers=tools, progress=progress))
    assert outcomes(findings)[1:] == [
        (Outcome.WARNING, "Arkiv", data("a.pdf", "c.pdf")),
        (Outcome.WARNING, "Arkiv", data("b.pdf")),
    ]
    assert "encryption (2 files)" in findings[1].note
