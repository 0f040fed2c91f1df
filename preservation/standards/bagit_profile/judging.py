"""A bag held to a profile: one function for each field, one code for each way to break it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from preservation.model.names import written
from preservation.model.report import Counted, Remark
from preservation.standards.bagit import Bag
from preservation.standards.bagit_profile.reading import OWN, Profile, installed, matches, plain

_INFO = "bag-info.txt"
_MEDIA_TYPES = {
    "zip": ("zip", "zip-compressed"),
    "tar": ("tar", "gtar", "ustar"),
    "tar.gz": ("gzip", "gtar", "tgz", "gtar-compressed", "compressed-tar", "tar+gzip"),
    "7z": ("7z-compressed", "7zip"),
}
"""Media types, without `application/` and `x-`, that people write for each kind of container."""


def judge_named(
    bag: Bag,
    sizes: Mapping[bytes, int],
    container: str,
    profiles: Callable[[], Mapping[str, Profile]] = installed,
) -> tuple[Remark, ...]:
    """Hold a bag to every profile that its `bag-info.txt` names; none is read if it names none.

    `container` is the kind of file that it came as (`zip`), empty for a folder.
    """
    known = profiles() if bag.profiles else {}
    remarks = Counted()
    for name in bag.profiles:
        if name in known:
            remarks += _judged(known[name], bag, sizes, container)
        else:
            remarks.append(Remark("BAGIT-PROFILE-UNKNOWN", _INFO, name))
    return remarks.all()


def judge(
    profile: Profile, bag: Bag, sizes: Mapping[bytes, int], container: str = ""
) -> tuple[Remark, ...]:
    """Hold a bag to one profile, whether it names it or not, by the sizes of its files."""
    remarks = Counted()
    remarks += _judged(profile, bag, sizes, container)
    return remarks.all()


def _judged(
    profile: Profile, bag: Bag, sizes: Mapping[bytes, int], container: str
) -> Iterator[Remark]:
    paths = {written(path) for path in sizes}
    payload = {path for path in paths if path.startswith("data/")}
    own = {path for path in paths - payload if matches(path, OWN)}
    fetched = {written(path) for path in bag.fetched}
    yield from _serialization(profile, container)
    yield from _version(profile, bag)
    yield from _labels(profile, bag)
    yield from _manifests(profile, bag.algorithms, "")
    yield from _manifests(profile, bag.tag_algorithms, "Tag-")
    yield from _files(profile, "Tag", paths - payload, own)
    yield from _files(profile, "Payload", payload | fetched, frozenset())
    yield from _fetch(profile, "fetch.txt" in paths)
    yield from _empty(
        profile, {path: size for path, size in sizes.items() if path.startswith(b"data/")}
    )


def _serialization(profile: Profile, container: str) -> Iterator[Remark]:
    """Whether the bag came as one file or as a folder, and as which kind of file."""
    accepted = profile.lists.get("Accept-Serialization", ())
    if not container:
        if profile.serialization == "required":
            yield Remark("BAGIT-PROFILE-SERIALIZATION-REQUIRED", "", "", " or ".join(accepted))
    elif profile.serialization == "forbidden":
        yield Remark("BAGIT-PROFILE-SERIALIZATION-FORBIDDEN", "", container)
    elif accepted and not any(_is_of(it, container) for it in accepted):
        expected = " or ".join(accepted)
        yield Remark("BAGIT-PROFILE-SERIALIZATION-ACCEPTED", "", container, expected)


def _is_of(media_type: str, container: str) -> bool:
    kind, _, name = media_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and name.removeprefix("x-") in _MEDIA_TYPES[container]


def _labels(profile: Profile, bag: Bag) -> Iterator[Remark]:
    values: dict[str, list[str]] = {}
    for label, value in bag.tags:
        values.setdefault(label.casefold(), []).append(value)
    for name, asked in profile.labels.items():
        found = values.get(name.casefold(), [])
        if asked.required and not any(found):
            expected = f"{name} ({asked.description})" if asked.description else name
            yield Remark("BAGIT-PROFILE-TAG-REQUIRED", _INFO, "", expected)
        if not asked.repeatable and len(found) > 1:
            yield Remark("BAGIT-PROFILE-TAG-REPEATED", _INFO, f"{name}, {len(found)} times")
        for value in found:
            if value and asked.values and value not in asked.values:
                expected = " or ".join(asked.values)
                yield Remark("BAGIT-PROFILE-TAG-VALUE", _INFO, f"{name}: {value}", expected)


def _manifests(profile: Profile, found: tuple[str, ...], kind: str) -> Iterator[Remark]:
    code, stem = f"BAGIT-PROFILE-{kind.upper()}MANIFEST", f"{kind.lower().rstrip('-')}manifest"
    required = map(plain, profile.lists.get(f"{kind}Manifests-Required", ()))
    for missing in dict.fromkeys(it for it in required if it not in found):
        yield Remark(f"{code}-REQUIRED", "", "", f"{stem}-{missing}.txt")
    if f"{kind}Manifests-Allowed" in profile.lists:
        allowed = [plain(it) for it in profile.lists[f"{kind}Manifests-Allowed"]]
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
        if not matches(path, allowed):
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
