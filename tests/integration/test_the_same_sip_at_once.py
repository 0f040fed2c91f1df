"""The same SIP brought twice at the same moment is preserved once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from preservation.assembly.scratch import Submissions
from preservation.errors import Rejected
from preservation.streams import sha512

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from preservation.cli.main import main; main()"]


def test_of_three_at_once_one_is_preserved_and_the_others_are_told(tmp_path):
    archive, sip = tmp_path / "archive", tmp_path / "sip"
    sip.mkdir()
    (sip / "minutes.txt").write_bytes(b"kuvendi")
    subprocess.run([*COMMAND, "init", archive], cwd=PROJECT, check=True, capture_output=True)
    ingest = [*COMMAND, "ingest", sip, "--archive", archive, "--json"]
    begun = [
        subprocess.Popen(ingest, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [json.loads(process.communicate()[0]) for process in begun]
    assert sorted(receipt["status"] for receipt in told) == ["preserved", "rejected", "rejected"]
    for receipt in told:
        if receipt["status"] == "rejected":
            assert any(word in receipt["reasons"][0] for word in ("at this moment", "already"))


def test_a_sip_is_held_until_its_holder_ends(archive):
    one, other = (Submissions(archive.claims) for _ in range(2))
    one.hold(sha512(b"a"))
    other.hold(sha512(b"b"))
    with pytest.raises(Rejected, match="being ingested at this moment"):
        other.hold(sha512(b"a"))
    one.hold(sha512(b"a"))
    one.close()
    other.hold(sha512(b"a"))
    other.close()
