"""An archive with a folder and a bucket: packages go into both, and come back from either."""

import secrets
import shutil

import pytest
import rgw as rgw_service

from preservation.assembly.archive import opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.exports import export
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.errors import Unavailable
from preservation.model.audit import Depth
from preservation.model.storage import CopyState
from preservation.stages.disseminate import Form
from preservation.standards import ocfl as keys

FILES = {b"a.txt": b"one\n" * 6_000_000, "ë/b.txt".encode(): b"two\n"}


@pytest.fixture
def archive_folder(archive_folder, rgw):
    """An archive whose second store is a bucket."""
    url = f"s3://{rgw_service.BUCKET}/{secrets.token_hex(8)}?endpoint={rgw}&region=default"
    rgw_service.key_file(archive_folder)
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text = text.replace('url = "stores/b"', f'url = "{url}"\ncredentials = "file:s3.key"')
    file.write_text(text, "utf-8")
    shutil.rmtree(archive_folder / "stores/b")
    return archive_folder


@pytest.fixture
def made(archive_folder, arkiv):
    code, (form,) = arkiv("store", "make", "b")
    assert (code, form["status"]) == (0, "made")
    assert arkiv("store", "make", "b")[0] == 0
    return opened(archive_folder)


def downloaded(store, folder):
    for key in store.keys(""):
        place = folder / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"".join(store.read(key)))
    return folder


def states(archive):
    copies = archive.catalogue.copies()
    outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
    return [(o.copy.store, o.copy.version, o.state) for o in outcomes]


def test_a_bucket_is_no_store_until_it_is_made_one(archive_folder, sip):
    with pytest.raises(Unavailable, match="arkiv store make b"):
        ingest(opened(archive_folder), sip(FILES), again=False, progress=Silence())


def test_a_package_goes_in_and_comes_back(made, sip, tmp_path, tree, fill, valid_storage_root):
    folder = sip(FILES)
    receipt = ingest(made, folder, again=False, progress=Silence())
    assert [(c.store, c.state) for c in receipt.copies] == [
        ("a", CopyState.SOUND),
        ("b", CopyState.SOUND),
    ]
    (tmp_path / "more").mkdir()
    held = made.catalogue.package(receipt.aip_id)
    more = fill(tmp_path / "more", {b"c.txt": b"three\n"})
    revise(made, held, Wanted("found", more), progress=Silence())
    assert {state for _, _, state in states(made)} == {CopyState.SOUND}
    shutil.rmtree(made.folder / "stores/a/ocfl" / keys.object_root(held.id).removeprefix("ocfl/"))
    place = export(
        made, held.id, folder=tmp_path / "out", form=Form.ORIGINALS, progress=Silence()
    ).place
    assert tree(place) == {**FILES, b"c.txt": b"three\n"}
    before = list(made.catalogue.dump())
    rebuild(made, store="b", progress=Silence())
    rebuilt = [line for line in made.catalogue.dump() if '"dissemination"' not in line]
    assert set(rebuilt) <= set(before) | set(made.catalogue.dump())
    assert valid_storage_root(downloaded(made.stores["b"], tmp_path / "bucket")) == 1


def test_what_is_damaged_in_the_bucket_is_found(made, sip):
    receipt = ingest(made, sip(FILES), again=False, progress=Silence())
    (_, copy) = receipt.copies
    store = made.stores["b"]
    octets = bytearray(b"".join(store.read(copy.key)))
    octets[octets.index(b"one\none\n")] ^= 1
    rgw_service.client().put_object(
        Bucket=rgw_service.BUCKET, Key=store.location.prefix + copy.key, Body=bytes(octets)
    )
    assert states(made) == [("a", 1, CopyState.SOUND), ("b", 1, CopyState.CORRUPT)]


def test_the_doctor_says_what_the_server_proved_to_do(made, arkiv):
    assert made
    _, (form,) = arkiv("doctor")
    (told,) = [one for one in form["examined"] if one["name"] == "store b"]
    assert told["state"] == "ok"
    assert "compares Content-MD5; compares the signed SHA-256" in told["found"]
    assert "keeps what is there (If-None-Match)" in told["found"]
    assert "not found: compares x-amz-checksum-sha256" in told["found"]
    assert list(made.stores["b"].keys("probe/")) == []


def test_stores_are_listed(made, sip, arkiv):
    ingest(made, sip({b"a": b"x"}), again=False, progress=Silence())
    code, forms = arkiv("store", "list")
    assert code == 0
    assert [(f["name"], f["role"], f["copies"], f["states"]) for f in forms] == [
        ("a", "copy", 1, {"sound": 1}),
        ("b", "copy", 1, {"sound": 1}),
    ]
    assert all(form["oldest_proof"] for form in forms)
