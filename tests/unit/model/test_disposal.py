"""What decisions come to, who is one person, and how long an agreement keeps."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.agreement import PERMANENT, Agreement
from preservation.model.disposal import Act, Decision, same_person, standing
from preservation.model.identifiers import PackageId
from preservation.model.premis import Agent, AgentType, Event, EventType, Finding, Outcome

AIP = PackageId("5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11")


def made(act, subject="", number=0):
    agent = Agent("Arta Hoxha", type=AgentType.PERSON, note="arta")
    finding = Finding(EventType.POLICY_ASSIGNMENT, Outcome.SUCCESS, agent, str(act), "why")
    return Decision(
        AIP, 1, act, subject, Event(str(number), datetime(2026, 1, 1, tzinfo=UTC), finding)
    )


def test_holds_stand_until_each_is_lifted():
    one, two = made(Act.HOLD, "one"), made(Act.HOLD, "two")
    assert standing([one, two]).holds == (one, two)
    assert standing([one, two, made(Act.LIFT, "one")]).holds == (two,)
    assert standing([one, two, made(Act.LIFT, "three")]).holds == (one, two)
    assert standing([one, made(Act.LIFT, "one"), one]).holds == (one,)


def test_a_request_stands_until_it_is_rejected():
    asked = made(Act.REQUEST, "law")
    assert standing([asked]).request == asked
    assert standing([asked, made(Act.REJECT)]).request is None
    again = made(Act.REQUEST, "another", 2)
    assert standing([asked, made(Act.REJECT), again]).request == again


def test_an_approval_and_its_end_stand_for_good():
    told = [made(Act.REQUEST), made(Act.APPROVE), made(Act.DELETE)]
    assert (standing(told[:2]).approval, standing(told[:2]).done) == (told[1], None)
    assert standing(told).done == told[2]


@given(st.lists(st.builds(made, st.sampled_from(Act), st.sampled_from("ab"))))
def test_whoever_was_held_last_is_held(told):
    names = {it.subject for it in standing(told).holds}
    for name in "ab":
        last = [it.act for it in told if it.subject == name and it.act in (Act.HOLD, Act.LIFT)]
        assert (name in names) == (last[-1:] == [Act.HOLD])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Arta Hoxha", "arta hoxha", True),
        (" Arta  Hoxha", "Arta Hoxha ", True),
        ("Ａrta", "Arta", True),
        ("Jovanović", "Jovanovic\u0301", True),
        ("Arta Hoxha", "Arta Hoti", False),
        ("Јована", "Jovana", False),
    ],
)
def test_a_person_is_one_however_the_name_is_written(one, other, same):
    assert same_person(one, other) is same


@pytest.mark.parametrize(
    ("agreed", "day", "until"),
    [
        ({}, (2026, 11, 27), None),
        ({"retention_years": 10}, (2026, 11, 27), date(2036, 11, 27)),
        ({"retention_years": 1}, (2028, 2, 29), date(2029, 3, 1)),
        ({"retention_years": 4}, (2028, 2, 29), date(2032, 3, 1)),
        ({"retention_years": 9000}, (2026, 1, 1), PERMANENT),
        ({"permanent": True}, (2026, 1, 1), PERMANENT),
    ],
)
def test_an_agreement_keeps_for_so_many_years(agreed, day, until):
    created = datetime(*day, 23, 59, tzinfo=UTC)
    assert Agreement("town", **agreed).retained_until(created) == until
