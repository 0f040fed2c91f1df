"""An archive: its settings, stores, tools and catalogue, opened from its folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast
from uuid import uuid4

from preservation.assembly.clock import SystemClock
from preservation.assembly.toolbox import Toolbox, scanner
from preservation.catalogue.claims import SqlClaims
from preservation.catalogue.database import Database, url_of
from preservation.catalogue.holdings import SqlCatalogue
from preservation.catalogue.journal import SqlJournal
from preservation.catalogue.rejections import SqlRejections
from preservation.errors import Corrupt, Misconfigured
from preservation.model.identifiers import StoreName
from preservation.model.storage import StoreRole
from preservation.ports import Claims, Clock, Scanner, Store
from preservation.settings import file as settings
from preservation.settings.file import Settings, StoreSettings
from preservation.settings.place import FILE
from preservation.standards.places import Identity
from preservation.stores.directory import DirectoryStore

if TYPE_CHECKING:
    from preservation.stores.s3 import S3Store
    from preservation.stores.sealed import Inner, SealedStore

    Opened = DirectoryStore | S3Store | SealedStore

SCRATCH = "scratch"


@dataclass(frozen=True)
class Archive:
    """An open archive; `folder` is where its `arkiv.toml` lies."""

    folder: Path
    settings: Settings
    stores: Mapping[StoreName, Store]
    catalogue: SqlCatalogue
    journal: SqlJournal
    clock: Clock

    tools: Toolbox
    rejections: SqlRejections
    claims: Claims
    retired: Mapping[StoreName, Store] = field(default_factory=dict)
    """Stores that are only read, by who names them: nothing writes there or counts them."""

    @property
    def preserving(self) -> tuple[StoreName, ...]:
        """The stores that an AIP is written to at ingest, in the order of the settings."""
        return tuple(StoreName(told.name) for told in self.settings.stores if told.role.preserves)

    @cached_property
    def scanner(self) -> Scanner | None:
        """Who looks for malware; None when the settings name nobody."""
        return scanner(self.settings.malware)

    @property
    def for_access(self) -> frozenset[StoreName]:
        """The stores whose copies are there to be given out, and preserve nothing."""
        named = (one.name for one in self.settings.stores if one.role is StoreRole.ACCESS)
        return frozenset(map(StoreName, named))

    @property
    def sealed(self) -> frozenset[StoreName]:
        """The stores whose copies are encrypted, and slower to read from."""
        return frozenset(StoreName(one.name) for one in self.settings.stores if one.identity)

    @property
    def where_catalogue(self) -> str:
        """Where the catalogue is, for messages."""
        told = self.settings.catalogue
        return told if "://" in told else str(self.folder / told)

    @property
    def scratch(self) -> Path:
        """Where packages on their way have their documents; nothing in it outlives its ingest."""
        return self.folder / SCRATCH

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the tools' processes."""
        self.tools.close()


def make(folder: Path, *, name: str) -> Archive:
    """A new archive in a folder: settings, catalogue, two directory stores, all empty.

    Raises Misconfigured when an archive is there already, or a store's place is taken.
    """
    file = folder / FILE
    if file.exists():
        raise Misconfigured(f"{file}: is there already; this folder is an archive")
    folder.mkdir(parents=True, exist_ok=True)
    text = settings.TEMPLATE.format(name=json.dumps(name, ensure_ascii=False), id=uuid4())
    partial = folder / f".{FILE}.partial"
    partial.write_text(text, "utf-8")
    partial.rename(file)
    told = settings.read(folder)
    for store in told.stores:
        open_store(folder, store, told.archive.id).initialize()
    Database.create(_address(folder, told)).close()
    return opened(folder)


def opened(folder: Path) -> Archive:
    """The archive in a folder; raises Misconfigured when something that it needs is missing."""
    told = settings.read(folder)
    return _archive(folder, told, Database.open(_address(folder, told)))


def opened_for_rebuild(folder: Path) -> Archive:
    """The archive in a folder, also when its catalogue is lost or damaged.

    A damaged catalogue is kept beside the new one, its name followed by the moment.
    """
    told = settings.read(folder)
    address = _address(folder, told)
    file = folder / told.catalogue
    if "://" in told.catalogue:
        return _archive(folder, told, Database.made(address))
    try:
        return _archive(folder, told, Database.open(address))
    except (Corrupt, Misconfigured):
        if file.exists():
            stamp = SystemClock().now().strftime("%Y%m%dT%H%M%SZ")
            for damaged in folder.glob(f"{told.catalogue}*"):
                damaged.rename(damaged.with_name(f"damaged-{stamp}-{damaged.name}"))
        return _archive(folder, told, Database.create(address))


def _address(folder: Path, told: Settings) -> str:
    return told.catalogue if "://" in told.catalogue else url_of(folder / told.catalogue)


def _archive(folder: Path, told: Settings, database: Database) -> Archive:
    stores: dict[StoreName, Store] = {}
    retired: dict[StoreName, Store] = {}
    for one in told.stores:
        among = retired if one.role is StoreRole.RETIRED else stores
        among[StoreName(one.name)] = open_store(folder, one, told.archive.id)
    catalogue, journal = SqlCatalogue(database), SqlJournal(database)
    schemas = folder / told.ingest.schemas
    toolbox = Toolbox(told.tools, folder / SCRATCH, archive=folder, schemas=schemas)
    clock = SystemClock()
    rejections, claims = SqlRejections(database), SqlClaims(database, clock)
    return Archive(
        folder, told, stores, catalogue, journal, clock, toolbox, rejections, claims, retired
    )


def open_store(folder: Path, store: StoreSettings, archive: str) -> "Opened":
    """The store of some settings; raises Misconfigured when there is none for its kind.

    With an `identity` what lies in it is encrypted. `archive` is the identifier that the store must
    have too, if it says of which archive it is.
    """
    name = StoreName(store.name)
    if not store.identity:
        return _adapter(folder, store, Identity(archive, name) if archive else None)
    if not archive:
        raise Misconfigured(
            f"store {name}: only a store that says whose it is can be encrypted; give the archive "
            "an id first, see docs/operations.md"
        )
    from preservation.stores.age import read_key  # noqa: PLC0415  only who encrypts needs it
    from preservation.stores.sealed import SealedStore  # noqa: PLC0415

    key = read_key(folder / store.identity)
    inner = _adapter(folder, store, Identity(archive, name, key.recipient))
    return SealedStore(cast("Inner", inner), key)


def _adapter(
    folder: Path, store: StoreSettings, identity: Identity | None
) -> "DirectoryStore | S3Store":
    """The adapter for a store's url; raises Misconfigured when there is none for its kind."""
    name = StoreName(store.name)
    scheme, separator, _ = store.url.partition("://")
    if not separator and store.lock != "none":
        raise Misconfigured(f"store {name}: a folder cannot lock its files; take `lock` out")
    if not separator:
        return DirectoryStore(name, folder / store.url, identity)
    if scheme != "s3":
        # Not the whole url: it may hold a password.
        raise Misconfigured(f"store {name}: {scheme}://: a store is a folder or s3://bucket/prefix")
    from preservation.stores import s3  # noqa: PLC0415  archives without S3 need not wait for it

    limits = s3.Limits(store.parallel, store.bandwidth and store.bandwidth * 1024**2)
    return s3.S3Store(
        name,
        s3.location(name, store.url),
        s3.credentials(name, store.credentials, folder),
        limits=limits,
        lock=store.lock,
        identity=identity,
    )
