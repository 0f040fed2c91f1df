"""Profiles as they are written down: read from `profiles/bagit/*.json`, each field of its type."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from preservation import resources
from preservation.errors import Misconfigured

IDENTIFIER = "BagIt-Profile-Identifier"
OWN = ("bagit.txt", "bag-info.txt", "fetch.txt", "manifest-*.txt", "tagmanifest-*.txt")
"""Tag files that need no permission: the standard has them."""
SERIALIZATIONS = ("forbidden", "required", "optional")
_LISTS = (
    "Manifests-Required",
    "Manifests-Allowed",
    "Tag-Manifests-Required",
    "Tag-Manifests-Allowed",
    "Tag-Files-Required",
    "Tag-Files-Allowed",
    "Payload-Files-Required",
    "Payload-Files-Allowed",
    "Accept-Serialization",
    "Accept-BagIt-Version",
)
_TEXTS = ("Source-Organization", "External-Description", "Version", "BagIt-Profile-Version")
_SWITCHES = {"Allow-Fetch.txt": True, "Fetch.txt-Required": False, "Data-Empty": False}


@dataclass(frozen=True, slots=True)
class Label:
    """What a profile asks of one label of `bag-info.txt`; without `values` any will do.

    `description` is what the maker of the profile says of it.
    """

    required: bool
    repeatable: bool
    values: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile; `lists` and `switches` go by the names that the specification gives them.

    A list that the profile does not have is not there, which is not the same as an empty one.
    `serialization` is whether a bag may, must or must not come as one file.
    """

    identifier: str
    labels: Mapping[str, Label]
    lists: Mapping[str, tuple[str, ...]]
    switches: Mapping[str, bool]
    serialization: str = "optional"


def parse(path: Path) -> Profile:
    """Read a profile. Raises Misconfigured, which names the file and the field that is wrong."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Misconfigured(f"{path}: not a BagIt profile: {error}") from error
    fields = _Fields(path, "").of(told)
    info = fields.inner("BagIt-Profile-Info")
    labels = fields.inner("Bag-Info")
    profile = Profile(
        info.text(IDENTIFIER),
        {name: _label(labels.inner(name)) for name in labels.told},
        {name: fields.texts(name) for name in _LISTS if name in fields.told},
        {name: fields.switch(name, default) for name, default in _SWITCHES.items()},
        fields.text("Serialization") or "optional",
    )
    for name in _TEXTS:
        info.text(name)
    _require_known(info, fields)
    _require_sense(profile, fields)
    return profile


def _require_known(info: "_Fields", fields: "_Fields") -> None:
    """Refuse what would not be judged: a field or a version that nobody knows.

    A field that is written wrong would otherwise ask for nothing, and nobody would know.
    """
    version = info.text("BagIt-Profile-Version") or "1.1.0"
    if not version.startswith("1."):
        raise info.wrong("BagIt-Profile-Version", f"{version} is not known, only 1.0 to 1.4")
    known = {"BagIt-Profile-Info", "Bag-Info", "Serialization", *_LISTS, *_SWITCHES}
    for name in fields.told:
        if name not in known:
            raise fields.wrong(name, "is no field of BagIt Profiles 1.0 to 1.4")


def installed(place: Path | None = None) -> Mapping[str, Profile]:
    """The profiles of a folder by their identifiers; without one, those of this archive."""
    found: dict[str, Profile] = {}
    for path in sorted((place or resources.folder("profiles") / "bagit").glob("*.json")):
        profile = parse(path)
        if not profile.identifier or profile.identifier in found:
            fault = "is that of another profile" if profile.identifier else "is missing"
            raise Misconfigured(f"{path}: BagIt-Profile-Info: {IDENTIFIER} {fault}")
        found[profile.identifier] = profile
    return found


def laid_over(archive: Path | None) -> Mapping[str, Profile]:
    """The profiles that travel with Arkiv, and over them those that an archive has of its own.

    `archive` is the folder of the archive, if there is one; its profiles lie in `profiles/bagit`.
    """
    own = installed(archive / "profiles" / "bagit") if archive else {}
    return {**installed(), **own}


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path is named or fits a pattern; `data/src/*` is all below, folders as well."""
    return any(path == it or fnmatchcase(path, it) for it in patterns)


def plain(algorithm: str) -> str:
    """The name of an algorithm as the names of manifests have it."""
    return "".join(filter(str.isalnum, algorithm.lower()))


class _Fields:
    """The fields of one object of a profile, each of the type that it must have."""

    def __init__(self, path: Path, where: str) -> None:
        self._path, self._where = path, where
        self.told: Mapping[str, Any] = {}

    def of(self, told: object) -> "_Fields":
        if not isinstance(told, dict):
            raise self.wrong("", "is not an object with fields")
        self.told = told
        return self

    def wrong(self, name: str, fault: str) -> Misconfigured:
        field = ": ".join(filter(None, (self._where, name))) or "the profile"
        return Misconfigured(f"{self._path}: {field}: {fault}")

    def inner(self, name: str) -> "_Fields":
        where = ": ".join(filter(None, (self._where, name)))
        return _Fields(self._path, where).of(self.told.get(name, {}))

    def text(self, name: str) -> str:
        value = self.told.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(name, "is not a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.told.get(name, [])
        if not isinstance(value, list) or not all(isinstance(it, str) for it in value):
            raise self.wrong(name, "is not a list of texts")
        return tuple(value)

    def switch(self, name: str, default: bool) -> bool:
        value = self.told.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false")
        return value


def _label(fields: _Fields) -> Label:
    return Label(
        fields.switch("required", False),
        fields.switch("repeatable", True),
        fields.texts("values"),
        fields.text("description"),
    )


def _require_sense(profile: Profile, fields: _Fields) -> None:
    """Refuse a profile that no bag can keep: it asks for what it does not allow."""
    for kind in ("Manifests", "Tag-Manifests", "Tag-Files", "Payload-Files"):
        allowed = profile.lists.get(f"{kind}-Allowed", ("*",))
        of_files = kind.endswith("Files")
        free = OWN if kind == "Tag-Files" else ()
        for name in profile.lists.get(f"{kind}-Required", ()):
            fits = matches(name, (*allowed, *free)) or (
                not of_files and plain(name) in map(plain, allowed)
            )
            if not fits:
                raise fields.wrong(f"{kind}-Required", f"{name} is not in {kind}-Allowed")
    if profile.serialization not in SERIALIZATIONS:
        known = ", ".join(SERIALIZATIONS)
        raise fields.wrong("Serialization", f"{profile.serialization} is none of {known}")
    if profile.serialization == "required" and not profile.lists.get("Accept-Serialization"):
        raise fields.wrong("Accept-Serialization", "is missing, but Serialization is required")
    if profile.switches["Fetch.txt-Required"] and not profile.switches["Allow-Fetch.txt"]:
        raise fields.wrong("Fetch.txt-Required", "Allow-Fetch.txt does not allow it")
