"""One database: opened, made, brought to the newest schema; its transactions and its errors."""

import contextlib
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect

from preservation.catalogue.tables import REVISIONS
from preservation.errors import Corrupt, Misconfigured, Unavailable

_BUSY_SECONDS = 30
_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Transactions(Protocol):
    """Gives connections in a transaction: committed at the end, undone by an exception."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that no other writer runs beside."""
        ...


class Database:
    """A catalogue's database; several threads and processes may use it at once.

    Made by `open` and `create`. SQLite in WAL mode, and every commit is on the medium before it
    returns. What the database cannot do is raised as Unavailable (locked, no room), and Corrupt
    when its file is damaged.
    """

    def __init__(self, path: Path) -> None:
        """Prepare the connections to a file that exists; `open` and `create` look at it too."""
        self.path = path
        self._engine = _engine(path)
        weakref.finalize(self, self._engine.dispose)  # also when nobody closes it

    @classmethod
    def open(cls, url: str) -> Self:
        """The database of an existing catalogue (`sqlite:////srv/arkiv/catalogue.sqlite`).

        An older schema is brought up to date. Raises Misconfigured, with the next step, when there
        is no catalogue or a newer Arkiv made it.
        """
        path = _path(url)
        if not path.is_file():
            raise Misconfigured(
                f"there is no catalogue at {path}; run `arkiv init` in a new place, or "
                "`arkiv rebuild` to make it again from a store"
            )
        with contextlib.ExitStack() as undo:
            database = cls(path)
            undo.callback(database.close)
            database._check()
            undo.pop_all()
        return database

    @classmethod
    def create(cls, url: str) -> Self:
        """A new database with an empty catalogue; Misconfigured when one is there already.

        What a killed `create` left is taken up and finished.
        """
        path = _path(url)
        if not path.parent.is_dir():
            raise Misconfigured(
                f"{path.parent} is not there; make the folder of the catalogue first"
            )
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o640))
        with contextlib.ExitStack() as undo:
            database = cls(path)
            undo.callback(database.close)
            with database.reading() as connection:
                tables = inspect(connection).get_table_names()
            if tables:
                raise Misconfigured(f"there is a catalogue, or something else, at {path} already")
            database._keep_a_log()
            database.upgrade()
            undo.pop_all()
        return database

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._answering(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer runs beside; it may wait 30 seconds for one."""
        with self._answering(), self._engine.connect() as connection:
            connection.execution_options(writing=True)
            with connection.begin():
                yield connection

    def revision(self) -> str | None:
        """The revision of the schema; None when there is none."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
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
                f"{self.path} is not a catalogue of Arkiv; move it away and run `arkiv rebuild`"
            )
        if revision not in REVISIONS:
            raise Misconfigured(
                f"{self.path} has the schema {revision} of a newer Arkiv, and this one knows "
                f"{REVISIONS[-1]}; install the newer Arkiv"
            )
        if revision != REVISIONS[-1]:
            self.upgrade()

    def _keep_a_log(self) -> None:
        """WAL mode, which stays with the file: readers and a writer do not wait for each other."""
        with self._answering(), contextlib.closing(_connect(self.path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (exc.DatabaseError, sqlite3.Error) as error:
            original = error.orig if isinstance(error, exc.DatabaseError) else error
            name = getattr(original, "sqlite_errorname", "")
            if name.startswith(_BROKEN):
                raise Corrupt(
                    f"the catalogue {self.path} is damaged ({original}); move it away and run "
                    "`arkiv rebuild`"
                ) from error
            if isinstance(original, sqlite3.OperationalError):
                raise Unavailable(
                    f"the catalogue {self.path} does not answer: {original}; another process may "
                    "be writing, or the disk be full or not mounted"
                ) from error
            raise


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


def url_of(path: Path) -> str:
    """The URL of a catalogue in a file, whatever characters the path has."""
    return f"sqlite:///{quote(str(path))}"


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or parts.query or len(parts.path) < 2:
        # Not the whole URL: it may hold a password.
        raise Misconfigured(
            f"the URL of the catalogue begins with {parts.scheme or 'nothing'}: only SQLite files "
            "can be used, with a URL such as sqlite:////srv/arkiv/catalogue.sqlite"
        )
    return Path(unquote(parts.path.removeprefix("/")))


def _engine(path: Path) -> Engine:
    engine = create_engine("sqlite:///file", creator=lambda: _connect(path))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Who reads first and writes later may find that another wrote between, and must not wait.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _connect(path: Path) -> sqlite3.Connection:
    # "rw": a file that went away with its disk is not silently begun anew.
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
