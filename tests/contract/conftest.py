"""Catalogues in a new database of each kind."""

import contextlib
from collections.abc import Iterator

import pytest

from preservation.catalogue.database import Database
from preservation.catalogue.holdings import SqlCatalogue
from preservation.catalogue.journal import SqlJournal


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/catalogue.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request) -> str:
    """The URL of a catalogue that is not made yet, of each kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("url")
    return request.getfixturevalue("postgres")()


@pytest.fixture
def database(place) -> Iterator[Database]:
    with contextlib.closing(Database.create(place)) as made:
        yield made


@pytest.fixture
def catalogue(database) -> SqlCatalogue:
    return SqlCatalogue(database)


@pytest.fixture
def journal(database) -> SqlJournal:
    return SqlJournal(database)
