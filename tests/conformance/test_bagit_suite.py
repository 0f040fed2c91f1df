"""The bags of other implementations, as their makers judge them."""

import shutil

import pytest

from preservation.assembly.sources import source_at
from preservation.model.report import Level

WARNED = {
    "duplicate-file-with-different-case": "RFC8493-6-CASE",
    "made-with-md5sum-tools": "RFC8493-6-MARKER",
    "relative-path": "RFC8493-2.1.3-RELATIVE",
    "same-filename-listed-twice-with-different-normalization": "RFC8493-6-NORMALIZATION",
    "same-filename-listed-twice-with-the-same-hash": "RFC8493-2.1.3-REPEATED",
    "special-system-files": "RFC8493-6-SYSTEM-FILE",
}


FETCHED = frozenset({"localhost:8989", "en.wikipedia.org"})
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


FETCH = {"RFC8493-2.2.3-HOST", "RFC8493-2.2.3-ABSENT"}
OXUM = {"RFC8493-2.2.2-OXUM", "RFC8493-2.2.1-DIGEST"}
EXTRA = {
    "archivematica/BagExamples/UnzippedBags/BagTransfer": set(),
    # Some of its files were too large for the corpus.
    "archivematica/BagExamples/UnzippedBags/BaggedDemoTransferCSV": {
        "RFC8493-2.2.2-OXUM",
        "RFC8493-3-MISSING",
    },
    "archivematica/BagExamples/UnzippedBags/SimpleBagWithProcessingMCP": set(),
    "archivematica/BagExamples/UnzippedBags/UnzippedBag": set(),
    "archivematica/bagitTests/bag": set(),
    "archivematica/bagitTests/bag fail manifest": {"RFC8493-3-DIGEST"},
    "archivematica/bagitTests/bag fail payload oxum": OXUM,
    "archivematica/bagitTests/bag fail tag manifest": {"RFC8493-2.2.1-DIGEST"},
    "archivematica/bagitTests/bag with payload oxum": set(),
    "archivematica/bagitTests/bag with payload oxum and tag manifest": set(),
    "archivematica/bagitTests/bag with tag manifest": set(),
    "bagit-java/ISO-8859-1-encodedBag": set(),
    "bagit-java/UTF-16-encoded-tag-files": FETCH,
    "bagit-java/bad-fetch-bag": {*FETCH, "RFC8493-2.2.2-OXUM"},
    # Its payload and its manifest are those of the valid bag of version 0.97.
    "bagit-java/badPayloadChecksum": set(),
    "bagit-java/badPayloadOxumByteSize/bag": OXUM,
    "bagit-java/badPayloadOxumFileCount/bag": OXUM,
    "bagit-java/bag-with-leading-dot-slash-in-manifest": set(),
    # What the profile says of these is held in test_bagit_profiles.py; as bags they are whole.
    "bagit-java/bagitProfileTestBags/emailFieldMissingBag": set(),
    "bagit-java/bagitProfileTestBags/failFetchBag": FETCH,
    "bagit-java/bagitProfileTestBags/missingRequiredPayloadManifestBag": set(),
    "bagit-java/bagitProfileTestBags/missingRequiredTagFileBag": set(),
    "bagit-java/bagitProfileTestBags/missingRequiredTagManifestBag": set(),
    "bagit-java/bagitProfileTestBags/profileConformantBag": set(),
    "bagit-java/bagitProfileTestBags/repeatedMetadataBag": set(),
    "bagit-java/bagitProfileTestBags/wrongBagitVersionBag": set(),
    "bagit-java/bagitProfileTestBags/wrongValueForContactNameBag": set(),
    "bagit-java/bags/v0_93/bag": set(),
    "bagit-java/bags/v0_94/bag": set(),
    "bagit-java/bags/v0_95/bag": set(),
    "bagit-java/bags/v0_96/bag": set(),
    "bagit-java/bags/v0_96/bag-in-a-bag": set(),
    "bagit-java/bags/v0_96/bag-in-a-bag/data/bag": set(),
    "bagit-java/bags/v0_96/bag-with-encoded-names": set(),
    "bagit-java/bags/v0_96/bag-with-escapable-characters": set(),
    "bagit-java/bags/v0_96/bag-with-leading-dot-slash-in-manifest": set(),
    "bagit-java/bags/v0_96/bag-with-space": set(),
    "bagit-java/bags/v0_96/bag-with-tagfiles-in-payload-manifest": set(),
    "bagit-java/bags/v0_96/holey-bag": {"RFC8493-2.2.3-HOST"},
    "bagit-java/bags/v0_97/bag": set(),
    # A proposal of version 2.0, with the tag files in a folder of their own; it never came to be.
    "bagit-java/bags/v2_0/bag/.bagit": {"RFC8493-2.1.1-VERSION", "RFC8493-3-MISSING"},
    "bagit-java/corruptPayloadFile": {"RFC8493-3-DIGEST"},
    "bagit-java/corruptTagFile": {"RFC8493-2.2.1-DIGEST"},
    # The manifest lists `fooDir/.keep`, and the file lies in `data/fooDir/`.
    "bagit-java/dotKeepExampleBag": {"RFC8493-3-MISSING", "RFC8493-3-UNLISTED"},
    "bagit-java/filesInManifestDontExist": {"RFC8493-3-MISSING", "RFC8493-3-UNLISTED"},
    "bagit-java/filesInPayloadDirAreNotInManifest": {"RFC8493-3-UNLISTED"},
    # Its bagit.txt has a third line, so that the UTF-16 of its lists is declared nowhere.
    "bagit-java/linterTestBag": {
        "RFC8493-2.1.1",
        "RFC8493-2.1.3-LINE",
        "RFC8493-2.2.2",
        "RFC8493-2.4",
        "RFC8493-3-UNLISTED",
    },
    # It declares UTF-16, and its lists are ASCII.
    "bagit-java/linterTestBag/data/ham": {"RFC8493-2.1.1-TEXT", "RFC8493-3-UNLISTED"},
    "bagit-java/notAllFilesListedInAllManifestsBag": {"RFC8493-3-UNLISTED"},
    "bagit-java/payloadManifestsDiffer": {"RFC8493-3-MISSING"},
    "bagit-java/sha3Bag": {"RFC8493-2.4"},
    "bagit-java/tagManifestsDiffer": set(),
    # Its tag manifest lists the folder DPN.
    "bagit-profiles-validator/test-bar": {"RFC8493-3-MISSING"},
    "bagit-profiles-validator/test-foo": set(),
    # Its bag-info.txt was altered after the tag manifests were made.
    "bagit-profiles-validator/test-tag-files-allowed/bag": {"RFC8493-2.2.1-DIGEST"},
}
"""Every bag of other programs: the codes of its errors, as its name or its maker has it."""
PACKED = {
    "archivematica/BagExamples/TarGzBags/BagTransfer.tar.gz",
    "archivematica/BagExamples/TarGzBags/SimpleBagWithProcessingMCP.tar.gz",
    "archivematica/BagExamples/TarGzBags/TarredBag.tar.gz",
    "archivematica/BagExamples/ZippedBags/BagTransfer.zip",
    "archivematica/BagExamples/ZippedBags/SimpleBagWithProcessingMCP.zip",
    "archivematica/BagExamples/ZippedBags/ZippedBag.zip",
    "bagit-profiles-validator/test-foo.zip",
}
"""Every bag of other programs that came as one file; all are whole."""


@pytest.fixture
def copied(tmp_path):
    """A bag with its folder `data`, which git does not keep when it is empty."""

    def copy(bag):
        place = tmp_path / "bag"
        shutil.copytree(bag, place, symlinks=True)
        (place / "data").mkdir(exist_ok=True)
        return place

    return copy


def test_every_bag_of_the_suite_is_judged_as_its_folder_says(shared, copied, said_of, tmp_path):
    suite = shared / "corpora/bagit-conformance-suite"
    bags = sorted(p for p in suite.glob("v*/*/*") if p.is_dir())
    assert len(bags) == 60
    wrong = []
    for bag in bags:
        said = said_of(copied(bag), FETCHED)
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
def test_bags_of_other_programs(shared, copied, said_of, name):
    said = said_of(copied(shared / "corpora/bagit-extra" / name))
    assert said[Level.ERROR] == EXTRA[name]


@pytest.mark.parametrize("name", sorted(PACKED))
def test_bags_of_other_programs_that_came_as_one_file(shared, tmp_path, said_of, name):
    source = source_at(shared / "corpora/bagit-extra" / name, tmp_path / "unpacked")
    assert said_of(source.place)[Level.ERROR] == set()


def test_no_bag_of_other_programs_is_left_out(shared):
    extra = shared / "corpora/bagit-extra"
    marks = {*extra.rglob("bagit.txt"), *extra.rglob("manifest-*.txt")}
    assert {mark.parent.relative_to(extra).as_posix() for mark in marks} == set(EXTRA)
    endings = (".zip", ".tar", ".tar.gz", ".tgz", ".7z")
    packed = (path for path in extra.rglob("*") if path.name.endswith(endings))
    assert {path.relative_to(extra).as_posix() for path in packed} == PACKED


def test_files_to_fetch_are_refused_unless_the_agreement_names_the_host(shared, copied, said_of):
    place = copied(shared / "corpora/bagit-conformance-suite/v0.97/valid/holey-bag")
    assert said_of(place)[Level.ERROR] == {"RFC8493-2.2.3-HOST"}
    assert said_of(place, FETCHED)[Level.ERROR] == set()
    (place / "data/test2.txt").unlink()
    assert said_of(place, FETCHED)[Level.ERROR] >= {"RFC8493-2.2.3-ABSENT"}
