"""The ledger goes on while a store is away, and is whole in it again when it is back."""

import sys

import pytest

from preservation.assembly.audits import audit_copies
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.model.audit import Depth
from preservation.model.storage import CopyState


@pytest.fixture
def holding(archive, tmp_path, quiet):
    """The test's archive with one AIP of one file."""
    (tmp_path / "sip").mkdir()
    (tmp_path / "sip" / "a.txt").write_bytes(b"a")
    ingest(archive, tmp_path / "sip", again=False, progress=quiet)
    return archive


def audited(archive):
    copies = archive.catalogue.copies()
    return {
        it.copy.store: it.state
        for it in audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
    }


def ledger(archive, store):
    folder = archive.folder / "stores" / store / "ledger"
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("audits_meanwhile", [1, 3])
def test_a_store_that_was_away_gets_every_batch_that_it_missed(holding, audits_meanwhile):
    away, back = holding.folder / "away", holding.folder / "stores" / "b"
    back.rename(away)
    for _ in range(audits_meanwhile):
        assert audited(holding) == {"a": CopyState.SOUND, "b": CopyState.UNCHECKED}
    away.rename(back)

    for _ in range(2):
        assert audited(holding) == {"a": CopyState.SOUND, "b": CopyState.SOUND}

    assert len(ledger(holding, "a")) == 1 + audits_meanwhile + 2
    assert ledger(holding, "a") == ledger(holding, "b")


def test_a_lost_head_of_the_ledger_is_found_again_in_the_stores(holding):
    audited(holding)
    (holding.folder / "ledger.head").unlink()

    audited(holding)

    assert len(ledger(holding, "a")) == 3
    assert ledger(holding, "a") == ledger(holding, "b")


def test_what_a_crash_kept_from_the_catalogue_is_told_to_it_in_its_place(
    archive, sip, arkiv, monkeypatch
):
    ingest(archive, sip({b"a.txt": b"one\n"}), again=False, progress=Silence())
    with monkeypatch.context() as crash:
        crash.setattr(type(archive.catalogue), "checked", lambda *_: sys.exit(137))
        assert arkiv("audit")[0] == 137
    assert arkiv("audit")[0] == 0
    lacking = list(archive.catalogue.dump())

    assert arkiv("tidy")[0] == 0

    told = list(archive.catalogue.dump())
    assert len(told) == len(lacking) + 2
    for store in archive.stores:
        rebuild(archive, store=store, progress=Silence())
        assert list(archive.catalogue.dump()) == told
