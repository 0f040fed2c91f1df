"""What the catalogue promises of decisions and tombstones, in every kind of database."""

import pytest
from made_up import MINUTE, WHEN, copies, event, package, summary

from preservation.errors import Unavailable
from preservation.model.disposal import Act, Decision, Standing, tombstone
from preservation.model.premis import Agent, AgentType, Event, EventType, Finding, Outcome


def decision(act, number=1, *, subject="law", name="x", version=1):
    agent = Agent("Arta Hoxha", type=AgentType.PERSON, note="arta")
    finding = Finding(EventType.POLICY_ASSIGNMENT, Outcome.SUCCESS, agent, f"{act} {name}", "why")
    return Decision(package(number), version, act, subject, Event(f"{act}-{name}", WHEN, finding))


@pytest.fixture
def held(catalogue):
    """A catalogue with an AIP of two versions and another of one."""
    for told in (summary(), summary(version=2), summary(2)):
        catalogue.register(told, copies(told), [event("later", WHEN + MINUTE)])
    return catalogue


def stone(catalogue, request, approval):
    id_ = approval.package
    return tombstone(catalogue.versions(id_), catalogue.copies(id_), request, approval)


def test_decisions_stand_in_their_order_and_are_events_of_the_aip(held):
    made = [decision(Act.HOLD), decision(Act.REQUEST, version=2), decision(Act.LIFT)]
    held.disposals.decide(made)
    held.disposals.decide(made)
    assert held.disposals.decisions(package(1)) == tuple(made)
    assert held.disposals.decisions(package(2)) == ()
    assert held.disposals.standing(package(1)) == Standing(request=made[1])
    assert held.disposals.standings() == {package(1): Standing(request=made[1])}
    said = [it.identifier for it in held.events(package(1)) if it.identifier.endswith("-x")]
    assert sorted(said) == ["hold-x", "lift-x", "request-x"]


def test_what_the_ledger_lacks_is_known(held):
    made = [decision(Act.HOLD, name=name) for name in "ab"]
    held.disposals.decide(made)
    held.disposals.decide([decision(Act.HOLD, 2)], noted=True)
    assert held.disposals.not_noted() == tuple(made)
    held.disposals.noted(made[:1])
    assert held.disposals.not_noted() == (made[1],)
    held.disposals.noted(made)
    assert held.disposals.not_noted() == ()


def test_of_a_buried_aip_only_the_tombstone_is_left(held, journal):
    request, approval = decision(Act.REQUEST), decision(Act.APPROVE)
    held.disposals.decide([request])
    journal.append(package(1), event("journal"))
    journal.append(package(2), event("journal"))
    told = stone(held, request, approval)
    other = [line for line in held.dump() if str(package(2)) in line]

    for _ in range(2):
        held.disposals.bury(told)
        assert held.package(package(1)) is None
        assert held.versions(package(1)) == ()
        assert held.events(package(1)) == ()
        assert held.copies(package(1)) == ()
        assert list(held.files(package(1))) == []
        assert held.holder(told.versions[0].fingerprint) is None
        assert journal.events(package(1)) == ()
        assert journal.events(package(2)) != ()
        assert held.disposals.tombstone(package(1)) == told
        assert held.disposals.tombstones() == (told,)
        assert held.disposals.tombstones(to_remove=True) == (told,)
        assert held.disposals.standing(package(1)).approval == approval
        assert [line for line in held.dump() if str(package(2)) in line] == other
    held.disposals.removed(decision(Act.DELETE))
    assert held.disposals.tombstones(to_remove=True) == ()
    assert held.disposals.tombstones() == (told,)
    assert held.disposals.standing(package(1)).done is not None


def test_of_what_nobody_decided_nothing_is_known(held):
    assert held.disposals.tombstone(package(1)) is None
    assert held.disposals.standing(package(1)) == Standing()
    assert held.disposals.standings() == {}
    assert held.disposals.not_noted() == ()


def test_a_rebuild_forgets_and_takes_in_decisions_too(held):
    request, approval = decision(Act.REQUEST), decision(Act.APPROVE)
    told = stone(held, request, approval)
    held.disposals.decide([request])
    held.disposals.bury(told)
    held.disposals.removed(decision(Act.DELETE))
    before = list(held.dump())
    assert sum(str(package(1)) in line for line in before) == 4

    def interrupted():
        with held.rebuilding() as new:
            assert list(new.dump()) == []
            raise Unavailable("gone")

    with pytest.raises(Unavailable):
        interrupted()
    assert list(held.dump()) == before

    with held.rebuilding() as new:
        other = summary(2)
        new.register(other, copies(other), [event("later", WHEN + MINUTE)])
        new.disposals.decide([request], noted=True)
        new.disposals.bury(told, noted=True)
        new.disposals.removed(decision(Act.DELETE), noted=True)
    assert list(held.dump()) == before
    assert held.disposals.not_noted() == ()


@pytest.mark.parametrize("lacking", ["decide", "bury", "removed"])
def test_any_difference_shows_in_the_dump(held, lacking):
    request, approval = decision(Act.REQUEST), decision(Act.APPROVE)
    told = stone(held, request, approval)
    steps = {
        "decide": lambda: held.disposals.decide([request]),
        "bury": lambda: held.disposals.bury(told),
        "removed": lambda: held.disposals.removed(decision(Act.DELETE)),
    }
    seen = [list(held.dump())]
    for name, step in steps.items():
        step()
        seen.append(list(held.dump()))
        assert seen[-1] != seen[-2]
        if name == lacking:
            break
