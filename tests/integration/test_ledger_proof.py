"""`arkiv ledger verify` finds what was altered, dropped, reordered or cut off, from any store."""

import shutil

import pytest

from preservation.assembly.ingest import ingest
from preservation.assembly.ledger_proof import LedgerStatus, verify
from preservation.assembly.recovery import Silence
from preservation.standards import ledger


@pytest.fixture
def filled(archive, sip, arkiv):
    """An archive whose ledger has some batches."""
    ingest(archive, sip({b"a.txt": b"one\n"}), again=False, progress=Silence())
    for _ in range(4):
        assert audited(archive, arkiv)
    return archive


def audited(archive, arkiv):
    """One batch more: of AIPs that are named, nobody looks at the whole store."""
    ids = [summary.id for summary in archive.catalogue.packages()]
    return arkiv("audit", *ids)[0] == 0


def place(archive, store, number):
    return archive.folder / "stores" / store / ledger.key(number)


def statuses(archive, **wanted):
    return {proof.store: proof.status for proof in verify(archive, **wanted)}


WHOLE, BEHIND = LedgerStatus.WHOLE, LedgerStatus.BEHIND
CORRUPT, CUT = LedgerStatus.CORRUPT, LedgerStatus.CUT


def test_a_whole_ledger_is_whole_and_gives_the_same_head_everywhere(filled):
    proofs = verify(filled)
    assert {proof.status for proof in proofs} == {WHOLE}
    assert len({str(proof.head) for proof in proofs}) == 1
    assert proofs[0].batches == 5
    assert proofs[0].entries == 10
    assert len(verify(filled, store="b")) == 1


def rewrite(file, old, new):
    file.chmod(0o644)
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new, 1))


def test_an_altered_event_is_found(filled):
    rewrite(place(filled, "b", 2), b'"outcome": "success"', b'"outcome": "failure"')
    assert statuses(filled) == {"a": WHOLE, "b": CORRUPT}


def test_an_altered_last_event_is_found_by_another_store(filled):
    rewrite(place(filled, "b", 5), b'"outcome": "success"', b'"outcome": "failure"')
    assert statuses(filled)["b"] is CORRUPT
    assert statuses(filled, store="b") == {"b": CORRUPT}


def test_an_altered_last_event_in_every_store_is_found_by_the_head_of_this_machine(filled):
    for store in ("a", "b"):
        rewrite(place(filled, store, 5), b'"outcome": "success"', b'"outcome": "failure"')
    assert set(statuses(filled).values()) == {CORRUPT}


def test_a_dropped_batch_is_found(filled):
    place(filled, "a", 3).unlink()
    assert statuses(filled) == {"a": CORRUPT, "b": WHOLE}


def test_batches_in_another_order_are_found(filled):
    one, other = place(filled, "a", 2), place(filled, "a", 3)
    content = one.read_bytes(), other.read_bytes()
    for file, octets in zip((one, other), reversed(content), strict=True):
        file.chmod(0o644)
        file.write_bytes(octets)
    assert statuses(filled) == {"a": CORRUPT, "b": WHOLE}


def test_a_store_that_lacks_the_end_is_behind_until_the_next_write(filled, arkiv):
    place(filled, "a", 5).unlink()
    assert statuses(filled) == {"a": BEHIND, "b": WHOLE}
    assert audited(filled, arkiv)
    assert statuses(filled) == {"a": WHOLE, "b": WHOLE}


def test_an_end_that_every_store_lacks_is_cut(filled):
    for store in ("a", "b"):
        place(filled, store, 5).unlink()
    assert set(statuses(filled).values()) == {CUT}


def test_a_head_given_away_is_found_again_or_not(filled, arkiv):
    (first, _) = verify(filled)
    code, forms = arkiv("ledger", "verify", "--head", first.head)
    assert (code, [form["status"] for form in forms]) == (0, ["whole", "whole"])
    assert audited(filled, arkiv)
    assert arkiv("ledger", "verify", "--head", first.head)[0] == 0
    for store in ("a", "b"):
        shutil.rmtree(filled.folder / "stores" / store / "ledger")
    (filled.folder / "ledger.head").unlink()
    assert audited(filled, arkiv)
    code, forms = arkiv("ledger", "verify")
    assert (code, forms[0]["batches"]) == (0, 1)
    code, forms = arkiv("ledger", "verify", "--head", first.head)
    assert (code, forms[0]["status"]) == (4, "cut")
    anew = first.head.__class__(1, first.head.digest)
    code, forms = arkiv("ledger", "verify", "--head", anew)
    assert (code, forms[0]["status"]) == (4, "corrupt")
    assert "this is not the ledger that it was the head of" in forms[0]["reasons"][0]
    assert arkiv("ledger", "verify", "--head", "nonsense")[0] == 2


def test_a_store_that_is_away_is_not_called_broken(filled):
    (filled.folder / "stores/b").rename(filled.folder / "stores/away")
    found = statuses(filled)
    assert found == {"a": WHOLE, "b": LedgerStatus.UNAVAILABLE}
