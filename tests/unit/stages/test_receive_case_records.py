"""Case records (CITS ERMS) in the content of a package describe it."""

import pytest

from preservation.assembly.sources import FolderSource
from preservation.stages.receive import read

ERMS = """<erms xmlns="https://DILCIS.eu/XML/ERMS"><aggregations>
<aggregation systemIdentifier="A1" aggregationType="case"><objectId>KS 1987:12</objectId>
<title>The bridge over the Sitnica</title><records><record systemIdentifier="R1">
<title>Decision</title></record></records></aggregation></aggregations></erms>"""
EARK = '<mets xmlns="http://www.loc.gov/METS/"/>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("mets", "place"),
    [
        ("METS.xml", "representations/rep1/data/case.xml"),
        ("METS.xml", "metadata/descriptive/case.xml"),
        ("mets.xml", "content/case.xml"),
    ],
)
def test_case_records_are_found_by_how_they_begin(tmp_path, mets, place, encoding):
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    text = ERMS if encoding == "utf-8" else f'<?xml version="1.0" encoding="UTF-16"?>{ERMS}'
    file.write_bytes(text.encode(encoding))
    (file.parent / "other.xml").write_text("<other/>")
    (tmp_path / mets).write_text(EARK)

    said = {
        (it.element, it.value)
        for _, every in read(FolderSource(tmp_path)).statements
        for it in every
    }

    assert ("title", "The bridge over the Sitnica") in said
    assert ("identifier", "KS 1987:12") in said
    assert ("relation", "R1, Decision") in said
