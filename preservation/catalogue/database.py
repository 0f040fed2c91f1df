"""One database: opened, made, brought to the newest schema; its transactions and its errors."""

import contextlib
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, exc, inspect, text

from preservation.catalogue import postgresql, sqlite
from preservation.catalogue.sqlite import url_of
from preservation.catalogue.tables import REVISIONS
from preservation.errors import ArkivError, Misconfigured


class Transactions(Protocol):
    """Gives connections in a transaction: committed at the end, undone by an exception."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that no other writer runs beside."""
        ...


class Place(Protocol):
    """Where a database is and how it is spoken to; `str` of it is for messages."""

    def engine(self) -> Engine:
        """Connections to it, for several threads."""
        ...

    def require_there(self) -> None:
        """Raise Misconfigured when it is not there."""
        ...

    def prepare(self) -> None:
        """Make what tables can be made in."""
        ...

    def keep_a_log(self) -> None:
        """Make readers and a writer independent of each other."""
        ...

    def begin_reading(self, connection: Connection) -> None:
        """Make the transaction that begins see one state."""
        ...

    def begin_writing(self, connection: Connection) -> None:
        """Make the transaction that begins the only one that writes."""
        ...

    def judged(self, error: BaseException) -> ArkivError | None:
        """What an error of the driver means; None for a fault of ours."""
        ...


class Database:
    """A catalogue's database; several threads and processes may use it at once.

    Made by `open` and `create`. What the database cannot do is raised as Unavailable (locked, no
    room, away), Misconfigured (not allowed), and Corrupt when it is damaged.
    """

    def __init__(self, place: Place) -> None:
        """Prepare the connections to what exists; `open` and `create` look at it too."""
        self.place = place
        self._engine = place.engine()
        weakref.finalize(self, self._engine.dispose)  # also when nobody closes it

    @classmethod
    def open(cls, url: str) -> Self:
        """The database of an existing catalogue (`sqlite:////srv/arkiv/catalogue.sqlite`).

        An older schema is brought up to date. Raises Misconfigured, with the next step, when there
        is no catalogue or a newer Arkiv made it.
        """
        place = _place(url)
        place.require_there()
        with contextlib.ExitStack() as undo:
            database = cls(place)
            undo.callback(database.close)
            database._check()
            undo.pop_all()
        return database

    @classmethod
    def create(cls, url: str) -> Self:
        """A new database with an empty catalogue; Misconfigured when one is there already.

        What a killed `create` left is taken up and finished.
        """
        place = _place(url)
        place.prepare()
        with contextlib.ExitStack() as undo:
            database = cls(place)
            undo.callback(database.close)
            with database.reading() as connection:
                tables = inspect(connection).get_table_names()
            if tables:
                raise Misconfigured(f"there is a catalogue, or something else, at {place} already")
            with database._answering():
                place.keep_a_log()
            database.upgrade()
            undo.pop_all()
        return database

    @classmethod
    def made(cls, url: str) -> Self:
        """The database of a catalogue, which is made if the database is empty."""
        with contextlib.closing(cls(_place(url))) as found:
            known = found.revision()
        return cls.open(url) if known else cls.create(url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._answering(), self._engine.connect() as connection:
            self.place.begin_reading(connection)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer runs beside; it may wait 30 seconds for one."""
        with self._answering(), self._engine.connect() as connection:
            self.place.begin_writing(connection)
            transaction = connection.get_transaction() or connection.begin()
            with transaction:
                yield connection

    def revision(self) -> str | None:
        """The revision of the schema; None when there is none."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def upgrade(self) -> None:
        """Bring the schema to the newest revision, all or nothing."""
        # Half a second that only a first or an outdated catalogue should cost.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        scripts = str(Path(__file__).parent / "migrations")
        config.set_main_option("script_location", scripts.replace("%", "%%"))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _check(self) -> None:
        revision = self.revision()
        if revision is None:
            raise Misconfigured(
                f"{self.place} is not a catalogue of Arkiv; move it away and run `arkiv rebuild`"
            )
        if revision not in REVISIONS:
            raise Misconfigured(
                f"{self.place} has the schema {revision} of a newer Arkiv, and this one knows "
                f"{REVISIONS[-1]}; install the newer Arkiv"
            )
        if revision != REVISIONS[-1]:
            self.upgrade()

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            original = error.orig if isinstance(error, exc.DBAPIError) else error
            meant = None if original is None else self.place.judged(original)
            if meant is None:
                raise
            raise meant from error


class Joined:
    """Transactions inside one that has begun: undone alone by an exception, kept with the whole."""

    def __init__(self, connection: Connection) -> None:
        """Join the transaction of a connection."""
        self._connection = connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """What the transaction sees."""
        yield self._connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A part of the transaction."""
        with self._connection.begin_nested():
            yield self._connection


def _place(url: str) -> Place:
    found = sqlite.file_of(url) or postgresql.database_of(url)
    if found is None:
        # Not the whole URL: it may hold a password.
        raise Misconfigured(
            f"the URL of the catalogue begins with {urlsplit(url).scheme or 'nothing'}: only files "
            "of SQLite (sqlite:////srv/arkiv/catalogue.sqlite) and databases of PostgreSQL "
            "(postgresql://arkiv@db.example.org/arkiv) can be used"
        )
    return found


__all__ = ["Database", "Joined", "Transactions", "url_of"]
