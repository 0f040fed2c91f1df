"""An AIP is preserved by sound copies in stores that preserve, and by no others."""

import uuid
from datetime import UTC, datetime

import pytest

from preservation.forms.words import listed
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Account, Copy, CopyState, Summary

PACKAGE = PackageId(str(uuid.UUID(int=1)))
DIGEST = Digest(Algorithm.SHA512, f"{1:0128x}")


def summary(version=1):
    stores = (StoreName("a"), StoreName("b"))
    when = datetime(2026, 1, 31, tzinfo=UTC)
    account = Account(1, 1, 0, 0, 0, 0)
    return Summary(PACKAGE, version, when, "sip", DIGEST, account, (), (), (), stores)


def copy(store, state=CopyState.SOUND, version=1):
    return Copy(PACKAGE, version, StoreName(store), "k", 9, DIGEST, state)


@pytest.mark.parametrize(
    ("copies", "status"),
    [
        ((copy("a"), copy("b")), "preserved"),
        ((copy("a"), copy("b"), copy("reading")), "preserved"),
        ((copy("a"), copy("reading")), "damaged"),
        ((copy("a"), copy("b", CopyState.UNCHECKED)), "damaged"),
        ((copy("a"), copy("b"), copy("reading", CopyState.CORRUPT)), "preserved"),
        ((copy("a"),), "damaged"),
        ((), "damaged"),
    ],
)
def test_what_counts(copies, status):
    assert listed(summary(), copies, beyond={"reading"}).status == status


def test_every_version_counts():
    newest = (copy("a", version=2), copy("b", version=2))
    assert listed(summary(2), newest).status == "damaged"
    assert listed(summary(2), (*newest, copy("a"), copy("b"))).status == "preserved"
