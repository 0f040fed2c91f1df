"""An E-ARK SIP is checked and ingested: its representations are payload, all else comes along."""

import hashlib

import pytest

from preservation.assembly.check import check
from preservation.model.packages import SipKind
from preservation.rules import Refused

PAGE = b"page one\n"
METS = """<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" OBJID="sip" TYPE="Mixed"
 csip:CONTENTINFORMATIONTYPE="MIXED"
 PROFILE="https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml">
<metsHdr CREATEDATE="2026-01-31T12:00:00" csip:OAISPACKAGETYPE="SIP">
<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>maker</name>
<note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>City</name></agent></metsHdr>
<fileSec ID="fs"><fileGrp ID="g" USE="Representations/rep1/data"
 csip:CONTENTINFORMATIONTYPE="MIXED"><file ID="f" MIMETYPE="text/plain" SIZE="9"
 CREATED="2026-01-31T12:00:00" CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256">
<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="representations/rep1/data/page.txt"/></file>
</fileGrp></fileSec><structMap ID="m" TYPE="PHYSICAL" LABEL="CSIP"><div ID="d" LABEL="sip">
<div ID="d1" LABEL="Metadata"/><div ID="d2" LABEL="Representations"><fptr FILEID="g"/></div>
</div></structMap></mets>""".replace("{digest}", hashlib.sha256(PAGE).hexdigest())
FILES = {b"METS.xml": METS.encode(), b"representations/rep1/data/page.txt": PAGE}


def test_an_eark_sip_is_preserved_with_everything_that_came(sip, ingested, given_back):
    folder = sip(FILES)
    receipt = ingested(folder)
    assert (receipt.account.preserved_files, receipt.account.submission_files) == (1, 1)
    given_back(receipt, folder)


def test_a_sound_sip_is_valid_and_what_was_not_looked_at_is_told(sip, quiet):
    report = check(sip(FILES), progress=quiet)
    assert (report.kind, report.valid) == (SipKind.EARK_SIP, True)
    assert [line for line in report.not_made if "schema of METS" in line]


@pytest.mark.parametrize("outer", [b"sip/", b"data/", b"data/sip/"])
def test_it_may_lie_one_folder_down_or_in_a_bag(outer, sip, quiet):
    files = {outer + path: content for path, content in FILES.items()}
    if outer.startswith(b"data/"):
        lines = [
            f"{hashlib.sha256(content).hexdigest()}  {path.decode()}\n"
            for path, content in files.items()
        ]
        files[b"manifest-sha256.txt"] = "".join(lines).encode()
        files[b"bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    report = check(sip(files), progress=quiet)
    assert (report.kind, report.valid) == (SipKind.EARK_SIP, True)


def test_an_altered_file_is_refused_by_the_rule_of_its_checksum(sip, ingested):
    altered = PAGE.replace(b"one", b"two")
    with pytest.raises(Refused) as refused:
        ingested(sip(FILES | {b"representations/rep1/data/page.txt": altered}))
    assert [remark.code for remark in refused.value.remarks] == ["CSIP71"]


def test_a_hostile_mets_is_refused_with_a_named_reason(sip, quiet):
    bomb = b'<!DOCTYPE mets [<!ENTITY a "aaaa">]>' + FILES[b"METS.xml"]
    report = check(sip(FILES | {b"METS.xml": bomb}), progress=quiet)
    assert not report.valid
    assert "XML-DTD" in {remark.code for remark in report.remarks}


def test_a_file_that_is_called_mets_by_chance_makes_no_eark_package(sip, quiet):
    report = check(sip({b"METS.xml": b"a list of mets", b"a.txt": b"a"}), progress=quiet)
    assert (report.kind, report.valid) == (SipKind.FOLDER, True)
