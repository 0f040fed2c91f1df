"""OCFL inventories and where things lie in a storage root."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.errors import Corrupt
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId
from preservation.standards import inventory, ocfl

ID = PackageId("0b9d1c3e-7a52-4a57-9d0c-6b9f7c1f2a10")
WHEN = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def sha512(content: bytes) -> Digest:
    return Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())


def one(**changes) -> inventory.Inventory:
    content = {
        "summary.json": sha512(b"s"),
        "members.jsonl": sha512(b"m"),
        f"{ID}.v1.tar": sha512(b"t"),
    }
    told = {"created": WHEN, "message": "Ingest", "user": "Arkiv 0.1.0"} | changes
    return inventory.first(ID, content, **told)


def edited(**changes) -> bytes:
    return json.dumps(json.loads(inventory.write(one())) | changes).encode()


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1
).filter(lambda name: name not in (".", ".."))
contents = st.dictionaries(names, st.binary(max_size=2).map(sha512), min_size=1, max_size=5)
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.lists(st.tuples(contents, moments, texts, texts, texts), min_size=1, max_size=4), st.uuids()
)
def test_what_is_written_is_read_back(versions, uuid):
    held = inventory.Inventory(PackageId(str(uuid)), (), ())
    for content, created, message, user, address in versions:
        held = inventory.following(
            held, content, created=created, message=message, user=user, address=address
        )
    document = inventory.write(held)
    assert inventory.read(document) == held
    assert inventory.write(inventory.read(document)) == document


def test_a_next_version_keeps_only_what_is_new():
    content = {"summary.json": sha512(b"s2"), "members.jsonl": sha512(b"m")}
    two = inventory.following(one(), content, created=WHEN, message="Again", user="Arkiv")
    assert [path for path, _ in two.manifest] == [
        f"v1/content/{ID}.v1.tar",
        "v1/content/members.jsonl",
        "v1/content/summary.json",
        "v2/content/summary.json",
    ]
    assert two.content("members.jsonl") == "v1/content/members.jsonl"
    assert two.content("summary.json") == "v2/content/summary.json"
    assert two.content("summary.json", 1) == "v1/content/summary.json"
    with pytest.raises(KeyError):
        two.content(f"{ID}.v1.tar")


def test_the_digest_file_is_what_sha512sum_writes():
    document = inventory.write(one())
    digest = hashlib.sha512(document).hexdigest()
    assert inventory.sidecar(document) == f"{digest}  inventory.json\n".encode()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": 1, "id": 2}', "stands twice"),
        (b'{"id": NaN}', "not a number"),
        (b'{"id": "\\ud800"}', "surrogate"),
        (b"[]", "an object is expected"),
        (edited(extra=1), "'extra' is not known"),
        (edited(digestAlgorithm="sha256"), "digestAlgorithm"),
        (edited(type="https://ocfl.io/1.0/spec/#inventory"), "type"),
        (edited(id="urn:x"), "UUID"),
        (edited(head="v2"), "with v2 as the newest"),
        (edited(versions={}), "as the newest"),
        (edited(manifest={}), "in a version's state only"),
        (edited(manifest={"0" * 128: ["v1/content/x"]}), "in the manifest only"),
        (edited(manifest={"0": ["v1/content/x"]}), "not a sha512 digest"),
        (edited(manifest={sha512(b"s").value: ["v1/content/../x"]}), "not a path"),
        (edited(manifest={sha512(b"s").value: ["v1/content/x", "v1/content/x/y"]}), "and a folder"),
        (edited(manifest={sha512(b"s").value: ["v2/content/x"]}), "not a path of content"),
        (edited(manifest={sha512(b"s").value: ["v1/content/x"] * 2}), "stands twice"),
    ],
)
def test_what_is_no_inventory_is_corrupt(document, reason):
    with pytest.raises(Corrupt, match=reason):
        inventory.read(document)


def test_all_reasons_are_told_at_once():
    with pytest.raises(Corrupt) as raised:
        inventory.read(edited(extra=1, id=2, head="first", manifest=[]))
    assert len(raised.value.reasons) == 4


def test_only_sha512_is_written():
    with pytest.raises(ValueError, match="not SHA-512"):
        inventory.write(
            inventory.first(
                ID, {"a": Digest(Algorithm.MD5, "0" * 32)}, created=WHEN, message="", user="Arkiv"
            )
        )


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        inventory.write(one(created=datetime(2026, 1, 31)))  # noqa: DTZ001  that is the point


def test_an_object_lies_under_three_times_three_digits_of_its_sha256():
    digest = hashlib.sha256(ID.encode()).hexdigest()
    root = f"ocfl/{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{ID}"
    assert ocfl.object_root(ID) == root
    assert ocfl.content_key(ID, 1, "a.tar") == f"{root}/v1/content/a.tar"
    assert ocfl.commit_key(ID, 2) == f"{root}/v2/inventory.json.sha512"
    assert ocfl.inventory_key(ID) == f"{root}/inventory.json"


@given(st.uuids(), st.integers(1, 10**6))
def test_a_commit_key_tells_what_it_commits(uuid, version):
    package = PackageId(str(uuid))
    assert ocfl.committed(ocfl.commit_key(package, version)) == (package, version)


@pytest.mark.parametrize(
    "key",
    [
        ocfl.sidecar_key(ID),
        ocfl.inventory_key(ID, 1),
        ocfl.content_key(ID, 1, "inventory.json.sha512"),
        ocfl.commit_key(ID, 1).replace(str(ID), "0b9d1c3e-7a52-4a57-9d0c-6b9f7c1f2a11"),
        ocfl.commit_key(ID, 1).replace(str(ID), "-" * 36),
        ocfl.commit_key(ID, 1).replace("/v1/", "/v0/"),
    ],
)
def test_any_other_key_commits_nothing(key):
    assert ocfl.committed(key) is None
