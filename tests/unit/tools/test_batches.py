"""One bad file costs no other file its answer."""

import pytest

from preservation.errors import ToolFailed
from preservation.tools.batches import Failure, results
from preservation.tools.process import Worker


def second(_):
    return 1.0


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("hang", "fussy timed out after 1 s"),
        ("crash", "fussy crashed with exit code 9"),
        ("raise", "fussy failed: ValueError: no"),
    ],
)
def test_the_file_that_breaks_the_tool_fails_alone(unruly, word, reason):
    with Worker("fussy", unruly.fussy) as worker:
        found = results(worker, ["a", word, "b"], seconds=second)
    assert found == ["A", Failure(reason), "B"]


def test_an_answer_that_is_no_list_means_that_the_tool_does_not_work(unruly):
    with (
        Worker("odd", unruly.nonsense) as worker,
        pytest.raises(ToolFailed, match="odd gave no answers for 0 files"),
    ):
        results(worker, ["a", "b"], seconds=second)


def test_too_few_answers_are_given_to_no_file(unruly):
    with Worker("short", unruly.one_answer_too_few) as worker:
        found = results(worker, ["a", "b"], seconds=second)
    assert found == [Failure("short gave 0 answers for 1 files")] * 2


def test_a_tool_that_does_not_work_at_all_is_an_error(unruly):
    with Worker("broken", unruly.leave) as worker, pytest.raises(ToolFailed, match="exit code 3"):
        results(worker, ["a", "b"], seconds=second)
