"""What is due to be asked again, and why; nothing is where nothing is newer."""

from dataclasses import replace

import pytest

from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import Puid
from preservation.model.reidentification import Cause, OnRecord, due

PDF, DOC, NONE = Format(Puid("fmt/18"), "PDF"), Format(Puid("fmt/40"), "Word"), Format(None, "?")
OLD = {"siegfried": "PRONOM 109, container signatures 1", "fido": "PRONOM 109"}
NEW = {"siegfried": "PRONOM 125, container signatures 2", "fido": "PRONOM 109"}


def answer(agent="siegfried", *formats, basis=Basis.SIGNATURE, failed=""):
    return Answer(agent, formats, basis if formats else Basis.NONE, not_performed=failed)


def on_record(format_, *answers):
    digest = Digest(Algorithm.SHA512, "0" * 128)
    return OnRecord("a", "a", 1, digest, format_, answers, OLD)


FIDO = answer("fido", PDF)
CASES = [
    (on_record(PDF, answer("siegfried", PDF), FIDO), Cause.OLDER),
    (on_record(NONE, answer(), answer("fido")), Cause.UNKNOWN),
    (on_record(NONE, answer(failed="it crashed"), answer("fido", failed="no")), Cause.NOT_ASKED),
    (
        on_record(PDF, answer("siegfried", PDF, basis=Basis.EXTENSION), answer("fido")),
        Cause.EXTENSION,
    ),
    (on_record(DOC, answer("siegfried", DOC), FIDO), Cause.DISPUTED),
]


@pytest.mark.parametrize(("file", "cause"), CASES)
def test_newer_signatures_make_a_doubtful_file_due_and_a_sure_one_only_when_all_are(file, cause):
    assert [it.cause for it in due([file], NEW, every=True)] == [cause]
    assert bool(due([file], NEW)) is (cause is not Cause.OLDER)


@pytest.mark.parametrize(("file", "cause"), CASES)
def test_the_same_release_or_an_older_one_makes_nothing_due(file, cause):
    if cause is Cause.NOT_ASKED:
        assert due([file], OLD)  # who was not heard may answer now
    else:
        assert due([file], OLD, every=True) == ()
        assert due([file], {"siegfried": "PRONOM 99"}, every=True) == ()


def test_an_identifier_that_was_not_heard_makes_a_doubtful_file_due():
    file = on_record(NONE, answer())
    assert due([file], OLD)
    assert not due([replace(file, answers=(answer(), answer("fido")))], OLD)
