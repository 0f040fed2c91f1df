"""Submission agreements: who may submit what, and what becomes of it (OAIS, section 4.1.1.2)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from preservation.model.identifiers import Puid, StoreName
from preservation.model.packages import SipKind
from preservation.model.report import Level

PERMANENT = date.max
"""The end of a retention that has none."""


class OnMalware(StrEnum):
    """What becomes of a SIP in which a scanner found malware."""

    REFUSE = "refuse"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a SIP may be: files, octets of all and of one, and what a container may unfold to.

    `ratio` is octets unpacked for each octet of a container, `depth` folders within folders.
    """

    files: int = 1_000_000
    bytes: int = 5 * 1024**4
    file_bytes: int = 5 * 1024**4
    ratio: int = 200
    depth: int = 100


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a producer and the archive have agreed; empty collections allow anything.

    `mandatory` are elements of ISAD(G) that the description of the package must have, `missing` how
    grave it is when one is not there. `profile` is the identifier of a BagIt profile. `access` is
    what may be done by default, `rights` why, `rights_basis` by what (PREMIS). `version` is the
    beginning of the SHA-512 of its text. `copies` is how many stores must hold the AIP, none
    meaning all of `stores`, or all of the archive. `signature_days` is how old the scanner's
    signatures may be. `unpack` are the kinds of containers whose members become files too. For
    `retention_years` after it was ingested, or for good, nobody may delete the AIP.
    """

    name: str
    version: str = ""
    producer: str = ""
    kinds: frozenset[SipKind] = frozenset()
    profile: str = ""
    mandatory: tuple[str, ...] = ()
    missing: Level = Level.WARNING
    allowed_formats: frozenset[Puid] = frozenset()
    refused_formats: frozenset[Puid] = frozenset()
    limits: Limits = field(default_factory=Limits)
    fetch_hosts: frozenset[str] = frozenset()
    access: str = "unknown"
    rights: str = ""
    rights_basis: str = "other"
    format_policy: str = "default"
    stores: tuple[StoreName, ...] = ()
    copies: int | None = None
    malware: OnMalware = OnMalware.REFUSE
    signature_days: int = 7
    unpack: frozenset[str] = frozenset()
    retention_years: int = 0
    permanent: bool = False

    def retained_until(self, created: datetime) -> date | None:
        """The first day on which an AIP may be deleted that is ingested now; None if any may be."""
        year = created.year + self.retention_years
        if self.permanent or year >= PERMANENT.year:
            return PERMANENT
        if not self.retention_years:
            return None
        day = created.date()
        # Of a leap day, the day after.
        return date(year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=year)

    @property
    def speaks_of_formats(self) -> bool:
        """Whether files must be identified to know if a package is as agreed."""
        return bool(self.allowed_formats or self.refused_formats)
