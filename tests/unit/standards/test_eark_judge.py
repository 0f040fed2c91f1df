"""A sound E-ARK package has nothing against it; each change of it is named by its rule."""

import hashlib
import io

import pytest

from preservation.model.report import Level
from preservation.rules import level
from preservation.standards.eark.judge import judge

EAD = b"<ead/>"
EVENT = """<premis xmlns="http://www.loc.gov/premis/v3" version="3.0"><event><eventIdentifier>
<eventIdentifierType>x</eventIdentifierType><eventIdentifierValue>e1</eventIdentifierValue>
</eventIdentifier><linkingAgentIdentifier><linkingAgentIdentifierType>x</linkingAgentIdentifierType>
<linkingAgentIdentifierValue>a1</linkingAgentIdentifierValue></linkingAgentIdentifier></event>
<agent><agentIdentifier><agentIdentifierType>x</agentIdentifierType>
<agentIdentifierValue>a1</agentIdentifierValue></agentIdentifier></agent></premis>"""
NAMESPACES = (
    'xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" '
    'xmlns:sip="https://DILCIS.eu/XML/METS/SIPExtensionMETS"'
)
SOFTWARE = (
    '<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>maker</name>'
    '<note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent>'
)


def facts(content, mime):
    digest = hashlib.sha256(content).hexdigest()
    return (
        f'MIMETYPE="{mime}" SIZE="{len(content)}" CREATED="2026-01-31T12:00:00" '
        f'CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256"'
    )


def link(path):
    return f'LOCTYPE="URL" xlink:type="simple" xlink:href="{path}"'


def file(identifier, path, content, mime="text/plain"):
    place = f"<FLocat {link(path)}/>"
    return f'<file ID="{identifier}" {facts(content, mime)}>{place}</file>'


def section(name, identifier, path, content, kind):
    created = ' CREATED="2026-01-31T12:00:00"' if name == "dmdSec" else ""
    reference = f'<mdRef {link(path)} MDTYPE="{kind}" {facts(content, "text/xml")}/>'
    return f'<{name} ID="{identifier}"{created} STATUS="CURRENT">{reference}</{name}>'


def inner_mets():
    return f"""<mets {NAMESPACES} OBJID="r1" TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED"
PROFILE="https://earkcsip.dilcis.eu/profile/E-ARK-CSIP-v2-2-0.xml">
<metsHdr CREATEDATE="2026-01-31T12:00:00" csip:OAISPACKAGETYPE="SIP">{SOFTWARE}</metsHdr>
<amdSec>{section("digiprovMD", "p1", "metadata/preservation/p.xml", EVENT.encode(), "PREMIS")}
</amdSec><fileSec ID="fs"><fileGrp ID="g" USE="Data" csip:CONTENTINFORMATIONTYPE="MIXED">
{file("f1", "data/a%20b.txt", b"one")}</fileGrp></fileSec>
<structMap ID="m" TYPE="PHYSICAL" LABEL="CSIP"><div ID="d" LABEL="r1">
<div ID="d1" LABEL="Metadata" ADMID="p1"/><div ID="d2" LABEL="Data"><fptr FILEID="g"/></div>
</div></structMap></mets>"""


def root_mets():
    inner = inner_mets().encode()
    return f"""<mets {NAMESPACES} OBJID="sip" TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED"
PROFILE="https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml">
<metsHdr CREATEDATE="2026-01-31T12:00:00" csip:OAISPACKAGETYPE="SIP">{SOFTWARE}
<agent ROLE="ARCHIVIST" TYPE="ORGANIZATION"><name>Office</name></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>City</name>
<note csip:NOTETYPE="IDENTIFICATIONCODE">C1</note></agent>
<agent ROLE="CREATOR" TYPE="INDIVIDUAL"><name>Ana</name></agent>
<agent ROLE="PRESERVATION" TYPE="ORGANIZATION"><name>Archive</name></agent>
<altRecordID TYPE="SUBMISSIONAGREEMENT">A 1</altRecordID></metsHdr>
{section("dmdSec", "md1", "metadata/descriptive/ead.xml", EAD, "EAD")}
<amdSec>{section("digiprovMD", "p1", "metadata/preservation/p.xml", EVENT.encode(), "PREMIS")}
{section("rightsMD", "r1", "metadata/other/rights.xml", b"<r/>", "OTHER")}</amdSec>
<fileSec ID="fs"><fileGrp ID="g1" USE="Documentation">
{file("f1", "documentation/read.txt", b"read")}</fileGrp>
<fileGrp ID="g2" USE="Schemas">{file("f2", "schemas/a.xsd", b"<s/>", "text/xml")}</fileGrp>
<fileGrp ID="g3" USE="Representations/rep1" csip:CONTENTINFORMATIONTYPE="MIXED" ADMID="p1">
{file("f3", "representations/rep1/METS.xml", inner, "text/xml")}</fileGrp></fileSec>
<structMap ID="m" TYPE="PHYSICAL" LABEL="CSIP"><div ID="d" LABEL="sip">
<div ID="d1" LABEL="Metadata" DMDID="md1" ADMID="p1 r1"/>
<div ID="d2" LABEL="Documentation"><fptr FILEID="g1"/></div>
<div ID="d3" LABEL="Schemas"><fptr FILEID="g2"/></div>
<div ID="d4" LABEL="Representations/rep1"><mptr {link("representations/rep1/METS.xml")}
 xlink:title="g3"/></div></div></structMap></mets>"""


@pytest.fixture
def package():
    return {
        b"METS.xml": root_mets().encode(),
        b"metadata/descriptive/ead.xml": EAD,
        b"metadata/preservation/p.xml": EVENT.encode(),
        b"metadata/other/rights.xml": b"<r/>",
        b"documentation/read.txt": b"read",
        b"schemas/a.xsd": b"<s/>",
        b"representations/rep1/METS.xml": inner_mets().encode(),
        b"representations/rep1/data/a b.txt": b"one",
        b"representations/rep1/metadata/preservation/p.xml": EVENT.encode(),
    }


def judged(package):
    sizes = {path: len(content) for path, content in package.items()}
    return judge(sizes, lambda path: io.BytesIO(package[path]))


def codes(package):
    return {r.code for r in judged(package).remarks if level(r) is not Level.INFO}


def test_a_sound_package_has_nothing_against_it(package):
    found = judged(package)
    assert found.remarks == []
    assert (found.kind, found.objid) == ("SIP", "sip")
    assert found.documents == [b"METS.xml", b"representations/rep1/METS.xml"]
    assert b"metadata/preservation/p.xml" in found.histories
    assert {path for path in package if path not in found.claims} == {b"METS.xml"}
    assert [c.code for c in found.claims[b"representations/rep1/data/a b.txt"]] == ["CSIP71"]


CHANGES = [
    ("CSIP1 CSIP86", ' OBJID="sip"', ""),
    ("CSIP2", 'TYPE="Mixed"', 'TYPE="mixed"'),
    ("CSIP2 CSIP3", 'TYPE="Mixed"', 'TYPE="OTHER"'),
    ("CSIP4", ' TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED"', ' TYPE="Mixed"'),
    ("CSIP4 CSIP5", 'CONTENTINFORMATIONTYPE="MIXED"\nP', 'CONTENTINFORMATIONTYPE="OTHER"\nP'),
    ("CSIP6 SIP2", "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml", "profile"),
    ("CSIP7", "2026-01-31T12:00:00", "31.1.2026"),
    ("CSIP9 SIP4", 'OAISPACKAGETYPE="SIP"', 'OAISPACKAGETYPE="sip"'),
    ("SIP4", 'OAISPACKAGETYPE="SIP"', 'OAISPACKAGETYPE="AIP"'),
    ("CSIP13", 'OTHERTYPE="SOFTWARE"', 'OTHERTYPE="PROGRAM"'),
    ("CSIP14", "<name>maker</name>", "<name> </name>"),
    ("CSIP16", 'NOTETYPE="SOFTWARE VERSION"', 'NOTETYPE="VERSION"'),
    ("CSIP18 CSIP92", '<dmdSec ID="md1"', "<dmdSec"),
    ("CSIP92", 'DMDID="md1"', 'DMDID="p1"'),
    ("CSIP20", 'STATUS="CURRENT"', 'STATUS="NEW"'),
    ("CSIP24 CSIP17 EARK-UNLISTED", "descriptive/ead.xml", "descriptive/ead3.xml"),
    ("CSIP27", f'SIZE="{len(EAD)}"', 'SIZE="7"'),
    ("CSIP25", 'MDTYPE="EAD"', 'MDTYPE="ead"'),
    ("CSIP39", 'MDTYPE="PREMIS"', 'MDTYPE="Premis"'),
    ("CSIP53", 'MDTYPE="OTHER" MIMETYPE="text/xml"', 'MDTYPE="OTHER" MIMETYPE="xml"'),
    ("CSIP60 CSIP96 CSIP116 CSIP64", 'USE="Documentation"', 'USE="Papers"'),
    ("CSIP62", 'rep1" csip:CONTENTINFORMATIONTYPE="MIXED"', 'rep1"'),
    ("CSIP61", 'ADMID="p1">', 'ADMID="md1">'),
    ("CSIP65 CSIP116 CSIP96", '<fileGrp ID="g1"', "<fileGrp"),
    ("CSIP68", 'MIMETYPE="text/plain"', 'MIMETYPE="image/png"'),
    ("CSIP79 EARK-UNLISTED", "documentation/read.txt", "documentation/../../read.txt"),
    ("CSIP79 EARK-UNLISTED", "documentation/read.txt", "https://example.org/read.txt"),
    ("EARK-DIGEST", 'CHECKSUMTYPE="SHA-256"', 'CHECKSUMTYPE="TIGER"'),
    ("CSIP67 XML-ID", 'ID="f2"', 'ID="f1"'),
    ("CSIP80 CSIP82", 'LABEL="CSIP"', 'LABEL="csip"'),
    ("CSIP88 CSIP90", 'LABEL="Metadata"', 'LABEL="metadata"'),
    ("CSIP97 CSIP99", 'LABEL="Schemas"', 'LABEL="schemas"'),
    ("CSIP118 CSIP100", '<fptr FILEID="g2"/>', '<fptr FILEID="g1"/>'),
    ("CSIP100 EARK-POINTER", '<fptr FILEID="g2"/>', '<fptr FILEID="g2"/><fptr FILEID="g9"/>'),
    ("CSIP108", 'xlink:title="g3"', 'xlink:title="f3"'),
    ("CSIP110 CSIP105", 'href="representations/rep1/METS.xml"\n', 'href="rep1/METS.xml"\n'),
    ("SIP5", "A 1", ""),
    ("SIP18", "<name>City</name>", ""),
    ("SIP20", 'NOTETYPE="IDENTIFICATIONCODE"', 'NOTETYPE="CODE"'),
    ("SIP28", 'ROLE="PRESERVATION" TYPE="ORGANIZATION"', 'ROLE="PRESERVATION" TYPE="OTHER"'),
    ("SIP12", "<name>Office</name>", ""),
]


@pytest.mark.parametrize(("rules", "written", "instead"), CHANGES)
def test_each_change_of_the_root_is_named(rules, written, instead, package):
    before = package[b"METS.xml"].decode()
    assert written in before
    mets = before.replace(written, instead).encode()
    assert codes(package | {b"METS.xml": mets}) >= set(rules.split())


def test_somebody_must_submit(package):
    mets = package[b"METS.xml"].replace(b'"CREATOR" TYPE="ORG', b'"PRESERVATION" TYPE="ORG')
    mets = mets.replace(b'"CREATOR" TYPE="INDIVIDUAL"', b'"ARCHIVIST" TYPE="INDIVIDUAL"')
    assert codes(package | {b"METS.xml": mets}) == {"SIP15"}


@pytest.mark.parametrize(
    ("rules", "written", "instead"),
    [
        ("CSIP4", ' csip:CONTENTINFORMATIONTYPE="MIXED"\n', "\n"),
        ("CSIP79 EARK-UNLISTED", "data/a%20b.txt", "data/ab.txt"),
        ("CSIP69", 'SIZE="3"', 'SIZE="4"'),
        ("CSIP91", 'ADMID="p1"', 'ADMID=""'),
        ("CSIP117 ", "metsHdr", "header"),
    ],
)
def test_the_mets_of_a_representation_is_judged_too(rules, written, instead, package):
    place = b"representations/rep1/METS.xml"
    before = package[place].decode()
    assert written in before
    found = judged(package | {place: before.replace(written, instead).encode()}).remarks
    inner = {r.code for r in found if r.where.startswith("representations/rep1") or not r.where}
    assert set(rules.split()) <= inner | {r.code for r in found if r.code == "EARK-UNLISTED"}


def test_a_file_that_no_mets_names_is_shown(package):
    found = judged(package | {b"representations/rep1/data/stray": b""}).remarks
    assert [(r.code, r.where) for r in found] == [
        ("EARK-UNLISTED", "representations/rep1/data/stray")
    ]


def test_a_mets_in_another_namespace_is_refused_by_name(package):
    mets = package[b"METS.xml"].replace(b"http://www.loc.gov/METS/", b"http://www.loc.gov/METS/v2")
    assert "XML-ROOT" in codes(package | {b"METS.xml": mets})


@pytest.mark.parametrize(
    ("mets", "code"),
    [
        (b"", "XML-SYNTAX"),
        (b"<mets", "XML-SYNTAX"),
        (b'<!DOCTYPE mets [<!ENTITY a "b">]><mets>&a;</mets>', "XML-DTD"),
        (b"<mets xmlns='http://www.loc.gov/METS/'>" + b"<a>" * 300, "XML-DEPTH"),
    ],
)
def test_a_mets_that_means_harm_is_refused_by_name(mets, code, package):
    assert code in codes(package | {b"METS.xml": mets})


def test_utf_16_is_read_as_well(package):
    mets = '<?xml version="1.0" encoding="UTF-16"?>' + root_mets()
    assert judged(package | {b"METS.xml": mets.encode("utf-16")}).remarks == []


def test_many_faults_of_one_rule_are_counted(package):
    group = "".join(f'<file ID="x{n}"/>' for n in range(1000))
    mets = (
        package[b"METS.xml"]
        .decode()
        .replace('USE="Documentation">', f'USE="Documentation">{group}')
    )
    found = [
        r for r in judged(package | {b"METS.xml": mets.encode()}).remarks if r.code == "CSIP69"
    ]
    assert len(found) == 51
    assert found[-1].found == "the same in 950 more places"


def test_an_aip_is_judged_by_its_own_rules(package):
    mets = package[b"METS.xml"].replace(b'OAISPACKAGETYPE="SIP"', b'OAISPACKAGETYPE="AIP"')
    mets = mets.replace(
        b"earksip.dilcis.eu/profile/E-ARK-SIP", b"earkaip.dilcis.eu/profile/E-ARK-AIP"
    )
    aip = package | {b"METS.xml": mets}
    assert judged(aip).kind == "AIP"
    assert codes(aip) == {"AIPM7"}
    broken = EVENT.replace("<agentIdentifierValue>a1", "<agentIdentifierValue>a2")
    place = b"metadata/preservation/p.xml"
    assert "AIP18" in codes(aip | {place: broken.encode()})
    without = EVENT.replace("e1</eventIdentifierValue>", "</eventIdentifierValue>")
    assert "AIP15" in codes(aip | {place: without.encode()})


def test_a_dip_is_judged_by_its_own_rules(package):
    mets = package[b"METS.xml"].replace(b'OAISPACKAGETYPE="SIP"', b'OAISPACKAGETYPE="DIP"')
    mets = mets.replace(
        b"earksip.dilcis.eu/profile/E-ARK-SIP", b"earkdip.dilcis.eu/profile/E-ARK-DIP"
    )
    dip = package | {b"METS.xml": mets}
    assert (judged(dip).kind, codes(dip)) == ("DIP", set())
    old = mets.replace(
        b'CREATED="2026-01-31T12:00:00" STATUS="CURRENT"',
        b'CREATED="2026-01-31T12:00:00" STATUS="SUPERSEDED"',
    )
    assert "DIP4" in codes(package | {b"METS.xml": old})


@pytest.mark.parametrize(
    ("mime", "grave"),
    [("text/plain", None), ("text/never-heard-of", "warning"), ("plain", "error")],
)
def test_a_media_type_on_no_list_is_a_doubt_and_no_media_type_an_error(package, mime, grave):
    path = b"METS.xml"
    package[path] = package[path].replace(b'MIMETYPE="text/plain"', f'MIMETYPE="{mime}"'.encode())
    said = {level(it).value for it in judged(package).remarks if it.code == "CSIP68"}
    assert said == ({grave} if grave else set())
