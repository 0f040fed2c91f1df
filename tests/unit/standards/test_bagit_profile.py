"""BagIt profiles: each field broken once, and profiles that are wrong themselves."""

import json

import pytest

from preservation import resources
from preservation.errors import Misconfigured
from preservation.model.report import Level
from preservation.rules import level, rules
from preservation.standards import bagit, bagit_profile
from preservation.standards.bagit.tags import Declaration

NAME = "https://profiles.invalid/all.json"
TOLD = {
    "BagIt-Profile-Info": {"BagIt-Profile-Identifier": NAME},
    "Bag-Info": {
        "Source-Organization": {"required": True, "values": ["City", "State"]},
        "Bagging-Date": {"repeatable": False},
    },
    "Manifests-Required": ["SHA-512"],
    "Manifests-Allowed": ["sha512", "sha256"],
    "Tag-Manifests-Required": ["sha512"],
    "Tag-Manifests-Allowed": ["sha512"],
    "Tag-Files-Required": ["about/index.txt"],
    "Tag-Files-Allowed": ["about/*"],
    "Payload-Files-Required": ["data/minutes/"],
    "Payload-Files-Allowed": ["data/minutes/*", "data/*.txt"],
    "Allow-Fetch.txt": False,
    "Accept-BagIt-Version": ["1.0"],
}
SIZES = dict.fromkeys(
    (
        b"bagit.txt",
        b"bag-info.txt",
        b"manifest-sha512.txt",
        b"tagmanifest-sha512.txt",
        b"about/index.txt",
        b"data/minutes/1987.txt",
    ),
    7,
)
TAGS = (("BagIt-Profile-Identifier", NAME), ("SOURCE-Organization", "City"))


@pytest.fixture
def profile(tmp_path):
    """Makes a profile with these fields instead."""

    def make(**fields):
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(TOLD | {k.replace("_", "-"): v for k, v in fields.items()}))
        return bagit_profile.parse(path)

    return make


def bag(tags=TAGS, algorithms=("sha512",), of_tags=("sha512",), version=(1, 0), fetched=()):
    return bagit.Bag(Declaration(version), tags, {}, algorithms, of_tags, fetched, ())


def codes(remarks):
    return [remark.code.removeprefix("BAGIT-PROFILE-") for remark in remarks]


def without(path):
    return {name: size for name, size in SIZES.items() if name != path}


def test_a_bag_that_keeps_its_profile(profile):
    assert bagit_profile.judge(profile(), bag(), SIZES) == ()


@pytest.mark.parametrize(
    ("broken", "sizes", "expected"),
    [
        (bag(tags=()), SIZES, "TAG-REQUIRED"),
        (bag(tags=(("Source-Organization", ""),)), SIZES, "TAG-REQUIRED"),
        (bag(tags=(("Source-Organization", "Village"),)), SIZES, "TAG-VALUE"),
        (bag(tags=(*TAGS, *[("Bagging-Date", "2026-01-01")] * 2)), SIZES, "TAG-REPEATED"),
        (bag(algorithms=("sha256",)), SIZES, "MANIFEST-REQUIRED"),
        (bag(algorithms=("md5", "sha512")), SIZES, "MANIFEST-ALLOWED"),
        (bag(of_tags=()), SIZES, "TAG-MANIFEST-REQUIRED"),
        (bag(of_tags=("md5", "sha512")), SIZES, "TAG-MANIFEST-ALLOWED"),
        (bag(), without(b"about/index.txt"), "TAG-FILE-REQUIRED"),
        (bag(), SIZES | {b"notes.txt": 1}, "TAG-FILE-ALLOWED"),
        (bag(), without(b"data/minutes/1987.txt"), "PAYLOAD-FILE-REQUIRED"),
        (bag(), SIZES | {b"data/setup.exe": 1}, "PAYLOAD-FILE-ALLOWED"),
        (bag(), SIZES | {b"fetch.txt": 1}, "FETCH-ALLOWED"),
        (bag(version=(0, 97)), SIZES, "VERSION"),
    ],
)
def test_each_field_is_judged(profile, broken, sizes, expected):
    assert codes(bagit_profile.judge(profile(), broken, sizes)) == [expected]


SERIALIZED = {
    ("required", ""): "SERIALIZATION-REQUIRED",
    ("forbidden", "zip"): "SERIALIZATION-FORBIDDEN",
    ("optional", "7z"): "SERIALIZATION-ACCEPTED",
}


@pytest.mark.parametrize("asked", SERIALIZED)
def test_what_a_bag_came_as(profile, asked):
    """Tried with real files in tests/conformance/test_bagit_profiles.py."""
    told = profile(Serialization=asked[0], Accept_Serialization=["application/zip"])
    assert codes(bagit_profile.judge(told, bag(), SIZES, asked[1])) == [SERIALIZED[asked]]


@pytest.mark.parametrize(
    ("container", "media_type"),
    [
        ("zip", "application/x-zip-compressed"),
        ("tar", "application/tar"),
        ("tar", "Application/X-TAR"),
        ("tar.gz", "application/x-gzip"),
        ("tar.gz", "application/tar+gzip"),
        ("7z", "application/x-7z-compressed"),
    ],
)
def test_media_types_are_written_in_more_than_one_way(profile, container, media_type):
    told = profile(Accept_Serialization=[media_type])
    assert bagit_profile.judge(told, bag(), SIZES, container) == ()


def test_any_container_will_do_where_the_profile_names_none(profile):
    for container in ("", "zip", "tar", "tar.gz", "7z"):
        assert bagit_profile.judge(profile(), bag(), SIZES, container) == ()


def test_a_missing_label_is_told_with_what_the_profile_says_of_it(profile):
    asked = profile(Bag_Info={"Contact-Name": {"required": True, "description": "who packed it"}})
    (remark,) = bagit_profile.judge(asked, bag(), SIZES)
    assert remark.expected == "Contact-Name (who packed it)"


def test_a_profile_of_many_wrong_files_is_told_in_few_lines(profile):
    sizes = SIZES | {f"data/{n}.exe".encode(): 1 for n in range(1000)}
    said = bagit_profile.judge(profile(), bag(), sizes)
    assert codes(said) == ["PAYLOAD-FILE-ALLOWED"] * 51
    assert said[-1].found == "the same in 950 more places"


def test_a_fetch_txt_that_is_asked_for(profile):
    asked = profile(**{"Allow-Fetch.txt": True, "Fetch.txt-Required": True})
    assert codes(bagit_profile.judge(asked, bag(), SIZES)) == ["FETCH-REQUIRED"]
    assert bagit_profile.judge(asked, bag(), SIZES | {b"fetch.txt": 1}) == ()


def test_a_file_to_be_fetched_counts_as_payload(profile):
    asked = profile(**{"Allow-Fetch.txt": True})
    sizes = without(b"data/minutes/1987.txt") | {b"fetch.txt": 1}
    assert bagit_profile.judge(asked, bag(fetched=(b"data/minutes/1.txt",)), sizes) == ()


def test_what_is_asked_for_is_a_name_and_no_pattern(profile):
    asked = profile(**{"Tag-Files-Required": ["about/*.txt"]})
    assert codes(bagit_profile.judge(asked, bag(), SIZES)) == ["TAG-FILE-REQUIRED"]


def test_files_of_the_bag_itself_need_no_permission(profile):
    asked = profile(**{"Tag-Files-Required": ["bag-info.txt"]})
    assert bagit_profile.judge(asked, bag(), SIZES) == ()


def test_a_payload_that_must_be_empty(profile):
    asked = profile(Data_Empty=True, Payload_Files_Required=[])
    path = b"data/minutes/1987.txt"
    assert codes(bagit_profile.judge(asked, bag(), SIZES)) == ["DATA-EMPTY"]
    assert bagit_profile.judge(asked, bag(), SIZES | {path: 0}) == ()
    assert bagit_profile.judge(asked, bag(), without(path)) == ()
    two = SIZES | {path: 0, b"data/2.txt": 0}
    assert codes(bagit_profile.judge(asked, bag(), two)) == ["DATA-EMPTY"]


def test_a_profile_that_asks_for_nothing_allows_everything(tmp_path):
    path = tmp_path / "any.json"
    path.write_text("{}")
    sizes = SIZES | {b"fetch.txt": 1, b"notes.txt": 1}
    found = bagit_profile.judge(bagit_profile.parse(path), bag(tags=(), version=(0, 93)), sizes)
    assert found == ()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Bag-Info": []}, "Bag-Info: is not an object"),
        ({"Bag-Info": {"Contact-Name": {"required": "yes"}}}, "Bag-Info: Contact-Name: required"),
        ({"Bag-Info": {"Contact-Name": {"values": "A"}}}, "Bag-Info: Contact-Name: values"),
        ({"Manifests-Required": "md5"}, "Manifests-Required"),
        ({"Manifests-Required": ["md5"]}, "Manifests-Required: md5 is not in"),
        ({"Tag-Files-Required": ["x.txt"]}, r"Tag-Files-Required: x\.txt is not in"),
        ({"Accept-BagIt-Version": [1.0]}, "Accept-BagIt-Version"),
        ({"Allow-Fetch.txt": "no"}, r"Allow-Fetch\.txt"),
        ({"Fetch.txt-Required": True}, r"Fetch\.txt-Required"),
        ({"Serialization": "maybe"}, "Serialization: maybe is none of"),
        ({"Serialization": True}, "Serialization: is not a text"),
        ({"Serialization": "required"}, "Accept-Serialization: is missing"),
        ({"Accept-Serialization": "application/zip"}, "Accept-Serialization"),
        ({"Manifest-Required": ["md5"]}, "Manifest-Required: is no field"),
        ({"BagIt-Profile-Info": {"BagIt-Profile-Version": "2.0"}}, "BagIt-Profile-Version: 2.0"),
        ({"Bag-Info": {"Contact-Name": {"description": 1}}}, "Contact-Name: description"),
        ({"BagIt-Profile-Info": {"BagIt-Profile-Identifier": 1}}, "BagIt-Profile-Identifier"),
    ],
)
def test_a_wrong_profile_is_told_by_file_and_field(profile, fields, named):
    with pytest.raises(Misconfigured, match=rf"profile\.json: .*{named}"):
        profile(**fields)


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "[" * 100_000])
def test_what_is_no_profile_at_all(tmp_path, text):
    (tmp_path / "wrong.json").write_text(text)
    with pytest.raises(Misconfigured, match=r"wrong\.json"):
        bagit_profile.installed(tmp_path)


def test_an_installed_profile_has_an_identifier_of_its_own(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(TOLD))
    assert list(bagit_profile.installed(tmp_path)) == [NAME]
    (tmp_path / "b.json").write_text(json.dumps(TOLD))
    with pytest.raises(Misconfigured, match=r"b\.json.*is that of another"):
        bagit_profile.installed(tmp_path)
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(Misconfigured, match=r"b\.json.*is missing"):
        bagit_profile.installed(tmp_path)


def test_a_bag_is_held_to_the_profiles_that_it_names(profile):
    known = {NAME: profile()}
    assert bagit_profile.judge_named(bag(), SIZES, "", lambda: known) == ()
    assert codes(bagit_profile.judge_named(bag(version=(0, 97)), SIZES, "", lambda: known)) == [
        "VERSION"
    ]
    (unknown,) = bagit_profile.judge_named(bag(), SIZES, "", dict)
    assert (unknown.code, unknown.found) == ("BAGIT-PROFILE-UNKNOWN", NAME)
    assert level(unknown) is Level.WARNING


def test_a_bag_that_names_no_profile_reads_none():
    def fail():
        raise AssertionError("profiles were read")

    assert bagit_profile.judge_named(bag(tags=TAGS[1:]), SIZES, "", fail) == ()


def test_the_profiles_of_the_archive_can_be_read():
    found = bagit_profile.installed()
    files = list((resources.folder("profiles") / "bagit").glob("*.json"))
    assert len(found) == len(files) > 0


def test_every_rule_of_the_family_is_tried_here():
    tried = {mark.args[1][n][2] for mark in test_each_field_is_judged.pytestmark for n in range(14)}
    tried |= {"FETCH-REQUIRED", "DATA-EMPTY", "UNKNOWN", *SERIALIZED.values()}
    family = [code for code in rules() if code.startswith("BAGIT-PROFILE-")]
    assert {f"BAGIT-PROFILE-{it}" for it in tried} == set(family)
