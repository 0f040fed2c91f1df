"""What an agreement or a hold keeps is locked in the bucket, and audits of presence look at it."""

import secrets
import shutil
from datetime import UTC, datetime

import pytest
import rgw as rgw_service

from preservation.assembly.archive import opened
from preservation.model.storage import CopyState
from preservation.standards import ocfl

AGREEMENT = """
because = "the archive law"
[retention]
years = {years}
because = "the archive law asks for it"
"""
BY = ("--by", "Arta Hoxha", "--because", "a case")


@pytest.fixture
def locking(archive_folder, rgw, arkiv):
    """Makes the second store of the archive a bucket, with object lock or without."""

    def make(*, lock=True, years="10"):
        client, bucket = rgw_service.client(), f"locks-{secrets.token_hex(6)}"
        client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lock)
        url = f"s3://{bucket}/in?endpoint={rgw}&region=default"
        rgw_service.key_file(archive_folder)
        file = archive_folder / "arkiv.toml"
        new = f'url = "{url}"\ncredentials = "file:s3.key"\nlock = "governance"'
        file.write_text(file.read_text("utf-8").replace('url = "stores/b"', new), "utf-8")
        shutil.rmtree(archive_folder / "stores/b")
        assert arkiv("store", "make", "b")[0] == 0
        agreements = archive_folder / "profiles/agreements"
        agreements.mkdir(parents=True)
        (agreements / "town.toml").write_text(AGREEMENT.format(years=years), "utf-8")
        return Bucket(client, bucket)

    return make


class Bucket:
    def __init__(self, client, name):
        self.client, self.name = client, name

    def locks(self, package):
        """Until when each object of an AIP is locked, and whether it is held, by the key's end."""
        found = {}
        root = f"in/{ocfl.object_root(package)}/"
        for it in self.client.list_objects_v2(Bucket=self.name, Prefix=root)["Contents"]:
            head = self.client.head_object(Bucket=self.name, Key=it["Key"])
            held = head.get("ObjectLockLegalHoldStatus") == "ON"
            found[it["Key"].removeprefix(root)] = (head.get("ObjectLockRetainUntilDate"), held)
        return found

    def unlock(self, key):
        until = datetime(2027, 1, 1, tzinfo=UTC)
        self.client.put_object_retention(
            Bucket=self.name,
            Key=f"in/{key}",
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until},
            BypassGovernanceRetention=True,
        )


def split(locks):
    """Those of versions, and those at the object's root, which each version replaces."""
    versions = {value for key, value in locks.items() if key.startswith("v")}
    return versions, {value for key, value in locks.items() if not key.startswith("v")}


def test_an_agreement_locks_what_it_keeps(archive_folder, locking, arkiv, sip, tmp_path):
    bucket = locking()
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    aip = told["aip_id"]
    until = arkiv("show", aip)[1][0]["retained_until"]
    day = datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert split(bucket.locks(aip)) == ({(day, False)}, {(None, False)})

    (tmp_path / "more").mkdir()
    (tmp_path / "more/b.txt").write_bytes(b"two")
    assert arkiv("revise", aip, tmp_path / "more")[0] == 0

    locks = bucket.locks(aip)
    assert any(key.startswith("v2/") for key in locks)
    assert split(locks) == ({(day, False)}, {(None, False)})
    code, (form,) = arkiv("audit", "--presence", aip)
    assert (code, form["status"], form["reasons"]) == (0, "sound", [])
    said = [e.finding.detail for e in opened(archive_folder).catalogue.events(aip)]
    assert sum(it.startswith(f"locked until {until}") for it in said) == 2


def test_a_later_version_that_is_kept_for_longer_lengthens_all(
    archive_folder, locking, arkiv, sip, tmp_path
):
    bucket = locking()
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    longer = archive_folder / "profiles/agreements/longer.toml"
    longer.write_text(AGREEMENT.format(years=50), "utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/b.txt").write_bytes(b"two")
    assert arkiv("revise", told["aip_id"], tmp_path / "more", "--agreement", "longer")[0] == 0

    ((until, _),) = split(bucket.locks(told["aip_id"]))[0]
    assert until.date().isoformat() == arkiv("show", told["aip_id"])[1][0]["retained_until"]
    assert until.year == datetime.now(UTC).year + 50


def test_a_lock_that_somebody_shortened_is_told_and_put_right(locking, arkiv, sip):
    bucket = locking()
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    before = bucket.locks(told["aip_id"])
    bucket.unlock(ocfl.tar_key(told["aip_id"], 1))
    assert bucket.locks(told["aip_id"]) != before

    code, (form, *_) = arkiv("audit", "--presence")

    assert (code, form["status"]) == (0, "sound")
    assert form["reasons"][0].startswith("store b: 1 object locked now: locked until")
    assert bucket.locks(told["aip_id"]) == before
    assert arkiv("audit", "--presence")[1][0]["reasons"] == []


def test_a_hold_is_put_on_every_object_and_taken_off(locking, arkiv, sip):
    bucket = locking()
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}))
    aip = told["aip_id"]
    assert split(bucket.locks(aip))[0] == {(None, False)}
    arkiv("hold", "place", "one", aip, *BY)
    arkiv("hold", "place", "two", aip, *BY)
    assert split(bucket.locks(aip)) == ({(None, True)}, {(None, False)})
    arkiv("hold", "lift", "one", *BY)
    assert split(bucket.locks(aip))[0] == {(None, True)}
    assert arkiv("hold", "lift", "two", *BY)[0] == 0
    assert split(bucket.locks(aip))[0] == {(None, False)}


def test_what_is_locked_can_be_repaired(archive_folder, locking, arkiv, sip):
    bucket = locking(years='"permanent"')
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    aip = told["aip_id"]
    before = bucket.locks(aip)
    key = f"in/{ocfl.tar_key(aip, 1)}"
    size = bucket.client.head_object(Bucket=bucket.name, Key=key)["ContentLength"]
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=bytes(size))
    assert arkiv("audit")[0] == 4

    assert arkiv("repair")[0] == 0

    assert arkiv("audit")[0] == 0
    assert bucket.locks(aip) == before
    assert {copy.state for copy in opened(archive_folder).catalogue.copies()} == {CopyState.SOUND}


def test_a_bucket_that_cannot_lock_is_never_said_to_lock(locking, arkiv, sip):
    locking(lock=False)
    code, (told,) = arkiv("ingest", sip({b"a.txt": b"one"}), "--agreement", "town")
    assert (code, told["status"]) == (0, "preserved")
    assert "object lock must be switched on when a bucket is made" in told["warnings"][-1]

    code, (form, *_) = arkiv("audit", "--presence")
    assert (code, form["status"]) == (6, "unchecked")
    assert arkiv("hold", "place", "one", told["aip_id"], *BY)[0] == 6
    assert len(arkiv("hold", "list")[1]) == 1
    assert arkiv("audit")[0] == 0, "every octet is right"


def test_a_folder_cannot_lock(archive_folder, arkiv):
    file = archive_folder / "arkiv.toml"
    told = 'url = "stores/b"'
    file.write_text(file.read_text("utf-8").replace(told, f'{told}\nlock = "governance"'), "utf-8")
    code, (error,) = arkiv("list")
    assert (code, "a folder cannot lock" in error["reasons"][0]) == (2, True)
