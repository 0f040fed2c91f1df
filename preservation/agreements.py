"""Submission agreements as archivists write them (`profiles/agreements/NAME.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from preservation import mistakes, resources
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
    unpack: tuple[Literal["zip", "tar", "tar.gz", "7z", "iso", "mbox"], ...] = Field(
        (), description="kinds of containers whose members become files of their own too"
    )
    policy: str = Field(
        "default", description="the format policy (`profiles/formats/NAME.toml`) of the files"
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


class RetentionRules(_Table):
    """How long an AIP is kept at least; until then nobody can delete it."""

    years: Annotated[int, Field(gt=0)] | Literal["permanent"] | None = Field(
        None, description="years after its ingest, or `permanent`; none means nothing is agreed"
    )


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
    retention: RetentionRules = RetentionRules(because="")
    malware: MalwareRules = MalwareRules(because="")


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as it is `told`, with the text that goes into each AIP."""

    agreement: Agreement
    told: AgreementFile
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
    return resources.laid_over(FOLDER, archive)


def read(file: Path) -> Agreed:
    """Read an agreement; raises Misconfigured with file, line and remedy of each mistake."""
    found, text = mistakes.read(file, AgreementFile)
    stores, copies = found.storage.stores, found.storage.copies
    if stores and copies and copies > len(stores):
        where = mistakes.at(file, text, ("storage", "copies"))
        told = f"storage.copies: {copies} copies in {len(stores)} stores"
        raise Misconfigured(f"{where}: {told}; name more stores, or ask for fewer copies")
    octets = text.encode("utf-8")
    return Agreed(_agreement(file.stem, octets, found), found, file, octets)


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
        unpack=frozenset(found.formats.unpack),
        stores=tuple(map(StoreName, found.storage.stores)),
        copies=found.storage.copies,
        malware=OnMalware(found.malware.found),
        signature_days=found.malware.signature_days,
        retention_years=found.retention.years if isinstance(found.retention.years, int) else 0,
        permanent=found.retention.years == "permanent",
    )
