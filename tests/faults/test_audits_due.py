"""`arkiv audit --due` does what the settings ask for today, and no more."""

import re
from datetime import timedelta

import pytest

from preservation.assembly.clock import SystemClock


@pytest.fixture
def days_later(monkeypatch):
    """Lets the clock run on."""
    now = SystemClock.now

    def jump(days):
        monkeypatch.setattr(SystemClock, "now", lambda self: now(self) + timedelta(days=days))

    return jump


def settings(folder, text):
    file = folder / "arkiv.toml"
    file.write_text(
        re.sub(r"\n# \[audit\]", f"\n[audit]\n{text}", file.read_text("utf-8")), "utf-8"
    )


def counts(plan):
    return plan["presence"], plan["fixity"], plan["late"]


def test_what_was_written_today_is_not_due(arkiv):
    code, (plan,) = arkiv("audit", "--due", "--plan")
    assert (code, plan["status"], counts(plan)) == (0, "planned", (0, 0, 0))
    assert arkiv("audit", "--due") == (0, [])


def test_presence_is_due_every_day_and_once_a_day(arkiv, days_later):
    days_later(1)
    code, (plan,) = arkiv("audit", "--due", "--plan")
    assert (code, counts(plan)) == (0, (4, 0, 0))
    code, documents = arkiv("audit", "--due")
    documents = [it for it in documents if "aip_id" in it]
    assert (code, [d["depth"] for d in documents]) == (0, ["presence"] * 2)
    assert arkiv("audit", "--due") == (0, [])


def test_all_is_read_within_its_days(archive, arkiv, days_later):
    for day in range(1, 91):
        days_later(day)
        if day < 45:
            continue
        assert arkiv("audit", "--due")[0] == 0
    assert all(copy.checked > copy.seen - timedelta(days=90) for copy in archive.catalogue.copies())
    first = {copy.checked.date() for copy in archive.catalogue.copies()}
    assert len(first) > 1  # not all on one day


def test_damage_ends_the_command_as_ever(archive, arkiv, days_later):
    days_later(1)
    copy = archive.catalogue.copies()[0]
    (archive.stores[copy.store].root / copy.key).unlink()
    code, documents = arkiv("audit", "--due")
    documents = [it for it in documents if "aip_id" in it]
    assert code == 4
    assert {d["status"] for d in documents} == {"missing", "sound"}


def test_copies_that_limits_leave_no_room_for_are_late_and_told(archive, arkiv, days_later):
    settings(archive.folder, "gib_a_day = 0.00001\n")
    days_later(100)
    code, (plan,) = arkiv("audit", "--due", "--plan")
    assert (code, plan["fixity"], plan["late"]) == (0, 1, 3)
    code, text = arkiv("audit", "--due", json=False)
    assert code == 0
    assert "late: 3 copies" in text


def test_options_that_contradict_each_other_are_refused(arkiv):
    assert arkiv("audit", "--plan")[0] == 2
    assert arkiv("audit", "--due", "--presence")[0] == 2


def test_limits_of_a_store_that_is_not_there_are_refused(archive, arkiv):
    settings(archive.folder, '[[audit.stores]]\nname = "tape"\nprice = 0.1\n')
    code, (told,) = arkiv("audit", "--due")
    assert code == 2
    assert "tape" in told["reasons"][0]
