"""A bounded share of the runs of `deploy/faults`: faults and kills at random, from one seed."""

import pytest
from injecting import blamed, damage, held, kills, pristine

from preservation.assembly.archive import opened
from preservation.assembly.recovery import Silence
from preservation.assembly.repairs import repair
from preservation.standards import inventory, ocfl


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


@pytest.mark.slow
@pytest.mark.usefixtures("rgw")
def test_kills_leave_nothing_in_a_bucket_either(tmp_path):
    done = list(kills(4, "ci", tmp_path, bucket=True))

    assert [wrong for it in done for wrong in it.wrong] == []


@pytest.mark.parametrize("store", ["a", "b"])
def test_an_inventory_of_before_that_was_edited_with_its_digest_is_known_by_the_ledger(
    store, tmp_path
):
    place = pristine(tmp_path)
    before = held(place)
    with opened(place) as archive:
        package = next(s.id for s in archive.catalogue.packages() if s.version == 2)
        folder = place / "stores" / store / ocfl.object_root(package) / "v1"
        document = (folder / "inventory.json").read_bytes().replace(b"ingested", b"INGESTED")
        for name, content in (
            ("inventory.json", document),
            ("inventory.json.sha512", inventory.sidecar(document)),
        ):
            (folder / name).unlink()
            (folder / name).write_bytes(content)

        assert blamed(archive) == {(store, package)}
        done = list(repair(archive, [package], planning=False, progress=Silence()))

        assert [it.status for it in done] == ["repaired"]
        assert held(place) == before
        assert blamed(archive) == set()
