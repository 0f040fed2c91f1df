"""What lies in the stores and what the catalogue holds of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from preservation.model.description import Record
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId, Puid, StoreName
from preservation.model.premis import Event, RightsStatement
from preservation.model.validity import Verdict


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an AIP's tar.

    `name` is its full path in the tar (`<aip-id>/data/<aip-id>/METS.xml`), `size` octets, `digest`
    its SHA-512, `modified` whole seconds since 1970, `source` the path on disk of its bytes (empty
    once it is stored).
    """

    name: str
    size: int
    digest: Digest
    modified: int
    source: bytes = b""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A payload file as the catalogue lists it; `path` is its path inside the AIP.

    `validity` is what all that validators judged comes to; of an AIP that was packed before there
    were any it is not performed. `inhibitors` is what hinders its use (`encryption`).
    `source` is the path of the file that it was unpacked from, if it was not submitted itself. Its
    content begins at `offset` in the tar of the version `tar` (None: of its own version); where
    that is not known the offset is None.
    """

    path: str
    original_name: str
    size: int
    digest: Digest
    puid: Puid | None
    format_name: str
    mime: str
    validity: Verdict = Verdict.NOT_PERFORMED
    inhibitors: tuple[str, ...] = ()
    source: str = ""
    offset: int | None = None
    tar: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The sums that must agree: every file of the SIP is in exactly one of the three rows."""

    preserved_files: int
    preserved_bytes: int
    submission_files: int
    submission_bytes: int
    excluded_files: int
    excluded_bytes: int

    @property
    def files(self) -> int:
        """All files that were found in the SIP."""
        return self.preserved_files + self.submission_files + self.excluded_files

    @property
    def bytes(self) -> int:
        """All octets that were found in the SIP."""
        return self.preserved_bytes + self.submission_bytes + self.excluded_bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """What the catalogue holds of one AIP version; stored beside it, so the catalogue can burn.

    `sip` is the SIP's folder name in written form, `fingerprint` that of `Verified`, `stores` the
    stores that were to get a copy. Until `retained_until` nobody may delete it; None is not agreed.
    """

    id: PackageId
    version: int
    created: datetime
    sip: str
    fingerprint: Digest
    account: Account
    description: tuple[Record, ...]
    files: tuple[HeldFile, ...]
    events: tuple[Event, ...]
    stores: tuple[StoreName, ...]
    retained_until: date | None = None
    rights: tuple[RightsStatement, ...] = ()

    @property
    def title(self) -> str:
        """What it is called: the title that describes the package, else the name of its SIP."""
        return next((r.first("title") for r in self.description if not r.about), self.sip)


class StoreRole(StrEnum):
    """What a store is for.

    `primary` and `copy` get every AIP at ingest, `offline` when it is plugged in and synchronized.
    `access` is read to give copies out, and never counts as a preservation copy. `retired` ones are
    read only by who names them: nothing is written there, and nothing counts them.
    """

    PRIMARY = "primary"
    COPY = "copy"
    OFFLINE = "offline"
    ACCESS = "access"
    RETIRED = "retired"

    @property
    def preserves(self) -> bool:
        """Whether an AIP is written there at ingest."""
        return self in (StoreRole.PRIMARY, StoreRole.COPY)


class CopyState(StrEnum):
    """What is known of a copy; `unchecked` copies could not be checked, which is not corrupt.

    `withdrawn` is the last that the ledger tells of a copy that no longer counts: its store was
    retired, or its AIP deleted. The catalogue has no such copies.
    """

    SOUND = "sound"
    CORRUPT = "corrupt"
    MISSING = "missing"
    UNCHECKED = "unchecked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of one AIP version: `key` of its tar in the store, size in octets, SHA-512.

    `checked` is when every byte of it was last read and compared (UTC), `state` what was found
    then; a copy that nothing on record speaks of is `unchecked`. `seen` is when it was last looked
    whether it is there, and `inventory` the SHA-512 that its version's inventory had when it was
    last found sound.
    """

    package: PackageId
    version: int
    store: StoreName
    key: str
    size: int
    digest: Digest
    state: CopyState = CopyState.UNCHECKED
    checked: datetime | None = None
    seen: datetime | None = None
    inventory: Digest | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps an object from being removed: until when, and whether it is held beyond that."""

    until: datetime | None = None
    held: bool = False


FEWEST = 2
"""Copies that an AIP has at least, unless it was ingested into one store alone."""


def copy_in(store: StoreName) -> str:
    """How events name a copy; their detail ends with it."""
    return f"copy in store {store}"
