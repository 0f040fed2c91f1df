"""What several judgements come to: a fault is never outweighed, silence never counts."""

import pytest

from preservation.model.validity import FAULTY, Judgement, Verdict, verdict

V = Verdict


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ((), V.NOT_PERFORMED),
        ((V.NOT_PERFORMED, V.NOT_PERFORMED), V.NOT_PERFORMED),
        ((V.WELL_FORMED, V.NOT_PERFORMED), V.WELL_FORMED),
        ((V.WELL_FORMED, V.VALID), V.VALID),
        ((V.NOT_PERFORMED, V.VALID), V.VALID),
        ((V.VALID, V.NOT_WELL_FORMED), V.NOT_WELL_FORMED),
        ((V.WELL_FORMED, V.NOT_VALID), V.NOT_VALID),
        ((V.NOT_VALID, V.NOT_WELL_FORMED), V.NOT_WELL_FORMED),
        ((V.NOT_VALID, V.NOT_PERFORMED), V.NOT_VALID),
    ],
)
def test_the_worst_that_was_established_counts(told, whole):
    judgements = [Judgement("x 1", one, "y") for one in told]
    assert verdict(judgements) is whole
    assert verdict(reversed(judgements)) is whole


def test_the_faults_are_the_verdicts_that_say_not():
    assert [v for v in Verdict if v.startswith("not ") and v is not V.NOT_PERFORMED] == list(FAULTY)
