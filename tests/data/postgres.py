"""A real PostgreSQL for all tests of a run, started once and stopped by the last."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from shared_server import shared

SERVICE = Path(__file__).parents[2] / "deploy/services/postgres"


def installed() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def start(folder: Path) -> None:
    with (folder / "log").open("w") as log:
        command = ["sh", SERVICE, "start", folder / "server"]
        subprocess.run(command, check=True, stdout=log, stderr=log)


def stop(folder: Path) -> None:
    """As a power cut would."""
    subprocess.run(["sh", SERVICE, "stop", folder / "server"], check=True)


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """The folder of a server's socket that all processes with this folder share."""
    # Not below the folders of pytest, which only their owner may enter: the server is another user.
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"arkiv-postgres-{key}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)

    def end() -> None:
        stop(folder)
        shutil.rmtree(folder / "server", ignore_errors=True)

    with shared(folder, lambda: start(folder), end):
        yield folder / "server"


def new_database(socket: Path, name: str) -> str:
    """The URL of a new and empty database."""
    address = f"postgresql://arkiv@/arkiv?host={socket}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://arkiv@/{name}?host={socket}"
