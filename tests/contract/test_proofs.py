"""What the catalogue counts of proofs, in every kind of database."""

from dataclasses import replace
from datetime import UTC, date, datetime

from made_up import copies, digest, event, package, summary

from preservation.model.identifiers import StoreName
from preservation.model.integrity import LastDrill, Month, Proven
from preservation.model.premis import Agent, Event, EventType, Finding, Outcome
from preservation.model.storage import CopyState

STORES = (StoreName("a"), StoreName("b"))
ARKIV = Agent("Arkiv", "0.1.0")


def on(month, day, *, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def happened(name, type_, outcome, when, detail="every octet of the copy in store a"):
    return Event(name, when, Finding(type_, outcome, ARKIV, detail))


FIXITY, SUCCESS, FAILURE = EventType.FIXITY_CHECK, Outcome.SUCCESS, Outcome.FAILURE


def held(catalogue, number, events, *, checked=None, state=CopyState.SOUND):
    told = summary(number, created=on(1, 1), fingerprint=digest(number))
    of = [replace(copy, checked=checked, state=state) for copy in copies(told)]
    catalogue.register(told, of, events)
    return told


def test_copies_are_counted_by_store_state_and_day(catalogue):
    held(catalogue, 1, [], checked=on(3, 1))
    held(catalogue, 2, [], checked=on(3, 1, hour=23))
    held(catalogue, 3, [], checked=None, state=CopyState.UNCHECKED)
    march = date(2026, 3, 1)
    assert catalogue.proofs.proven() == (
        Proven(STORES[0], CopyState.SOUND, march, 2, 18),
        Proven(STORES[0], CopyState.UNCHECKED, None, 1, 9),
        Proven(STORES[1], CopyState.SOUND, march, 2, 18),
        Proven(STORES[1], CopyState.UNCHECKED, None, 1, 9),
    )
    assert catalogue.proofs.stores() == STORES


def test_months_say_what_happened_to_copies_in_them(catalogue):
    of_b = "every octet of the copy in store b"
    held(
        catalogue,
        1,
        [
            happened("1", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store a"),
            happened("2", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store b"),
            happened("3", FIXITY, FAILURE, on(2, 3)),
            happened("4", EventType.RECOVERY, SUCCESS, on(2, 4), "repair of the copy in store a"),
            happened("5", FIXITY, Outcome.NOT_PERFORMED, on(3, 3), of_b),
            happened("6", FIXITY, SUCCESS, on(4, 1)),
            happened("7", FIXITY, SUCCESS, on(4, 2)),
            happened("8", EventType.RECOVERY, FAILURE, on(4, 3), "repair of the copy in store b"),
            happened("9", FIXITY, SUCCESS, on(4, 3), "digests of the producer"),
            happened("10", EventType.VALIDATION, FAILURE, on(4, 4), "the bag"),
        ],
    )
    firsts = [date(2025, 12, 1), *(date(2026, month, 1) for month in (1, 2, 3, 4))]
    assert catalogue.proofs.months(firsts, on(4, 20), days=30, stores=STORES) == (
        Month(firsts[0], 0, 0, 0, 0, 0, 0, 0),
        Month(firsts[1], 2, 2, 2, 0, 0, 0, 0),
        Month(firsts[2], 2, 1, 1, 1, 0, 1, 0),
        Month(firsts[3], 2, 0, 0, 0, 1, 0, 0),
        Month(firsts[4], 2, 1, 1, 0, 0, 0, 1),
    )


def test_what_was_found_bad_after_its_proof_is_not_covered(catalogue):
    presence = "presence and size of the copy in store b"
    held(
        catalogue,
        1,
        [
            happened("1", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store a"),
            happened("2", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store b"),
            happened("3", FIXITY, FAILURE, on(1, 6)),
            happened("4", EventType.VALIDATION, FAILURE, on(1, 7), presence),
            happened("5", FIXITY, SUCCESS, on(2, 1)),
        ],
    )
    firsts = [date(2026, 1, 1), date(2026, 2, 1)]
    months = catalogue.proofs.months(firsts, on(2, 20), days=90, stores=STORES)
    assert [month.covered for month in months] == [0, 1]


def test_copies_that_left_are_no_longer_held(catalogue):
    gone = "no longer counted, its store is retired: copy in store b"
    held(
        catalogue,
        1,
        [
            happened("1", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store a"),
            happened("2", EventType.REPLICATION, SUCCESS, on(1, 5), "copy in store b"),
            happened("3", EventType.DEACCESSION, SUCCESS, on(2, 5), gone),
        ],
    )
    firsts = [date(2026, 1, 1), date(2026, 2, 1)]
    months = catalogue.proofs.months(firsts, on(2, 20), days=90, stores=STORES)
    assert [month.held for month in months] == [2, 1]


def test_the_last_drill_of_each_store_is_found(catalogue):
    detail = "restore drill of the copy in store "
    drill = EventType.VALIDATION
    held(
        catalogue,
        1,
        [
            happened("1", drill, SUCCESS, on(1, 5), detail + "a"),
            happened("2", drill, FAILURE, on(2, 5), detail + "a"),
            happened("3", drill, SUCCESS, on(3, 5), "presence and size of the copy in store a"),
        ],
    )
    found = catalogue.proofs.drills(STORES)
    assert found == {STORES[0]: LastDrill(on(2, 5), FAILURE)}


def test_what_needs_attention_comes_first(catalogue):
    held(catalogue, 1, [], checked=on(3, 1))
    held(catalogue, 2, [], checked=on(2, 1), state=CopyState.CORRUPT)
    held(catalogue, 3, [], checked=None, state=CopyState.UNCHECKED)
    proofs = catalogue.proofs
    assert [it.package for it in proofs.not_sound(3)] == [package(2), package(2), package(3)]
    found = [(it.package, it.store) for it in proofs.longest_unproven(3)]
    assert found == [(package(3), "a"), (package(3), "b"), (package(2), "a")]


def test_of_an_empty_archive_nothing_is_counted(catalogue):
    assert catalogue.proofs.proven() == ()
    assert catalogue.proofs.stores() == ()
    assert catalogue.proofs.drills(()) == {}
    (month,) = catalogue.proofs.months([date(2026, 1, 1)], on(2, 1), days=90, stores=())
    assert month == Month(date(2026, 1, 1), 0, 0, 0, 0, 0, 0, 0)


def test_events_that_are_no_proof_do_not_count(catalogue):
    held(catalogue, 1, [event("other", on(1, 3))])
    (month,) = catalogue.proofs.months([date(2026, 1, 1)], on(1, 30), days=90, stores=STORES)
    assert (month.held, month.proven) == (0, 0)
