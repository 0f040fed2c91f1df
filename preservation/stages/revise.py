"""Revise: where the things of a next version lie, and what it leaves out of the one before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from preservation.errors import Misconfigured, Rejected
from preservation.model import names
from preservation.model.description import Record, Statement
from preservation.model.names import written
from preservation.model.packages import Role, Sip
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import HeldFile
from preservation.recording import Stage
from preservation.standards import metadata_csv

ORIGINAL = "original"
_DATA = "representations/original/data/"
_SUBMISSION = "submission/"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Change:
    """What a next version changes; `files` is the payload of the version before.

    The files of its SIP go into `representation`. Raises Misconfigured for a name that cannot be
    one of a representation.
    """

    version: int
    representation: str
    files: tuple[HeldFile, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.representation):
            raise Misconfigured(
                f"{self.representation}: no name of a representation: lower-case letters, digits, "
                "- and _, such as access"
            )


def withdrawn(change: Change, wanted: Sequence[str]) -> frozenset[str]:
    """The paths in the AIP of files, or of all files of a folder, that are to go.

    A name is that under which a file was submitted, or its path in the AIP. Raises Rejected with
    every name that no file has, and when nothing would be left.
    """
    paths: set[str] = set()
    unknown = []
    for name in wanted:
        found = {file.path for file in change.files if _is_named(file, name.rstrip("/"))}
        if not found:
            unknown.append(
                f"{name}: no file of the package has this name; "
                "see them with: arkiv show AIP-ID --files"
            )
        paths |= found
    if unknown:
        raise Rejected(*unknown)
    if paths and len(paths) == len(change.files):
        raise Rejected("no file would be left; if the AIP is to go, ask for its deletion")
    return frozenset(paths)


def _is_named(file: HeldFile, name: str) -> bool:
    places = (file.original_name, file.path)
    return any(place == name or place.startswith(f"{name}/") for place in places)


def placed(sip: Sip, change: Change) -> Stage[Sip]:
    """The SIP with its files where they will lie in the next version.

    Raises Rejected for files whose names some system would fold into that of another file.
    """
    data = f"representations/{change.representation}/data/"
    below = f"{_SUBMISSION}v{change.version}/"

    def place(path: str) -> str:
        if path.startswith(_DATA):
            return data + path.removeprefix(_DATA)
        return below + path.removeprefix(_SUBMISSION) if path.startswith(_SUBMISSION) else path

    files = tuple(replace(file, path=place(file.path)) for file in sip.files)
    had = {_folded(file.path): file.path for file in change.files}
    clashes = [
        f"{written(file.given)}: the package has {had[_folded(file.path)]}, and some systems take "
        "both names for the same; give the file another name"
        for file in files
        if had.get(_folded(file.path), file.path) != file.path
    ]
    if clashes:
        raise Rejected(*clashes)
    detail = f"{sip.kind} {sip.name} is to be part of version {change.version} of the AIP"
    note = f"{sum(file.role is Role.PAYLOAD for file in files)} files for {data}"
    yield Finding(EventType.ACCESSION, Outcome.SUCCESS, ARKIV, detail, note)
    return replace(
        sip,
        files=files,
        description=tuple(replace(it, about=place(it.about)) for it in sip.description),
        rights=tuple(replace(it, objects=tuple(map(place, it.objects))) for it in sip.rights),
    )


def _folded(path: str) -> str:
    return names.composed(path).casefold()


def described(content: bytes, where: str, change: Change) -> tuple[Record, ...]:
    """What a spreadsheet says of the package and of the files that it has.

    Raises Rejected (as Refused) for a spreadsheet that cannot be read, and with every row that
    speaks of a file that is not there.
    """
    places = _places(change.files)
    records: dict[str, list[Statement]] = {}
    absent = []
    for row in metadata_csv.read(content, where).rows:
        about = places.get(names.composed(row.filename.strip("/")))
        if about is None:
            absent.append(
                f"{where}, line {row.line}: {row.filename}: the package has no such file or "
                "folder; put the path right, or leave the row out"
            )
        else:
            records.setdefault(about, []).extend(row.statements)
    if absent:
        raise Rejected(*absent)
    return tuple(Record(about, tuple(said)) for about, said in records.items())


def _places(files: Sequence[HeldFile]) -> Mapping[str, str]:
    """Files and folders by their names as submitted, with or without `objects/` or `data/`."""
    places = {"": ""}
    for file in files:
        name, path = file.original_name, file.path
        while name and path.count("/") > _DATA.count("/") - 1:
            plain = names.composed(name)
            for form in (plain, plain.removeprefix("data/"), plain.removeprefix("objects/")):
                places.setdefault(form, path)
            name, path = name.rpartition("/")[0], path.rpartition("/")[0]
    return places
