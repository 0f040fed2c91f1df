"""FGS 1.2: what its METS says is held against what lies in the package."""

import hashlib
import re

import pytest

from preservation.assembly.check import check
from preservation.assembly.sources import FolderSource
from preservation.model.description import Statement
from preservation.model.identifiers import PackageId
from preservation.model.packages import Role, SipKind
from preservation.model.premis import Grant
from preservation.stages.receive import receive

PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")
PUL = "Personuppgiftslagen (1998:204)"
DENIED = (Grant("disseminate", "Disallow"),)
DIGEST = hashlib.sha256(b"brev").hexdigest()
METS = f"""<?xml version="1.0" encoding="UTF-8"?>
<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" OBJID="UUID:1"
 LABEL="Brev" PROFILE="http://xml.ra.se/e-arkiv/METS/CommonSpecificationSwedenPackageProfile.xml">
<metsHdr><agent ROLE="ARCHIVIST" TYPE="ORGANIZATION"><name>Kommunen</name></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>Kontoret</name></agent>
<altRecordID TYPE="SUBMISSIONAGREEMENT">RA 1</altRecordID>
<altRecordID TYPE="REFERENCECODE">SE/A/1</altRecordID></metsHdr>
<fileSec><fileGrp><file ID="f" MIMETYPE="text/plain" SIZE="4" CHECKSUM="{DIGEST}"
 CHECKSUMTYPE="SHA-256"><FLocat LOCTYPE="URL" xlink:href="file:///content/ett%20brev.txt"/></file>
</fileGrp></fileSec></mets>"""


@pytest.fixture
def sip(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content/ett brev.txt").write_bytes(b"brev")
    (tmp_path / "mets.xml").write_text(METS)
    return tmp_path


def codes(folder, quiet):
    return [(r.code, r.where) for r in check(folder, progress=quiet).remarks]


def test_a_package_as_the_specification_has_it_is_taken_in(sip, run, quiet):
    state, _ = run(receive(FolderSource(sip), package=PACKAGE))
    assert state.kind is SipKind.FGS
    assert [f.given for f in state.files if f.role is Role.PAYLOAD] == [b"content/ett brev.txt"]
    (record,) = state.description
    assert {(s.element, s.value) for s in record.statements} == {
        ("title", "Brev"),
        ("creator", "Kommunen"),
        ("contributor", "Kontoret"),
        ("identifier", "SE/A/1"),
    }
    assert codes(sip, quiet) == []


def test_the_folder_of_content_may_be_written_in_capitals(sip, run):
    (sip / "content").rename(sip / "Content")
    (sip / "mets.xml").write_text(METS.replace("/content/", "/Content/"))
    state, _ = run(receive(FolderSource(sip), package=PACKAGE))
    assert state.kind is SipKind.FGS
    assert [f.path for f in state.files if f.role is Role.PAYLOAD] == [
        "representations/original/data/ett brev.txt"
    ]


def test_the_profile_of_the_drafts_counts_too(sip, quiet):
    drafts = "http://xml.ra.se/METS/RA_METS_eARD.xml"
    (sip / "mets.xml").write_text(re.sub('PROFILE="[^"]*"', f'PROFILE="{drafts}"', METS))
    assert codes(sip, quiet) == []


@pytest.mark.parametrize(
    ("told", "cited"),
    [
        ("Secrecy and PuL", ["Offentlighets- och sekretesslagen (2009:400)", PUL]),
        ("PuL", [PUL]),
        ("Kyrkolagen", ["Kyrkolagen"]),
        ("No", []),
    ],
)
def test_what_is_marked_as_restricted_is_not_given_out(sip, run, told, cited):
    extended = f'xmlns:ext="ExtensionMETS" ext:ACCESSRESTRICT="{told}" ext:STARTDATE="1990"'
    (sip / "mets.xml").write_text(METS.replace("<mets ", f"<mets {extended} "))
    state, _ = run(receive(FolderSource(sip), package=PACKAGE))
    assert [it.citation for it in state.rights] == cited
    assert {(it.basis, it.grants) for it in state.rights} <= {("statute", DENIED)}
    assert Statement("date", "1990") in state.description[0].statements


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("ett%20brev", "borta", "FGS-ABSENT"),
        ("content/ett%20brev.txt", "../../etc/passwd", "FGS-OUTSIDE"),
        ('SIZE="4"', 'SIZE="5"', "FGS-SIZE"),
        (DIGEST, "0" * 64, "FGS-DIGEST"),
        (f'CHECKSUM="{DIGEST}"', "", "FGS-CHECKSUM"),
        ('MIMETYPE="text/plain"', "", "FGS-MIME"),
        ("SUBMISSIONAGREEMENT", "X", "FGS-AGREEMENT"),
        ('ROLE="ARCHIVIST"', 'ROLE="EDITOR"', "FGS-AGENT"),
        ("http://xml.ra.se", "http://x", "FGS-PROFILE"),
        ('OBJID="UUID:1"', "", "FGS-OBJID"),
        ("http://www.loc.gov/METS/", "http://x", "FGS-METS"),
        ("<mets ", "<!DOCTYPE mets><mets ", "XML-DTD"),
    ],
)
def test_each_fault_is_told_by_its_rule(sip, quiet, old, new, code):
    assert old in METS
    (sip / "mets.xml").write_text(METS.replace(old, new))
    assert code in [found for found, _ in codes(sip, quiet)]


def test_a_file_that_mets_does_not_list_is_told(sip, quiet):
    (sip / "content/extra.txt").write_bytes(b"x")
    assert codes(sip, quiet) == [("FGS-UNLISTED", "content/extra.txt")]
