"""The catalogue in PostgreSQL, for an archive that several machines work on."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, create_engine

from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable

_WRITERS = 0x41524B49  # "ARKI": the advisory lock that writers take in turn
_PATIENCE_MS = 30_000
_CONNECT_SECONDS = 10
_DAMAGED = ("XX001", "XX002")
_NOT_ALLOWED = ("28000", "28P01", "3D000", "42501")
_SAYS_SO = ("authentication failed", "does not exist", "no password supplied", "no pg_hba.conf")


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database of a server, which must exist; commits are durable as the server is set up.

    `url` has no password: libpq finds that in PGPASSWORD, PGPASSFILE or `~/.pgpass`.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def engine(self) -> Engine:
        """Connections to the server; one that broke is replaced before it is used."""
        _, _, rest = self.url.partition("://")
        return create_engine(
            f"postgresql+psycopg://{rest}",
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                "options": f"-c lock_timeout={_PATIENCE_MS} -c timezone=UTC",
            },
        )

    def require_there(self) -> None:
        """Nothing: the first query tells."""

    def prepare(self) -> None:
        """Nothing: `createdb` made it."""

    def keep_a_log(self) -> None:
        """Nothing: the server keeps one."""

    def begin_reading(self, connection: Connection) -> None:
        """See one state of the database from now on."""
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin_writing(self, connection: Connection) -> None:
        """No other writer from now on; it may wait 30 seconds for one."""
        connection.begin()
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    def judged(self, error: BaseException) -> ArkivError | None:
        """What an error of the driver means; None for a fault of ours."""
        import psycopg  # noqa: PLC0415  only who has such a catalogue waits for it

        if not isinstance(error, psycopg.Error):
            return None
        code = error.sqlstate or ""
        said = " ".join(str(error).split())
        if code in _DAMAGED:
            return Corrupt(f"the catalogue {self} is damaged ({said}); see the log of the server")
        if code in _NOT_ALLOWED or (not code and any(it in said for it in _SAYS_SO)):
            return Misconfigured(
                f"the catalogue {self} cannot be used: {said}; look at the database, its user, and "
                "the password in PGPASSWORD or ~/.pgpass"
            )
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return Unavailable(f"the catalogue {self} does not answer: {said}; try again")
        return None


def database_of(url: str) -> PostgresDatabase | None:
    """The database of a URL such as `postgresql://arkiv@db.example.org/arkiv`; None for another.

    Raises Misconfigured, without repeating it, for a URL with a password.
    """
    parts = urlsplit(url)
    if parts.scheme != "postgresql":
        return None
    if parts.password is not None or "password=" in parts.query:
        raise Misconfigured(
            "the URL of the catalogue holds a password; take it out of arkiv.toml, and give it by "
            "PGPASSWORD or ~/.pgpass"
        )
    return PostgresDatabase(url)
