"""An audit names each fault by kind, object, member and octet, so that it can be mended."""

import json

import pytest

from preservation.assembly.audits import audit_copies
from preservation.model.audit import Depth, FaultKind
from preservation.model.storage import CopyState
from preservation.standards import inventory, ocfl


@pytest.fixture
def audited(archive, quiet):
    """The outcomes of store a for the first AIP."""

    def run(depth=Depth.FIXITY):
        copies = [c for c in archive.catalogue.copies() if c.store == "a"][:1]
        (outcome,) = audit_copies(archive, copies, depth=depth, progress=quiet)
        return outcome

    return run


@pytest.fixture
def tar(archive):
    copy = next(c for c in archive.catalogue.copies() if c.store == "a")
    return archive.stores["a"].root / copy.key


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(content))


def members(tar):
    lines = (tar.parent / "members.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def kinds(outcome):
    return [fault.kind for fault in outcome.faults]


def test_a_damaged_member_is_named_with_its_octets(tar, audited):
    row = next(row for row in members(tar) if row["name"].endswith("/METS.xml"))
    flip(tar, row["offset"] + 3)
    outcome = audited()
    assert kinds(outcome) == [FaultKind.CONTENT, FaultKind.MEMBER]
    fault = outcome.faults[1]
    assert (fault.start, fault.stop) == (row["offset"], row["offset"] + row["size"])
    assert outcome.damaged_members == (row["name"],)


@pytest.mark.parametrize("back", [512, 500, 376, 364, 300, 100, 1])
def test_a_damaged_header_is_named_with_the_octet_and_its_member(tar, audited, back):
    row = members(tar)[2]
    flip(tar, row["offset"] - back)
    outcome = audited()
    assert kinds(outcome) == [FaultKind.CONTENT, FaultKind.HEADER]
    assert f"the header of {row['name']}" in outcome.faults[1].reason
    # A date can be anything: what tells of it is the checksum in the header.
    lies = outcome.faults[1].start
    assert row["offset"] - 512 <= lies < row["offset"]
    assert outcome.damaged_members == ()


def test_damaged_padding_is_named_with_the_octet_and_the_member_before(tar, audited):
    row = members(tar)[0]
    at = row["offset"] + row["size"] + 4
    flip(tar, at)
    outcome = audited()
    assert kinds(outcome) == [FaultKind.CONTENT, FaultKind.HEADER]
    assert outcome.faults[1].start == at
    assert f"the padding after {row['name']}" in outcome.reasons[1]


def test_a_damaged_end_is_named_and_so_is_what_was_added(tar, audited):
    size = tar.stat().st_size
    flip(tar, -5)
    assert audited().faults[1].start == size - 5
    flip(tar, -5)
    with tar.open("ab") as file:
        file.write(b"more")
    outcome = audited()
    assert kinds(outcome) == [FaultKind.SIZE, FaultKind.CONTENT, FaultKind.HEADER]
    assert outcome.faults[2].start == size


def test_members_are_not_judged_by_a_list_that_is_damaged_too(tar, audited):
    flip(tar.parent / "members.jsonl", 200)
    flip(tar, members(tar)[3]["offset"])
    outcome = audited()
    assert kinds(outcome) == [FaultKind.CONTENT, FaultKind.CONTENT]
    assert outcome.damaged_members == ()


def test_an_inventory_edited_with_all_its_digest_files_is_found_by_the_ledger(tar, audited):
    assert audited().state is CopyState.SOUND
    folder = tar.parents[2]
    for place in (folder, folder / "v1"):
        document = place / "inventory.json"
        changed = document.read_bytes().replace(b"Arkiv", b"Nobody")
        for path, content in (
            (document, changed),
            (place / "inventory.json.sha512", inventory.sidecar(changed)),
        ):
            path.chmod(0o600)
            path.write_bytes(content)
    for depth in Depth:
        outcome = audited(depth)
        assert outcome.state is CopyState.CORRUPT
        assert kinds(outcome) == [FaultKind.INVENTORY]
        assert "(as in the ledger) expected" in outcome.reasons[0]


def test_missing_and_unexplained_objects_are_told_by_key(tar, audited):
    (tar.parent / "summary.json").unlink()
    (tar.parent / "strange").write_bytes(b"x")
    outcome = audited(Depth.PRESENCE)
    content = "v1/content"
    root = ocfl.object_root(outcome.copy.package)
    assert outcome.missing_keys == (f"{root}/{content}/summary.json",)
    assert outcome.unexplained_keys == (f"{root}/{content}/strange",)


def test_a_root_inventory_that_lags_is_its_own_kind(tar, audited):
    folder = tar.parents[2]
    (folder / "inventory.json").chmod(0o600)
    (folder / "inventory.json").write_bytes(b"{}")
    assert kinds(audited(Depth.PRESENCE)) == [FaultKind.ROOT]


def test_presence_is_remembered_apart_from_fixity(archive, audited):
    before = archive.catalogue.copies()[0]
    assert before.seen == before.checked
    after = audited(Depth.PRESENCE).copy
    assert after.seen > before.seen
    assert after.checked == before.checked
    whole = audited().copy
    assert whole.seen == whole.checked > after.seen
