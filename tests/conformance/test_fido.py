"""fido's answers are those of the stock program on the files of the corpora."""

import os
import warnings
import zlib

import pytest
from fido.fido import Fido as Stock
from fido.versions import get_local_versions
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preservation.model.formats import Basis
from preservation.tools.fido import Fido
from preservation.tools.fido_formats import load

WHOLE = "ARKIV_WHOLE" in os.environ
"""All files instead of a sixth: ARKIV_WHOLE=1; some minutes, which the stock program takes."""
SHARE = 6
CORPORA = (
    "archivematica-transfers",
    "bagit-conformance-suite",
    "bagit-extra",
    "droid-skeletons",
    "eark-examples",
    "format-corpus",
    "iiif-presentation-fixtures",
    "iiif-presentation-schema",
    "pronom",
    "verapdf-1b-2b",
)
BASES = {
    "container": Basis.CONTAINER,
    "signature": Basis.SIGNATURE,
    "extension": Basis.EXTENSION,
}


def ask_stock(*folder):
    """Asks the stock program: formats (PUID, name), names of signatures, and basis."""
    local = get_local_versions(*folder)
    told = []
    program = Stock(
        quiet=True,
        **({"conf_dir": folder[0]} if folder else {}),
        handle_matches=lambda _, matches, __, how="": told.append((matches, how)),
        format_files=[local.pronom_signature, local.fido_extension_signature],
    )
    program.containersignature_file = local.pronom_container_signature

    def ask(path):
        told.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own: odd patterns, files left open
            program.identify_file(path)
        ((matches, how),) = told
        formats = dict.fromkeys((f.findtext("puid"), f.findtext("name")) for f, _ in matches)
        evidence = dict.fromkeys(signature for _, signature in matches)
        basis = BASES[how] if matches else Basis.NONE
        return formats, "; ".join(evidence), basis

    return ask


@pytest.fixture(scope="module")
def stock():
    return ask_stock()


def asked_about(folder):
    """Files of a corpus: all of them, or a sixth that is always the same, and all containers."""
    every = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    for path in sorted(every):
        if not os.path.isfile(path) or os.path.islink(path):
            continue
        with open(path, "rb") as file:
            container = file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
        chosen = zlib.crc32(os.path.relpath(path, folder).encode()) % SHARE == 0
        if WHOLE or chosen or (container and len(every) < 500):
            yield path


@pytest.mark.slow
@pytest.mark.parametrize("corpus", CORPORA)
def test_the_answers_are_those_of_the_stock_program(shared, stock, corpus):
    paths = list(asked_about(shared / "corpora" / corpus))
    assert paths
    with Fido() as ours:
        answers = list(ours.identify([os.fsencode(path) for path in paths]))
    different = []
    for path, answer in zip(paths, answers, strict=True):
        formats, evidence, basis = stock(path)
        expected = [
            (puid if puid.startswith(("fmt/", "x-fmt/")) else None, n) for puid, n in formats
        ]
        found = [(one.puid, one.name) for one in answer.formats]
        if (found, answer.evidence, answer.basis) != (expected, evidence, basis):
            different.append((path, expected, evidence, answer))
    assert different == []


def write_signatures(folder, beats):
    """Formats fmt/0, fmt/1 ... of one letter each, of which some have priority over others."""
    formats = "".join(
        f"<format><puid>fmt/{n}</puid><name>F{n}</name><extension>x</extension>"
        f"<signature><name>S{n}</name><pattern><position>VAR</position>"
        f"<regex>{letter}</regex></pattern></signature>"
        + "".join(f"<has_priority_over>fmt/{b}</has_priority_over>" for a, b in beats if a == n)
        + "</format>"
        for n, letter in enumerate("abcd")
    )
    (folder / "formats.xml").write_text(f"<formats>{formats}</formats>")
    (folder / "more.xml").write_text("<formats/>")
    (folder / "containers.xml").write_text("<x><FileFormatMappings/></x>")
    (folder / "versions.xml").write_text(
        "<versions><pronomVersion>0</pronomVersion><pronomSignature>formats.xml</pronomSignature>"
        "<pronomContainerSignature>containers.xml</pronomContainerSignature>"
        "<fidoExtensionSignature>more.xml</fidoExtensionSignature></versions>"
    )


@settings(max_examples=40, deadline=None)
@given(
    beats=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
    content=st.text("abcd", max_size=4),
)
@example(beats={(0, 1), (1, 2)}, content="abc")
def test_priorities_are_weighed_in_the_same_order(tmp_path_factory, beats, content):
    folder = tmp_path_factory.mktemp("signatures")
    write_signatures(folder, beats)
    path = folder / "file.x"
    path.write_text(content)
    how, rows, warning, _ = load(str(folder)).identify(str(path))
    formats, _, basis = ask_stock(str(folder))(str(path))
    assert [(row[0], row[1]) for row in rows] == list(formats)
    assert (BASES[how] if rows else Basis.NONE, warning) == (basis, "")
