"""Every file whose stored name is not the given one, byte for byte, is in a filename change."""

import os

import pytest

from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.model.premis import EventType
from preservation.stages.receive import receive

PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")


@pytest.mark.parametrize(
    "name",
    [
        b"line\nbreak.txt",
        b"latin-\xe9.txt",
        b"a^b.txt",
        b"tab\tthere",
        b"50%.txt",
        b"space ",
        b"folder /file",
        b"case.txt",
        b"%" * 255,
    ],
)
def test_an_escaped_name_is_a_filename_change(tmp_path, run, name):
    for each in (b"Case.txt", "Vushtrri-ë".encode(), name):
        place = os.path.join(os.fsencode(tmp_path), each)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(each)

    sip, findings = run(receive(FolderSource(tmp_path), package=PACKAGE))

    (changed,) = [f for f in findings if f.type is EventType.FILENAME_CHANGE]
    assert changed.objects == tuple(f.path for f in sip.files if f.given == name)


def test_names_that_are_kept_are_no_event(tmp_path, run):
    for each in ("Vushtrri-ë", "dots...", " leading", ".hidden", "back\\slash"):
        (tmp_path / each).write_text(each)

    _, findings = run(receive(FolderSource(tmp_path), package=PACKAGE))

    assert EventType.FILENAME_CHANGE not in {f.type for f in findings}
