"""A server that all processes of a test run share: started by the first, stopped by the last."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def shared(folder: Path, start: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """The server of a folder runs while anybody uses it."""
    folder.mkdir(exist_ok=True)
    with _users(folder) as users:
        if not users:
            start()
        users.append(os.getpid())
    try:
        yield
    finally:
        with _users(folder) as users:
            users.remove(os.getpid())
            if not users:
                stop()


def folder_for(factory: pytest.TempPathFactory, name: str, *, installed: bool) -> Path:
    """Where the server of this run lies; skips, or fails under CI, when it is not installed."""
    if not installed:
        missing = f"{name} is not installed; run: sh deploy/packages"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    base = factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / name


@contextmanager
def _users(folder: Path) -> Iterator[list[int]]:
    """Who uses the server now; nobody else looks meanwhile."""
    with (folder / "users").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        users = json.loads(file.read() or "[]")
        yield users
        file.truncate(0)
        file.write(json.dumps(users))
