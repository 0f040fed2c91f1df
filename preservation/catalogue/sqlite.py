"""The catalogue in a file: SQLite, for an archive on one machine."""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Connection, Engine, create_engine, event

from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable

_BUSY_SECONDS = 30
_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file in WAL mode; every commit is on the medium before it returns."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def engine(self) -> Engine:
        """Connections to the file, which must exist; several threads may use them."""
        engine = create_engine("sqlite:///file", creator=self._connect)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # Who reads first and writes later may find that another wrote between: no wait then.
            writing = connection.get_execution_options().get("writing", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def require_there(self) -> None:
        """Raise Misconfigured, with the next step, when there is no file."""
        if not self.path.is_file():
            raise Misconfigured(
                f"there is no catalogue at {self}; run `arkiv init` in a new place, or "
                "`arkiv rebuild` to make it again from a store"
            )

    def prepare(self) -> None:
        """Make the file; one that is there stays."""
        if not self.path.parent.is_dir():
            raise Misconfigured(
                f"{self.path.parent} is not there; make the folder of the catalogue first"
            )
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o640))

    def keep_a_log(self) -> None:
        """WAL mode, which stays with the file: readers and a writer do not wait for each other."""
        with contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")

    def begin_reading(self, connection: Connection) -> None:
        """Nothing: a transaction sees one state."""

    def begin_writing(self, connection: Connection) -> None:
        """No other writer from now on; it may wait 30 seconds for one."""
        connection.execution_options(writing=True)

    def judged(self, error: BaseException) -> ArkivError | None:
        """What an error of the driver means; None for a fault of ours."""
        if getattr(error, "sqlite_errorname", "").startswith(_BROKEN):
            return Corrupt(
                f"the catalogue {self} is damaged ({error}); move it away and run `arkiv rebuild`"
            )
        if isinstance(error, sqlite3.OperationalError):
            return Unavailable(
                f"the catalogue {self} does not answer: {error}; another process may be writing, "
                "or the disk be full or not mounted"
            )
        return None

    def _connect(self) -> sqlite3.Connection:
        # "rw": a file that went away with its disk is not silently begun anew.
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def url_of(path: Path) -> str:
    """The URL of a catalogue in a file, whatever characters the path has."""
    return f"sqlite:///{quote(str(path))}"


def file_of(url: str) -> SqliteFile | None:
    """The file of a URL such as `sqlite:////srv/arkiv/catalogue.sqlite`; None for another."""
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or parts.query or len(parts.path) < 2:
        return None
    return SqliteFile(Path(unquote(parts.path.removeprefix("/"))))
