"""Descriptions of other schemas: known by their root, read as Dublin Core."""

# ruff: noqa: E501

import pytest

from preservation.model.description import Statement
from preservation.rules import Refused
from preservation.standards import descriptive

EAD = b"""<ead xmlns="urn:isbn:1-931666-22-9"><eadheader><eadid>x</eadid></eadheader>
<archdesc level="fonds"><did><unittitle>Letters <emph>of</emph> the city</unittitle>
<unitid>A 1</unitid><unitdate>1900-1987</unitdate><origination><corpname>City</corpname>
</origination><physdesc><extent>2 m</extent></physdesc><langmaterial><language>sq</language>
</langmaterial></did><accessrestrict><p>closed</p></accessrestrict></archdesc></ead>"""
MODS = b"""<mods xmlns="http://www.loc.gov/mods/v3" version="3.7"><titleInfo><nonSort>The</nonSort>
<title>Map</title></titleInfo><name><namePart>Ana</namePart><role><roleTerm>cre</roleTerm></role>
</name><name><namePart>Ben</namePart><role><roleTerm>edt</roleTerm></role></name>
<originInfo><dateIssued>1987</dateIssued></originInfo></mods>"""
EAC = b"""<eac-cpf xmlns="urn:isbn:1-931666-33-4"><control><recordId>r1</recordId></control>
<cpfDescription><identity><entityType>person</entityType><nameEntry><part>Ana</part></nameEntry>
</identity></cpfDescription></eac-cpf>"""
ERMS = b"""<erms xmlns="https://DILCIS.eu/XML/ERMS"><aggregations>
<aggregation systemIdentifier="s1" aggregationType="case"><objectId>KS 2020/1</objectId>
<title>A bridge</title><dates><date dateType="created">2020-01-02</date></dates>
<records><record systemIdentifier="s2"><title>Letter</title></record></records>
</aggregation></aggregations></erms>"""
OAI = b"""<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title xml:lang="sq">Letra</dc:title></oai_dc:dc>"""
TERMS = b"""<metadata xmlns:t="http://purl.org/dc/terms/"><t:created>1987</t:created>
<t:audience>all</t:audience></metadata>"""


@pytest.mark.parametrize(
    ("content", "kind", "version", "said"),
    [
        (
            EAD,
            "EAD",
            "2002",
            {
                "title": "Letters of the city",
                "identifier": "A 1",
                "type": "fonds",
                "date": "1900-1987",
                "creator": "City",
                "format": "2 m",
                "language": "sq",
                "rights": "closed",
            },
        ),
        (
            EAD.replace(b"urn:isbn:1-931666-22-9", b"http://ead3.archivists.org/schema/"),
            "EAD3",
            "",
            {"title": "Letters of the city", "creator": "City"},
        ),
        (
            MODS,
            "MODS",
            "3.7",
            {"title": "The Map", "creator": "Ana", "contributor": "Ben", "date": "1987"},
        ),
        (EAC, "EAC-CPF", "", {"title": "Ana", "identifier": "r1", "type": "person"}),
        (
            ERMS,
            "ERMS",
            "",
            {
                "title": "A bridge",
                "identifier": "KS 2020/1",
                "type": "case",
                "date": "2020-01-02",
                "relation": "s2, Letter",
            },
        ),
        (OAI, "Dublin Core", "", {"title": "Letra"}),
        (TERMS, "Dublin Core", "", {"date": "1987"}),
    ],
)
def test_each_kind_is_known_and_mapped(content, kind, version, said):
    found = descriptive.read(content)
    assert (found.kind, found.version) == (kind, version)
    for element, value in said.items():
        values = [it.value for it in found.statements if it.element == element]
        assert value in values


def test_another_document_is_no_description():
    assert descriptive.read(b"<lido xmlns='x'/>") is None


def test_an_entity_is_refused():
    with pytest.raises(Refused):
        descriptive.read(b'<!DOCTYPE ead [<!ENTITY x "y">]><ead>&x;</ead>')


@pytest.mark.parametrize(("pattern", "kind"), [("**/ead2002.xml", "EAD"), ("**/EAD.xml", "EAD")])
def test_the_published_examples_have_a_title(shared, pattern, kind):
    places = list((shared / "corpora/eark-examples").glob(pattern))
    assert places
    for place in places:
        found = descriptive.read(place.read_bytes())
        assert found.kind.startswith(kind)
        assert any(it.element == "title" for it in found.statements), place


def test_the_documents_of_a_transfer_are_read(shared):
    folder = shared / "corpora/archivematica-transfers/MetadataXMLValidation"
    folder /= "small_initial_ingest/data/metadata"
    kinds = {p.name: descriptive.read(p.read_bytes()) for p in folder.glob("*.xml")}
    assert kinds["mods.xml"].kind == "MODS"
    assert kinds["dc.xml"].kind == "Dublin Core"
    assert kinds["lido.xml"] is None


NAMED = b'<!DOCTYPE ead PUBLIC "+//ISBN 1-931666-00-8//DTD ead.dtd (Encoded Archival Description (EAD) Version 2002)//EN" "ead.dtd">'
FINDING_AID = (
    b"<ead><archdesc level='fonds'><did><unittitle>Letters%s</unittitle></did></archdesc></ead>"
)


def test_a_finding_aid_may_name_its_dtd():
    found = descriptive.read(NAMED + FINDING_AID % b" &amp; maps")
    assert (found.kind, found.version) == ("EAD", "2002")
    assert Statement("title", "Letters & maps") in found.statements


@pytest.mark.parametrize(
    "document",
    [
        NAMED + FINDING_AID % b" &eacute;t&eacute;",
        NAMED.replace(b">", b" [<!ENTITY x 'y'>]>") + FINDING_AID % b"",
        b"<!-- " + NAMED + b" -->" + b"<!DOCTYPE ead [<!ENTITY x 'y'>]>" + FINDING_AID % b"&x;",
        NAMED.replace(b">", b" [<!ATTLIST ead id CDATA 'given'>]>") + FINDING_AID % b"",
    ],
)
def test_what_a_dtd_would_bring_in_is_refused(document):
    with pytest.raises(Refused) as refused:
        descriptive.read(document)
    assert refused.value.remarks[0].code == "XML-DTD"


def test_descriptions_of_single_files_are_read_as_an_aip_has_them():
    document = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/" xml:base="../../">'
        b'<rdf:Description rdf:about="representations/original/data/a%20b.tif">'
        b"<dc:title>Page</dc:title></rdf:Description></rdf:RDF>"
    )
    found = descriptive.read(document)
    assert found.statements == ()
    assert found.parts == (
        ("representations/original/data/a b.tif", (Statement("title", "Page"),)),
    )
