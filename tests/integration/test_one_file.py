"""One file of a stored AIP is given out by itself: compared, on record, with few requests."""

import secrets

import pytest
import rgw as rgw_service

from preservation.assembly.archive import opened
from preservation.assembly.exports import export_file
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.catalogue import tables
from preservation.errors import Corrupt, Unavailable
from preservation.model.premis import EventType
from preservation.standards import ocfl

BIG = bytes(range(256)) * 40_000


@pytest.fixture
def held(arkiv, sip):
    files = {f"many/{n:03d}.txt".encode(): b"%d" % n for n in range(300)}
    more = {"ë/скан 1.tif".encode(): BIG, b"empty": b"", b"same/x.txt": b"1", b"x.txt": b"2"}
    _, (told,) = arkiv("ingest", sip(files | more))
    return told["aip_id"]


def stores(folder):
    return {name: folder / "stores" / name for name in ("a", "b")}


def test_a_file_comes_out_alone_by_either_of_its_names(archive_folder, held, arkiv, tmp_path):
    with opened(archive_folder) as archive:
        paths = {file.original_name: file.path for file in archive.catalogue.files(held)}
    for number, name in enumerate(("ë/скан 1.tif", paths["ë/скан 1.tif"])):
        code, (form,) = arkiv("export", held, "--file", name, "--to", tmp_path / str(number))
        assert (code, form["status"], form["form"]) == (0, "exported", "file")
        assert (form["files"], form["bytes"]) == (1, len(BIG))
        assert (tmp_path / str(number) / "скан 1.tif").read_bytes() == BIG
    events = opened(archive_folder).catalogue.events(held)
    last = [e.finding for e in events if e.finding.type is EventType.DISSEMINATION]
    assert [it.detail for it in last] == ["file from store a"] * 2
    assert last[0].objects == (paths["ë/скан 1.tif"],)


def test_several_files_and_an_empty_one(held, arkiv, tmp_path):
    words = [w for n in ("many/007.txt", "empty", "x.txt") for w in ("--file", n)]
    code, forms = arkiv("export", held, *words, "--to", tmp_path / "out")
    assert (code, len(forms)) == (0, 3)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {
        "007.txt": b"7",
        "empty": b"",
        "x.txt": b"2",
    }
    code, (form,) = arkiv("export", held, "--file", "same/x.txt", "--to", tmp_path / "out")
    assert (code, "is there already" in form["reasons"][0]) == (2, True)


def test_a_name_that_is_none_is_told_with_what_is_near(held, arkiv, tmp_path):
    code, (form,) = arkiv("export", held, "--file", "many/07.txt", "--to", tmp_path / "out")
    assert code == 2
    assert "; there is many/" in form["reasons"][0]
    assert f"arkiv show {held} --files" in form["reasons"][0]
    assert not (tmp_path / "out").exists()


def damage(folder, package):
    tar = folder / ocfl.tar_key(package, 1)
    content = bytearray(tar.read_bytes())
    content[content.index(BIG[:5000]) + 4000] ^= 1
    tar.unlink()
    tar.write_bytes(content)


def test_a_damaged_copy_is_left_aside_and_told(archive_folder, held, arkiv, tmp_path):
    damage(stores(archive_folder)["a"], held)
    name = "ë/скан 1.tif"
    code, (form,) = arkiv("export", held, "--file", name, "--to", tmp_path / "out")
    assert (code, form["copies"][0]["store"]) == (0, "b")
    assert (tmp_path / "out/скан 1.tif").read_bytes() == BIG
    damage(stores(archive_folder)["b"], held)
    code, (form,) = arkiv("export", held, "--file", name, "--to", tmp_path / "other")
    assert code == 4
    assert [reason.partition(":")[0] for reason in form["reasons"]] == ["store a", "store b"]
    assert list((tmp_path / "other").iterdir()) == []
    code, _ = arkiv("export", held, "--file", "x.txt", "--to", tmp_path / "other")
    assert code == 0, "of another file nothing is damaged"


def test_files_of_each_version_come_from_where_they_lie(archive_folder, held, arkiv, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more/x.txt").write_bytes(b"later")
    assert arkiv("revise", held, tmp_path / "more")[0] == 0
    for number, (name, version, content) in enumerate(
        [
            ("x.txt", None, b"later"),
            ("x.txt", 1, b"2"),
            ("x.txt", 2, b"later"),
            ("ë/скан 1.tif", None, BIG),
            ("ë/скан 1.tif", 1, BIG),
        ]
    ):
        which = () if version is None else ("--version", version)
        to = tmp_path / f"out{number}"
        assert arkiv("export", held, "--file", name, *which, "--to", to)[0] == 0
        assert next(to.iterdir()).read_bytes() == content
    with opened(archive_folder) as archive:
        before = list(archive.catalogue.dump())
        rebuild(archive, store="b", progress=Silence())
        assert list(archive.catalogue.dump()) == before


def test_a_catalogue_of_before_knows_no_places(archive_folder, held, tmp_path):
    with opened(archive_folder) as archive:
        with archive.catalogue._database.writing() as connection:
            connection.execute(tables.files.update().values(offset=None))
        listed = stores(archive_folder)["a"] / ocfl.content_key(held, 1, "members.jsonl")
        for place, damage_it in (("out", lambda: None), ("again", listed.unlink)):
            damage_it()
            dip = export_file(
                archive, held, "ë/скан 1.tif", folder=tmp_path / place, progress=Silence()
            )
            assert dip.place.read_bytes() == BIG
        (stores(archive_folder)["b"] / ocfl.content_key(held, 1, "members.jsonl")).unlink()
        with pytest.raises(Corrupt, match=r"store a: .*members.jsonl is missing; store b: "):
            export_file(archive, held, "x.txt", folder=tmp_path / "none", progress=Silence())


def test_of_an_aip_without_a_copy_in_use_nothing_is_given_out(
    archive_folder, held, arkiv, tmp_path
):
    with opened(archive_folder) as archive, archive.catalogue._database.writing() as connection:
        connection.execute(tables.copies.delete())
    for more in ((), ("--file", "x.txt")):
        code, (form,) = arkiv("export", held, *more, "--to", tmp_path / "out")
        assert (code, "no store that is in use" in form["reasons"][0]) == (2, True)


@pytest.fixture
def bucket(archive_folder, rgw, arkiv):
    """An archive with one store, a bucket."""
    url = f"s3://{rgw_service.BUCKET}/{secrets.token_hex(8)}?endpoint={rgw}&region=default"
    rgw_service.key_file(archive_folder)
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text = text.replace('url = "stores/b"', f'url = "{url}"\ncredentials = "file:s3.key"')
    file.write_text(text.replace('[[stores]]\nname = "a"\nurl = "stores/a"\n', ""), "utf-8")
    assert arkiv("store", "make", "b")[0] == 0
    return archive_folder


def test_one_file_is_one_request(bucket, sip, tmp_path):
    names = [f"{number:05d}.txt" for number in range(3000)]
    files = {name.encode(): name.encode() * 20 for name in names}
    package = ingest(opened(bucket), sip(files), again=False, progress=Silence()).aip_id

    archive = opened(bucket)
    asked = []
    events = archive.stores["b"].server.client.meta.events
    events.register("before-send.s3", lambda request, **_: asked.append(request.url))
    counts = []
    for name in (names[2], names[2999], names[1500]):
        asked.clear()
        dip = export_file(archive, package, name, folder=tmp_path / name, progress=Silence())
        assert dip.place.read_bytes() == name.encode() * 20
        # That it was given out goes to the ledger, which is no part of reading.
        counts.append(sum(package in url for url in asked))
    assert counts == [1, 1, 1]


def test_a_bucket_that_is_away_is_told(bucket, sip, tmp_path):
    package = ingest(opened(bucket), sip({b"a.txt": b"1"}), again=False, progress=Silence()).aip_id
    file = bucket / "arkiv.toml"
    file.write_text(file.read_text("utf-8").replace(":7480", ":7999"), "utf-8")
    archive = opened(bucket)
    archive.stores["b"].server.tries = 1
    with pytest.raises(Unavailable):
        export_file(archive, package, "a.txt", folder=tmp_path / "out", progress=Silence())
