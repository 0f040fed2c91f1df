"""A folder with tables and lists of checksums: each fault is told once, by rule, file and line."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

import preservation
from preservation.assembly.check import check
from preservation.assembly.ingest import ingest
from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.model.premis import Grant
from preservation.rules import rules
from preservation.stages.receive import receive

HEADER = (
    "file,basis,status,determination_date,jurisdiction,start_date,end_date,terms,citation,note,"
    "grant_act,grant_restriction,grant_start_date,grant_end_date,grant_note,"
    "doc_id_type,doc_id_value,doc_id_role\n"
)


class Quiet:
    def begin(self, step, total):
        pass

    def advance(self, amount):
        pass


PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")
DATA = "representations/original/data/"


@pytest.fixture
def sip(tmp_path):
    """Makes a folder of files, by their paths; `objects/a.tif` is always there."""

    def make(**files):
        for name, content in {"objects/a.tif": "scan", **files.pop("files", {})}.items():
            path = tmp_path / "sip" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "sip"

    return make


def told(folder):
    report = check(folder, progress=Quiet())
    return report, [(r.code, r.where, r.found) for r in report.remarks]


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    "path", ["a.tif", "objects/a.tif", "../objects/a.tif", "./a.tif", "*a.tif", "*../objects/a.tif"]
)
def test_a_checksum_is_of_the_file_that_archivematica_means(sip, run, path):
    space = " " if path.startswith("*") else "  "
    folder = sip(files={"metadata/checksum.md5": f"{md5('scan')}{space}{path}\r\n"})
    state, _ = run(receive(FolderSource(folder), package=PACKAGE))
    claims = {f.given: f.claims for f in state.files}[b"objects/a.tif"]
    assert [(c.digest.value, c.where) for c in claims] == [
        (md5("scan"), "metadata/checksum.md5, line 1")
    ]


def test_every_fault_of_a_list_of_checksums_is_told(sip):
    lines = [
        f"{md5('other')}  a.tif",
        f"{md5('x')}  gone.tif",
        "nonsense",
        f"{'0' * 40}  a.tif",
        f"{md5('two')}  a.tif",
        f"{md5('other')}  a.tif",
        f"{md5('x')}  ../../etc/passwd",
    ]
    listed = "\n".join(lines)
    folder = sip(files={"metadata/checksum.md5": listed, "objects/new.tif": "new"})
    report, remarks = told(folder)
    assert not report.valid
    where = "metadata/checksum.md5, line"
    assert sorted((code, place) for code, place, _ in remarks) == sorted(
        [
            ("CHECKSUM-DIGEST", "objects/a.tif"),
            ("CHECKSUM-LINE", f"{where} 3"),
            ("CHECKSUM-LINE", f"{where} 4"),
            ("CHECKSUM-ABSENT", f"{where} 2"),
            ("CHECKSUM-CONFLICT", f"{where} 5"),
            ("CHECKSUM-TWICE", f"{where} 6"),
            ("CHECKSUM-ABSENT", f"{where} 7"),
            ("CHECKSUM-UNLISTED", "objects/new.tif"),
        ]
    )


def test_a_file_that_is_not_what_its_checksum_says_is_refused_by_name(sip):
    report, remarks = told(sip(files={"metadata/checksum.md5": f"{md5('other')}  a.tif\n"}))
    assert not report.valid
    assert [(code, place) for code, place, _ in remarks] == [("CHECKSUM-DIGEST", "objects/a.tif")]


def test_a_row_without_a_file_and_a_file_without_a_row(sip):
    table = "filename,dc.title\nobjects/a.tif,=1+1\nobjects/gone.tif,x\n"
    report, remarks = told(sip(files={"metadata/metadata.csv": table, "objects/b.tif": "b"}))
    assert report.valid
    assert remarks == [
        ("CSV-ABSENT", "metadata/metadata.csv, line 3", "objects/gone.tif"),
        ("CSV-UNDESCRIBED", "metadata/metadata.csv", "objects/b.tif"),
    ]


def test_rows_of_one_file_and_basis_are_one_statement_with_several_grants(sip, run):
    rows = (
        "objects/a.tif,copyright,copyrighted,2011-01-01,ca,2011-01-01,2013-12-31,,,Note,"
        "disseminate,Disallow,2011-01-01,2013-12-31,Grant note,type,value,role\n"
        "objects/a.tif,copyright,copyrighted,2011-01-01,ca,2011-01-01,2013-12-31,,,Note,"
        "use,Allow,,open,,type,value,role\n"
        "objects/,donor,,,,2010-01-01,open,,,,read,,,,,,,\n"
    )
    folder = sip(files={"metadata/rights.csv": HEADER + rows})
    state, _ = run(receive(FolderSource(folder), package=PACKAGE))
    first, second = state.rights
    assert first.grants == (
        Grant("disseminate", "Disallow", "2011-01-01", "2013-12-31", "Grant note"),
        Grant("use", "Allow", "", "open"),
    )
    assert first.objects == (DATA + "a.tif",)
    assert first.documents == (("type", "value", "role"),)
    assert (second.basis, second.other_basis, second.objects) == ("other", "donor", ())


def test_every_fault_of_rights_is_told(sip):
    rows = (
        "objects/gone.tif,license,,,,,,,,,use,,,,,,,\n"
        "objects/a.tif,whim,,,,,,,,,use,,,,,,,\n"
        "objects/a.tif,copyright,,,ca,,,,,,use,,,,,,,\n"
        "objects/a.tif,license,x,,,31/12/2013,,,,,use,,,,,,,\n"
        "objects/a.tif,license,,,,,2014,,,,copy,,,,,,,\n"
    )
    _, remarks = told(sip(files={"metadata/rights.csv": HEADER + rows}))
    where = "metadata/rights.csv, line"
    assert {(code, place) for code, place, _ in remarks} == {
        ("RIGHTS-ABSENT", f"{where} 2"),
        ("RIGHTS-BASIS", f"{where} 3"),
        ("RIGHTS-MISSING", f"{where} 4"),
        ("RIGHTS-DATE", f"{where} 5"),
        ("RIGHTS-UNUSED", f"{where} 5"),
        ("RIGHTS-DIFFERS", f"{where} 6"),
    }


def test_the_transfer_that_should_fail_is_refused_and_names_the_file(shared, tmp_path):
    folder = shared / "corpora/archivematica-transfers/fixityCheckShouldFail"
    report, remarks = told(shutil.copytree(folder, tmp_path / "sip"))
    assert not report.valid
    assert {code for code, _, _ in remarks} & {"CHECKSUM-DIGEST", "CHECKSUM-ABSENT"}
    assert any("oakland03.jp2" in f for _, _, f in remarks)


def test_the_rights_of_archivematicas_example_are_read(shared, tmp_path):
    example = shared / "corpora/archivematica-transfers/rightsTransfer/metadata/rights.csv"
    folder = tmp_path / "sip"
    (folder / "objects/audio").mkdir(parents=True)
    (folder / "metadata").mkdir()
    (folder / "objects/beihai.tif").write_bytes(b"x")
    (folder / "objects/audio/bird.mp3").write_bytes(b"y")
    shutil.copy(example, folder / "metadata/rights.csv")
    report, remarks = told(folder)
    assert {code for code, _, _ in remarks} <= {"RIGHTS-DATE", "RIGHTS-UNUSED", "RIGHTS-COLUMNS"}
    assert report.valid


def test_an_aip_with_rights_is_written_and_checked_by_its_schema(sip, archive):
    row = "objects/a.tif,statute,,1972-02-02,Canada,1966-01-01,open,,Act 12,n,use,Allow,,,,,,\n"
    receipt = ingest(
        archive, sip(files={"metadata/rights.csv": HEADER + row}), again=False, progress=Quiet()
    )
    assert receipt.aip_id


@pytest.mark.parametrize(
    "family", ["CSV-", "CHECKSUM-", "RIGHTS-", "FGS-", "DESCRIPTION-", "HISTORY-"]
)
def test_every_rule_of_a_family_is_used_and_every_code_has_a_rule(family):
    top = Path(preservation.__file__).parent
    text = "\n".join(p.read_text("utf-8") for p in top.rglob("*.py"))
    used = set(re.findall(rf'"({family}[A-Z-]+)"', text))
    assert used == {code for code in rules() if code.startswith(family)}
