"""Submission agreements as archivists write them (`profiles/agreements/NAME.toml`)."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from preservation import resources
from preservation.errors import Misconfigured
from preservation.model.agreement import Agreement, Limits, OnMalware
from preservation.model.identifiers import Puid, StoreName
from preservation.model.packages import SipKind
from preservation.model.report import Level
from preservation.streams import sha512

FOLDER = "profiles/agreements"
DEFAULT = "default"
_LIMITS = Limits()
Element = Literal["reference code", "title", "creator", "date", "level", "extent"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    because: str = Field("", description="why it was agreed so, for those who come later")


class SubmissionRules(_Table):
    """What may be submitted."""

    kinds: tuple[SipKind, ...] = Field((), description="kinds of packages; none means any")
    profile: str = Field("", description="identifier of the BagIt profile that bags must name")
    fetch_hosts: tuple[str, ...] = Field((), description="hosts that fetch.txt of a bag may name")


class DescriptionRules(_Table):
    """How a package must be described."""

    mandatory: tuple[Element, ...] = Field(
        get_args(Element), description="elements of ISAD(G) that must be there"
    )
    missing: Literal["error", "warning", "info"] = Field(
        "warning", description="`error` refuses the package when one is not there"
    )


class FormatRules(_Table):
    """Which formats are taken; by PRONOM identifier."""

    allowed: tuple[Annotated[str, AfterValidator(Puid)], ...] = Field(
        (), description="formats that are taken, and no others; none means any"
    )
    refused: tuple[Annotated[str, AfterValidator(Puid)], ...] = Field(
        (), description="formats that are not taken"
    )
    policy: Literal["default"] = Field(
        "default", description="the format policy that the files come under"
    )


class LimitRules(_Table):
    """How large a package may be."""

    files: int = Field(_LIMITS.files, gt=0, description="files")
    bytes: int = Field(_LIMITS.bytes, gt=0, description="octets of all files")
    file_bytes: int = Field(_LIMITS.file_bytes, gt=0, description="octets of one file")
    ratio: int = Field(_LIMITS.ratio, gt=0, description="octets unpacked for each one packed")
    depth: int = Field(_LIMITS.depth, gt=0, description="folders within folders")


class RightsRules(_Table):
    """What may be done with a package that says nothing of its rights itself."""

    access: str = Field("unknown", description="an act such as `disseminate`; `unknown` says none")
    basis: Literal["copyright", "license", "statute", "other"] = Field(
        "other", description="what allows it; `because` says it in words"
    )


class StorageRules(_Table):
    """Where copies are kept."""

    stores: tuple[Annotated[str, AfterValidator(StoreName)], ...] = Field(
        (), description="names of stores; none means all of the archive"
    )
    copies: int | None = Field(None, gt=0, description="how many of them get one; else all")


class MalwareRules(_Table):
    """What becomes of malware."""

    found: Literal["refuse", "quarantine"] = Field("refuse", description="what becomes of it")
    signature_days: int = Field(7, gt=0, description="age of signatures that is worth a warning")


class AgreementFile(_Table):
    """An agreement between a producer and an archive; every table says why in `because`."""

    producer: str = Field("", description="who may submit by it")
    submission: SubmissionRules = SubmissionRules(because="")
    description: DescriptionRules = DescriptionRules(because="")
    formats: FormatRules = FormatRules(because="")
    limits: LimitRules = LimitRules(because="")
    rights: RightsRules = RightsRules(because="")
    storage: StorageRules = StorageRules(because="")
    malware: MalwareRules = MalwareRules(because="")


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement with the text that it was read from, which goes into each AIP."""

    agreement: Agreement
    because: str
    file: Path
    text: bytes

    @property
    def kept(self) -> bytes:
        """The text to keep in an AIP; none of the default, which was agreed with nobody."""
        return b"" if self.file == resources.folder(FOLDER) / f"{DEFAULT}.toml" else self.text


def find(name: str, archive: Path | None = None) -> Agreed:
    """The agreement of this name: the archive's own, else the one that travels with Arkiv.

    Raises Misconfigured when there is none, or with every mistake in it.
    """
    files = available(archive)
    if name not in files:
        raise Misconfigured(f"no agreement is called {name}; there are: {', '.join(sorted(files))}")
    return read(files[name])


def available(archive: Path | None = None) -> Mapping[str, Path]:
    """Every agreement by its name; those of the archive go before."""
    folders = [resources.folder(FOLDER), *([archive / FOLDER] if archive else [])]
    return {file.stem: file for folder in folders for file in sorted(folder.glob("*.toml"))}


def read(file: Path) -> Agreed:
    """Read an agreement; raises Misconfigured with file, line and remedy of each mistake."""
    try:
        text = file.read_bytes()
        told: dict[str, Any] = tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Misconfigured(f"{file}: is not TOML in UTF-8: {error}; put the line right") from error
    try:
        found = AgreementFile(**told)
    except ValidationError as error:
        raise Misconfigured(*_mistakes(file, text.decode("utf-8"), error)) from error
    stores, copies = found.storage.stores, found.storage.copies
    if stores and copies and copies > len(stores):
        line = _line(text.decode("utf-8"), ("storage", "copies"))
        where = f"{file}, line {line}: storage.copies: {copies} copies in {len(stores)} stores"
        raise Misconfigured(f"{where}; name more stores, or ask for fewer copies")
    return Agreed(_agreement(file.stem, text, found), found.because, file, text)


def _agreement(name: str, text: bytes, found: AgreementFile) -> Agreement:
    limits = {it.name: getattr(found.limits, it.name) for it in fields(Limits)}
    return Agreement(
        name=name,
        version=sha512(text).value[:12],
        producer=found.producer,
        kinds=frozenset(found.submission.kinds),
        profile=found.submission.profile,
        mandatory=found.description.mandatory,
        missing=Level(found.description.missing),
        allowed_formats=frozenset(map(Puid, found.formats.allowed)),
        refused_formats=frozenset(map(Puid, found.formats.refused)),
        limits=Limits(**limits),
        fetch_hosts=frozenset(host.lower() for host in found.submission.fetch_hosts),
        access=found.rights.access,
        rights=found.rights.because,
        rights_basis=found.rights.basis,
        format_policy=found.formats.policy,
        stores=tuple(map(StoreName, found.storage.stores)),
        copies=found.storage.copies,
        malware=OnMalware(found.malware.found),
        signature_days=found.malware.signature_days,
    )


def _mistakes(file: Path, text: str, error: ValidationError) -> Iterator[str]:
    for mistake in error.errors():
        place = tuple(str(part) for part in mistake["loc"])
        named = ".".join(part for part in place if not part.isdigit())
        line = _line(text, place)
        where = f"{file}, line {line}: {named}" if line else f"{file}: {named}"
        if mistake["type"] == "extra_forbidden":
            near = difflib.get_close_matches(place[-1], _keys(place[:-1]), 1)
            known = ", ".join(_keys(place[:-1]))
            remedy = f"did you mean {near[0]}?" if near else f"use one of {known}"
            yield f"{where}: there is no such key; {remedy}"
        else:
            found = mistake.get("input")
            told = mistake["msg"].removeprefix("Value error, ")
            yield f"{where}: found {found!r}; {told[:1].lower()}{told[1:]}"


def _keys(place: tuple[str, ...]) -> list[str]:
    model: Any = AgreementFile
    for part in place:
        model = model.model_fields[part].annotation
    return list(model.model_fields)


def _line(text: str, place: tuple[str, ...]) -> int:
    """The line of a key, or of its table when the key is not there; 0 when neither is."""
    keys = [part for part in place if not part.isdigit()]
    table: list[str] = []
    nearest = 0
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[([^\[\]]+)\]", line)
        key = re.match(r"\s*([\w-]+|\"[^\"]*\")\s*=", line)
        if head:
            table = [part.strip().strip('"') for part in head[1].split(".")]
            nearest = number if table == keys[: len(table)] else nearest
        elif key and [*table, key[1].strip('"')] == keys:
            return number
    return nearest
