"""Dublin Core: the streams equal trees, come back as they were, and are valid."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.model.description import Record, Statement
from preservation.standards import dublin_core
from preservation.standards.dublin_core import DC, OAI_DC, RDF
from preservation.standards.schema import SchemaName, validate
from preservation.standards.xml import XML, XSI, href


def statements(tree, names, record):
    element = tree(DC, names)
    for it in record.statements:
        yield element(it.element, {f"{{{XML}}}lang": it.language} if it.language else {}, it.value)


@given(st.data())
def test_the_stream_of_a_package_equals_a_tree(strategies, canonical, tree, data):
    record = data.draw(strategies.records)
    names = {"oai_dc": OAI_DC, "dc": DC, "xsi": XSI}
    place = {f"{{{XSI}}}schemaLocation": f"{OAI_DC} ../../schemas/oai-dc.xsd"}
    expected = tree(OAI_DC, names)("dc", place, *statements(tree, names, record))
    assert canonical(dublin_core.write_package(record)) == canonical(expected)


@given(st.data())
def test_the_stream_of_files_equals_a_tree(strategies, canonical, tree, data):
    records = data.draw(st.lists(strategies.records, max_size=3))
    names = {"rdf": RDF, "dc": DC, "xsi": XSI}
    element = tree(RDF, names)
    about = {
        f"{{{XSI}}}schemaLocation": f"{RDF} ../../schemas/rdf.xsd",
        f"{{{XML}}}base": "../../",
    }
    described = [
        element("Description", {f"{{{RDF}}}about": href(r.about)}, *statements(tree, names, r))
        for r in records
    ]
    written = b"".join(dublin_core.write_files(records))
    assert canonical(written) == canonical(element("RDF", about, *described))


@given(st.data())
def test_what_is_written_of_a_package_is_valid_and_read_back(strategies, data):
    record = Record("", data.draw(strategies.records).statements)
    written = dublin_core.write_package(record)
    assert dublin_core.read(io.BytesIO(written)) == (record,)
    assert validate(io.BytesIO(written), SchemaName.DUBLIN_CORE) == ()


@given(st.data())
def test_what_is_written_of_files_is_valid_and_read_back(strategies, data):
    records = data.draw(st.lists(strategies.records, max_size=3, unique_by=lambda r: r.about))
    written = b"".join(dublin_core.write_files(records))
    assert dublin_core.read(io.BytesIO(written)) == tuple(records)
    assert validate(io.BytesIO(written), SchemaName.FILE_DESCRIPTIONS) == ()


def test_a_file_described_twice_is_not_valid():
    record = Record("data/a", (Statement("title", "a"),))
    written = b"".join(dublin_core.write_files([record, record]))
    assert validate(io.BytesIO(written), SchemaName.FILE_DESCRIPTIONS) != ()


@pytest.mark.parametrize(
    "document",
    [b"<dc/>", f'<d:dc xmlns:d="{OAI_DC}"><title/></d:dc>'.encode()],
)
def test_another_document_is_refused(document):
    with pytest.raises(ValueError, match=r"[Dd]ublin"):
        dublin_core.read(io.BytesIO(document))
