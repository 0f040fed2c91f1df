"""What a store has that the archive cannot explain is found, and what is at work is not blamed."""

import json
import shutil
import threading

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.looks import look
from preservation.assembly.recovery import Silence
from preservation.assembly.scratch import of_aip
from preservation.model.identifiers import PackageId
from preservation.standards import ledger, ocfl
from preservation.standards.ledger import Look

BY = ("--by", "Arta Hoxha", "--because", "ten years")
OTHER = ("--by", "Erik Lund", "--because", "agreed")
STRANGER = PackageId("11111111-2222-4333-8444-555555555555")


@pytest.fixture
def audited(arkiv):
    """Runs an audit of presence: its exit code, and the outcomes for the stores."""

    def run(*words):
        code, forms = arkiv("audit", "--presence", *words)
        return code, {form["store"]: form for form in forms if "strays" in form}

    return run


def put(folder, key, content=b"x"):
    place = folder / "stores/b" / key
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def move(folder, package, other):
    """An object's folder with everything in it becomes that of another identifier."""
    top = folder / "stores/b"
    target = top / ocfl.object_root(other)
    target.parent.mkdir(parents=True, exist_ok=True)
    return shutil.copytree(top / ocfl.object_root(package), target)


@pytest.fixture
def first(archive_folder):
    with opened(archive_folder) as archive:
        return archive.catalogue.packages()[0].id


def test_stores_in_order_are_in_order(archive_folder, audited, arkiv):
    arkiv("audit")
    arkiv("hold", "place", "case", *[form["aip_id"] for form in arkiv("list")[1]], *BY)

    code, stores = audited()

    assert code == 0
    assert {name: form["status"] for name, form in stores.items()} == {
        "a": "in order",
        "b": "in order",
    }
    with opened(archive_folder) as archive:
        for store in archive.stores.values():
            key = sorted(store.keys(ledger.PREFIX))[-1]
            lines = ledger.read(b"".join(store.read(key))).lines
            assert [(line.store, line.event.finding.outcome) for line in lines] == [
                ("a", "success"),
                ("b", "success"),
            ]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("notes.txt", "foreign"),
        ("ocfl/notes.txt", "foreign"),
        ("ocfl/abc/notes.txt", "foreign"),
        ("ocfl/extensions/other/config.json", "foreign"),
        (f"ocfl/abc/def/012/{STRANGER}/v1/content/x.tar", "foreign"),
        ("ledger/notes.jsonl", "foreign"),
        ("probe/left", "foreign"),
        (f"{ocfl.object_root(STRANGER)}/v1/content/x.tar", "left over"),
        (f"{ocfl.object_root(STRANGER)}/v1/inventory.json.sha512", "unknown AIP"),
        (f"tombstones/{STRANGER}.json", "tombstone"),
        ("tombstones/notes", "tombstone"),
    ],
)
def test_what_does_not_belong_is_named(archive_folder, audited, key, kind):
    put(archive_folder, key)

    code, stores = audited()

    assert code == 4
    assert stores["a"]["status"] == "in order"
    assert (stores["b"]["status"], stores["b"]["strays"]) == ("strange", {kind: 1})
    assert str(STRANGER) in stores["b"]["reasons"][0] or key in stores["b"]["reasons"][0]


def test_what_is_inside_of_an_aip_is_told_by_its_audit_alone(archive_folder, arkiv, first):
    put(archive_folder, f"{ocfl.object_root(first)}/v1/content/notes.txt")

    code, forms = arkiv("audit", "--presence")

    assert code == 4
    assert {form["aip_id"] for form in forms if form["status"] == "corrupt"} == {first}
    assert [form["status"] for form in forms if "strays" in form] == ["in order", "in order"]


def test_a_version_that_the_catalogue_does_not_know_is_named(archive_folder, audited, first):
    root = archive_folder / "stores/b" / ocfl.object_root(first)
    shutil.copytree(root / "v1", root / "v2")
    code, stores = audited()
    assert (code, stores["b"]["strays"]) == (4, {"unknown AIP": 1})
    assert "version 2" in stores["b"]["reasons"][0]


def test_an_aip_of_another_archive_is_named(archive_folder, audited, first):
    move(archive_folder, first, STRANGER)
    code, stores = audited()
    assert (code, stores["b"]["strays"]) == (4, {"unknown AIP": 1})
    assert "arkiv rebuild --store b" in stores["b"]["reasons"][0]


def test_a_copy_that_nobody_counts_is_named(archive_folder, audited, arkiv, first):
    arkiv("store", "add", "c", "stores/c")
    saved = archive_folder / "saved"
    shutil.copytree(archive_folder / "stores/c" / ocfl.object_root(first), saved)
    arkiv("store", "retire", "c", "--reason", "old")
    text = (archive_folder / "arkiv.toml").read_text("utf-8")
    (archive_folder / "arkiv.toml").write_text(text.replace('"retired"', '"copy"'), "utf-8")

    code, stores = audited()
    assert (code, stores["c"]["strays"]) == (4, {"uncounted copy": 2})
    assert "arkiv store sync c" in stores["c"]["reasons"][0]

    assert arkiv("store", "sync", "c")[0] == 0
    assert audited()[0] == 0


def test_what_was_deleted_and_is_back_is_named(archive_folder, audited, arkiv, first):
    saved = archive_folder / "saved"
    shutil.copytree(archive_folder / "stores/b/ocfl", saved)
    arkiv("delete", "request", first, *BY, "--basis", "rule 2")
    arkiv("delete", "approve", first, *OTHER)
    assert audited()[0] == 0
    shutil.copytree(saved, archive_folder / "stores/b/ocfl", dirs_exist_ok=True)
    (archive_folder / f"stores/a/tombstones/{first}.json").unlink()

    code, stores = audited()

    assert code == 4
    assert stores["a"]["strays"] == {"tombstone": 1}
    assert stores["b"]["strays"] == {"deleted AIP": 1}
    assert arkiv("tidy")[0] == 0
    assert audited()[0] == 0


def test_an_aip_on_its_way_is_not_blamed(archive_folder):
    with opened(archive_folder) as archive:
        for key in ("v1/content/x.tar", "v1/inventory.json.sha512"):
            put(archive_folder, f"{ocfl.object_root(STRANGER)}/{key}")
        with archive.claims.claimed(of_aip(STRANGER)):
            found = {it.store: it for it in look(archive, progress=Silence())}
            assert found["b"].strays == ()
        found = {it.store: it for it in look(archive, progress=Silence())}
        assert len(found["b"].strays) == 1


def test_ingests_beside_a_look_are_not_blamed(archive_folder, arkiv, tmp_path):
    for number in range(4):
        (tmp_path / f"sip{number}").mkdir()
        (tmp_path / f"sip{number}/a.txt").write_text(f"{number}", "utf-8")
    done = threading.Event()
    found = []

    def keep_looking():
        with opened(archive_folder) as archive:
            while not done.is_set():
                found.extend(look(archive, progress=Silence()))

    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        for number in range(4):
            assert arkiv("ingest", tmp_path / f"sip{number}")[0] == 0
    finally:
        done.set()
        thread.join()
    assert len(found) > 2
    assert [it for it in found if it.strays or it.waits] == []


def test_a_store_that_is_away_is_unchecked(archive_folder, audited):
    (archive_folder / "stores/b").rename(archive_folder / "away")
    code, stores = audited()
    assert code == 6
    assert (stores["a"]["status"], stores["b"]["status"]) == ("in order", "unchecked")


def test_nobody_asks_for_stores_with_single_aips(audited, first):
    assert audited(first) == (0, {})


def test_many_strays_are_counted_and_some_named(archive_folder, arkiv):
    for number in range(50):
        put(archive_folder, f"notes/{number:02d}")
    code, text = arkiv("audit", "--presence", json=False)
    assert code == 4
    assert text.count("is not of the archive") == 20
    assert "and 30 more; see --json" in text
    with opened(archive_folder) as archive:
        store = archive.stores["a"]
        _, line = ledger.read(b"".join(store.read(sorted(store.keys(ledger.PREFIX))[-1]))).lines
    assert isinstance(line, Look)
    assert line.event.finding.note.endswith("and 30 more")


class TestIdentity:
    """A place that is another store is never taken for this one."""

    def swap(self, folder):
        file = folder / "arkiv.toml"
        text = file.read_text("utf-8")
        for old, new in (("a", "x"), ("b", "a"), ("x", "b")):
            text = text.replace(f"stores/{old}", f"stores/{new}")
        file.write_text(text, "utf-8")

    def test_two_stores_that_were_exchanged_are_told(self, archive_folder, arkiv, tmp_path):
        self.swap(archive_folder)
        (tmp_path / "sip").mkdir()
        (tmp_path / "sip/a.txt").write_bytes(b"x")
        for words in (("ingest", tmp_path / "sip"), ("audit", "--presence"), ("audit",)):
            code, forms = arkiv(*words)
            assert code == 6, words
            assert "is store b of this archive" in str(forms[0]["reasons"])
        with opened(archive_folder) as archive:
            states = {copy.state for copy in archive.catalogue.copies()}
        assert "missing" not in states
        self.swap(archive_folder)
        assert arkiv("audit")[0] == 0

    def test_another_archives_store_is_told(self, archive_folder, arkiv, tmp_path):
        assert arkiv("init", tmp_path / "other")[0] == 0
        (archive_folder / "stores/b").rename(archive_folder / "mine")
        shutil.copytree(tmp_path / "other/stores/b", archive_folder / "stores/b")

        code, forms = arkiv("audit")

        assert code == 6
        assert {form["status"] for form in forms if "aip_id" in form} == {"unchecked"}
        assert "store b of another archive" in str(forms[0]["reasons"])
        code, (told,) = arkiv("store", "make", "b")
        assert (code, "of another archive" in told["reasons"][0]) == (2, True)
        assert arkiv("repair")[0] in (0, 6)
        assert list((archive_folder / "stores/b").glob("ocfl/*/*/*/*")) == []

    @pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"archive": 1}'])
    def test_a_store_that_does_not_say_whose_it_is_is_told(self, archive_folder, arkiv, text):
        (archive_folder / "stores/b/store.json").chmod(0o600)
        (archive_folder / "stores/b/store.json").write_bytes(text)
        code, forms = arkiv("audit", "--presence")
        assert code == 6
        assert "store.json" in str(forms[0]["reasons"])

    def test_a_store_of_before_is_taken_and_can_be_marked(self, archive_folder, arkiv):
        marker = archive_folder / "stores/b/store.json"
        before = marker.read_bytes()
        marker.unlink()
        assert arkiv("audit", "--presence")[0] == 0
        assert arkiv("store", "make", "b")[0] == 0
        assert marker.read_bytes() == before
        assert json.loads(before)["store"] == "b"
