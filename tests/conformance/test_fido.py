"""fido's answers are those of the stock program on the files of the corpora."""

import os
import warnings

import pytest
from fido.fido import Fido as Stock
from fido.versions import get_local_versions

from preservation.model.formats import Basis
from preservation.tools.fido import Fido

BASES = {
    "container": Basis.CONTAINER,
    "signature": Basis.SIGNATURE,
    "extension": Basis.EXTENSION,
}


@pytest.fixture(scope="module")
def stock():
    local = get_local_versions()
    told = []
    program = Stock(
        quiet=True,
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corpus", "step"),
    # The skeletons are many and alike, and the stock program is slow: every fourth of them.
    [("format-corpus", 1), ("archivematica-transfers", 1), ("droid-skeletons", 4)],
)
def test_the_answers_are_those_of_the_stock_program(shared, stock, corpus, step):
    folder = shared / "corpora" / corpus
    every = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    paths = sorted(every)[::step]
    assert len(paths) > 200
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
