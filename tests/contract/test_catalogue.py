"""What the catalogue and the journal promise (the ports `Catalogue` and `Journal`)."""

import contextlib
import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up import MINUTE, WHEN, bare, copies, digest, event, package, summary

import preservation.catalogue
from preservation.catalogue import tables
from preservation.catalogue.database import Database, url_of
from preservation.catalogue.holdings import SqlCatalogue
from preservation.catalogue.journal import SqlJournal
from preservation.errors import Corrupt, Misconfigured, Unavailable
from preservation.model.description import Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId
from preservation.model.storage import Account, CopyState, HeldFile

REPOSITORY = Path(__file__).parents[2]
MIGRATIONS = Path(preservation.catalogue.__file__).parent / "migrations"


class TestCatalogue:
    def test_what_is_registered_is_found_again(self, catalogue):
        told = summary()
        catalogue.register(told, copies(told), [event("later", WHEN + MINUTE)])
        assert catalogue.package(told.id) == bare(told)
        assert catalogue.packages() == (bare(told),)
        assert tuple(catalogue.files(told.id)) == told.files
        assert catalogue.events(told.id) == (*told.events, event("later", WHEN + MINUTE))
        assert catalogue.copies(told.id) == tuple(copies(told))
        assert catalogue.holder(told.fingerprint) == told.id

    def test_of_what_is_not_held_nothing_is_known(self, catalogue):
        assert catalogue.packages() == ()
        assert catalogue.package(package(1)) is None
        assert list(catalogue.files(package(1))) == []
        assert catalogue.events(package(1)) == ()
        assert catalogue.copies() == catalogue.copies(package(1)) == ()
        assert catalogue.holder(digest(1)) is None

    def test_registering_twice_is_the_same_as_once(self, catalogue):
        told = summary()
        for _ in range(2):
            catalogue.register(told, copies(told), [event("later")])
            once = list(catalogue.dump())
        catalogue.register(told, copies(told), [event("later")])
        assert list(catalogue.dump()) == once
        assert len(once) == 1 + 2 + 2 + 3 + 2 + 2 + 2

    @pytest.mark.parametrize(
        "change",
        [
            {"sip": "other"},
            {"files": 2},
            {"description": ()},
            {"fingerprint": digest(2)},
            {"rights": ()},
        ],
    )
    def test_a_version_that_is_held_with_other_values_is_corrupt(self, catalogue, change):
        catalogue.register(summary(), copies(summary()), [])
        before = list(catalogue.dump())
        with pytest.raises(Corrupt, match="arkiv rebuild"):
            catalogue.register(summary(**change), copies(summary()), [event("later")])
        assert list(catalogue.dump()) == before

    def test_a_copy_of_another_package_is_refused(self, catalogue):
        with pytest.raises(ValueError, match="not a copy of"):
            catalogue.register(summary(1), copies(summary(2)), [])
        assert list(catalogue.dump()) == []

    def test_packages_come_oldest_first_in_their_newest_version(self, catalogue):
        for number, version in [(2, 1), (1, 1), (3, 1), (1, 5), (1, 2)]:
            told = summary(number, version=version, files=version)
            catalogue.register(
                told, copies(told), [event(f"of {version}", WHEN + version * MINUTE)]
            )
        newest = [summary(2), summary(3), summary(1, version=5)]
        assert catalogue.packages() == tuple(bare(told) for told in newest)
        assert catalogue.package(package(1)) == bare(summary(1, version=5))
        assert len(list(catalogue.files(package(1)))) == 5
        assert [e.identifier for e in catalogue.events(package(1))] == [
            "ingest",
            "of 1",
            "of 2",
            "of 5",
        ]
        assert [(c.version, c.store) for c in catalogue.copies(package(1))] == [
            (v, s) for v in (1, 2, 5) for s in ("a", "b")
        ]
        assert len(catalogue.copies()) == 10

    def test_events_come_in_the_order_of_time_whatever_the_order_of_their_recording(
        self, catalogue
    ):
        told = summary(events=(event("c", WHEN + MINUTE), event("d", WHEN + MINUTE), event("a")))
        catalogue.register(told, copies(told), [event("b", WHEN + timedelta(microseconds=1))])
        assert [found.identifier for found in catalogue.events(told.id)] == ["a", "b", "c", "d"]

    def test_the_holder_of_a_fingerprint_is_the_oldest(self, catalogue):
        for number in (3, 1, 2):
            catalogue.register(summary(number, fingerprint=digest(7)), [], [])
        assert catalogue.holder(digest(7)) == package(1)

    def test_an_audit_changes_a_copy_and_adds_its_events(self, catalogue):
        told = summary()
        catalogue.register(told, copies(told), [])
        sound, other = copies(told)
        found = dataclasses.replace(sound, state=CopyState.CORRUPT, checked=WHEN + MINUTE)
        for _ in range(2):
            catalogue.checked(found, [event("audit", WHEN + MINUTE)])
        assert catalogue.copies(told.id) == (found, other)
        assert [e.identifier for e in catalogue.events(told.id)] == ["ingest", "audit"]

    def test_an_audit_of_a_package_that_is_not_held_is_refused(self, catalogue):
        with pytest.raises(KeyError):
            catalogue.checked(copies(summary())[0], [event("audit")])

    @given(st.data())
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_text_and_any_number_comes_back(self, catalogue, data):
        texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
        counts = st.integers(0, 2**63 - 1)
        name, size = data.draw(texts), data.draw(counts)
        told = summary(
            files=0,
            id=PackageId(str(data.draw(st.uuids()))),
            created=data.draw(st.datetimes(timezones=st.just(UTC))),
            sip=name,
            account=Account(*data.draw(st.tuples(*[counts] * 6))),
            description=(Record(name, (Statement("title", name, name),)),),
            events=(event(name, WHEN, name, ""),),
            stores=(),
        )
        held = HeldFile(name, name, size, digest(1), None, name, name)
        told = dataclasses.replace(told, files=(held,))
        with catalogue.rebuilding() as new:
            new.register(told, [], [])
        assert catalogue.packages() == (bare(told),)
        assert tuple(catalogue.files(told.id)) == told.files
        assert catalogue.events(told.id) == told.events


class TestRebuilding:
    def fill(self, catalogue: SqlCatalogue, *numbers: int) -> None:
        for number in numbers:
            told = summary(number)
            catalogue.register(told, copies(told), [event("later")])

    def test_the_same_holdings_in_another_order_are_the_same_catalogue(self, catalogue, journal):
        self.fill(catalogue, 1, 2, 3)
        journal.append(package(9), event("on its way"))
        before = list(catalogue.dump())
        assert len(before) == 3 * 14
        with catalogue.rebuilding() as new:
            assert list(new.dump()) == []
            self.fill(new, 3, 1, 2)
            assert list(catalogue.dump()) == before
        assert list(catalogue.dump()) == before
        assert journal.events(package(9)) == (event("on its way"),)

    def test_others_see_the_old_until_the_new_is_whole(self, catalogue):
        self.fill(catalogue, 1)
        with catalogue.rebuilding() as new:
            self.fill(new, 2)
            assert [told.id for told in catalogue.packages()] == [package(1)]
        assert [told.id for told in catalogue.packages()] == [package(2)]

    def test_a_rebuild_that_fails_changes_nothing(self, catalogue):
        self.fill(catalogue, 1)
        before = list(catalogue.dump())

        def rebuild() -> None:
            with catalogue.rebuilding() as new:
                self.fill(new, 2)
                raise Unavailable("the store is gone")

        with pytest.raises(Unavailable):
            rebuild()
        assert list(catalogue.dump()) == before

    def test_a_package_that_is_refused_leaves_nothing_in_the_new_one(self, catalogue):
        with catalogue.rebuilding() as new:
            self.fill(new, 1)
            with pytest.raises(Corrupt):
                new.register(summary(1, sip="other"), [], [event("never")])
            with pytest.raises(ValueError, match="not SHA-512"):
                new.register(
                    summary(2, files=0, events=()),
                    [
                        dataclasses.replace(
                            copies(summary(2))[0], digest=Digest(Algorithm.MD5, "0" * 32)
                        )
                    ],
                    [],
                )
        assert [told.id for told in catalogue.packages()] == [package(1)]
        assert [e.identifier for e in catalogue.events(package(1))] == ["ingest", "later"]

    @pytest.mark.parametrize(
        "change",
        [
            lambda s: dataclasses.replace(s, sip="other"),
            lambda s: dataclasses.replace(s, files=s.files[:-1]),
            lambda s: dataclasses.replace(s, files=s.files[::-1]),
            lambda s: dataclasses.replace(s, description=s.description[:1]),
            lambda s: dataclasses.replace(s, description=s.description[::-1]),
            lambda s: dataclasses.replace(s, events=()),
            lambda s: dataclasses.replace(s, stores=s.stores[:1]),
        ],
    )
    def test_any_difference_shows_in_the_dump(self, catalogue, change):
        catalogue.register(summary(), copies(summary()), [])
        before = list(catalogue.dump())
        with catalogue.rebuilding() as new:
            new.register(change(summary()), copies(summary()), [])
        assert list(catalogue.dump()) != before


class TestJournal:
    def test_events_are_kept_in_the_order_of_their_recording(self, journal):
        for name in ("b", "a", "c"):
            journal.append(package(1), event(name, WHEN, "x"))
        journal.append(package(2), event("z"))
        assert journal.events(package(1)) == tuple(event(n, WHEN, "x") for n in ("b", "a", "c"))
        assert journal.events(package(3)) == ()

    def test_an_identifier_that_is_there_is_ignored(self, journal):
        journal.append(package(1), event("a"))
        journal.append(package(1), event("a", WHEN + MINUTE))
        journal.append(package(2), event("a", WHEN + MINUTE))
        assert journal.events(package(1)) == (event("a"),)
        assert journal.events(package(2)) == (event("a", WHEN + MINUTE),)


APPENDER = """
import contextlib, sys
from datetime import UTC, datetime
from preservation.catalogue.database import Database
from preservation.catalogue.journal import SqlJournal
from preservation.model.identifiers import PackageId
from preservation.model.premis import Agent, Event, EventType, Finding, Outcome

with contextlib.closing(Database.open(sys.argv[1])) as database:
    journal = SqlJournal(database)
    agent = Agent("Arkiv")
    for number in range(int(sys.argv[3])):
        finding = Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, agent, str(number))
        identifier = f"{sys.argv[2]} {number}"
        journal.append(
            PackageId("00000000-0000-0000-0000-000000000001"),
            Event(identifier, datetime(2026, 1, 31, tzinfo=UTC), finding),
        )
        print(identifier, flush=True)
"""


def appender(url: str, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", APPENDER, url, name, str(count)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


class TestSeveralAtOnce:
    def test_two_processes_lose_nothing_of_each_other(self, place, journal):
        processes = [appender(place, name, 50) for name in ("one", "two")]
        said = [process.communicate()[0].splitlines() for process in processes]
        assert [len(lines) for lines in said] == [50, 50]
        kept = {found.identifier for found in journal.events(package(1))}
        assert kept == {*said[0], *said[1]}

    def test_what_was_appended_before_a_kill_is_on_record(self, place, journal):
        with appender(place, "one", 10_000) as process:
            assert process.stdout is not None
            said = [process.stdout.readline().strip() for _ in range(20)]
            process.send_signal(signal.SIGKILL)
            said += process.stdout.read().splitlines()
        kept = [found.identifier for found in journal.events(package(1))]
        assert 20 <= len(said) <= len(kept) <= len(said) + 1 < 10_000
        assert kept[: len(said)] == said

    def test_threads_register_side_by_side(self, catalogue):
        failures = []

        def register(number: int) -> None:
            try:
                for version in (1, 2):
                    told = summary(number, version=version)
                    catalogue.register(told, copies(told), [])
                    assert catalogue.package(told.id) == bare(told)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=register, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(catalogue.copies()) == 6 * 2 * 2

    def test_files_are_listed_while_another_writes(self, catalogue):
        catalogue.register(summary(files=5000), [], [])
        listed = catalogue.files(package(1))
        next(listed)
        catalogue.register(summary(2), [], [])
        assert len(list(listed)) == 4999

    def test_a_catalogue_that_stays_locked_is_unavailable(self, url, tmp_path, monkeypatch):
        monkeypatch.setattr("preservation.catalogue.sqlite._BUSY_SECONDS", 0.05)
        with contextlib.closing(Database.create(url)) as database:
            other = sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)
            with contextlib.closing(other):
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(Unavailable, match="database is locked"):
                    SqlJournal(database).append(package(1), event("a"))
                assert SqlCatalogue(database).packages() == ()


class TestDatabase:
    def test_a_catalogue_is_found_again(self, url):
        with contextlib.closing(Database.create(url)) as made:
            SqlCatalogue(made).register(summary(), copies(summary()), [])
            before = list(SqlCatalogue(made).dump())
        with contextlib.closing(Database.open(url)) as opened:
            assert list(SqlCatalogue(opened).dump()) == before

    def test_a_missing_catalogue_is_told_with_the_next_step_and_not_made(self, url, tmp_path):
        with pytest.raises(Misconfigured, match=r"no catalogue at .*arkiv init.*arkiv rebuild"):
            Database.open(url)
        with pytest.raises(Misconfigured, match="make the folder"):
            Database.create(f"sqlite:///{tmp_path}/none/catalogue.sqlite")
        assert os.listdir(tmp_path) == []

    def test_a_catalogue_is_not_made_twice(self, place, database):
        SqlCatalogue(database).register(summary(), [], [])
        with pytest.raises(Misconfigured, match="already"):
            Database.create(place)
        assert SqlCatalogue(database).package(package(1))

    def test_a_killed_creation_is_finished(self, url, tmp_path):
        (tmp_path / "catalogue.sqlite").touch()
        with pytest.raises(Misconfigured, match="not a catalogue"):
            Database.open(url)
        Database.create(url).close()
        Database.open(url).close()

    def test_the_catalogue_of_a_newer_arkiv_is_left_alone(self, url, tmp_path):
        Database.create(url).close()
        with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as other, other:
            other.execute("UPDATE alembic_version SET version_num = 'r9999'")
        with pytest.raises(Misconfigured, match=r"r9999 of a newer Arkiv.*install"):
            Database.open(url)

    def test_a_catalogue_that_disappears_is_not_begun_anew(self, url, tmp_path):
        with contextlib.closing(Database.create(url)) as database:
            database.close()
            for place in tmp_path.iterdir():
                place.unlink()
            with pytest.raises(Unavailable, match="unable to open"):
                SqlCatalogue(database).packages()
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(
        "octets", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
    )
    def test_a_damaged_file_is_corrupt(self, url, tmp_path, octets):
        (tmp_path / "catalogue.sqlite").write_bytes(octets)
        with pytest.raises(Corrupt, match="arkiv rebuild"):
            Database.open(url)

    @pytest.mark.parametrize(
        "url", ["", "catalogue.sqlite", "sqlite://", "sqlite:///a?b=c", "postgresql://u:secret@h/d"]
    )
    def test_a_url_that_cannot_be_used_is_told_without_its_password(self, url):
        with pytest.raises(Misconfigured) as raised:
            Database.open(url)
        assert "secret" not in str(raised.value)

    def test_a_path_may_have_any_characters(self, tmp_path):
        folder = tmp_path / "a %20 b#c&d?ë';:@"
        folder.mkdir()
        url = url_of(folder / "c.sqlite")
        Database.create(url).close()
        Database.open(url).close()
        assert os.listdir(folder) == ["c.sqlite"]

    def test_a_path_may_be_relative(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Database.create("sqlite:///c.sqlite").close()
        assert os.listdir(tmp_path) == ["c.sqlite"]

    def test_commits_are_on_the_medium_and_references_hold(self, url):
        made = Database.create(url)
        with contextlib.closing(made), made.reading() as connection:
            pragma = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            }
        assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

    def test_migrations_make_the_tables_that_the_code_uses(self, database):
        with database.reading() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, tables.metadata) == []

    def test_the_code_knows_every_revision(self):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
        assert tuple(reversed(found)) == tables.REVISIONS

    def test_opening_a_catalogue_of_today_does_not_import_alembic(self, url):
        Database.create(url).close()
        code = (
            "import sys; from preservation.catalogue.database import Database; "
            "Database.open(sys.argv[1]).close(); sys.exit('alembic' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code, url], cwd=REPOSITORY, check=True)
