"""What is written is valid under the official schemas, offline."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from preservation.model.premis import RepresentationObject, object_identifier
from preservation.standards import dublin_core, mets, premis
from preservation.standards.eark import terms as eark
from preservation.standards.schema import SchemaName, validate

CALM = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def faults(schema, document):
    tree = etree.fromstring(document)
    return () if schema.validate(tree) else tuple(map(str, schema.error_log))


@pytest.fixture(scope="module")
def extensions(shared):
    """Attributes that the official extensions declare (`{namespace}name`), with their terms."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    declared = {}
    for namespace, file in (
        (eark.CSIP, "DILCISExtensionMETS.xsd"),
        (eark.SIP, "DILCISExtensionSIPMETS.xsd"),
    ):
        for attribute in etree.parse(shared / "standards/xsd/eark" / file).iter(f"{xs}attribute"):
            terms = {term.get("value") for term in attribute.iter(f"{xs}enumeration")}
            declared[f"{{{namespace}}}{attribute.get('name')}"] = terms
    return declared


def extension_faults(declared, document):
    """Attributes of CSIP and SIP that the official extensions do not declare, or not so.

    METS lets attributes of other namespaces in without looking, so its schema does not tell.
    """
    return [
        (key, value)
        for element in etree.fromstring(document).iter()
        for key, value in element.attrib.items()
        if key.startswith((f"{{{eark.CSIP}}}", f"{{{eark.SIP}}}"))
        if key not in declared or (declared[key] and value not in declared[key])
    ]


@CALM
@given(st.data())
def test_any_mets_document_is_valid(official, extensions, strategies, data):
    document = b"".join(mets.write(data.draw(strategies.mets_documents())))
    assert faults(official["METS"], document) == ()
    assert extension_faults(extensions, document) == []


@CALM
@given(st.data())
def test_any_premis_document_is_valid(official, strategies, data):
    package = strategies.PACKAGE
    it = RepresentationObject(object_identifier(package, "representations/original"), "original")
    files = data.draw(st.lists(strategies.file_objects(), max_size=2))
    events = data.draw(strategies.events(["submission/x", "representations/original"]))
    rights = data.draw(st.lists(strategies.rights(), max_size=1))
    content = premis.write_representation(
        package=package, representation=it, files=files, events=events
    )
    whole = premis.write_package(
        package=package, sip="s", representations=[it], events=events, rights=rights
    )
    assert faults(official["PREMIS"], b"".join(content)) == ()
    assert faults(official["PREMIS"], b"".join(whole)) == ()


@CALM
@given(st.data())
def test_any_dublin_core_document_is_valid(official, strategies, data):
    record = data.draw(strategies.records)
    assert faults(official["DC"], dublin_core.write_package(record)) == ()
    files = etree.fromstring(b"".join(dublin_core.write_files([record])))
    described = etree.Element(f"{{{dublin_core.OAI_DC}}}dc")
    described.extend(files[0])
    assert faults(official["DC"], etree.tostring(described)) == ()


KINDS = {
    "METS.xml": ("METS", SchemaName.METS),
    "premis.xml": ("PREMIS", SchemaName.PREMIS),
    "dc.xml": ("DC", SchemaName.DUBLIN_CORE),
    "files.xml": (None, SchemaName.FILE_DESCRIPTIONS),
}


def test_every_document_of_an_aip_is_valid_under_official_and_own_schemas(
    aip_folder, official, extensions
):
    documents = [p for p in aip_folder.rglob("*.xml") if p.parent.name != "data"]
    assert len(documents) == 6
    for path in documents:
        theirs, ours = KINDS[path.name]
        assert validate(path, ours) == ()
        assert theirs is None or faults(official[theirs], path.read_bytes()) == ()
        if theirs == "METS":
            assert extension_faults(extensions, path.read_bytes()) == []


def test_the_schemas_that_travel_with_an_aip_are_where_its_documents_say(aip_folder):
    key = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    for path in aip_folder.rglob("*.xml"):
        places = etree.parse(path).getroot().get(key).split()[1::2]
        assert places
        assert [place for place in places if not (path.parent / place).is_file()] == []


def test_the_official_schemas_refuse_what_is_wrong(official, aip_folder):
    wrong = (aip_folder / "METS.xml").read_bytes().replace(b' LOCTYPE="URL"', b"")
    assert faults(official["METS"], wrong) != ()
    wrong = (aip_folder / "metadata/preservation/premis.xml").read_bytes()
    assert faults(official["PREMIS"], wrong.replace(b"eventDateTime", b"when")) != ()


def test_our_schemas_are_stricter_than_the_official_ones(official, aip_folder):
    looser = (aip_folder / "METS.xml").read_bytes().replace(b' STATUS="CURRENT"', b"")
    assert faults(official["METS"], looser) == ()
    assert validate(io.BytesIO(looser), SchemaName.METS) != ()


@pytest.mark.parametrize(
    ("ours", "file"),
    [
        (eark.CONTENT_CATEGORIES, "CSIPVocabularyContentCategory.xml"),
        (eark.CONTENT_INFORMATION_TYPES, "CSIPVocabularyContentInformationType.xml"),
    ],
)
def test_vocabularies_are_the_official_ones(shared, ours, file):
    tree = etree.parse(shared / "standards" / "xsd" / "vocab" / file)
    official = {term.text for term in tree.iter("{https://DILCIS.eu/XML/Vocabularies/IP}Term")}
    spelt_differently_in_the_schema = {"citscarchival_v1_0", "cscarchival_v1_0"}
    assert official - ours == ({"OTHER"} | spelt_differently_in_the_schema) & official
    assert ours - official == set()
