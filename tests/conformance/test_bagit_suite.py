"""The bags of other implementations, as their makers judge them."""

import csv
import shutil

import pytest

from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.model.report import Level
from preservation.rules import Refused, level, rules
from preservation.stages.receive import receive
from preservation.stages.verify import verify

PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")
WARNED = {
    "duplicate-file-with-different-case": "RFC8493-6-CASE",
    "made-with-md5sum-tools": "RFC8493-6-MARKER",
    "relative-path": "RFC8493-2.1.3-RELATIVE",
    "same-filename-listed-twice-with-different-normalization": "RFC8493-6-NORMALIZATION",
    "same-filename-listed-twice-with-the-same-hash": "RFC8493-2.1.3-REPEATED",
    "special-system-files": "RFC8493-6-SYSTEM-FILE",
}


FETCHED = frozenset({"localhost:8989", "en.wikipedia.org"})
RULES = {
    "B1": ("RFC8493-2.1.1-MISSING", "RFC8493-2.1.2", "RFC8493-2.1.3"),
    "B2": ("RFC8493-2.1.1", "RFC8493-2.1.1-SPACE"),
    "B3": ("RFC8493-2.1.1-BOM",),
    "B4": ("RFC8493-2.1.1", "RFC8493-2.1.1-VERSION"),
    "B5": ("RFC8493-2.1.3-TAGS", "RFC8493-2.1.3-TAGS-BEFORE"),
    "B6": ("RFC8493-3-UNLISTED", "RFC8493-2.1.3-DUPLICATE", "RFC8493-2.1.3-REPEATED"),
    "B7": ("RFC8493-2.4-NAME",),
    "B8": ("RFC8493-2.1.3-RELATIVE", "RFC8493-2.1.3-BACKSLASH", "RFC8493-2.1.3-TAGS"),
    "B9": ("RFC8493-2.1.3-ENCODED",),
    "B10": ("RFC8493-3-MISSING", "RFC8493-3-DIGEST"),
    "B11": ("RFC8493-3-UNLISTED",),
    "B12": ("RFC8493-2.2.1-DIGEST", "RFC8493-2.2.1-DIFFER", "RFC8493-2.2.1-UNLISTED"),
    "B13": ("RFC8493-2.2.1-TAGMANIFEST",),
    "B14": ("RFC8493-2.2.1-PAYLOAD", "RFC8493-2.1.3-TAGS"),
    "B15": ("RFC8493-2.2.2",),
    "B16": ("RFC8493-2.2.2-OXUM", "RFC8493-2.2.2-OXUM-FORM"),
    "B17": ("RFC8493-2.2.3", "RFC8493-2.2.3-ABSENT"),
    "B18": ("RFC8493-2.2.3-TAG",),
    "B19": ("RFC8493-5.1",),
    "B20": ("RFC8493-2.1.1-TEXT", "RFC8493-2.1.1-ENCODING"),
    "B21": "our bags are SHA-512 alone (tests/conformance/test_stored_aips.py)",
    "B22": ("RFC8493-2.4",),
    "B23": ("RFC8493-6-CASE", "RFC8493-6-NORMALIZATION"),
    "B24": ("RFC8493-6-MARKER",),
    "B25": ("RFC8493-3-MISSING", "RFC8493-3-DIGEST"),
}
"""For each rule of the list, the codes that it is checked by, or why it is not."""
EXPECTED = {
    "baginfo-missing-encoding": "RFC8493-2.1.1",
    "bom-in-bagit.txt": "RFC8493-2.1.1-BOM",
    "corrupt-data-file": "RFC8493-3-DIGEST",
    "corrupt-tag-file": "RFC8493-2.2.1-DIGEST",
    "extra-file-in-bag": "RFC8493-3-UNLISTED",
    "invalid-version-number": "RFC8493-2.1.1",
    "missing-baginfo": "RFC8493-3-MISSING",
    "notAllManifestsListAllFiles": "RFC8493-3-UNLISTED",
    "same-filename-listed-twice-with-different-hashes": "RFC8493-2.1.3-DUPLICATE",
    "same-filename-listed-twice-with-the-same-hash": "RFC8493-2.1.3-DUPLICATE",
    "bagit-with-invalid-whitespace": "RFC8493-2.1.1-SPACE",
}


EXTRA = {
    "bagit-java/ISO-8859-1-encodedBag": set(),
    "bagit-java/UTF-16-encoded-tag-files": {"RFC8493-2.2.3-HOST", "RFC8493-2.2.3-ABSENT"},
    "bagit-java/badPayloadOxumByteSize/bag": {"RFC8493-2.2.2-OXUM", "RFC8493-2.2.1-DIGEST"},
    "bagit-java/badPayloadOxumFileCount/bag": {"RFC8493-2.2.2-OXUM", "RFC8493-2.2.1-DIGEST"},
    "bagit-java/bag-with-leading-dot-slash-in-manifest": set(),
    "bagit-java/corruptPayloadFile": {"RFC8493-3-DIGEST"},
    "bagit-java/corruptTagFile": {"RFC8493-2.2.1-DIGEST"},
    "bagit-java/filesInManifestDontExist": {"RFC8493-3-MISSING", "RFC8493-3-UNLISTED"},
    "bagit-java/filesInPayloadDirAreNotInManifest": {"RFC8493-3-UNLISTED"},
    "bagit-java/notAllFilesListedInAllManifestsBag": {"RFC8493-3-UNLISTED"},
    "bagit-java/payloadManifestsDiffer": {"RFC8493-3-MISSING"},
    "bagit-java/sha3Bag": {"RFC8493-2.4"},
    "bagit-java/tagManifestsDiffer": set(),
    "bagit-java/bags/v0_93/bag": set(),
    "bagit-java/bags/v0_94/bag": set(),
    "bagit-java/bags/v0_95/bag": set(),
    "bagit-java/bags/v0_96/bag": set(),
    "bagit-java/bags/v0_96/bag-with-tagfiles-in-payload-manifest": set(),
    "bagit-java/bags/v0_97/bag": set(),
    "archivematica/bagitTests/bag": set(),
    "archivematica/bagitTests/bag fail manifest": {"RFC8493-3-DIGEST"},
    "archivematica/bagitTests/bag fail payload oxum": {
        "RFC8493-2.2.2-OXUM",
        "RFC8493-2.2.1-DIGEST",
    },
    "archivematica/bagitTests/bag fail tag manifest": {"RFC8493-2.2.1-DIGEST"},
    "archivematica/bagitTests/bag with payload oxum": set(),
    "archivematica/bagitTests/bag with payload oxum and tag manifest": set(),
    "archivematica/bagitTests/bag with tag manifest": set(),
}
"""Bags of other programs: the codes of their errors, as their names or their makers have it."""


def said_of(folder, quiet, hosts=frozenset()):
    """Codes by level of everything that the rules say of a bag, as `arkiv check` has it."""
    source = FolderSource(folder)
    said = []

    def run(stage):
        while True:
            try:
                said.extend(next(stage).remarks)
            except StopIteration as end:
                return end.value

    try:
        sip = run(receive(source, package=PACKAGE, hosts=hosts))
        run(verify(sip, source, holder=None, cores=1, progress=quiet))
    except Refused as refused:
        said += refused.remarks
    return {grave: {r.code for r in said if level(r) is grave} for grave in Level}


@pytest.fixture
def copied(tmp_path):
    """A bag with its folder `data`, which git does not keep when it is empty."""

    def copy(bag):
        place = tmp_path / "bag"
        shutil.copytree(bag, place, symlinks=True)
        (place / "data").mkdir(exist_ok=True)
        return place

    return copy


def test_every_bag_of_the_suite_is_judged_as_its_folder_says(shared, copied, quiet, tmp_path):
    suite = shared / "corpora/bagit-conformance-suite"
    bags = sorted(p for p in suite.glob("v*/*/*") if p.is_dir())
    assert len(bags) == 60
    wrong = []
    for bag in bags:
        said = said_of(copied(bag), quiet, FETCHED)
        errors, warnings = said[Level.ERROR], said[Level.WARNING]
        verdict, name = bag.parent.name, bag.name
        if verdict == "valid":
            right = not errors
        elif verdict == "warning":
            right = not errors and WARNED[name] in warnings
        elif verdict == "invalid" and not name.startswith("out-of-scope"):
            right = EXPECTED.get(name, "RFC8493-2.1.1-MISSING") in errors
        else:
            right = "RFC8493-5.1" in errors
        if not right:
            wrong.append((bag.relative_to(suite), errors, warnings))
        shutil.rmtree(tmp_path / "bag")
    assert wrong == []


@pytest.mark.parametrize("name", EXTRA)
def test_bags_of_other_programs(shared, copied, quiet, name):
    said = said_of(copied(shared / "corpora/bagit-extra" / name), quiet)
    assert said[Level.ERROR] == EXTRA[name]


def test_files_to_fetch_are_refused_unless_the_agreement_names_the_host(shared, copied, quiet):
    place = copied(shared / "corpora/bagit-conformance-suite/v0.97/valid/holey-bag")
    assert said_of(place, quiet)[Level.ERROR] == {"RFC8493-2.2.3-HOST"}
    assert said_of(place, quiet, FETCHED)[Level.ERROR] == set()
    (place / "data/test2.txt").unlink()
    assert said_of(place, quiet, FETCHED)[Level.ERROR] >= {"RFC8493-2.2.3-ABSENT"}


def test_every_rule_of_the_list_has_a_check_or_a_reason(shared):
    with (shared / "standards/rfc8493.tsv").open(encoding="utf-8") as table:
        listed = [row["id"] for row in csv.DictReader(table, delimiter="\t")]
    assert listed == list(RULES)
    for checked in RULES.values():
        assert isinstance(checked, str) or set(checked) <= set(rules())
