"""An archive with two AIPs in two stores, to be hurt."""

import shutil
from pathlib import Path

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest

SIPS = {
    "deaths": {"a.txt": b"one\n" * 200, "b/ë.txt": b"two\n"},
    "births": {"a.txt": b"ONE\n" * 200, "b/ë.txt": b"TWO\n"},
}


class Quiet:
    def begin(self, step, total):
        pass

    def advance(self, amount):
        pass


@pytest.fixture(scope="session")
def filled_archive(blank_archive, tmp_path_factory):
    """The folder of an archive with two AIPs of equal size, the folders of their SIPs beside it."""
    top = tmp_path_factory.mktemp("filled")
    folder = Path(shutil.copytree(blank_archive, top / "archive"))
    archive = opened(folder)
    for name, files in SIPS.items():
        for path, content in files.items():
            place = top / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        ingest(archive, top / name, again=False, progress=Quiet())
    archive.catalogue._database.close()
    return folder


@pytest.fixture
def archive_folder(filled_archive, tmp_path):
    """That archive, the test's own."""
    return Path(shutil.copytree(filled_archive, tmp_path / "archive"))
