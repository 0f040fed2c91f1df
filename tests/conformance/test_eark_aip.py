"""An AIP keeps every MUST and SHOULD of the E-ARK list that concerns one."""

import csv
import re

import pytest


@pytest.fixture(scope="module")
def requirements(shared):
    """Levels of the rules that concern an AIP, by their identifiers."""
    with (shared / "standards" / "eark_requirements.tsv").open(
        encoding="utf-8", newline=""
    ) as rows:
        listed = csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["id"]: row["level"] for row in listed if re.match("CSIP|AIP", row["id"])}


def test_every_rule_has_a_check_or_a_reason(requirements, eark_judge):
    answered = eark_judge.RULES.keys() | eark_judge.UNCHECKED.keys()
    assert requirements.keys() - answered == set()
    assert answered - requirements.keys() == set()
    assert eark_judge.RULES.keys() & eark_judge.UNCHECKED.keys() == set()
    assert all(eark_judge.UNCHECKED.values())


def test_the_aip_keeps_every_rule(aip_folder, eark_judge):
    broken = {name: why for name, why in eark_judge.judge(aip_folder).items() if why}
    assert broken == {}


DATA = "representations/original/data/Страна/100%.tif"
INNER = "representations/original/METS.xml"
PREMIS = "metadata/preservation/premis.xml"
FILES = "representations/original/metadata/preservation/premis.xml"


@pytest.mark.parametrize(
    ("rules", "path", "pattern", "instead"),
    [
        ("CSIP1 AIPM1 CSIPSTR2", "METS.xml", ' OBJID="', ' OBJID="x'),
        ("CSIP2", "METS.xml", ' TYPE="Mixed"', ""),
        ("CSIP3", "METS.xml", ' TYPE="Mixed"', ' TYPE="OTHER"'),
        ("CSIP4", INNER, ' csip:CONTENTINFORMATIONTYPE="MIXED" PROFILE', " PROFILE"),
        ("CSIP6 AIPM2", "METS.xml", ' PROFILE="[^"]*"', ""),
        ("AIPM2", INNER, "earkdip", "earkcsip"),
        ("CSIP7", "METS.xml", "CREATEDATE", "RECORDSTATUS"),
        ("CSIP8", "METS.xml", ' LASTMODDATE="[^"]*"', ""),
        ("AIPM3", INNER, 'OAISPACKAGETYPE="AIP"', 'OAISPACKAGETYPE="SIP"'),
        ("CSIP11 CSIP12 CSIP13", "METS.xml", 'OTHERTYPE="SOFTWARE"', ""),
        ("CSIP15 CSIP16", INNER, "<note .*</note>", ""),
        ("CSIP18", "METS.xml", 'ID="dmd-', 'ID="1-'),
        ("CSIP20 AIPM4", "METS.xml", "CURRENT", "OLD"),
        ("CSIP24", "METS.xml", "descriptive/dc.xml", "descriptive/cd.xml"),
        ("CSIP25", "METS.xml", 'MDTYPE="DC"', 'MDTYPE="Dublin"'),
        ("CSIP35 AIPM5 AIPM6", INNER, "<mdRef.*/>", ""),
        ("AIPM7", INNER, 'MDTYPEVERSION="3.0"', ""),
        ("CSIP60", "METS.xml", 'USE="Documentation"', 'USE="documentation"'),
        ("CSIP62", INNER, ' csip:CONTENTINFORMATIONTYPE="MIXED">\n<file', ">\n<file"),
        ("CSIP64", "METS.xml", 'USE="Submission"', 'USE="Producer"'),
        ("CSIP67", INNER, 'ID="file-', 'ID="fileSec" X="'),
        ("CSIP68", INNER, "image/tiff", "TIFF"),
        ("CSIP69", INNER, 'SIZE="', 'SIZE="1'),
        ("CSIP71", INNER, 'CHECKSUM="', 'CHECKSUM="0'),
        ("CSIP79", INNER, "Faqja", "Faqe"),
        ("CSIP81", "METS.xml", "PHYSICAL", "LOGICAL"),
        ("CSIP91", "METS.xml", 'ADMID="[^"]*"', 'ADMID=""'),
        ("CSIP92", "METS.xml", 'DMDID="[^"]*"', 'DMDID=""'),
        ("CSIP96 CSIP116", "METS.xml", '<fptr FILEID="group-Documentation"/>', ""),
        ("CSIP97 CSIP100", "METS.xml", 'LABEL="Schemas"', 'LABEL="XSD"'),
        ("CSIP101 CSIP104", INNER, 'LABEL="Representations"', 'LABEL="Data"'),
        ("CSIP108", "METS.xml", 'xlink:title="', 'xlink:title="x'),
        ("CSIP109 AIP3", "METS.xml", "<mptr [^>]*/>", ""),
        ("AIP3", "METS.xml", "(<mptr [^>]*/>)<fptr [^>]*/>", r"\1"),
        ("CSIP112", "METS.xml", '<mptr LOCTYPE="URL"', '<mptr LOCTYPE="URN"'),
        ("AIP12 AIP17", FILES, "<relationship>.*?</relationship>", ""),
        ("AIP15", PREMIS, "<eventIdentifierValue>[^<]*<", "<eventIdentifierValue><"),
        ("AIP16", PREMIS, "<linkingAgentIdentifier>.*?</linkingAgentIdentifier>", ""),
        ("AIP17", PREMIS, "information package creation", "ingestion end"),
        ("AIP18", PREMIS, "(?s)<agent>.*?</agent>", ""),
    ],
)
def test_a_broken_rule_is_noticed(spoilt, eark_judge, rules, path, pattern, instead):
    place = spoilt / path
    before = place.read_text()
    after = re.sub(pattern, instead, before)
    assert after != before
    place.write_text(after)
    broken = {name for name, why in eark_judge.judge(spoilt).items() if why}
    own = set(rules.split())
    assert (own & broken) if own == {"AIP12", "AIP17"} else own <= broken


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ("CSIP69 CSIP71", lambda aip: (aip / DATA).write_bytes(b"other")),
        ("CSIP79", lambda aip: (aip / DATA).unlink()),
        ("CSIP58", lambda aip: (aip / "submission/unlisted").touch()),
        ("CSIPSTR15", lambda aip: (aip / "schemas").rename(aip / "xsd")),
        ("CSIPSTR10 CSIPSTR12", lambda aip: (aip / "representations/access").mkdir()),
        ("CSIP24 CSIP27 CSIP29", lambda aip: (aip / "metadata/descriptive/dc.xml").unlink()),
    ],
)
def test_damage_is_noticed(spoilt, eark_judge, rules, change):
    change(spoilt)
    broken = {name for name, why in eark_judge.judge(spoilt).items() if why}
    assert set(rules.split()) <= broken
