"""A bounded share of the runs of `deploy/faults`: faults and kills at random, from one seed."""

import pytest
from injecting import damage, kills


@pytest.mark.slow
def test_faults_at_random_are_found_and_repaired_and_nothing_sound_is_blamed(tmp_path):
    done = list(damage(80, "ci", tmp_path))

    assert [wrong for it in done for wrong in it.wrong] == []
    assert sum(it.faults for it in done) >= 80
    assert sum(it.found for it in done) == sum(it.faults for it in done)
    assert sum(it.sound for it in done) > 500
    assert len({kind for it in done for kind in it.kinds}) > 20


@pytest.mark.slow
def test_a_process_killed_at_random_loses_and_leaves_nothing(tmp_path):
    done = list(kills(12, "ci", tmp_path))

    assert [wrong for it in done for wrong in it.wrong] == []
    assert len({kind for it in done for kind in it.kinds}) >= 3
