"""Every payload file has a format or an unknown with a reason, and what happened is on record."""

import os

import pytest

from preservation.errors import ToolFailed
from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import Puid
from preservation.model.premis import Agent, EventType, Outcome
from preservation.stages.identify import identify
from preservation.tools.fido import Fido
from preservation.tools.siegfried import Siegfried

PDF, DOC = Format(Puid("fmt/276"), "PDF"), Format(Puid("fmt/40"), "Word")


class ByContent:
    """An identifier that takes the content of a file for what it should say of it."""

    def __init__(self, name):
        self.agent = Agent(name, "1")
        self.asked = []

    def identify(self, paths):
        for path in paths:
            self.asked.append(path)
            with open(path, "rb") as file:
                word = file.read().decode()
            if word == "fail":
                yield Answer(self.agent.name, not_performed="it timed out")
            elif word == "break":
                raise ToolFailed(f"{self.agent.name} crashed")
            else:
                yield self.answer(word)

    def answer(self, word):
        name = self.agent.name
        return {
            "pdf": Answer(name, (PDF,), Basis.SIGNATURE),
            "doubt": Answer(name, (PDF,), Basis.SIGNATURE, warning="extension mismatch"),
            "both": Answer(name, (PDF, DOC), Basis.SIGNATURE),
            "none": Answer(name, warning="no match"),
        }[word]


class Contrary(ByContent):
    def answer(self, word):
        if word == "doubt":
            return Answer(self.agent.name, (DOC,), Basis.SIGNATURE)
        return super().answer(word)


class Liar(ByContent):
    def identify(self, paths):
        return super().identify(paths[1:])


class Dead:
    @property
    def agent(self):
        raise ToolFailed("it cannot be started")

    def identify(self, _):
        raise ToolFailed("it cannot be started")


def outcomes(findings):
    return [(f.outcome, f.agent.name, f.objects) for f in findings]


def data(*given):
    return tuple(f"representations/original/data/{name}" for name in given)


def test_a_sure_answer_needs_no_second(verified, run, progress):
    first, second = ByContent("one"), ByContent("two")
    sip = verified({b"a": b"pdf", b"submission/b": b"none", b"c": b"pdf"})
    state, findings = run(identify(sip, first=first, second=second, progress=progress))
    assert [i.format for i in state.identifications] == [PDF, PDF]
    assert [os.path.basename(path) for path in first.asked] == [b"a", b"c"]
    assert second.asked == []
    assert outcomes(findings) == [(Outcome.SUCCESS, "one", ())]
    assert findings[0].type is EventType.FORMAT_IDENTIFICATION
    assert findings[0].note.startswith("2 files: 2 of one format")


def test_doubts_are_put_to_the_second_and_both_answers_are_kept(verified, run, progress):
    first, second = ByContent("one"), Contrary("two")
    sip = verified({b"a": b"pdf", b"b": b"doubt"})
    state, findings = run(identify(sip, first=first, second=second, progress=progress))
    assert [os.path.basename(path) for path in second.asked] == [b"b"]
    assert [a.agent for a in state.identifications[1].answers] == ["one", "two"]
    assert outcomes(findings) == [
        (Outcome.SUCCESS, "one", ()),
        (Outcome.SUCCESS, "two", ()),
        (Outcome.WARNING, "Arkiv", data("b")),
    ]
    assert "different formats" in findings[-1].note


def test_unknown_files_are_one_warning_for_each_reason(verified, run, progress):
    files = {b"%04d" % n: [b"none", b"both", b"pdf"][n % 3] for n in range(1500)}
    state, findings = run(
        identify(verified(files), first=ByContent("one"), second=None, progress=progress)
    )
    warnings = [f for f in findings if f.outcome is Outcome.WARNING]
    assert len(findings) == 3
    assert [len(f.objects) for f in warnings] == [500, 500]
    assert warnings[0].objects == data(*(f"{n:04d}" for n in range(0, 1500, 3)))
    assert "no signature fits" in warnings[0].note
    assert "two formats fit equally well: fmt/40, fmt/276 (500 files)" in warnings[1].note
    assert sum(i.known for i in state.identifications) == 500


def test_a_file_without_an_answer_is_not_performed_and_not_unknown(verified, run, progress):
    sip = verified({b"a": b"pdf", b"b": b"fail"})
    state, findings = run(identify(sip, first=ByContent("one"), second=None, progress=progress))
    assert outcomes(findings) == [
        (Outcome.SUCCESS, "one", ()),
        (Outcome.NOT_PERFORMED, "one", data("b")),
        (Outcome.NOT_PERFORMED, "Arkiv", data("b")),
    ]
    assert findings[-1].note == "not identified: it timed out (1 file)"
    assert not state.identifications[1].performed


@pytest.mark.parametrize("tool", [Dead(), Liar("liar")])
def test_a_tool_that_does_not_work_identifies_nothing_and_refuses_nothing(
    verified, run, progress, tool
):
    sip = verified({b"a": b"pdf", b"b": b"pdf"})
    state, findings = run(identify(sip, first=tool, second=None, progress=progress))
    assert not any(i.known or i.performed for i in state.identifications)
    assert {f.outcome for f in findings} == {Outcome.NOT_PERFORMED}
    # The tool's own event names the files; the archive's speaks of the whole package.
    assert [f.objects for f in findings] == [data("a", "b"), ()]


def test_the_second_stands_in_for_a_first_that_breaks(verified, run, progress):
    files = {b"a": b"pdf", b"b": b"break", b"c": b"pdf"}
    second = ByContent("two")
    second.identify = lambda paths: (second.answer("pdf") for _ in paths)
    state, findings = run(
        identify(verified(files), first=ByContent("one"), second=second, progress=progress)
    )
    assert all(i.known for i in state.identifications)
    assert [len(i.answers) for i in state.identifications] == [1, 2, 2]
    assert (Outcome.NOT_PERFORMED, "one", data("b", "c")) in outcomes(findings)


def test_no_identifier_is_a_check_not_performed(verified, run, progress):
    sip = verified({b"a": b"pdf", b"b": b"none"})
    state, findings = run(identify(sip, first=None, second=None, progress=progress))
    assert outcomes(findings) == [(Outcome.NOT_PERFORMED, "Arkiv", ())]
    assert "no format identifier is installed" in findings[0].note
    assert {i.reason for i in state.identifications} == {
        "not identified: no identifier is installed"
    }


def test_a_package_without_payload_has_nothing_to_record(verified, run, progress):
    sip = verified({b"submission/a": b"pdf"})
    state, findings = run(identify(sip, first=ByContent("one"), second=None, progress=progress))
    assert (state.identifications, findings) == ((), [])


def test_running_it_again_finds_the_same(verified, run):
    class Silent:
        begin = advance = lambda *_: None

    sip = verified({b"a": b"pdf", b"b": b"doubt", b"c": b"none", b"d": b"fail"})
    once, again = (
        run(identify(sip, first=ByContent("1"), second=Contrary("2"), progress=Silent()))
        for _ in range(2)
    )
    assert once == again


def test_the_real_identifiers_serve_files_of_any_name(verified, run, progress, tmp_path_factory):
    pdf = b"%PDF-1.4\n%%EOF\n"
    sip = verified(
        {
            b"a.pdf": pdf,
            b"odd \xff\n.pdf": pdf,
            b"wrong.png": pdf,
            b"empty.pdf": b"",
            b"what.zqxj": b"\x03\x07\x01" * 9,
        }
    )
    with Siegfried(tmp_path_factory.mktemp("scratch")) as first, Fido() as second:
        state, findings = run(identify(sip, first=first, second=second, progress=progress))
    found = [i.format.puid for i in state.identifications]
    assert found == ["fmt/18", "fmt/18", "fmt/18", None, None]
    assert [len(i.answers) for i in state.identifications] == [1, 1, 2, 2, 2]
    assert [i.reason for i in state.identifications[3:]] == [
        "the file is empty",
        "no signature fits, and PRONOM does not know its extension",
    ]
    assert [f.outcome for f in findings] == [Outcome.SUCCESS] * 2 + [Outcome.WARNING] * 2
