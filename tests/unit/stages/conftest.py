"""A verified SIP on disk, and someone who hears of progress."""

import hashlib
import os

import pytest

from preservation.model import names
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId
from preservation.model.packages import ReceivedFile, Role, Sip, SipKind, Verified, VerifiedFile


class Listener:
    def __init__(self):
        self.begun = []
        self.done = 0

    def begin(self, step, total):
        self.begun.append((step, total))

    def advance(self, amount):
        assert amount >= 0
        self.done += amount


@pytest.fixture
def progress():
    listener = Listener()
    yield listener
    assert [listener.done] == [total for _, total in listener.begun]


@pytest.fixture
def verified(tmp_path):
    """Makes a verified SIP of files (`objects/a.pdf`: content); `submission/` is not payload."""

    def make(files):
        received = []
        for given, content in files.items():
            path = os.path.join(os.fsencode(tmp_path), given)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            role = Role.SUBMISSION if given.startswith(b"submission/") else Role.PAYLOAD
            digest = Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())
            stored = names.written(given)
            place = stored if role is Role.SUBMISSION else f"representations/original/data/{stored}"
            entry = ReceivedFile(given, place, role, len(content), 0)
            received.append(VerifiedFile(entry, (digest,)))
        sip = Sip(
            PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5"),
            "sip",
            tmp_path,
            SipKind.FOLDER,
            tuple(f.received for f in received),
            (),
            (),
            (),
        )
        return Verified(sip, tuple(received), Digest(Algorithm.SHA512, "0" * 128))

    return make


@pytest.fixture
def run():
    """Runs a stage to its end: the state that it returns, and its findings."""

    def run_stage(stage):
        findings = []
        while True:
            try:
                findings.append(next(stage))
            except StopIteration as end:
                return end.value, findings

    return run_stage
