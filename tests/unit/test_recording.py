"""Recording: what a stage finds is on record before anything else happens, and only once."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.errors import Rejected
from preservation.model.identifiers import PackageId
from preservation.model.premis import Agent, EventType, Finding, Outcome
from preservation.recording import event_identifier, record

PACKAGE = PackageId("0b9d1c3e-7a52-4a57-9d0c-6b9f7c1f2a10")
RUN = uuid.UUID("5f6dd2a4-30a7-45f6-8f37-3fbd7d6e9a55")


def found(note="", *objects, outcome=Outcome.SUCCESS):
    agent = Agent("Arkiv", "0.1.0")
    return Finding(EventType.FIXITY_CHECK, outcome, agent, "every octet", note, objects)


class Journal:
    def __init__(self):
        self.kept = {}

    def append(self, package, event):
        self.kept.setdefault((package, event.identifier), event)

    def events(self, package):
        return tuple(event for (of, _), event in self.kept.items() if of == package)


class Ticking:
    def __init__(self):
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self):
        self.moment += timedelta(seconds=1)
        return self.moment


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def run(journal):
    def run_stage(stage, name="verify", run=RUN):
        return record(stage, name=name, run=run, package=PACKAGE, journal=journal, clock=Ticking())

    return run_stage


def test_a_finding_is_on_record_before_the_stage_goes_on(run, journal):
    seen = []

    def stage():
        yield found("one")
        seen.append([event.finding.note for event in journal.events(PACKAGE)])
        yield found("two")
        seen.append([event.finding.note for event in journal.events(PACKAGE)])
        return "state"

    assert run(stage()) == "state"
    assert seen == [["one"], ["one", "two"]]


def test_a_finding_is_on_record_before_an_exception_leaves(run, journal):
    def stage():
        yield found("damaged", outcome=Outcome.FAILURE)
        raise Rejected("damaged")

    with pytest.raises(Rejected):
        run(stage())
    assert [event.finding.outcome for event in journal.events(PACKAGE)] == [Outcome.FAILURE]


def test_a_stage_that_is_tried_again_records_nothing_twice_and_keeps_the_first_moment(run, journal):
    def stage(cut):
        yield found("one")
        if cut:
            raise Rejected("no")
        yield found("two")

    with pytest.raises(Rejected):
        run(stage(cut=True))
    first = journal.events(PACKAGE)
    run(stage(cut=False))
    run(stage(cut=False))
    assert journal.events(PACKAGE)[:1] == first
    assert [event.finding.note for event in journal.events(PACKAGE)] == ["one", "two"]


def test_another_run_and_another_stage_record_their_own(run, journal):
    def stage():
        yield found("one")

    run(stage())
    run(stage(), name="audit")
    run(stage(), run=uuid.UUID(int=1))
    assert len(journal.events(PACKAGE)) == 3


def test_an_error_of_the_journal_ends_the_stage():
    went_on = []

    def stage():
        yield found("one")
        went_on.append(True)

    class Full(Journal):
        def append(self, *_):
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        record(stage(), name="x", run=RUN, package=PACKAGE, journal=Full(), clock=Ticking())
    assert not went_on


words = st.text(max_size=5)
findings = st.builds(found, words, words, outcome=st.sampled_from(Outcome))


@given(findings, findings)
def test_different_findings_have_different_identifiers(one, other):
    identifiers = {event_identifier(RUN, "verify", PACKAGE, it) for it in (one, other)}
    assert len(identifiers) == len({one, other})
