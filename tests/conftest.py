"""Fixtures that every test may use."""

import os
import re
import secrets
import shutil
import stat
import sys
from json import loads as parsed
from pathlib import Path

import ocfl
import pytest
from hypothesis import settings
from typer.testing import CliRunner

from preservation.assembly.archive import make, opened
from preservation.catalogue.database import Database
from preservation.cli.main import app
from preservation.model.identifiers import StoreName
from preservation.stores.s3 import Limits, Location, S3Store, credentials

sys.path.insert(0, str(Path(__file__).parent / "data"))
import postgres as postgres_service
import rgw as rgw_service
from shared_server import folder_for

# What a property costs on a busy machine says nothing of the property.
settings.register_profile("arkiv", deadline=None)
settings.load_profile("arkiv")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of standards and corpora beside the checkout; needed under CI."""
    place = Path(os.environ.get("ARKIV_SHARED", Path(__file__).parents[2] / "shared"))
    if not place.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{place} is missing: standards and corpora are needed under CI")
        pytest.skip(f"{place} is missing: set ARKIV_SHARED to the folder of standards and corpora")
    return place


@pytest.fixture(scope="session")
def rgw(tmp_path_factory):
    """A real Ceph with its S3 gateway, one for all processes of this run: its endpoint."""
    folder = folder_for(tmp_path_factory, "ceph", installed=rgw_service.installed())
    with rgw_service.running(folder) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A real PostgreSQL, one for all processes of this run; makes a new database: its URL."""
    installed = postgres_service.installed()
    folder = folder_for(tmp_path_factory, "postgresql", installed=installed)
    with postgres_service.running(folder) as socket:
        yield lambda: postgres_service.new_database(socket, f"test_{secrets.token_hex(8)}")


@pytest.fixture
def s3_store(rgw, tmp_path):
    """Makes an empty store in a prefix of its own, at another endpoint if one is named."""

    def make_store(name="s", *, endpoint=rgw, initialize=True, limits=None):
        made = S3Store(
            StoreName(name),
            Location(rgw_service.BUCKET, f"{secrets.token_hex(8)}/", endpoint, "default"),
            credentials(name, f"file:{rgw_service.key_file(tmp_path)}", tmp_path),
            limits=limits or Limits(),
        )
        if initialize:
            made.initialize()
        return made

    return make_store


class Quiet:
    """Progress that nobody watches."""

    def begin(self, step, total):
        pass

    def advance(self, amount):
        pass


@pytest.fixture
def quiet():
    return Quiet()


@pytest.fixture(autouse=True)
def closed_databases(monkeypatch):
    """Closes every database that a test opened; those of a command end with its process."""
    found = []
    begin = Database.__init__

    def remember(self, path):
        begin(self, path)
        found.append(self)

    monkeypatch.setattr(Database, "__init__", remember)
    yield
    for database in found:
        database.close()


@pytest.fixture(scope="session")
def blank_archive(tmp_path_factory):
    """The folder of an archive without AIPs and without tools, to be copied."""
    folder = tmp_path_factory.mktemp("blank") / "archive"
    made = make(folder, name="Arkivi i Komunës")
    made.catalogue._database.close()
    file = folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text, named = re.subn(
        r"^(identifiers|characterizers|validators) = \[[^\]]*\]",
        r"\1 = []",
        text,
        flags=re.MULTILINE,
    )
    assert named == 3
    file.write_text(text, "utf-8")
    return folder


@pytest.fixture
def archive_folder(blank_archive, tmp_path):
    """An archive of the test's own, without AIPs and without tools."""
    return Path(shutil.copytree(blank_archive, tmp_path / "archive"))


@pytest.fixture
def archive(archive_folder):
    """The same, open."""
    return opened(archive_folder)


@pytest.fixture
def arkiv(archive_folder, monkeypatch):
    """Runs a command on the test's archive: its exit code and its JSON documents."""

    def run(*words, json=True):
        monkeypatch.setenv("ARKIV_ARCHIVE", str(archive_folder))
        result = CliRunner().invoke(app, [*map(str, words), *(["--json"] if json else [])])
        if not json:
            return result.exit_code, result.output
        return result.exit_code, [parsed(line) for line in result.stdout.splitlines()]

    return run


@pytest.fixture
def tree():
    """All files below a folder, links left out: path (octets) and content."""

    def read(folder):
        top = os.fsencode(folder)
        found = {}
        for place, _, names in os.walk(top):
            for name in names:
                path = os.path.join(place, name)
                if stat.S_ISREG(os.lstat(path).st_mode):
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, top)] = file.read()
        return found

    return read


@pytest.fixture
def valid_storage_root():
    """Judges a store by ocfl-py: every object in it valid; gives how many there are."""

    def judge(store):
        root = ocfl.StorageRoot(root=str(store / "ocfl"))
        assert root.validate(), root.errors
        assert root.good_objects == root.num_objects
        return root.num_objects

    return judge
