"""Format policies as archivists write them (`profiles/formats/NAME.toml`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from preservation import mistakes, resources
from preservation.errors import Misconfigured
from preservation.model.identifiers import Puid
from preservation.model.policy import FormatPolicy, FormatRule, LetIn, OnInvalid, Risk
from preservation.streams import sha512

FOLDER = "profiles/formats"
DEFAULT = "default"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormatEntry(_Table):
    """What is decided about some formats."""

    puids: tuple[Annotated[str, AfterValidator(Puid)], ...] = Field(
        min_length=1, description="the formats, by PRONOM identifier"
    )
    name: str = Field("", description="what people call them")
    risk: Risk = Field(description="how likely it is that they cannot be read some day")
    because: str = Field("", description="why, for those who come later")
    invalid: OnInvalid | None = Field(
        None, description="what becomes of faulty files of these formats, if not the same as of all"
    )


class LetInEntry(_Table):
    """A faulty file that is taken all the same."""

    sha512: str = Field(pattern="^[0-9a-f]{128}$", description="the digest of that very file")
    by: str = Field(min_length=1, description="who decided it")
    because: str = Field(min_length=1, description="why")


class PolicyFile(_Table):
    """What an archive does about formats."""

    because: str = Field("", description="why it was decided so, for those who come later")
    invalid: OnInvalid = Field(
        OnInvalid.KEEP,
        description="what becomes of a file that is not well-formed or not valid",
    )
    risk: Risk = Field(Risk.MEDIUM, description="the risk of formats that are not named below")
    unknown: Risk = Field(Risk.HIGH, description="the risk of files of unknown format")
    format: tuple[FormatEntry, ...] = Field((), description="what is decided about some formats")
    let_in: tuple[LetInEntry, ...] = Field((), description="faulty files that are taken")


@dataclass(frozen=True, slots=True)
class Decided:
    """A format policy as it is `told`, with the text that goes into each AIP."""

    policy: FormatPolicy
    told: PolicyFile
    file: Path
    text: bytes

    @property
    def kept(self) -> bytes:
        """The text to keep in an AIP; none of the default, which nobody decided."""
        return b"" if self.file == resources.folder(FOLDER) / f"{DEFAULT}.toml" else self.text


def find(name: str, archive: Path | None = None) -> Decided:
    """The policy of this name: the archive's own, else the one that travels with Arkiv.

    Raises Misconfigured when there is none, or with every mistake in it.
    """
    files = available(archive)
    if name not in files:
        known = ", ".join(sorted(files))
        raise Misconfigured(f"no format policy is called {name}; there are: {known}")
    return read(files[name])


def available(archive: Path | None = None) -> Mapping[str, Path]:
    """Every policy by its name; those of the archive go before."""
    return resources.laid_over(FOLDER, archive)


def read(file: Path) -> Decided:
    """Read a policy; raises Misconfigured with file, line and remedy of each mistake."""
    found, text = mistakes.read(file, PolicyFile)
    wrong = tuple(_twice(file, text, found))
    if wrong:
        raise Misconfigured(*wrong)
    octets = text.encode("utf-8")
    policy = FormatPolicy(
        name=file.stem,
        version=sha512(octets).value[:12],
        invalid=found.invalid,
        risk=found.risk,
        unknown=found.unknown,
        formats={
            Puid(puid): FormatRule(it.risk, it.because, it.invalid)
            for it in found.format
            for puid in it.puids
        },
        let_in={it.sha512: LetIn(it.by, it.because) for it in found.let_in},
    )
    return Decided(policy, found, file, octets)


def _twice(file: Path, text: str, found: PolicyFile) -> Iterator[str]:
    """Formats and files about which two things are said."""
    seen: set[str] = set()
    said = [("format", n, "puids", puid) for n, it in enumerate(found.format) for puid in it.puids]
    said += [("let_in", n, "sha512", it.sha512) for n, it in enumerate(found.let_in)]
    for table, number, key, value in said:
        if value in seen:
            where = mistakes.at(file, text, (table, number, key), value)
            yield f"{where}: {table}.{key}: {value} is there twice; leave it at one place"
        seen.add(value)
