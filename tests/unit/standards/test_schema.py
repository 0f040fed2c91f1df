"""Validation: what it accepts, what it refuses and how it says so, what it never does."""

import io
import re
import shutil
from datetime import UTC, datetime

import pytest
from lxml import etree

from preservation.errors import Misconfigured
from preservation.model.fixity import Algorithm, Digest
from preservation.model.premis import Agent, EventType, Outcome
from preservation.standards import mets, schema
from preservation.standards.eark import terms as eark
from preservation.standards.schema import SchemaName, Validation, validate

BEGAN = datetime(2024, 5, 1, 10, tzinfo=UTC)
DIGEST = Digest(Algorithm.SHA512, "0" * 128)


@pytest.fixture(scope="module")
def document():
    """A METS document with some of everything."""
    file = mets.FileRef("d5a1", "data/a.tif", 1, DIGEST, "image/tiff", BEGAN)
    inner = mets.FileRef("d5a2", "representations/original/METS.xml", 1, DIGEST, "text/xml", BEGAN)
    about = mets.MetadataRef("d1", "metadata/dc.xml", 1, DIGEST, "text/xml", BEGAN, "DC")
    history = mets.MetadataRef(
        "p1", "metadata/p.xml", 1, DIGEST, "text/xml", BEGAN, "PREMIS", "3.0"
    )
    whole = mets.Mets(
        objid="an-id",
        label="",
        created=BEGAN,
        kind=mets.Kind.PACKAGE,
        agents=(Agent("Arkiv", "0.1.0"),),
        descriptive=(about,),
        provenance=(history,),
        groups=(mets.FileGroup(eark.SUBMISSION, (file,)),),
        representations=(mets.RepresentationRef("original", inner),),
    )
    return b"".join(mets.write(whole))


ATTRIBUTES = [
    "OBJID",
    "PROFILE",
    "TYPE",
    "LABEL",
    "csip:CONTENTINFORMATIONTYPE",
    "CREATEDATE",
    "LASTMODDATE",
    "ROLE",
    "ID",
    "STATUS",
    "USE",
    "csip:OAISPACKAGETYPE",
    "csip:NOTETYPE",
    "LOCTYPE",
    "xlink:type",
    "xlink:href",
    "xlink:title",
    "MDTYPE",
    "MIMETYPE",
    "SIZE",
    "CREATED",
    "CHECKSUM",
    "CHECKSUMTYPE",
    "FILEID",
]


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_every_attribute_that_the_profile_asks_for_is_compulsory(document, attribute):
    missing = re.compile(rb" " + attribute.encode() + rb'="[^"]*"')
    assert missing.search(document)
    assert validate(io.BytesIO(missing.sub(b"", document)), SchemaName.METS) != ()


# In one order everywhere: processes that run tests side by side must see the same tests.
@pytest.mark.parametrize(
    "attribute", sorted({*ATTRIBUTES} - {"OBJID", "LABEL", "TYPE", "USE", "FILEID"})
)
def test_attributes_have_the_form_that_the_profile_asks_for(document, attribute):
    value = re.compile(rb"( " + attribute.encode() + rb'=)"[^"]*"')
    wrong = value.sub(rb'\1"not / this"', document)
    assert validate(io.BytesIO(wrong), SchemaName.METS) != ()


@pytest.mark.parametrize("href", ["/etc/passwd", "http://x/y", "a b", "a:b", "", "a\\b", "é"])
def test_a_reference_is_a_relative_percent_encoded_path(document, href):
    wrong = document.replace(b"data/a.tif", href.encode())
    assert validate(io.BytesIO(wrong), SchemaName.METS) != ()


def test_an_identifier_that_occurs_twice_is_refused_in_a_stream(document):
    double = document.replace(b"file-d5a1", b"dmd-d1")
    assert any("identifiersAreUnique" in r for r in validate(io.BytesIO(double), SchemaName.METS))


def test_a_refusal_is_explained_with_its_path(document):
    wrong = document.replace(b'SIZE="1"', b'SIZE="-1"')
    reasons = validate(io.BytesIO(wrong), SchemaName.METS)
    assert any("fileGrp" in reason and "-1" in reason for reason in reasons)


def test_a_large_document_is_refused_without_being_explained(document):
    filler = b"<!--" + b"x" * schema._EXPLAINED_SIZE + b"-->"
    wrong = document.replace(b'SIZE="1"', b'SIZE="-1"') + filler
    reasons = validate(io.BytesIO(wrong), SchemaName.METS)
    assert any("SIZE" in reason for reason in reasons)


def test_chunks_may_be_cut_anywhere(document):
    for size in (1, 7, 100):
        sound, broken = Validation(SchemaName.METS), Validation(SchemaName.METS)
        for start in range(0, len(document), size):
            sound.feed(document[start : start + size])
            broken.feed(document.replace(b"PHYSICAL", b"physical")[start : start + size])
        assert sound.close() == ()
        assert any("TYPE" in reason for reason in broken.close())


def test_a_path_is_read_from_disk(document, tmp_path):
    (tmp_path / "METS.xml").write_bytes(document)
    assert validate(tmp_path / "METS.xml", SchemaName.METS) == ()


@pytest.mark.parametrize("kind", SchemaName)
@pytest.mark.parametrize(
    "nothing", [b"", b" ", b"<a>", b"<a/>", b"not xml", b"<a/><b/>", b"\xff\xfe", b"<a>&x;</a>"]
)
def test_what_is_no_document_of_the_kind_is_refused(kind, nothing):
    assert validate(io.BytesIO(nothing), kind) != ()


@pytest.mark.parametrize("where", [b'[<!ENTITY x "y">]', b'SYSTEM "file:///etc/passwd"'])
def test_a_document_type_declaration_is_refused(document, where):
    declared = document.replace(b"<mets ", b"<!DOCTYPE mets " + where + b">\n<mets ", 1)
    reasons = validate(io.BytesIO(declared), SchemaName.METS)
    assert any("document type declaration" in reason for reason in reasons)


@pytest.fixture
def schemas(tmp_path, monkeypatch):
    """A copy of the schemas that a test may spoil."""
    place = tmp_path / "schemas"
    shutil.copytree(schema.folder(), place)
    monkeypatch.setattr(schema, "folder", lambda: place)
    return place


def test_an_import_that_cannot_be_loaded_is_an_error(schemas, document):
    (schemas / "sip.xsd").unlink()
    with pytest.raises(Misconfigured, match=r"sip\.xsd"):
        validate(io.BytesIO(document), SchemaName.METS)


def test_an_import_from_elsewhere_is_an_error(schemas, document):
    main = schemas / "mets.xsd"
    main.write_text(main.read_text().replace('"sip.xsd"', '"http://127.0.0.1:1/sip.xsd"'))
    with pytest.raises(Misconfigured, match="not the name of a file"):
        validate(io.BytesIO(document), SchemaName.METS)


def test_an_import_of_another_namespace_is_an_error(schemas, document):
    shutil.copy(schemas / "csip.xsd", schemas / "sip.xsd")
    with pytest.raises(Misconfigured, match="is of namespace"):
        validate(io.BytesIO(document), SchemaName.METS)


def test_a_schema_that_is_none_is_an_error(schemas, document):
    (schemas / "xlink.xsd").write_text("<not-a-schema/>")
    with pytest.raises(Misconfigured):
        validate(io.BytesIO(document), SchemaName.METS)


def test_a_parser_that_does_not_validate_is_noticed(schemas, document, monkeypatch):
    def careless(_):
        return etree.XMLParser(target=schema._Nothing())

    monkeypatch.setattr(schema, "_parser", careless)
    with pytest.raises(Misconfigured, match=f"{schemas.name}.*does not validate"):
        validate(io.BytesIO(document), SchemaName.METS)


def test_vocabularies_in_code_and_schema_are_the_same():
    def terms(file, name):
        text = (schema.folder() / file).read_text()
        part = re.search(
            rf'<xs:(?:simpleType|attribute) (name="{name}".*?)</xs:restriction>', text, re.DOTALL
        ).group(1)
        return {
            term.replace("&amp;", "&") for term in re.findall(r'enumeration value="(.*?)"', part)
        }

    assert terms("premis.xsd", "eventType") == set(EventType)
    assert terms("premis.xsd", "outcome") == set(Outcome)
    assert terms("mets.xsd", "MDTYPE") == eark.METADATA_TYPES | {"OTHER"}
    assert terms("csip.xsd", "CONTENTINFORMATIONTYPE") == eark.CONTENT_INFORMATION_TYPES | {"OTHER"}
