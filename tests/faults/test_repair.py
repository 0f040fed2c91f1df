"""Damage of every kind is repaired bit for bit from what is sound, and nothing bad is lost."""

import json
import shutil
from pathlib import Path

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest
from preservation.assembly.recovery import Silence
from preservation.assembly.scratch import claimed
from preservation.catalogue import tables
from preservation.model.storage import CopyState
from preservation.standards import inventory, ocfl


def files(folder):
    """All files of a store's OCFL root with their bytes."""
    top = folder / "ocfl"
    return {str(p.relative_to(folder)): p.read_bytes() for p in top.rglob("*") if p.is_file()}


def kept(folder):
    """What lies in quarantine, by the key that it had, and all that a repair may have left."""
    top = folder / "quarantine"
    found = {}
    for path in top.rglob("*") if top.exists() else ():
        if path.is_file():
            found[str(path.relative_to(top)).partition("/")[2]] = path.read_bytes()
    assert not [p for p in folder.glob("repair/**/*") if p.is_file()]
    assert not list((folder / "tmp").iterdir())
    return found


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.chmod(0o600)
    path.write_bytes(content)


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    write(path, bytes(content))


class Place:
    """The object of one AIP in one store."""

    def __init__(self, store, package):
        self.store = store
        self.package = package
        self.key = ocfl.object_root(package)
        self.root = store / self.key
        self.tar = store / ocfl.tar_key(package, 1)

    def file(self, name):
        return self.root / name

    def row(self, end):
        lines = (self.root / "v1/content/members.jsonl").read_text("utf-8").splitlines()
        return next(r for r in map(json.loads, lines) if r["name"].endswith(end))

    def resign(self):
        for folder in (self.root, self.root / "v1"):
            document = (folder / "inventory.json").read_bytes()
            write(folder / "inventory.json.sha512", inventory.sidecar(document))

    def edit(self, name, old, new):
        content = self.file(name).read_bytes()
        assert old in content
        write(self.file(name), content.replace(old, new, 1))


V1 = "v1/inventory.json"
SUMMARY = "v1/content/summary.json"
MEMBERS = "v1/content/members.jsonl"
SIDECAR = b"0" * 128 + b"  inventory.json\n"


def inventories(place, old, new):
    for name in ("inventory.json", V1):
        place.edit(name, old, new)
    place.resign()


def tar_digest(place):
    return dict(inventory.read(place.file(V1).read_bytes()).manifest)[
        f"v1/content/{place.tar.name}"
    ].value.encode()


DAMAGE = {
    "a flipped bit of a header": lambda p: flip(p.tar, p.row("/METS.xml")["offset"] - 500),
    "a flipped bit of padding": lambda p: flip(p.tar, p.row("ë.txt")["offset"] + 5),
    "a flipped bit of payload": lambda p: flip(p.tar, p.row("a.txt")["offset"]),
    "a flipped bit of METS": lambda p: flip(p.tar, p.row("/METS.xml")["offset"] + 9),
    "a cut tar": lambda p: write(p.tar, p.tar.read_bytes()[:-700]),
    "a removed first byte": lambda p: write(p.tar, p.tar.read_bytes()[1:]),
    "an extended tar": lambda p: write(p.tar, p.tar.read_bytes() + b"\0" * 512),
    "an empty tar": lambda p: write(p.tar, b""),
    "a removed tar": lambda p: p.tar.unlink(),
    "a removed copy": lambda p: shutil.rmtree(p.root),
    "a removed commit": lambda p: p.file(V1 + ".sha512").unlink(),
    "a removed inventory": lambda p: p.file(V1).unlink(),
    "all inventories removed": lambda p: [f.unlink() for f in p.root.rglob("inventory.json*")],
    "a removed root inventory": lambda p: p.file("inventory.json").unlink(),
    "a removed root sidecar": lambda p: p.file("inventory.json.sha512").unlink(),
    "a removed declaration": lambda p: p.file("0=ocfl_object_1.1").unlink(),
    "an edited declaration": lambda p: p.edit("0=ocfl_object_1.1", b"1.1", b"1.0"),
    "a removed summary": lambda p: p.file(SUMMARY).unlink(),
    "an edited summary": lambda p: p.edit(SUMMARY, b'"files": 2', b'"files": 3'),
    "a removed list of members": lambda p: p.file(MEMBERS).unlink(),
    "an edited list of members": lambda p: p.edit(MEMBERS, b'"offset": 512', b'"offset": 513'),
    "an edited inventory": lambda p: p.edit(V1, b"ingested", b"INGESTED"),
    "an edited root inventory": lambda p: p.edit("inventory.json", b"ingested", b"INGESTED"),
    "an edited sidecar": lambda p: write(p.file(V1 + ".sha512"), SIDECAR),
    "an edited root sidecar": lambda p: write(p.file("inventory.json.sha512"), SIDECAR),
    "an inventory that is not JSON": lambda p: (write(p.file(V1), b"{"), p.resign()),
    "another tar with inventories to match": lambda p: inventories(p, tar_digest(p), b"0" * 128),
    "an extra file": lambda p: write(p.file("v1/content/extra"), b"x"),
    "an extra file at the root": lambda p: write(p.file("extra"), b""),
    "an extra version that is none": lambda p: write(p.file("v2/inventory.json.sha512"), SIDECAR),
    "many at once": lambda p: (
        flip(p.tar, 700), p.file(SUMMARY).unlink(), p.file(MEMBERS).unlink(),
        p.file(V1).unlink(), write(p.file("v1/content/extra"), b"x")),
}  # fmt: skip


@pytest.fixture(scope="module")
def three_stores(blank_archive, filled_archive, tmp_path_factory):
    """The folder of an archive with the same two AIPs in three stores."""
    folder = Path(shutil.copytree(blank_archive, tmp_path_factory.mktemp("three") / "archive"))
    with (folder / "arkiv.toml").open("a") as file:
        file.write('\n[[stores]]\nname = "c"\nurl = "stores/c"\n')
    with opened(folder) as archive:
        archive.stores["c"].initialize()
        for name in ("deaths", "births"):
            sip = filled_archive.parent / name
            ingest(archive, sip, again=False, progress=Silence())
        archive.catalogue._database.close()
    return folder


@pytest.fixture(params=["two", "three"])
def archive_folder(request, filled_archive, three_stores, tmp_path):
    source = filled_archive if request.param == "two" else three_stores
    return Path(shutil.copytree(source, tmp_path / "archive"))


@pytest.fixture
def stores(archive_folder):
    """The folders of the stores by name."""
    return {p.name: p for p in sorted((archive_folder / "stores").iterdir())}


@pytest.fixture
def packages(archive):
    return [summary.id for summary in archive.catalogue.packages()]


def states(archive):
    return {(c.package, c.store): c.state for c in archive.catalogue.copies()}


@pytest.mark.parametrize("kind", DAMAGE)
def test_every_kind_of_damage_is_repaired_bit_for_bit(
    kind, arkiv, archive, stores, packages, valid_storage_root
):
    before = {name: files(folder) for name, folder in stores.items()}
    place = Place(stores["a"], packages[0])
    DAMAGE[kind](place)
    damaged = files(stores["a"])
    hurt = {k: v for k, v in damaged.items() if before["a"].get(k) != v}
    code, (told,) = arkiv("repair", place.package)
    assert (code, told["status"]) == (0, "repaired"), told
    assert {name: files(folder) for name, folder in stores.items()} == before
    assert kept(stores["a"]) == hurt
    assert all(kept(folder) == {} for name, folder in stores.items() if name != "a")
    assert {mend["store"] for mend in told["mended"]} == {"a"}
    for folder in stores.values():
        assert valid_storage_root(folder) == 2
    assert arkiv("audit")[0] == 0
    assert set(states(archive).values()) == {CopyState.SOUND}
    dump = list(archive.catalogue.dump())
    for store in stores:
        assert arkiv("rebuild", "--store", store)[0] == 0
        assert list(archive.catalogue.dump()) == dump
    assert arkiv("repair", place.package)[1][0]["status"] == "sound"


@pytest.mark.parametrize("kind", ["a flipped bit of payload", "a removed copy", "many at once"])
def test_what_an_audit_found_is_repaired_without_being_named(
    kind, arkiv, archive, stores, packages
):
    DAMAGE[kind](Place(stores["a"], packages[1]))
    assert arkiv("repair") == (0, [])
    assert arkiv("audit")[0] == 4
    code, (told,) = arkiv("repair")
    assert (code, told["aip_id"], told["status"]) == (0, packages[1], "repaired")
    assert set(states(archive).values()) == {CopyState.SOUND}
    (event,) = [e for e in archive.catalogue.events(packages[1]) if e.finding.type == "recovery"]
    assert event.finding.outcome == "success"
    assert event.finding.detail == "repair of the copy in store a"
    assert "from store b" in event.finding.note


def test_a_plan_says_what_would_be_done_and_writes_nothing(arkiv, archive, stores, packages):
    DAMAGE["many at once"](Place(stores["a"], packages[0]))
    arkiv("audit")
    before = {p: p.read_bytes() for f in stores.values() for p in f.rglob("*") if p.is_file()}
    dump = list(archive.catalogue.dump())
    code, (told,) = arkiv("repair", "--plan")
    assert (code, told["status"]) == (0, "repairable")
    assert {m["fault"] for m in told["mended"]} == {
        "damaged", "missing", "explained by no inventory"
    }  # fmt: skip
    after = {p: p.read_bytes() for f in stores.values() for p in f.rglob("*") if p.is_file()}
    assert after == before
    assert list(archive.catalogue.dump()) == dump
    _, done = arkiv("repair")
    assert done[0]["mended"] == told["mended"]


def test_the_event_names_source_target_and_members(arkiv, archive, stores, packages):
    place = Place(stores["a"], packages[0])
    flip(place.tar, place.row("a.txt")["offset"])
    flip(place.tar, place.row("/METS.xml")["offset"])
    _, (told,) = arkiv("repair", packages[0])
    names = [place.row("/METS.xml")["name"], place.row("a.txt")["name"]]
    (mend,) = told["mended"]
    assert (mend["members"], mend["sources"], mend["store"]) == (names, ["b"], "a")
    note = next(
        e.finding.note
        for e in archive.catalogue.events(packages[0])
        if e.finding.type == "recovery"
    )
    assert all(name in note for name in names)


def all_tars(stores, package):
    return [Place(folder, package).tar for folder in stores.values()]


def test_members_are_taken_from_whichever_copy_has_each_one_sound(
    arkiv, stores, packages, valid_storage_root
):
    before = {name: files(folder) for name, folder in stores.items()}
    ends = ["a.txt", "ë.txt", "/METS.xml", "bagit.txt"]
    for end, (name, folder) in zip(ends, stores.items(), strict=False):
        place = Place(folder, packages[0])
        flip(place.tar, place.row(end)["offset"])
        flip(place.tar, Place(folder, packages[0]).row("premis.xml")["offset"] - 1 - ord(name) % 3)
    code, (told,) = arkiv("repair", packages[0])
    assert (code, told["status"]) == (0, "repaired"), told
    assert {m["origin"] for m in told["mended"]} <= {"salvaged", "another copy"}
    assert {name: files(folder) for name, folder in stores.items()} == before
    for folder in stores.values():
        assert len(kept(folder)) == 1
        assert valid_storage_root(folder) == 2


@pytest.mark.parametrize("name", [SUMMARY, MEMBERS, V1])
def test_documents_damaged_in_every_store_are_put_together(name, arkiv, stores, packages):
    before = {store: files(folder) for store, folder in stores.items()}
    for number, folder in enumerate(stores.values()):
        flip(Place(folder, packages[0]).file(name), 100 + 40 * number)
        flip(Place(folder, packages[0]).tar, 520)
    if name != V1:
        code, (told,) = arkiv("repair", packages[0])
    else:
        for folder in stores.values():
            Place(folder, packages[0]).file("inventory.json").unlink()
        code, (told,) = arkiv("repair", packages[0])
    # The first member's content is damaged in the same place everywhere: that alone is lost.
    assert (code, told["status"]) == (4, "lost")
    (lost,) = told["lost"]
    assert [what.rpartition("/")[2] for what in lost["what"]] == ["bagit.txt"]
    for store, folder in stores.items():
        now = files(folder)
        differs = {k for k in before[store] if now.get(k) != before[store][k]}
        assert {k.rpartition("/")[2] for k in differs} == {f"{packages[0]}.v1.tar"}


def test_what_no_store_has_is_an_alarm_and_nothing_is_changed(arkiv, archive, stores, packages):
    for folder in stores.values():
        place = Place(folder, packages[0])
        flip(place.tar, place.row("a.txt")["offset"])
        flip(place.tar, place.row("/METS.xml")["offset"])
    flip(Place(stores["b"], packages[0]).tar, 520)
    before = {name: files(folder) for name, folder in stores.items()}
    code, (told,) = arkiv("repair", packages[0])
    assert (code, told["status"]) == (4, "lost")
    (lost,) = told["lost"]
    place = Place(stores["a"], packages[0])
    assert lost["what"] == [place.row("/METS.xml")["name"], place.row("a.txt")["name"]]
    assert lost["stores"] == list(stores)
    assert all(any(name in reason for reason in told["reasons"]) for name in lost["what"])
    assert {name: files(folder) for name, folder in stores.items()} == before
    assert all(kept(folder) == {} for folder in stores.values())
    events = [e.finding for e in archive.catalogue.events(packages[0])]
    alarms = [f for f in events if f.type == "recovery"]
    assert {f.outcome.value for f in alarms} == {"failure"}
    assert len(alarms) == len(stores)
    assert all(lost["what"][1] in f.note for f in alarms)
    code, _ = arkiv("repair", packages[0], json=False)
    assert code == 4
    assert states(archive)[packages[0], "a"] is CopyState.CORRUPT


def test_exchanged_aips_are_both_repaired(arkiv, stores, packages, valid_storage_root):
    before = {name: files(folder) for name, folder in stores.items()}
    one, other = (Place(stores["a"], package).root for package in packages)
    one.rename(one.with_name("third"))
    other.rename(one)
    one.with_name("third").rename(other)
    assert arkiv("audit")[0] == 4
    code, told = arkiv("repair")
    assert (code, [t["status"] for t in told]) == (0, ["repaired"] * 2), told
    assert {name: files(folder) for name, folder in stores.items()} == before
    assert valid_storage_root(stores["a"]) == 2
    assert arkiv("audit")[0] == 0


def test_a_store_that_is_away_is_waited_for(arkiv, stores, packages):
    before = {name: files(folder) for name, folder in stores.items()}
    flip(Place(stores["a"], packages[0]).tar, 520)
    arkiv("audit")
    others = [folder for name, folder in stores.items() if name != "a"]
    for folder in others:
        folder.rename(folder.with_name(f"{folder.name}-away"))
    hurt = files(stores["a"])
    code, (told,) = arkiv("repair")
    assert (code, told["status"], told["lost"]) == (6, "unavailable", [])
    assert files(stores["a"]) == hurt
    for folder in others:
        folder.with_name(f"{folder.name}-away").rename(folder)
    assert arkiv("repair")[0] == 0
    assert {name: files(folder) for name, folder in stores.items()} == before


def test_of_two_self_consistent_inventories_the_one_on_record_is_right(arkiv, stores, packages):
    sound = {name: files(folder) for name, folder in stores.items()}
    inventories(Place(stores["a"], packages[0]), b"ingested", b"INGESTED")
    code, (told,) = arkiv("repair", packages[0])
    assert (code, told["status"]) == (0, "repaired")
    assert {name: files(folder) for name, folder in stores.items()} == sound


def test_of_two_of_which_none_is_on_record_the_one_that_more_stores_have_is_right(
    arkiv, archive, stores, packages
):
    sound = {name: files(folder) for name, folder in stores.items()}
    inventories(Place(stores["a"], packages[0]), b"ingested", b"INGESTED")
    before = {name: files(folder) for name, folder in stores.items()}
    with archive.catalogue._database.writing() as connection:
        connection.execute(tables.copies.update().values(inventory=None))
    code, (told,) = arkiv("repair", packages[0])
    if len(stores) == 3:
        assert (code, told["status"]) == (0, "repaired")
        assert {name: files(folder) for name, folder in stores.items()} == sound
        return
    assert (code, told["status"]) == (4, "lost")
    assert "two inventories" in told["reasons"][0]
    assert {name: files(folder) for name, folder in stores.items()} == before


def test_an_aip_that_somebody_works_on_is_left_alone(arkiv, archive, packages):
    with claimed(archive.scratch / packages[0]):
        code, (told,) = arkiv("repair", packages[0])
    assert (code, told["status"]) == (6, "unavailable")
    assert "somebody else" in told["reasons"][0]


def test_what_is_kept_is_released_by_a_person_with_a_reason(arkiv, archive, stores, packages):
    flip(Place(stores["a"], packages[0]).tar, 520)
    arkiv("repair", packages[0])
    (key,) = kept(stores["a"])
    code, (told,) = arkiv("repair", "release", packages[0])
    assert code == 2
    assert len(told["reasons"]) == 2
    words = ("--by", "A. Krasniqi", "--because", "disk replaced")
    flip(Place(stores["b"], packages[0]).tar, 520)
    arkiv("audit")
    assert arkiv("repair", "release", packages[0], *words)[0] == 2
    assert list(kept(stores["a"])) == [key]
    arkiv("repair")
    code, (told,) = arkiv("repair", "release", packages[0], *words)
    assert (code, told["objects"]) == (0, 2)
    assert kept(stores["a"]) == kept(stores["b"]) == {}
    events = [e.finding for e in archive.catalogue.events(packages[0])]
    released = [f for f in events if f.type == "deletion"]
    assert [str(f.agent) for f in released] == ["A. Krasniqi"] * 2
    assert all(f.note.startswith("disk replaced: quarantine/") for f in released)
    assert arkiv("repair", "release", packages[0], *words)[0] == 2


def test_an_audit_repairs_what_it_found_if_the_settings_say_so(
    arkiv, archive, archive_folder, stores, packages
):
    before = {name: files(folder) for name, folder in stores.items()}
    with (archive_folder / "arkiv.toml").open("a") as file:
        file.write("\n[repair]\nautomatic = true\n")
    flip(Place(stores["a"], packages[0]).tar, 520)
    code, told = arkiv("audit")
    assert code == 4, "somebody must hear of it"
    assert sorted(it["status"] for it in told if "aip_id" in it) == ["corrupt", "repaired", "sound"]
    assert {name: files(folder) for name, folder in stores.items()} == before
    assert set(states(archive).values()) == {CopyState.SOUND}
    assert arkiv("audit")[0] == 0


def test_an_audit_repairs_nothing_if_the_settings_do_not_say_so(arkiv, stores, packages):
    flip(Place(stores["a"], packages[0]).tar, 520)
    hurt = files(stores["a"])
    assert [arkiv("audit")[0], arkiv("audit")[0]] == [4, 4]
    assert files(stores["a"]) == hurt
