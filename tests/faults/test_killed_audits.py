"""An audit is killed at a durable step; nothing of what it found is lost after `tidy`.

CI kills at a share of the moments; ARKIV_ALL_KILLS=1 at all of them.
"""

import killed
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.model.audit import Depth
from preservation.model.storage import CopyState

TARGETS = (
    killed.STORE,
    ("preservation.catalogue.holdings", "SqlCatalogue", ("checked",)),
    ("preservation.assembly.ledger", "", ("_write_head",)),
)


def judge(place):
    """What the ledger has the catalogue has too, and the next audit finds all sound."""
    killed.steps(place, ["tidy"])
    with opened(place) as archive:
        told = list(archive.catalogue.dump())
        for store in archive.stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == told, store
        copies = archive.catalogue.copies()
        outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
        assert {it.state for it in outcomes} == {CopyState.SOUND}
    for store in "ab":
        assert not list((place / "stores" / store / "tmp").glob("*"))


@pytest.mark.slow
def test_an_audit_killed_at_any_step_loses_nothing(archive_folder, tmp_path):
    steps = killed.at_every_step(
        archive_folder, ["audit"], tmp_path, judge, targets=TARGETS, share=4
    )
    assert steps > 8
