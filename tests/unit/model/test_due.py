"""Which copies are due: each in time, the longest unaudited first, an equal share a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from preservation.model.due import AuditPolicy, Limit, due
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy, CopyState

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
SHA = Digest(Algorithm.SHA512, "0" * 128)


def copy(number=1, *, size=10, age=None, store="a", seen=None, state=CopyState.SOUND):
    def ago(days):
        return None if days is None else NOW - timedelta(days=days)

    package = PackageId(str(UUID(int=number, version=4)))
    checked, looked = ago(age), ago(age if seen is None else seen)
    return Copy(package, 1, StoreName(store), f"k{number}", size, SHA, state, checked, looked)


def numbers(copies):
    return [int(it.key[1:]) for it in copies]


ages = st.one_of(st.none(), st.integers(0, 60))
holdings = st.lists(
    st.builds(
        lambda size, age, store: (size, age, store),
        st.integers(1, 1000),
        ages,
        st.sampled_from("ab"),
    ),
    max_size=60,
).map(lambda rows: [copy(n, size=s, age=a, store=b) for n, (s, a, b) in enumerate(rows, 1)])


def audited(copies, plan, now):
    """The holdings after that day's audits."""
    read, seen = set(map(id, plan.fixity)), set(map(id, plan.presence))
    return [
        replace(it, checked=now, seen=now)
        if id(it) in read
        else replace(it, seen=now)
        if id(it) in seen
        else it
        for it in copies
    ]


def days_since(moment, now):
    return now.toordinal() - moment.toordinal()


@given(holdings, st.integers(1, 5), st.integers(1, 30))
def test_every_copy_is_seen_and_read_in_time(copies, presence_days, fixity_days):
    policy = AuditPolicy(presence_days, fixity_days)
    for day in range(fixity_days + 3):
        now = NOW + timedelta(days=day)
        plan = due(copies, policy, now)
        assert plan.late == ()
        copies = audited(copies, plan, now)
        assert all(days_since(it.checked, now) < fixity_days for it in copies)
        assert all(days_since(it.seen, now) < presence_days for it in copies)


@given(holdings, st.integers(1, 30))
def test_a_second_run_on_the_same_day_reads_nothing_more(copies, days):
    policy = AuditPolicy(1, days)
    copies = audited(copies, due(copies, policy, NOW), NOW)
    again = due(copies, policy, NOW + timedelta(hours=5))
    assert (again.presence, again.fixity) == ((), ())


@given(holdings, st.data())
def test_an_interrupted_run_goes_on_where_it_stopped(copies, data):
    policy = AuditPolicy(1, 30)
    plan = due(copies, policy, NOW)
    done = data.draw(st.integers(0, len(plan.fixity)))
    part = replace(plan, fixity=plan.fixity[:done], presence=())
    after = due(audited(copies, part, NOW), policy, NOW)
    left = numbers(plan.fixity[done:])
    assert numbers(after.fixity) == left[: len(after.fixity)]
    overdue = [n for n, it in enumerate(copies, 1) if it.checked is None or _age(it) >= 30]
    assert set(overdue) & set(left) <= set(numbers(after.fixity))


def _age(it):
    return days_since(it.checked, NOW)


@given(holdings, st.integers(1, 30))
def test_the_longest_unread_come_first_and_none_is_passed_over(copies, days):
    plan = due(copies, AuditPolicy(1, days), NOW)
    moments = [it.checked.timestamp() if it.checked else 0 for it in plan.fixity]
    assert moments == sorted(moments)
    left = [it for it in copies if it not in plan.fixity]
    if moments and left:
        assert moments[-1] <= min(it.checked.timestamp() if it.checked else 0 for it in left)


@given(holdings, st.integers(3, 30))
def test_what_was_written_yesterday_is_not_read_today(copies, days):
    plan = due(copies, AuditPolicy(1, days), NOW)
    assert all(it.checked is None or _age(it) >= 2 for it in plan.fixity)


@given(holdings, st.integers(1, 3000), st.integers(1, 500))
def test_limits_hold_but_for_one_copy_that_is_larger_than_the_limit(copies, octets, of_b):
    policy = AuditPolicy(1, 10, octets, stores={StoreName("b"): Limit(of_b)})
    plan = due(copies, policy, NOW)
    before = [it for it in copies if it.checked and _age(it) == 0]
    for chosen, spent, limit in (
        (plan.fixity, before, octets),
        ([i for i in plan.fixity if i.store == "b"], [i for i in before if i.store == "b"], of_b),
    ):
        total = sum(it.size for it in [*chosen, *spent])
        assert not chosen or total <= limit or (len(chosen) == 1 and not spent)
    overdue = {it.key for it in copies if it.checked is None or _age(it) >= 10}
    assert {it.key for it in (*plan.fixity, *plan.late)} >= overdue


def test_the_cost_of_cold_storage_is_kept_within_its_limit():
    cold = [copy(n, size=1 << 30, store="cold") for n in range(1, 5)]
    near = [copy(n, size=1 << 30, store="near") for n in range(5, 9)]
    policy = AuditPolicy(1, 10, cost_a_day=1.0, stores={StoreName("cold"): Limit(price=0.4)})
    plan = due([*cold, *near], policy, NOW)
    assert numbers(plan.fixity) == [1, 2, 5, 6, 7, 8]
    assert numbers(plan.late) == [3, 4]


def test_what_came_in_on_one_day_is_read_on_many():
    copies = [copy(n, size=100, age=1) for n in range(1, 901)]
    loads = []
    for day in range(270):
        now = NOW + timedelta(days=day)
        plan = due(copies, AuditPolicy(1, 90), now)
        loads.append(plan.octets)
        copies = audited(copies, plan, now)
    assert max(loads) <= 2 * 90_000 / 90 + 100
    assert sum(loads[:45]) <= 4_500  # a rest first
    last = loads[-90:]
    assert sum(last) >= 90_000


def test_a_copy_that_is_missing_is_looked_for_and_not_read():
    plan = due([copy(1, age=200, state=CopyState.MISSING)], AuditPolicy(1, 90), NOW)
    assert (numbers(plan.presence), plan.fixity, plan.late) == ([1], (), ())


def test_a_copy_that_is_read_needs_no_look_beside_it():
    plan = due([copy(1, age=200)], AuditPolicy(1, 90), NOW)
    assert (plan.presence, numbers(plan.fixity)) == ((), [1])
