"""BagIt Profiles 1.0 to 1.4: what an archive asks of a bag beyond RFC 8493.

Profiles lie in `profiles/bagit/*.json`; one that a bag names and that is not there is not fetched.
`Serialization` and `Accept-Serialization` are not judged: they speak of the zip or tar that the bag
came in, and that is judged, and gone, before the bag is read.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from preservation import resources
from preservation.errors import Misconfigured
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.standards.bagit import Bag

IDENTIFIER = "BagIt-Profile-Identifier"
_INFO = "bag-info.txt"
_OWN = ("bagit.txt", "bag-info.txt", "fetch.txt", "manifest-*.txt", "tagmanifest-*.txt")
_LISTS = (
    "Manifests-Required",
    "Manifests-Allowed",
    "Tag-Manifests-Required",
    "Tag-Manifests-Allowed",
    "Tag-Files-Required",
    "Tag-Files-Allowed",
    "Payload-Files-Required",
    "Payload-Files-Allowed",
    "Accept-BagIt-Version",
)
_SWITCHES = {"Allow-Fetch.txt": True, "Fetch.txt-Required": False, "Data-Empty": False}


@dataclass(frozen=True, slots=True)
class Label:
    """What a profile asks of one label of `bag-info.txt`; without `values` any will do."""

    required: bool
    repeatable: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile; `lists` and `switches` go by the names that the specification gives them.

    A list that the profile does not have is not there, which is not the same as an empty one.
    """

    identifier: str
    labels: Mapping[str, Label]
    lists: Mapping[str, tuple[str, ...]]
    switches: Mapping[str, bool]


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
    )
    _require_sense(profile, fields)
    return profile


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


def judge_named(
    bag: Bag, sizes: Mapping[bytes, int], profiles: Callable[[], Mapping[str, Profile]] = installed
) -> tuple[Remark, ...]:
    """Hold a bag to every profile that its `bag-info.txt` names; none is read if it names none."""
    names = dict.fromkeys(
        value for label, value in bag.tags if label.casefold() == IDENTIFIER.casefold() and value
    )
    known = profiles() if names else {}
    remarks: list[Remark] = []
    for name in names:
        if name in known:
            remarks += judge(known[name], bag, sizes)
        else:
            remarks.append(Remark("BAGIT-PROFILE-UNKNOWN", _INFO, name))
    return tuple(remarks)


def judge(profile: Profile, bag: Bag, sizes: Mapping[bytes, int]) -> tuple[Remark, ...]:
    """Hold a bag to one profile, whether it names it or not, by the sizes of its files."""
    paths = {written(path) for path in sizes}
    payload = {path for path in paths if path.startswith("data/")}
    own = {path for path in paths - payload if _matches(path, _OWN)}
    fetched = {written(path) for path in bag.fetched}
    return (
        *_labels(profile, bag),
        *_manifests(profile, bag.algorithms, ""),
        *_manifests(profile, bag.tag_algorithms, "Tag-"),
        *_files(profile, "Tag", paths - payload, own),
        *_files(profile, "Payload", payload | fetched, frozenset()),
        *_fetch(profile, "fetch.txt" in paths),
        *_empty(profile, {path: size for path, size in sizes.items() if path.startswith(b"data/")}),
        *_version(profile, bag),
    )


def _labels(profile: Profile, bag: Bag) -> Iterator[Remark]:
    values: dict[str, list[str]] = {}
    for label, value in bag.tags:
        values.setdefault(label.casefold(), []).append(value)
    for name, asked in profile.labels.items():
        found = values.get(name.casefold(), [])
        if asked.required and not any(found):
            yield Remark("BAGIT-PROFILE-TAG-REQUIRED", _INFO, "", name)
        if not asked.repeatable and len(found) > 1:
            yield Remark("BAGIT-PROFILE-TAG-REPEATED", _INFO, f"{name}, {len(found)} times")
        for value in found:
            if value and asked.values and value not in asked.values:
                expected = " or ".join(asked.values)
                yield Remark("BAGIT-PROFILE-TAG-VALUE", _INFO, f"{name}: {value}", expected)


def _manifests(profile: Profile, found: tuple[str, ...], kind: str) -> Iterator[Remark]:
    code, stem = f"BAGIT-PROFILE-{kind.upper()}MANIFEST", f"{kind.lower().rstrip('-')}manifest"
    required = map(_plain, profile.lists.get(f"{kind}Manifests-Required", ()))
    for missing in dict.fromkeys(it for it in required if it not in found):
        yield Remark(f"{code}-REQUIRED", "", "", f"{stem}-{missing}.txt")
    if f"{kind}Manifests-Allowed" in profile.lists:
        allowed = [_plain(it) for it in profile.lists[f"{kind}Manifests-Allowed"]]
        for name in (it for it in found if it not in allowed):
            yield Remark(f"{code}-ALLOWED", f"{stem}-{name}.txt", name, " or ".join(allowed))


def _files(profile: Profile, kind: str, paths: set[str], free: Iterable[str]) -> Iterator[Remark]:
    code = f"BAGIT-PROFILE-{kind.upper()}-FILE"
    for name in profile.lists.get(f"{kind}-Files-Required", ()):
        is_folder = name.endswith("/")
        if name not in paths and not (is_folder and any(it.startswith(name) for it in paths)):
            yield Remark(f"{code}-REQUIRED", name)
    allowed = profile.lists.get(f"{kind}-Files-Allowed", ("*",))
    for path in sorted(paths.difference(free)):
        if not _matches(path, allowed):
            yield Remark(f"{code}-ALLOWED", path, "", " or ".join(allowed))


def _fetch(profile: Profile, there: bool) -> Iterator[Remark]:
    if there and not profile.switches["Allow-Fetch.txt"]:
        yield Remark("BAGIT-PROFILE-FETCH-ALLOWED", "fetch.txt")
    if not there and profile.switches["Fetch.txt-Required"]:
        yield Remark("BAGIT-PROFILE-FETCH-REQUIRED", "fetch.txt")


def _empty(profile: Profile, payload: Mapping[bytes, int]) -> Iterator[Remark]:
    """An empty payload may have one file without content: some systems drop empty folders."""
    if profile.switches["Data-Empty"] and (len(payload) > 1 or any(payload.values())):
        found = f"{sum(payload.values())} octets in {len(payload)} files"
        yield Remark("BAGIT-PROFILE-DATA-EMPTY", "data", found)


def _version(profile: Profile, bag: Bag) -> Iterator[Remark]:
    accepted = profile.lists.get("Accept-BagIt-Version", ())
    version = ".".join(map(str, bag.declaration.version))
    if accepted and version not in accepted:
        yield Remark("BAGIT-PROFILE-VERSION", "bagit.txt", version, " or ".join(accepted))


def _matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path is named or fits a pattern; `data/src/*` is all below, folders as well."""
    return any(path == it or fnmatchcase(path, it) for it in patterns)


def _plain(algorithm: str) -> str:
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
        fields.switch("required", False), fields.switch("repeatable", True), fields.texts("values")
    )


def _require_sense(profile: Profile, fields: _Fields) -> None:
    """Refuse a profile that no bag can keep: it asks for what it does not allow."""
    for kind in ("Manifests", "Tag-Manifests", "Tag-Files", "Payload-Files"):
        allowed = profile.lists.get(f"{kind}-Allowed", ("*",))
        of_files = kind.endswith("Files")
        free = _OWN if kind == "Tag-Files" else ()
        for name in profile.lists.get(f"{kind}-Required", ()):
            fits = _matches(name, (*allowed, *free)) or (
                not of_files and _plain(name) in map(_plain, allowed)
            )
            if not fits:
                raise fields.wrong(f"{kind}-Required", f"{name} is not in {kind}-Allowed")
    if profile.switches["Fetch.txt-Required"] and not profile.switches["Allow-Fetch.txt"]:
        raise fields.wrong("Fetch.txt-Required", "Allow-Fetch.txt does not allow it")
