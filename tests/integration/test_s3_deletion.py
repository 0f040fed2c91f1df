"""What is deleted from a bucket that keeps versions is gone with all, unless it is locked."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
import rgw as rgw_service

from preservation.errors import Unavailable
from preservation.model.identifiers import StoreName
from preservation.stores.s3 import Limits, Location, S3Store, credentials


@pytest.fixture
def keeping(rgw, tmp_path):
    """Makes a store in a bucket of its own that keeps versions, and can lock them if wanted."""

    def make(*, lock=False):
        client, bucket = rgw_service.client(), f"keeps-{secrets.token_hex(6)}"
        client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lock)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        key = credentials("s", f"file:{rgw_service.key_file(tmp_path)}", tmp_path)
        store = S3Store(
            StoreName("s"), Location(bucket, "in/", rgw, "default"), key, limits=Limits()
        )
        store.initialize()
        return store, client

    return make


def versions(client, store):
    answer = client.list_object_versions(Bucket=store.location.bucket)
    found = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
    return sorted(it["Key"] for it in found if "/ocfl/" not in it["Key"])


def test_all_versions_of_what_is_erased_are_gone(keeping):
    store, client = keeping()
    for content in (b"one", b"two", b"three"):
        store.replace("repair/x/a", content)
    store.put("repair/x/b", [b"b"], size=1)
    store.remove("repair/x/b")
    store.put("repair/y/c", [b"c"], size=1)
    assert versions(client, store) == [
        *["in/repair/x/a"] * 3,
        *["in/repair/x/b"] * 2,
        "in/repair/y/c",
    ]

    assert store.erase("repair/x/") == 2

    assert versions(client, store) == ["in/repair/y/c"]
    assert store.erase("repair/", "/c") == 1
    assert versions(client, store) == []


def test_what_is_locked_is_not_said_to_be_gone(keeping):
    store, client = keeping(lock=True)
    store.put("repair/x/a", [b"a"], size=1)
    until = datetime.now(UTC) + timedelta(days=1)
    where = {"Bucket": store.location.bucket, "Key": "in/repair/x/a"}
    client.put_object_retention(**where, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})

    with pytest.raises(Unavailable, match=r"cannot remove repair/x/a for good.*lock"):
        store.erase("repair/x/")

    assert b"".join(store.read("repair/x/a")) == b"a"
    held = client.list_object_versions(Bucket=store.location.bucket, Prefix="in/repair/")
    client.delete_object(
        **where, VersionId=held["Versions"][0]["VersionId"], BypassGovernanceRetention=True
    )
    assert store.erase("repair/x/") == 0
