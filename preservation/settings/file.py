"""What `arkiv.toml` says, read once, with what the environment says instead."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from preservation import mistakes
from preservation.errors import Misconfigured
from preservation.model.identifiers import StoreName
from preservation.model.storage import StoreRole
from preservation.settings.audit import AuditSettings
from preservation.settings.inbox import InboxSettings, ServeSettings
from preservation.settings.place import FILE

TEMPLATE = """\
# Settings of this archive. `arkiv doctor` says what they mean for it.

[archive]
name = {name}
# Each store says that it is of the archive with this identifier. Never change it.
id = "{id}"

# An AIP is preserved when every store below holds a copy that was read back and compared.
# A relative url is a folder beside this file; put the stores on different disks.
[[stores]]
name = "a"
url = "stores/a"

[[stores]]
name = "b"
url = "stores/b"

[ingest]
# File names that are not preserved, such as ["Thumbs.db", ".DS_Store"]; each receipt lists them.
exclude = []
# A folder with the official XML Schemas (METS, PREMIS, EAD, MODS ...) that packages are held to.
schemas = "schemas"

# [audit]
# Every copy is seen within so many days, and read whole within so many: arkiv audit --due
# presence_days = 1
# fixity_days = 90

# ClamAV, whose clamd somebody else starts; without it each AIP says that no scan was made.
# [malware]
# clamd = "unix:/run/clamav/clamd.ctl"

[tools]
identifiers = ["siegfried", "fido"]
characterizers = [
  "pdf", "image", "text", "office", "archives", "mail", "siard", "warc", "media", "exiftool",
]
validators = ["pdf", "verapdf", "image", "png", "jp2", "xml", "zip", "media", "mediaconch"]
# Seconds that a tool may take for a file, beyond the time for its size, before it is stopped.
patience = 60
"""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchiveSettings(_Part):
    """Whose archive it is."""

    name: str = Field("Arkiv", description="the organisation that keeps the archive")
    id: str = Field("", description="which archive it is, as its stores say too")


class StoreSettings(_Part):
    """One store: its name, where it is, what it is for, and how much it may be asked to do."""

    name: Annotated[str, AfterValidator(StoreName)]
    url: str = Field(
        description="a folder, relative to arkiv.toml or absolute, or s3://bucket/prefix"
    )
    role: StoreRole = Field(StoreRole.COPY, description="what the store is for")
    place: str = Field("", description="where it is: a town, a building; stores in one place share")
    credentials: str = Field(
        "", description="of S3: profile:NAME or file:PATH; else the environment"
    )
    identity: str = Field("", description="a file with an identity of age, to encrypt copies for")
    parallel: int = Field(4, ge=1, le=64, description="of S3: parts on their way at a time")
    bandwidth: float | None = Field(None, gt=0, description="of S3: MiB a second at most")
    lock: Literal["none", "governance", "compliance"] = Field(
        "none", description="of S3: lock what an agreement or a hold keeps, who may lift the lock"
    )


class IngestSettings(_Part):
    """What is done with every SIP."""

    exclude: tuple[str, ...] = Field((), description="file name patterns that are not preserved")
    schemas: str = Field("schemas", description="a folder with official XML Schemas")


class ToolSettings(_Part):
    """Which tools look at the files."""

    identifiers: tuple[str, ...] = Field(("siegfried", "fido"), max_length=2)
    second_opinion: Literal["unsure", "always"] = Field(
        "unsure", description="when the second identifier is asked too"
    )
    characterizers: tuple[str, ...] = (
        *("pdf", "image", "text", "office", "archives", "mail", "siard", "warc"),
        *("media", "exiftool"),
    )
    validators: tuple[str, ...] = (
        *("pdf", "verapdf", "image", "png", "jp2", "xml", "zip", "media", "mediaconch"),
    )
    patience: float = Field(60.0, gt=0, description="seconds for a file beyond those for its size")


class MalwareSettings(_Part):
    """Who looks for malware."""

    clamd: str = Field("", description='unix:/run/clamav/clamd.ctl or tcp://host:3310; none: ""')
    mode: Literal["stream", "path"] = Field("stream", description="send files, or name them")
    largest: int = Field(100, gt=0, description="MaxFileSize of clamd, in MiB")
    patience: float = Field(120.0, gt=0, description="seconds for a file beyond those for its size")


class RepairSettings(_Part):
    """Whether copies are mended without being asked to."""

    automatic: bool = Field(False, description="repair what an audit finds bad, right after it")


class DeletionSettings(_Part):
    """What deletion by two people asks for."""

    accounts: Literal["any", "different"] = Field(
        "any", description="whether who approves must use another account of the computer"
    )


class DrillSettings(_Part):
    """How much a restore drill restores."""

    sample: int = Field(5, gt=0, description="AIPs that one drill restores from a store")


class Settings(BaseSettings):
    """All settings; an environment variable such as ARKIV__TOOLS__PATIENCE goes before the file."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="ARKIV__", env_nested_delimiter="__"
    )

    archive: ArchiveSettings = ArchiveSettings()
    stores: tuple[StoreSettings, ...] = Field(min_length=1)
    ingest: IngestSettings = IngestSettings()
    tools: ToolSettings = ToolSettings()
    malware: MalwareSettings = MalwareSettings()
    audit: AuditSettings = AuditSettings()
    repair: RepairSettings = RepairSettings()
    drills: DrillSettings = DrillSettings()
    deletion: DeletionSettings = DeletionSettings()
    inboxes: tuple[InboxSettings, ...] = ()
    serve: ServeSettings = ServeSettings()
    catalogue: str = Field(
        "catalogue.sqlite", description="a file beside arkiv.toml, or postgresql://..."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, and no other source."""
        return env_settings, init_settings


def read(folder: Path) -> Settings:
    """The settings of the archive in a folder; raises Misconfigured with every mistake at once."""
    file = folder / FILE
    settings, text = mistakes.read(file, Settings)
    names = [store.name for store in settings.stores]
    strange = [store.name for store in settings.audit.stores if store.name not in names]
    if strange:
        raise Misconfigured(
            f"{file}: audit.stores: {', '.join(strange)}: not among the stores ({', '.join(names)})"
        )
    if len(set(names)) != len(names):
        where = mistakes.at(file, text, ("stores", len(names) - 1, "name"))
        raise Misconfigured(f"{where}: stores: two have the same name; give each its own")
    if not any(store.role.preserves for store in settings.stores):
        raise Misconfigured(
            f"{file}: stores: none has the role primary or copy; an AIP would be written nowhere"
        )
    return settings
