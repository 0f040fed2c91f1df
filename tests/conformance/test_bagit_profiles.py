"""Profiles of others, and the bags with which their makers try them."""

import json
import shutil
from hashlib import sha512
from pathlib import Path

import py7zr
import pytest

from preservation import resources
from preservation.assembly.check import check
from preservation.assembly.sources import FolderSource, source_at, source_of
from preservation.rules import errors
from preservation.stages.receive import bag as receiving
from preservation.standards import bagit, bagit_profile

EXTRA = "corpora/bagit-extra"
JAVA = {
    "profileConformantBag": set(),
    "emailFieldMissingBag": {"TAG-REQUIRED"},
    "failFetchBag": {"FETCH-ALLOWED"},
    "missingRequiredPayloadManifestBag": {"MANIFEST-REQUIRED"},
    "missingRequiredTagFileBag": {"TAG-FILE-REQUIRED"},
    "missingRequiredTagManifestBag": {"TAG-MANIFEST-REQUIRED"},
    "repeatedMetadataBag": {"TAG-REPEATED"},
    "wrongBagitVersionBag": {"VERSION"},
    "wrongValueForContactNameBag": {"TAG-VALUE"},
}
"""The bags of bagit-java, each with what its name says is wrong."""


def held(place, profile):
    """What a profile says of a bag in a folder or a source, without the prefix of the codes."""
    source = FolderSource(place) if isinstance(place, Path) else place
    bag = bagit.judge(source.open, source.sizes, folders=source.contents.empty_folders)
    said = bagit_profile.judge(profile, bag, source.sizes, source.container)
    return {remark.code.removeprefix("BAGIT-PROFILE-") for remark in said}


def test_no_bag_of_bagit_java_is_left_out(shared):
    folder = shared / EXTRA / "bagit-java/bagitProfileTestBags"
    assert {place.name for place in folder.iterdir()} == set(JAVA)


@pytest.mark.parametrize("name", JAVA)
def test_bags_of_bagit_java(shared, name):
    java = shared / EXTRA / "bagit-java"
    profile = bagit_profile.parse(java / "bagitProfiles/exampleProfile.json")
    assert held(java / "bagitProfileTestBags" / name, profile) == JAVA[name]


def test_bags_of_the_validator_in_python(shared, tmp_path):
    folder = shared / EXTRA / "bagit-profiles-validator"
    profile = bagit_profile.parse(folder / "bagProfileBar.json")
    assert held(folder / "test-bar", profile) == set()
    profile = bagit_profile.parse(shared / EXTRA / "bagit-profiles/bagProfileFoo.json")
    # This bag is of Yale, without a telephone number, and the profile allows neither.
    wrong = {"TAG-REQUIRED", "TAG-VALUE"}
    assert held(folder / "test-foo", profile) == {*wrong, "SERIALIZATION-REQUIRED"}
    assert held(source_at(folder / "test-foo.zip", tmp_path / "unpacked"), profile) == wrong


@pytest.mark.parametrize(
    ("allowed", "required", "expected"),
    [
        (None, [], set()),
        (["*"], [], set()),
        ([], [], set()),
        (["metadata/*"], ["metadata/x.txt"], {"TAG-FILE-REQUIRED"}),
    ],
)
def test_allowed_tag_files_of_the_validator(shared, tmp_path, allowed, required, expected):
    folder = shared / EXTRA / "bagit-profiles-validator/test-tag-files-allowed"
    told = json.loads((folder / "profile.json").read_text()) | {"Tag-Files-Required": required}
    if allowed is not None:
        told["Tag-Files-Allowed"] = allowed
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(told))
    assert held(folder / "bag", bagit_profile.parse(path)) == expected


def test_every_profile_of_others_can_be_read(shared):
    paths = sorted((shared / EXTRA).glob("bagit-profiles*/**/*rofile*.json"))
    assert len(paths) >= 5
    for path in paths:
        bagit_profile.parse(path)


def transfer(place, algorithm, digest, *lines):
    (place / "data").mkdir(parents=True)
    (place / "data/a.txt").write_bytes(b"a")
    (place / f"manifest-{algorithm}.txt").write_text(f"{digest}  data/a.txt\n")
    declared = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    (place / "bagit.txt").write_text(declared)
    (place / "bag-info.txt").write_text("".join(f"{line}\n" for line in lines))
    return {it.code for it in errors(receiving.read(FolderSource(place)).remarks)}


def test_a_bag_for_the_profile_of_the_archive(tmp_path):
    (path,) = (resources.folder("profiles") / "bagit").glob("arkiv-transfer.json")
    lines = (
        f"BagIt-Profile-Identifier: {bagit_profile.parse(path).identifier}",
        "Source-Organization: City",
        "Contact-Name: Ana",
        "Bagging-Date: 2026-11-25",
        "Payload-Oxum: 1.1",
    )
    digest = sha512(b"a").hexdigest()
    assert transfer(tmp_path / "right", "sha512", digest, *lines) == set()
    said = transfer(tmp_path / "short", "sha512", digest, *lines[:-1])
    assert said == {"BAGIT-PROFILE-TAG-REQUIRED"}
    said = transfer(tmp_path / "weak", "md5", "0cc175b9c0f1b6a831c399e269772661", *lines)
    assert said == {"BAGIT-PROFILE-MANIFEST-ALLOWED"}


FORMS = {
    "folder": "",
    "zip": "application/zip",
    "tar": "application/x-tar",
    "tar.gz": "application/gzip",
    "7z": "application/x-7z-compressed",
}
"""How a bag may come, and the media type of each kind of file."""


def come(place, form):
    """A bag as it comes to the archive: in its folder, or packed into one file."""
    bag = place / "bag"
    transfer(bag, "sha512", sha512(b"a").hexdigest(), "Source-Organization: City")
    if form == "folder":
        return bag
    if form == "7z":
        with py7zr.SevenZipFile(place / "bag.7z", "w") as whole:
            whole.writeall(bag, "bag")
        return place / "bag.7z"
    kinds = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}
    return Path(shutil.make_archive(str(bag), kinds[form], place, "bag"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("serialization", ["required", "optional", "forbidden"])
@pytest.mark.parametrize("listed", ["it", "others"])
def test_what_a_bag_came_as_is_judged(tmp_path, form, serialization, listed):
    types = [it for name, it in FORMS.items() if it and (name == form) == (listed == "it")]
    told = {"Serialization": serialization, "Accept-Serialization": types or ["application/zip"]}
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(told))
    with source_of(come(tmp_path, form)) as source:
        said = held(source, bagit_profile.parse(path))
    if form == "folder":
        assert said == ({"SERIALIZATION-REQUIRED"} if serialization == "required" else set())
    elif serialization == "forbidden":
        assert said == {"SERIALIZATION-FORBIDDEN"}
    else:
        assert said == (set() if listed == "it" else {"SERIALIZATION-ACCEPTED"})


def test_the_profile_of_the_archive_takes_a_zip_and_not_every_file(tmp_path, quiet, monkeypatch):
    """By `arkiv check` as a whole: the profile is found by its name in the bag."""
    (path,) = (resources.folder("profiles") / "bagit").glob("arkiv-transfer.json")
    told = json.loads(path.read_text()) | {"Accept-Serialization": ["application/x-tar"]}
    name = bagit_profile.parse(path).identifier
    profiles = tmp_path / "profiles"
    (profiles / "bagit").mkdir(parents=True)
    (profiles / "bagit/one.json").write_text(json.dumps(told))
    lines = (f"BagIt-Profile-Identifier: {name}", "Source-Organization: City")
    lines += ("Contact-Name: Ana", "Bagging-Date: 2026-11-25", "Payload-Oxum: 1.1")
    transfer(tmp_path / "bag", "sha512", sha512(b"a").hexdigest(), *lines)
    tar, packed = (
        shutil.make_archive(tmp_path / "b", it, tmp_path, "bag") for it in ("tar", "zip")
    )
    assert check(Path(packed), progress=quiet).valid
    monkeypatch.setattr(resources, "folder", lambda _: profiles)
    assert check(Path(tar), progress=quiet).valid
    (wrong,) = errors(check(Path(packed), progress=quiet).remarks)
    assert wrong.code == "BAGIT-PROFILE-SERIALIZATION-ACCEPTED"
    assert (wrong.found, wrong.expected) == ("zip", "application/x-tar")
