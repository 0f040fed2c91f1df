"""An E-ARK SIP is checked and ingested: its representations are payload, all else comes along."""

import hashlib
import shutil

import pytest

from preservation.assembly.check import check
from preservation.assembly.sources import FolderSource
from preservation.errors import Misconfigured
from preservation.model.packages import SipKind
from preservation.rules import Refused
from preservation.stages.receive import read
from preservation.stages.receive.reading import References
from preservation.standards.installed_schemas import InstalledSchemas

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


OFFICIAL = (
    "mets/mets-1.12.1.xsd",
    "xlink/xlink.xsd",
    "premis/premis-v3-0.xsd",
    "mods/3.8/mods-3-8.xsd",
    "shared/xml/w3.org.2009.01/xml.xsd",
    "ead/2002/ead.xsd",
)
EAD = (
    b'<ead xmlns="urn:isbn:1-931666-22-9"><eadheader><eadid>x</eadid><filedesc><titlestmt>'
    b"<titleproper>Letters</titleproper></titlestmt></filedesc></eadheader>"
    b'<archdesc level="fonds"><did><unittitle>Letters</unittitle></did></archdesc></ead>'
)


@pytest.fixture
def schemas(archive_folder, shared):
    """Installs official schemas into the test's archive."""
    folder = archive_folder / "schemas"
    folder.mkdir()
    for name in OFFICIAL:
        shutil.copy(shared / "standards/xsd" / name, folder)
    return folder


def codes(report):
    return [it["code"] for it in report["findings"] if it["code"].endswith("-SCHEMA")]


@pytest.mark.usefixtures("schemas")
def test_a_valid_mets_is_held_to_its_schema(arkiv, sip):
    code, (report,) = arkiv("check", sip(FILES))

    assert (code, codes(report)) == (0, [])
    assert not [line for line in report["not_performed"] if "schema of METS" in line]


@pytest.mark.usefixtures("schemas")
def test_a_mets_that_is_not_valid_is_told_with_its_line(arkiv, sip):
    wrong = METS.replace('<structMap ID="m"', '<structMapp ID="m"').replace(
        "</structMap>", "</structMapp>"
    )
    code, (report,) = arkiv("check", sip(FILES | {b"METS.xml": wrong.encode()}))

    (found,) = [it for it in report["findings"] if it["code"] == "METS-SCHEMA"]
    assert code == 3
    assert found["where"] == "METS.xml, line 13"
    assert "structMapp" in found["found"]


@pytest.mark.usefixtures("schemas")
@pytest.mark.parametrize(
    ("ead", "found"), [(EAD, []), (EAD.replace(b' level="fonds"', b""), ["DESCRIPTION-SCHEMA"])]
)
def test_a_description_is_held_to_its_schema(arkiv, sip, ead, found):
    (report,) = arkiv("check", sip({b"objects/a": b"a", b"metadata/ead.xml": ead}))[1]

    assert codes(report) == found


def test_without_the_schema_the_check_is_not_performed(arkiv, sip):
    (report,) = arkiv("check", sip({b"objects/a": b"a", b"metadata/ead.xml": EAD}))[1]

    assert codes(report) == []
    assert any("no schema of urn:isbn:1-931666-22-9" in it for it in report["not_performed"])


def test_a_schema_without_its_parts_is_not_used(schemas):
    (schemas / "xlink.xsd").unlink()
    with pytest.raises(Misconfigured, match=r"mets-1.12.1.xsd: it needs .*xlink.* not installed"):
        InstalledSchemas(schemas).compiled(schemas / "mets-1.12.1.xsd")


def test_the_doctor_tells_which_are_installed(arkiv, schemas):
    def told():
        (report,) = arkiv("doctor")[1]
        return next(it for it in report["examined"] if it["name"] == "official schemas")

    assert told()["state"] == "ok"
    assert "http://www.loc.gov/METS/" in told()["found"]
    (schemas / "broken.xsd").write_text("<schema")
    assert told()["state"] == "wrong"
    shutil.rmtree(schemas)
    assert told()["state"] == "not configured"


def test_what_a_mets_says_itself_describes_the_package(sip):
    section = (
        '<dmdSec ID="dm"><mdWrap MDTYPE="DC"><xmlData>'
        '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Minutes</dc:title>'
        "</xmlData></mdWrap></dmdSec>"
    )
    mets = METS.replace("</metsHdr>", "</metsHdr>" + section)
    reading = read(FolderSource(sip(FILES | {b"METS.xml": mets.encode()})), References())

    ((about, (statement,)),) = reading.statements
    assert (about, statement.element, statement.value) == (b"", "title", "Minutes")
