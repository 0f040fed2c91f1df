"""The ledger goes on while a store is away, and is whole in it again when it is back."""

import pytest

from preservation.assembly.archive import make, opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.ingest import ingest
from preservation.assembly.recovery import Silence
from preservation.model.storage import CopyState


@pytest.fixture
def archive(tmp_path):
    """An archive without tools that holds one AIP of one file."""
    place = tmp_path / "archive"
    make(place, name="Arkivi")
    settings = (place / "arkiv.toml").read_text("utf-8")
    for names in ('["siegfried", "fido"]', '["pdf", "image"]'):
        assert names in settings
        settings = settings.replace(names, "[]")
    (place / "arkiv.toml").write_text(settings, "utf-8")
    (tmp_path / "sip").mkdir()
    (tmp_path / "sip" / "a.txt").write_bytes(b"a")
    found = opened(place)
    ingest(found, tmp_path / "sip", again=False, progress=Silence())
    return found


def audited(archive):
    copies = archive.catalogue.copies()
    return {
        it.copy.store: it.state
        for it in audit_copies(archive, copies, quick=False, progress=Silence())
    }


def ledger(archive, store):
    folder = archive.folder / "stores" / store / "ledger"
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("audits_meanwhile", [1, 3])
def test_a_store_that_was_away_gets_every_batch_that_it_missed(archive, audits_meanwhile):
    away, back = archive.folder / "away", archive.folder / "stores" / "b"
    back.rename(away)
    for _ in range(audits_meanwhile):
        assert audited(archive) == {"a": CopyState.SOUND, "b": CopyState.UNCHECKED}
    away.rename(back)

    for _ in range(2):
        assert audited(archive) == {"a": CopyState.SOUND, "b": CopyState.SOUND}

    assert len(ledger(archive, "a")) == 1 + audits_meanwhile + 2
    assert ledger(archive, "a") == ledger(archive, "b")


def test_a_lost_head_of_the_ledger_is_found_again_in_the_stores(archive):
    audited(archive)
    (archive.folder / "ledger.head").unlink()

    audited(archive)

    assert len(ledger(archive, "a")) == 3
    assert ledger(archive, "a") == ledger(archive, "b")
