"""A store is an OCFL 1.1 storage root in the judgement of another implementation, ocfl-py."""

import hashlib
import subprocess
from datetime import UTC, datetime

import ocfl as ocfl_py
import pytest

from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.standards import inventory, ocfl
from preservation.stores.directory import DirectoryStore

ID = PackageId("0b9d1c3e-7a52-4a57-9d0c-6b9f7c1f2a10")
OTHER = PackageId("5f6dd2a4-30a7-45f6-8f37-3fbd7d6e9a55")


def lay_down(store: DirectoryStore, held: inventory.Inventory, content: dict[str, bytes]) -> None:
    """One more version of an object, in the order of the commit rule."""
    package, version, document = held.id, len(held.versions), inventory.write(held)
    if version == 1:
        store.replace(ocfl.declaration_key(package), ocfl.OBJECT_DECLARATION)
    for name, octets in content.items():
        store.put(ocfl.content_key(package, version, name), [octets], size=len(octets))
    store.put(ocfl.inventory_key(package, version), [document], size=len(document))
    sidecar = inventory.sidecar(document)
    store.put(ocfl.commit_key(package, version), [sidecar], size=len(sidecar))
    store.replace(ocfl.inventory_key(package), document)
    store.replace(ocfl.sidecar_key(package), sidecar)


def told(content: dict[str, bytes]) -> dict[str, Digest]:
    return {
        name: Digest(Algorithm.SHA512, hashlib.sha512(octets).hexdigest())
        for name, octets in content.items()
    }


@pytest.fixture
def store(tmp_path) -> DirectoryStore:
    made = DirectoryStore(StoreName("a"), tmp_path)
    made.initialize()
    written = {
        "created": datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC),
        "user": "Arkiv 0.1.0",
    }
    for package in (ID, OTHER):
        content = {
            f"{package}.v1.tar": package.encode(),
            "members.jsonl": b"{}\n",
            "summary.json": b"{}",
        }
        one = inventory.first(
            package, told(content), message="Ingest", address="https://example.org/arkiv", **written
        )
        lay_down(made, one, content)
    following = {"summary.json": b"{2}", "Ž/të dhëna.txt": b"text"}
    two = inventory.following(
        one,
        told(content | following),
        message="More",
        address="https://example.org/arkiv",
        **written,
    )
    lay_down(made, two, following)
    return made


def judged(store: DirectoryStore) -> ocfl_py.StorageRoot:
    root = ocfl_py.StorageRoot(root=str(store.root / "ocfl"))
    # What is valid says nothing of the objects: those are counted.
    assert root.validate(log_warnings=True)
    return root


def test_a_storage_root_and_its_objects_are_valid(store):
    root = judged(store)
    assert (root.num_objects, root.good_objects) == (2, 2)


def test_the_only_warning_is_that_an_id_is_a_bare_uuid_and_no_uri(store):
    lines = [line for _, messages in judged(store).errors for line in messages.splitlines()]
    assert lines
    assert all("[W005]" in line for line in lines)


def test_objects_lie_where_the_declared_layout_puts_them(store):
    root = judged(store)
    for package in (ID, OTHER):
        assert f"{ocfl.ROOT}{root.object_path(package)}" == ocfl.object_root(package)
    assert {found for _, found in root.list_objects()} == {ID, OTHER}


def test_an_empty_store_is_valid(tmp_path):
    made = DirectoryStore(StoreName("a"), tmp_path)
    made.initialize()
    assert judged(made).num_objects == 0


def test_a_flipped_byte_does_not_pass(store):
    tar = store.root / ocfl.content_key(ID, 1, f"{ID}.v1.tar")
    tar.chmod(0o600)
    tar.write_bytes(b"x" + tar.read_bytes()[1:])
    root = judged(store)
    assert (root.num_objects, root.good_objects) == (2, 1)


def test_the_stock_command_checks_an_inventory_against_its_digest_file(store):
    folder = (store.root / ocfl.inventory_key(OTHER)).parent
    subprocess.run(["sha512sum", "-c", "inventory.json.sha512"], cwd=folder, check=True)
