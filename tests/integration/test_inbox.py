"""A SIP in an inbox is taken when it is complete, once, and its producer is told."""

import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import killed
import pytest
from jsonschema import validate

from preservation.assembly.archive import opened
from preservation.assembly.inbox import arrivals, take
from preservation.errors import ToolFailed
from preservation.settings.inbox import InboxSettings

INGESTION = ("preservation.assembly.ingestion", "Ingestion", ("_verify",))


class Inbox:
    """An inbox of the test's archive, whose SIPs are complete beside a marker."""

    def __init__(self, archive_folder):
        self.folder = archive_folder / "inbox"
        self.folder.mkdir()
        self._settings = archive_folder / "arkiv.toml"
        self._before = self._settings.read_text("utf-8")
        self.told(marker=".ready")
        self.incoming = self.folder / "incoming"
        self.incoming.mkdir()

    def told(self, **keys):
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in keys.items()]
        self._settings.write_text(
            self._before + '\n[[inboxes]]\nfolder = "inbox"\n' + "".join(lines), "utf-8"
        )

    def put(self, name, content="Vendim", ready=True):
        sip = self.incoming / name
        (sip / "objects").mkdir(parents=True)
        if content:
            (sip / "objects" / "vendim.txt").write_text(content, "utf-8")
        if ready:
            (self.incoming / f"{name}.ready").touch()
        return sip

    def lies(self):
        """Everything in it but the files within SIPs, and what remembers the tries."""
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if "objects" not in path.parts and (path.is_file() or path.parent.name == "sip")
        }


@pytest.fixture
def inbox(archive_folder):
    return Inbox(archive_folder)


@pytest.fixture
def taken(arkiv):
    """What `arkiv inbox` says: its exit code, and fates by name."""

    def run():
        code, said = arkiv("inbox")
        return code, {it["sip"]: it for it in said if "sip" in it}

    return run


def test_a_complete_sip_is_preserved_and_its_producer_told(inbox, taken, arkiv, tree):
    sip = inbox.put("kërkesa 1")
    before = tree(sip)

    code, said = taken()

    form = said["kërkesa 1"]
    validate(form, json.loads(Path("schemas/inbox.json").read_text("utf-8")))
    assert (code, form["status"]) == (0, "preserved")
    assert inbox.lies() == {
        "preserved/kërkesa 1/letter.txt",
        "preserved/kërkesa 1/receipt.json",
        "preserved/kërkesa 1/sip/kërkesa 1",
    }
    folder = inbox.folder / "preserved" / "kërkesa 1"
    assert tree(folder / "sip" / "kërkesa 1") == before
    receipt = json.loads((folder / "receipt.json").read_text("utf-8"))
    assert arkiv("show", receipt["aip_id"])[0] == 0
    letter = (folder / "letter.txt").read_text("utf-8")
    assert form["aip_id"] == receipt["aip_id"]
    assert receipt["aip_id"] in letter
    assert "This package is preserved." in letter
    assert taken() == (0, {})


def test_a_refused_sip_is_moved_aside_with_its_report_and_stops_no_other(inbox, taken):
    inbox.put("a", content="")
    inbox.put("b")

    code, said = taken()

    assert code == 3
    assert {name: form["status"] for name, form in said.items()} == {
        "a": "refused",
        "b": "preserved",
    }
    assert {it for it in inbox.lies() if it.startswith("refused")} == {
        "refused/a/letter.txt",
        "refused/a/report.html",
        "refused/a/report.json",
        "refused/a/sip/a",
    }
    letter = (inbox.folder / "refused/a/letter.txt").read_text("utf-8")
    assert all(reason in letter for reason in said["a"]["reasons"])
    assert "no file to preserve" in letter


def test_a_sip_without_its_marker_waits_for_it(inbox, taken):
    inbox.put("a", ready=False)
    assert taken() == (0, {})
    assert (inbox.incoming / "a").is_dir()


class At:
    """A clock that stands still."""

    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return datetime.fromtimestamp(self.moment, UTC)


def test_without_markers_a_sip_is_complete_when_nothing_in_it_changes(inbox, archive_folder):
    sip = inbox.put("a", ready=False)
    deep = sip / "objects" / "vendim.txt"
    os.utime(deep, (0, 0))  # a copy that keeps the times of its original is new all the same
    inbox.told(quiet=30)
    changed = deep.stat().st_ctime

    def found(after):
        with opened(archive_folder) as place:
            object.__setattr__(place, "clock", At(changed + after))
            return [it.name for it in arrivals(place)]

    assert found(29) == []
    assert found(31) == ["a"]
    time.sleep(0.05)
    deep.write_text("more", "utf-8")
    changed = deep.stat().st_ctime
    assert found(29.99) == []


def test_a_container_that_keeps_an_old_date_waits_too(inbox, taken):
    inbox.told(quiet=30)
    container = inbox.incoming / "a.zip"
    container.write_bytes(b"PK")
    os.utime(container, (0, 0))
    assert taken() == (0, {})


def test_a_sip_that_was_taken_meanwhile_is_nobodys_failure(inbox, archive_folder):
    sip = inbox.put("a")
    with opened(archive_folder) as place:
        (arrival,) = arrivals(place)
        sip.rename(inbox.folder / "elsewhere")
        assert take(place, arrival, ingest=pytest.fail, publish=pytest.fail) is None


def test_what_is_no_sip_is_passed_over(inbox, taken, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("key", "utf-8")
    (inbox.incoming / "link").symlink_to(tmp_path / "secret")
    (inbox.incoming / "link.ready").touch()
    inbox.put(".hidden")
    os.mkfifo(inbox.incoming / "pipe")
    (inbox.incoming / "pipe.ready").touch()
    assert taken() == (0, {})


def test_an_inbox_that_is_not_there_is_told(inbox, arkiv):
    inbox.folder.rename(inbox.folder.with_name("unmounted"))
    code, (said,) = arkiv("inbox")
    assert code == 6
    assert "mount its disk" in said["reasons"][0]


def test_a_store_that_is_away_costs_no_try(inbox, taken, archive_folder):
    inbox.put("a")
    store = archive_folder / "stores" / "b"
    store.rename(store.with_name("away"))
    for _ in range(3):
        code, said = taken()
        assert (code, said["a"]["status"]) == (6, "waits")
    store.with_name("away").rename(store)
    assert taken()[1]["a"]["status"] == "preserved"


def test_what_fails_twice_is_set_aside_with_every_reason(inbox, taken, monkeypatch):
    inbox.put("a")
    reasons = iter(["the tool said nothing", "the tool said too much"])

    def fails(*_arguments):
        raise ToolFailed(next(reasons))

    monkeypatch.setattr("preservation.assembly.ingestion.Ingestion._pack", fails)

    first, second = taken(), taken()

    assert (first[0], first[1]["a"]["status"]) == (1, "failed")
    assert second[0] == 1
    assert second[1]["a"]["reasons"] == ["the tool said nothing", "the tool said too much"]
    letter = (inbox.folder / "set-aside/a/letter.txt").read_text("utf-8")
    assert "the tool said nothing" in letter
    assert (inbox.folder / "set-aside/a/sip/a/objects/vendim.txt").read_text("utf-8") == "Vendim"
    assert taken() == (0, {})


def test_a_sip_that_twice_ends_its_process_is_set_aside_and_the_next_is_taken(
    inbox, taken, archive_folder
):
    inbox.put("a")
    inbox.put("b")
    for _ in range(2):
        process = killed.child(archive_folder, ["inbox"], 1, "before", (INGESTION,))
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL

    code, said = taken()

    assert code == 1
    assert {name: form["status"] for name, form in said.items()} == {
        "a": "set aside",
        "b": "preserved",
    }
    assert said["a"]["reasons"] == ["the process that worked on it was ended"] * 2


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        (("preservation.forms.letter", "", ("publish",)), "before"),
        (("preservation.forms.letter", "", ("publish",)), "after"),
        (("preservation.assembly.inbox", "_Tries", ("forget",)), "before"),
    ],
    ids=["nobody was told", "its producer was told", "it was moved"],
)
def test_a_process_killed_when_all_is_preserved_costs_nothing(
    inbox, taken, archive_folder, arkiv, at, moment
):
    inbox.put("a")
    process = killed.child(archive_folder, ["inbox"], 1, moment, (at,))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    (aip,) = arkiv("list")[1]

    code, said = taken()

    assert code == 0
    assert {form["status"] for form in said.values()} <= {"preserved"}
    assert (inbox.folder / "preserved/a/sip/a/objects/vendim.txt").is_file()
    assert not list(inbox.incoming.glob("a*"))
    assert aip["aip_id"] in (inbox.folder / "preserved/a/letter.txt").read_text("utf-8")
    assert len(arkiv("list")[1]) == 1


def test_a_name_that_was_there_before_gets_a_number_and_overwrites_nothing(inbox, taken):
    for content in ("one", "two"):
        inbox.put("a", content)
        assert taken()[0] == 0
    for name, content in (("a", "one"), ("a-2", "two")):
        kept = inbox.folder / "preserved" / name / "sip" / "a" / "objects" / "vendim.txt"
        assert kept.read_text("utf-8") == content


def test_a_name_as_long_as_names_can_be_is_taken(inbox, taken):
    name = "ë" * 124 + "a" * 1
    inbox.put(name)
    inbox.told(marker="")
    inbox.told(quiet=1)
    long = inbox.put("b" * 255, "other", ready=False)
    (inbox.incoming / f"{name}.ready").unlink()
    time.sleep(1.1)
    assert [form["status"] for form in taken()[1].values()] == ["preserved", "preserved"]
    assert not long.exists()
    kept = inbox.folder.glob("preserved/*/sip/*/objects/vendim.txt")
    assert sorted(it.read_text("utf-8") for it in kept) == ["Vendim", "other"]


def test_what_a_producer_put_in_the_way_is_neither_followed_nor_overwritten(
    inbox, taken, archive_folder
):
    settings = archive_folder / "arkiv.toml"
    before = settings.read_bytes()
    trap = inbox.folder / "preserved"
    trap.mkdir()
    (trap / "a").symlink_to(archive_folder)
    (trap / "a-2").mkdir()
    (trap / "a-2" / "sip").symlink_to(archive_folder / "stores")
    (trap / "a-3").write_text("mine", "utf-8")
    (trap / "a-4").mkdir()
    (trap / "a-4" / "letter.txt").symlink_to(settings)
    inbox.put("a")

    _, said = taken()

    assert said["a"]["place"].endswith("preserved/a-4/sip/a")
    assert settings.read_bytes() == before
    assert (trap / "a-3").read_text("utf-8") == "mine"
    assert not (archive_folder / "letter.txt").exists()
    assert not (archive_folder / "stores" / "a" / "letter.txt").exists()
    assert not (trap / "a-4" / "letter.txt").is_symlink()


def test_a_sip_that_another_process_takes_is_left_to_it(inbox, taken, archive):
    sip = inbox.put("a")
    with archive.claims.claimed(f"inbox {sip}"):
        assert taken() == (0, {})
    assert taken()[1]["a"]["status"] == "preserved"


def test_an_inbox_has_defaults_that_take_nothing_too_soon():
    assert InboxSettings(folder="inbox").quiet == 120
