"""An archive with its catalogue in PostgreSQL: the same rows, nothing lost when it goes away."""

import shutil

import postgres as postgres_service
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.scratch import of_aip
from preservation.errors import Busy, Misconfigured, Rejected, Unavailable

FILES = {
    b"a.txt": b"one\n",
    "ë/b.txt".encode(): b"two\n",
    b"metadata/metadata.csv": "filename;dc.title\nobjects/;Протоколи\n".encode(),
}


def point_to(folder, url):
    file = folder / "arkiv.toml"
    file.write_text(f'catalogue = "{url}"\n' + file.read_text("utf-8"), "utf-8")


def test_an_archive_moves_to_postgresql_and_back(archive, archive_folder, sip, postgres, arkiv):
    ingest(archive, sip(FILES), again=False, progress=Silence())
    before = list(archive.catalogue.dump())
    settings = (archive_folder / "arkiv.toml").read_text("utf-8")
    point_to(archive_folder, postgres())
    with pytest.raises(Misconfigured, match="arkiv rebuild"):
        opened(archive_folder)
    assert arkiv("rebuild")[0] == 0
    moved = opened(archive_folder)
    assert list(moved.catalogue.dump()) == before
    assert arkiv("audit")[0] == 0
    after = list(moved.catalogue.dump())
    (archive_folder / "arkiv.toml").write_text(settings, "utf-8")
    back = opened(archive_folder)
    rebuild(back, store="b", progress=Silence())
    assert list(back.catalogue.dump()) == after


def test_two_archives_folders_on_one_catalogue_exclude_each_other(
    archive, archive_folder, sip, postgres, arkiv, tmp_path
):
    receipt = ingest(archive, sip(FILES), again=False, progress=Silence())
    point_to(archive_folder, postgres())
    assert arkiv("rebuild")[0] == 0
    other = tmp_path / "another-machine"
    other.mkdir()
    text = (archive_folder / "arkiv.toml").read_text("utf-8")
    text = text.replace('url = "stores/', f'url = "{archive_folder}/stores/')
    (other / "arkiv.toml").write_text(text, "utf-8")
    one, two = opened(archive_folder), opened(other)
    with one.claims.claimed(of_aip(receipt.aip_id)), pytest.raises(Busy):
        two.claims.claimed(of_aip(receipt.aip_id)).__enter__()
    more = tmp_path / "more"
    shutil.copytree(tmp_path / "sip", more)
    (more / "c.txt").write_bytes(b"three\n")
    ingest(two, more, again=False, progress=Silence())
    assert len(one.catalogue.packages()) == 2
    assert arkiv("audit")[0] == 0


def test_a_password_in_the_settings_is_refused_and_not_repeated(archive_folder):
    point_to(archive_folder, "postgresql://arkiv:secret@db.example.org/arkiv")
    with pytest.raises(Misconfigured, match="take it out of") as refused:
        opened(archive_folder)
    assert "secret" not in str(refused.value)


@pytest.mark.usefixtures("postgres")  # skips, or fails, where there is none
def test_a_server_that_goes_away_in_the_middle_loses_nothing(archive_folder, sip, arkiv, tmp_path):
    """The server is killed while a package is stored, and comes back."""
    folder = sip(FILES)
    with postgres_service.running(tmp_path / "own") as socket:
        url = postgres_service.new_database(socket, "away")
        point_to(archive_folder, url)
        assert arkiv("rebuild")[0] == 0
        place = opened(archive_folder)
        store = place.stores["a"]
        put = type(store).put

        class Cut:
            name = store.name

            def __getattr__(self, name):
                return getattr(store, name)

            def put(self, key, chunks, *, size):
                put(store, key, chunks, size=size)
                if key.endswith(".tar"):
                    postgres_service.stop(socket.parent)

        place.stores["a"] = Cut()
        with pytest.raises(Unavailable, match="does not answer"):
            ingest(place, folder, again=False, progress=Silence())
        postgres_service.start(socket.parent)
        again = opened(archive_folder)
        # The stores had committed it by then: the next ingest finishes it, and knows the SIP.
        with pytest.raises(Rejected, match="already preserved"):
            ingest(again, folder, again=False, progress=Silence())
        (held,) = again.catalogue.packages()
        assert list(again.scratch.iterdir()) == []
        assert arkiv("audit")[0] == 0
        kept = {key.split("/")[4] for key in again.stores["a"].keys("ocfl/") if ".tar" in key}
        assert kept == {held.id}
