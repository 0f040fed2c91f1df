"""One format is decided on, or an unknown that says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.formats import CERTAINTY, Answer, Basis, Format, decide
from preservation.model.identifiers import Puid

PDF, DOC, TEXT = (
    Format(Puid("fmt/276"), "Acrobat PDF", "1.7", "application/pdf"),
    Format(Puid("fmt/40"), "Microsoft Word Document"),
    Format(Puid("x-fmt/111"), "Plain Text File"),
)
FORMATS = [PDF, DOC, TEXT, Format(Puid("fmt/61"), "Excel"), Format(None, "Cayra")]
BASES = [basis for basis in Basis if basis is not Basis.NONE]


def answer(agent, *formats, basis=Basis.SIGNATURE, warning="", failed=""):
    return Answer(agent, formats, basis if formats else Basis.NONE, "", warning, failed)


def first(*formats, **rest):
    return answer("siegfried", *formats, **rest)


def second(*formats, **rest):
    return answer("fido", *formats, **rest)


@st.composite
def heard(draw, agent):
    if draw(st.integers(0, 4)) == 0:
        return answer(agent, failed=f"{agent} timed out after 60 s")
    formats = draw(st.lists(st.sampled_from(FORMATS), max_size=3, unique=True))
    warning = draw(st.sampled_from(["", "extension mismatch", "no match", "empty file"]))
    return answer(agent, *formats, basis=draw(st.sampled_from(BASES)), warning=warning)


answers = st.one_of(
    st.just(()), st.tuples(heard("siegfried")), st.tuples(heard("siegfried"), heard("fido"))
)


@given(answers)
def test_a_format_is_one_that_an_identifier_named_alone_and_an_unknown_says_why(given_answers):
    decided = decide(given_answers)
    assert decided.answers == given_answers
    assert decided.reason
    if decided.known:
        assert any(
            a.formats == (decided.format,) and a.basis == decided.basis for a in given_answers
        )
    else:
        assert decided.format == Format(None, "unknown")
        assert decided.basis is Basis.NONE


@given(answers)
def test_no_answer_is_neither_a_format_nor_merely_unknown(given_answers):
    decided = decide(given_answers)
    if not decided.performed:
        assert decided.reason.startswith("not identified: ")
        for a in given_answers:
            assert a.not_performed in decided.reason
    else:
        assert not decided.reason.startswith("not identified")


@given(heard("siegfried"), heard("fido"))
def test_no_less_certain_answer_wins(one, other):
    decided = decide((one, other))
    if decided.known:
        told = [a for a in (one, other) if any(f.puid for f in a.formats)]
        assert CERTAINTY[decided.basis] == min(CERTAINTY[a.basis] for a in told)


@given(heard("siegfried"), heard("fido"))
def test_of_two_that_are_equally_certain_the_newer_release_wins(one, other):
    decided = decide((one, other))
    if decided.known and one.basis is other.basis and any(f.puid for f in one.formats):
        assert one.formats == (decided.format,)


@pytest.mark.parametrize(
    ("heard", "format", "basis"),
    [
        ([first(PDF)], PDF, Basis.SIGNATURE),
        ([first(PDF, warning="extension mismatch"), second(PDF)], PDF, Basis.SIGNATURE),
        ([first(PDF, warning="extension mismatch"), second(DOC)], PDF, Basis.SIGNATURE),
        ([first(TEXT, basis=Basis.TEXT), second(DOC)], DOC, Basis.SIGNATURE),
        ([first(PDF, warning="w"), second(DOC, basis=Basis.CONTAINER)], DOC, Basis.CONTAINER),
        ([first(PDF), second(DOC, basis=Basis.CONTAINER)], DOC, Basis.CONTAINER),
        ([first(TEXT, basis=Basis.TEXT), second(FORMATS[4])], TEXT, Basis.TEXT),
        ([first(TEXT, basis=Basis.TEXT), second(TEXT, basis=Basis.EXTENSION)], TEXT, Basis.TEXT),
        ([first(), second(PDF)], PDF, Basis.SIGNATURE),
        ([first(failed="siegfried timed out"), second(PDF)], PDF, Basis.SIGNATURE),
        ([first(TEXT, basis=Basis.EXTENSION), second()], TEXT, Basis.EXTENSION),
    ],
)
def test_the_more_certain_answer_wins_then_the_newer_release(heard, format, basis):
    decided = decide(tuple(heard))
    assert (decided.format, decided.basis) == (format, basis)


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        ([], "not identified: no identifier is installed"),
        (
            [first(failed="siegfried timed out after 60 s")],
            "not identified: siegfried timed out after 60 s",
        ),
        ([first(warning="no match"), second()], "no signature fits, and PRONOM does not know"),
        ([first(FORMATS[3], DOC), second()], "two formats fit equally well: fmt/40, fmt/61"),
        ([first(TEXT, basis=Basis.EXTENSION, warning="empty file")], "the file is empty"),
        (
            [first(), second(DOC, FORMATS[3], basis=Basis.EXTENSION)],
            "no signature fits, and two formats have its extension: fmt/40, fmt/61",
        ),
        (
            [
                first(warning="no match; possibilities based on extension are fmt/40, x-fmt/2"),
                second(DOC, basis=Basis.EXTENSION),
            ],
            "no signature fits, not even one of its extension's: fmt/40, x-fmt/2",
        ),
        ([first(), second(FORMATS[4])], "fido calls it Cayra, which PRONOM does not know"),
    ],
)
def test_an_unknown_says_why_in_words(heard, reason):
    decided = decide(tuple(heard))
    assert not decided.known
    assert decided.reason.startswith(reason)


def test_what_speaks_for_damage_is_in_the_reason():
    warning = "it may be damaged: it begins as PNG 1.2 and does not end as one"
    reason = decide((first(warning="no match"), second(warning=warning))).reason
    assert reason == f"no signature fits, and PRONOM does not know its extension; {warning}"


def test_a_long_list_is_cut_and_counted():
    many = [Format(Puid(f"fmt/{n}"), "PDF") for n in (100, 20, 9, 1, 3, 2)]
    reason = decide((first(*many),)).reason
    assert reason == "six formats fit equally well: fmt/1, fmt/2, fmt/3, fmt/9 and 2 more"


def test_a_format_by_extension_alone_is_said_to_be_so():
    decided = decide((first(TEXT, basis=Basis.EXTENSION, warning="w"), second()))
    assert decided.reason == "by extension only; siegfried (w); fido knows none"


def test_what_was_not_heard_and_what_differs_is_in_the_reason():
    decided = decide((first(failed="siegfried crashed"), second(PDF)))
    assert decided.reason == "by signature; not heard: siegfried crashed; fido"
    decided = decide((first(PDF, warning="extension mismatch"), second(DOC)))
    assert decided.reason == (
        "by signature; siegfried (extension mismatch); fido says fmt/40 by signature"
    )
    assert decided.disputed
    assert not decide((first(PDF, warning="w"), second(PDF))).disputed
