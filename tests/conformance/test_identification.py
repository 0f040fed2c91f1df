"""Formats are told as other people's corpora say that they must be."""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from fido import CONFIG_DIR

from preservation.model.formats import Basis, decide
from preservation.standards.pronom import read_containers, read_signatures
from preservation.tools.fido import Fido
from preservation.tools.fido_formats import load
from preservation.tools.pronom_formats import CONTAINERS, SIGNATURES, formats
from preservation.tools.siegfried import Siegfried

sys.path.insert(0, str(Path(__file__).parent))
import disagreements

NAMED = re.compile(r"(x-fmt|fmt)-([0-9]+)-")


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    with Siegfried(tmp_path_factory.mktemp("scratch")) as first, Fido() as second:
        yield first, second


def both(tools, paths):
    """The decision on each file, both identifiers always asked."""
    answers = zip(*(tool.identify(paths) for tool in tools), strict=True)
    return list(map(decide, answers))


def skeletons(shared):
    """The skeleton files of PRONOM, and the PUID in the name of each."""
    folder = shared / "corpora/droid-skeletons"
    paths = [path for kind in ("fmt", "x-fmt") for path in disagreements.files(folder / kind)]
    parts = [NAMED.match(os.path.basename(path).decode()) for path in paths]
    return paths, {p: f"{part[1]}/{part[2]}" for p, part in zip(paths, parts, strict=True)}


def seconds(tools, path):
    start = time.monotonic()
    both(tools, [path])
    return time.monotonic() - start


@pytest.mark.slow
def test_skeletons_are_told_right_and_none_takes_a_second(shared, tools):
    paths, wanted = skeletons(shared)
    assert len(paths) == 1437
    found = both(tools, paths)
    assert all(not a.not_performed for it in found for a in it.answers)
    wrong = [
        (os.path.basename(path), wanted[path], it.format.puid)
        for path, it in zip(paths, found, strict=True)
        if it.format.puid != wanted[path]
    ]
    assert len(wrong) <= len(paths) * 0.015, wrong
    # Each alone, so that none hides in a batch; on a busy machine only the quicker of two counts.
    slow = [path for path in paths if seconds(tools, path) > 1 and seconds(tools, path) > 1]
    assert slow == []


@pytest.mark.slow
def test_signatures_that_are_installed_tell_the_skeletons(shared, tmp_path):
    pronom = shared / "corpora/pronom"
    shutil.copy(pronom / "DROID_SignatureFile_V122.xml", tmp_path / SIGNATURES)
    shutil.copy(pronom / "container-signature-20260119.xml", tmp_path / CONTAINERS)
    paths, wanted = skeletons(shared)
    with Fido(signatures=tmp_path) as tool:
        told = list(tool.identify(paths))
    right = [
        {one.puid for one in a.formats} == {wanted[p]} for p, a in zip(paths, told, strict=True)
    ]
    assert sum(right) >= len(paths) * 0.99


@pytest.mark.slow
def test_the_signatures_that_fido_was_made_of_tell_what_fido_tells(shared):
    folder = Path(CONFIG_DIR)
    own = load()
    made = formats(
        read_signatures((folder / "DROID_SignatureFile-v109.xml").read_bytes(), "signatures"),
        read_containers((folder / "container-signature-20200121.xml").read_bytes(), "containers"),
    )
    compared = different = 0
    for path in disagreements.files(shared / "corpora/format-corpus"):
        (how, ours, *_), (fido, theirs, *_) = (it.identify(os.fsdecode(path)) for it in (made, own))
        if how == fido == "extension" or any(row[0].startswith("fido-") for row in theirs):
            continue  # fido has formats of its own, and extensions of its own
        compared += 1
        # Where DROID wants several files in a container, fido looks at the first only.
        different += {row[0] for row in ours} != {row[0] for row in theirs}
    assert compared > 250
    assert different <= 12


def test_where_the_reference_tool_differs_so_do_we(shared, tools):
    folder = shared / "corpora/droid-skeletons"
    listed = (folder / "current-differently-identified-files.txt").read_text("utf-8").splitlines()
    rows = [re.split(r"\s+", line) for line in listed if line and not line.startswith("//")]
    assert len(rows) == 4
    paths = [os.fsencode(folder / "fmt" / row[0]) for row in rows]
    assert [it.format.puid for it in both(tools, paths)] == [row[1] for row in rows]


@pytest.mark.parametrize("corpus", disagreements.CORPORA)
def test_every_file_has_an_answer_with_evidence_or_an_unknown_with_its_reason(
    shared, tools, corpus
):
    paths = disagreements.files(shared / "corpora" / corpus)
    assert len(paths) > 250
    for path, it in zip(paths, both(tools, paths), strict=True):
        assert it.performed, path
        assert it.reason
        for answer in it.answers:
            assert not answer.not_performed, path
            assert not answer.formats or (answer.evidence and answer.basis is not Basis.NONE), path


def test_the_committed_table_of_disagreements_is_that_of_today(shared):
    written = disagreements.PAGE.read_text("utf-8")
    assert disagreements.page(shared / "corpora") == written, (
        "run: python tests/conformance/disagreements.py"
    )
