"""A refused package leaves a record and a report, and nothing else."""

import json
import sqlite3
import tarfile
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from jsonschema import validate

from preservation.assembly.ingest import ingest
from preservation.assembly.scratch import claimed
from preservation.errors import Rejected, Unavailable
from preservation.forms.page import publish
from preservation.model.identifiers import PackageId
from preservation.model.malware import Engine, Scan
from preservation.model.premis import Agent
from preservation.model.rejection import Rejection

SCHEMA = "schemas/{}.json"


@pytest.fixture
def bad_bag(sip):
    """A bag of which one file is not what its manifest says."""
    return sip(
        {
            b"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            b"manifest-md5.txt": b"0" * 32 + b"  data/a.txt\n",
            b"data/a.txt": b"one",
        }
    )


def lies_in(folder):
    """Everything below the archive but its database's own files."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("catalogue.sqlite")
    }


def test_a_refused_package_leaves_its_record_and_its_report_and_nothing_else(
    arkiv, archive_folder, bad_bag, tree
):
    before, original = lies_in(archive_folder), tree(bad_bag)

    code, (said,) = arkiv("ingest", bad_bag)
    list_code, (record,) = arkiv("list", "--rejected")
    _, listed = arkiv("list")

    assert (code, list_code, listed) == (3, 0, [])
    assert (record["sip"], record["kind"], record["files"]) == ("sip", "bag", 3)
    place = f"rejected/{record['id']}"
    assert said["report"] == str(archive_folder / place)
    assert record["report"] == str(archive_folder / place / "report.html")
    new = lies_in(archive_folder) - before
    assert new - {"ingest.lock"} == {f"{place}/report.html", f"{place}/report.json"}
    assert tree(bad_bag) == original
    report = json.loads((archive_folder / place / "report.json").read_text("utf-8"))
    assert report["status"] == "invalid"
    assert report["findings"] == record["findings"] != []
    assert {it["level"] for it in report["findings"]} >= {"error"}
    page = (archive_folder / place / "report.html").read_text("utf-8")
    assert "data/a.txt" in page
    _, text = arkiv("list", "--rejected", json=False)
    assert record["id"] in text
    assert all(len(line) <= 80 for line in text.splitlines() if "/" not in line)
    _, text = arkiv("ingest", bad_bag, json=False)
    assert "the report for its producer is in" in text


def test_the_events_of_a_refused_package_go_with_it(archive, bad_bag, quiet):
    with pytest.raises(Rejected):
        ingest(archive, bad_bag, again=False, progress=quiet, publish=publish)

    (record,) = archive.rejections.all()
    assert archive.journal.events(record.id) == ()
    archive.rejections.add(record)
    assert list(archive.rejections.all()) == [record]


def test_a_rebuild_keeps_what_no_store_can_tell(arkiv, bad_bag):
    arkiv("ingest", bad_bag)
    _, before = arkiv("list", "--rejected")

    assert arkiv("rebuild")[0] == 0
    assert arkiv("list", "--rejected") == (0, before)


def test_what_was_preserved_already_is_on_record_too(arkiv, sip):
    folder = sip({b"a": b"one"})
    arkiv("ingest", folder)
    code, _ = arkiv("ingest", folder)
    _, (record,) = arkiv("list", "--rejected")

    assert code == 3
    assert [it["code"] for it in record["findings"] if it["level"] == "error"] == ["SIP-AGAIN"]


def test_a_report_that_cannot_be_written_does_not_hide_the_refusal(archive, bad_bag, quiet):
    (archive.folder / "rejected").write_text("in the way")

    with pytest.raises(Rejected) as refused:
        ingest(archive, bad_bag, again=False, progress=quiet, publish=publish)

    assert refused.value.report is None
    assert len(list(archive.rejections.all())) == 1


class Finds:
    """A scanner that finds malware in every file whose name says so."""

    def engine(self):
        return Engine(Agent("Scanner", "1"), "1")

    def scan(self, files):
        for file in files:
            yield Scan("Made.Up" if b"bad" in file.name else "")


def agree(archive, text):
    folder = archive.folder / "profiles/agreements"
    folder.mkdir(parents=True)
    (folder / "made.toml").write_text(text, "utf-8")


def test_malware_goes_into_quarantine_if_the_agreement_says_so(archive, sip, quiet, tree):
    agree(archive, '[malware]\nfound = "quarantine"\n')
    archive.__dict__["scanner"] = Finds()
    files = {b"good": b"one", b"dir/bad\xe9": b"two"}
    folder = sip(files)

    with pytest.raises(Rejected, match="MALWARE-FOUND"):
        ingest(archive, folder, again=False, progress=quiet, agreement="made")

    (record,) = archive.rejections.all()
    (copy,) = (archive.folder / record.quarantine).iterdir()
    assert record.quarantine == f"quarantine/{record.id}"
    assert (copy.name, copy.stat().st_mode & 0o777) == ("sip.tar.quarantined", 0o400)
    assert (archive.folder / record.quarantine).stat().st_mode & 0o777 == 0o700
    with tarfile.open(copy) as tar:
        kept = {
            m.name.encode("utf-8", "surrogateescape"): tar.extractfile(m).read()
            for m in tar.getmembers()
        }
    assert kept == files == tree(folder)
    assert archive.catalogue.packages() == ()


def test_a_container_goes_into_quarantine_as_it_came(archive, tmp_path, quiet):
    agree(archive, '[malware]\nfound = "quarantine"\n')
    archive.__dict__["scanner"] = Finds()
    container = tmp_path / "sip.zip"
    with zipfile.ZipFile(container, "w") as archived:
        archived.writestr("sip/bad.txt", "two")

    with pytest.raises(Rejected, match="MALWARE-FOUND"):
        ingest(archive, container, again=False, progress=quiet, agreement="made")

    (record,) = archive.rejections.all()
    (copy,) = (archive.folder / record.quarantine).iterdir()
    assert (record.name, copy.name) == ("sip.zip", "sip.quarantined")
    assert copy.read_bytes() == container.read_bytes()
    assert list(archive.scratch.iterdir()) == []


def test_without_that_agreement_no_copy_is_kept(archive, sip, quiet):
    archive.__dict__["scanner"] = Finds()

    with pytest.raises(Rejected, match="MALWARE-FOUND"):
        ingest(archive, sip({b"bad": b"two"}), again=False, progress=quiet)

    (record,) = archive.rejections.all()
    assert record.quarantine == ""
    assert not (archive.folder / "quarantine").exists()


def test_the_documents_are_as_their_schemas_say(arkiv, archive_folder, bad_bag, pytestconfig):
    def schema(name):
        return json.loads((pytestconfig.rootpath / SCHEMA.format(name)).read_text("utf-8"))

    _, (said,) = arkiv("ingest", bad_bag)
    _, (record,) = arkiv("list", "--rejected")

    validate(said, schema("ingest"))
    validate(record, schema("rejection"))
    report = archive_folder / "rejected" / record["id"] / "report.json"
    validate(json.loads(report.read_text("utf-8")), schema("check"))


def test_an_archive_from_before_there_were_records_gets_them(arkiv, archive_folder, bad_bag):
    with closing(sqlite3.connect(archive_folder / "catalogue.sqlite")) as old:
        old.execute("DROP TABLE rejections")
        for table in ("claims", "decisions", "tombstones", "rights"):
            old.execute(f"DROP TABLE {table}")
        old.execute("DROP INDEX events_type_recorded")
        old.execute("ALTER TABLE packages DROP COLUMN retained_until")
        for column in ("offset", "tar"):
            old.execute(f"ALTER TABLE files DROP COLUMN {column}")
        for column in ("seen", "inventory"):
            old.execute(f"ALTER TABLE copies DROP COLUMN {column}")
        old.execute("ALTER TABLE files DROP COLUMN validity")
        old.execute("ALTER TABLE files DROP COLUMN inhibitors")
        old.execute("ALTER TABLE files DROP COLUMN source")
        old.execute("UPDATE alembic_version SET version_num = 'r0001'")
        old.commit()

    assert arkiv("list", "--rejected") == (0, [])
    assert arkiv("ingest", bad_bag)[0] == 3
    assert len(arkiv("list", "--rejected")[1]) == 1


def test_the_text_of_a_check_folds_what_is_alike(arkiv, sip, tmp_path):
    lines = b"".join(b"0" * 32 + b"  data/%03d\n" % n for n in range(50))
    files = {b"data/%03d" % n: b"x" for n in range(50)}
    declared = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    bag = sip({b"bagit.txt": declared, b"manifest-md5.txt": lines, **files})

    code, text = arkiv("check", bag, "--html", tmp_path / "report.html", json=False)
    _, (document,) = arkiv("check", bag)

    assert code == 3
    assert (text.count("data/0"), text.count("RFC8493-3-DIGEST")) == (20, 1)
    assert "and 30 more such" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    codes = [it["code"] for it in document["findings"]]
    assert (document["kind"], codes.count("RFC8493-3-DIGEST")) == ("bag", 50)
    assert (tmp_path / "report.html").read_text("utf-8").count("<li><code>data/") == 50


def test_malware_in_a_package_that_is_broken_too_is_told_and_quarantined(archive, sip, quiet):
    agree(archive, '[malware]\nfound = "quarantine"\n')
    archive.__dict__["scanner"] = Finds()
    folder = sip(
        {
            b"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            b"manifest-md5.txt": b"0" * 32 + b"  data/bad.txt\n",
            b"data/bad.txt": b"one",
        }
    )

    with pytest.raises(Rejected) as refused:
        ingest(archive, folder, again=False, progress=quiet, agreement="made")

    codes = {remark.code for remark in refused.value.remarks}
    assert {"MALWARE-FOUND", "RFC8493-3-DIGEST"} <= codes
    (record,) = archive.rejections.all()
    assert {"MALWARE-FOUND", "RFC8493-3-DIGEST"} <= {it.code for it in record.findings}
    assert record.quarantine == f"quarantine/{record.id}"


class Broken:
    """A scanner that does not answer."""

    def engine(self):
        raise Unavailable("clamd is away")


def test_a_broken_package_is_refused_though_the_scanner_is_away(archive, bad_bag, quiet):
    archive.__dict__["scanner"] = Broken()

    with pytest.raises(Rejected):
        ingest(archive, bad_bag, again=False, progress=quiet, publish=publish)

    (record,) = archive.rejections.all()
    report = archive.folder / "rejected" / record.id / "report.json"
    missed = json.loads(report.read_text("utf-8"))["not_performed"]
    assert "malware scan: clamd is away" in missed


def test_the_report_says_which_checks_were_made(arkiv, archive_folder, bad_bag):
    arkiv("ingest", bad_bag)
    _, (record,) = arkiv("list", "--rejected")
    folder = archive_folder / "rejected" / record["id"]
    report = json.loads((folder / "report.json").read_text("utf-8"))

    assert "digest of the producer compared with the file: 1 finding" in report["done"]
    assert any(it.startswith("malware scan: no malware scanner") for it in report["not_performed"])
    page = (folder / "report.html").read_text("utf-8")
    assert "Checks that were made" in page
    assert "Checks that were not made" in page


def test_what_a_killed_refusal_left_is_swept(archive, archive_folder, sip, quiet):
    """A living process keeps what is its own; a record keeps its copy."""
    dead, alive, kept = (str(uuid4()) for _ in range(3))
    for place in ("rejected", "quarantine"):
        for id_ in (dead, alive):
            (archive_folder / place / f".{id_}.partial").mkdir(parents=True)
    for id_ in (dead, kept):
        (archive_folder / "quarantine" / id_).mkdir()
    (archive_folder / "quarantine" / "notes of the IT staff").mkdir()
    archive.rejections.add(
        Rejection(PackageId(kept), "sip", datetime.now(UTC), None, "default", 1, 1, ())
    )
    archive.scratch.mkdir(exist_ok=True)

    with claimed(archive.scratch / alive):
        ingest(archive, sip({b"a": b"one"}), again=False, progress=quiet)

    left = {
        p.name for place in ("rejected", "quarantine") for p in (archive_folder / place).iterdir()
    }
    assert left == {f".{alive}.partial", kept, "notes of the IT staff"}
