"""Real files of many kinds come back from the archive bit for bit and name for name."""

import filecmp
import json
import os
import subprocess
import sys
from pathlib import Path

import bagit
import pytest

INCOMPLETE = {"DemoTransferCSV", "PremisImporter", "fixityCheckShouldFail"}
"""Their lists of checksums name files that are not there."""

PROJECT = Path(__file__).parents[2]


def arkiv(*arguments: object) -> list[dict]:
    """Run the command line; gives its JSON documents, whatever its exit code."""
    command = "from preservation.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, *map(str, arguments), "--json"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def files(folder: Path) -> dict[bytes, bytes]:
    """Every file below a folder, by its path below it."""
    top = os.fsencode(folder)
    return {
        os.path.relpath(os.path.join(place, name), top): os.path.join(place, name)
        for place, _, names in os.walk(top)
        for name in names
    }


@pytest.fixture(scope="module")
def sips(shared) -> list[Path]:
    transfers = sorted((shared / "corpora/archivematica-transfers").iterdir())
    whole = [sip for sip in transfers if sip.is_dir() and sip.name not in INCOMPLETE]
    apart = [part for sip in whole for part in (sorted(sip.iterdir()) if of_bags(sip) else [sip])]
    return [*apart, shared / "corpora/format-corpus"]


def of_bags(folder: Path) -> bool:
    """Whether a folder is several packages, each of which is taken on its own."""
    return all((part / "bagit.txt").is_file() for part in folder.iterdir())


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("corpora") / "archive"
    arkiv("init", place)
    return place


@pytest.fixture(scope="module")
def receipts(archive, sips) -> list[dict]:
    return arkiv("ingest", *sips, "--archive", archive)  # each of them is one


def test_every_transfer_is_preserved_and_accounts_for_all_of_its_files(receipts, sips):
    assert [receipt["status"] for receipt in receipts] == ["preserved"] * len(sips)
    for receipt, sip in zip(receipts, sips, strict=True):
        sizes = [os.path.getsize(path) for path in files(sip).values()]
        account = receipt["account"]
        assert account["received"] == {"files": len(sizes), "bytes": sum(sizes)}
        rows = [account[row] for row in ("preserved", "submission", "excluded")]
        assert sum(row["files"] for row in rows) == len(sizes)
        assert sum(row["bytes"] for row in rows) == sum(sizes)
        assert len({copy["sha512"] for copy in receipt["copies"]}) == 1
        assert {copy["store"] for copy in receipt["copies"]} == {"a", "b"}


def test_every_octet_and_every_name_comes_back(archive, receipts, sips, tmp_path):
    ids = [receipt["aip_id"] for receipt in receipts]
    exported = arkiv("export", *ids, "--to", tmp_path, "--as", "originals", "--archive", archive)
    assert [done["status"] for done in exported] == ["exported"] * len(sips)
    for id_, sip in zip(ids, sips, strict=True):
        before, after = files(sip), files(tmp_path / id_)
        assert before.keys() == after.keys()
        for name, path in before.items():
            assert filecmp.cmp(path, after[name], shallow=False), (sip, name)


def test_every_bag_that_comes_out_is_valid_elsewhere(archive, receipts, tmp_path):
    ids = [receipt["aip_id"] for receipt in receipts]
    arkiv("export", *ids, "--to", tmp_path, "--archive", archive)
    for id_ in ids:
        bagit.Bag(str(tmp_path / id_)).validate()
        assert arkiv("check", tmp_path / id_)[0]["status"] == "valid"


def test_the_audit_finds_all_of_them_sound_again_and_again(archive, receipts):
    for depth in ((), ("--presence",)):
        outcomes = arkiv("audit", *depth, "--archive", archive)
        assert [it["status"] for it in outcomes] == ["sound"] * len(receipts) + ["in order"] * 2


@pytest.mark.parametrize("name", sorted(INCOMPLETE))
def test_a_transfer_that_lacks_a_listed_file_is_refused_naming_it(shared, name):
    sip = shared / "corpora/archivematica-transfers" / name
    (report,) = arkiv("check", sip)
    assert report["status"] == "invalid"
    absent = [f for f in report["findings"] if f["code"] == "CHECKSUM-ABSENT"]
    assert absent
    for finding in absent:
        assert finding["where"].startswith("metadata/checksum.")
        assert not (sip / "objects" / finding["found"]).exists()
