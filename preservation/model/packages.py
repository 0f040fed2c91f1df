"""The states of a package on its way, from Sip by way of Verified to Aip and StoredAip.

Each is a frozen value that says what is now true. They hold paths and small tuples, never content.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from preservation.model.description import Record
from preservation.model.fixity import Claim, Digest
from preservation.model.formats import Identification
from preservation.model.identifiers import PackageId
from preservation.model.premis import Application, Event, RightsStatement
from preservation.model.report import Remark
from preservation.model.storage import Copy, Member, Summary
from preservation.model.validity import Judgement


class SipKind(StrEnum):
    """The forms in which a SIP may arrive."""

    FOLDER = "folder"
    BAG = "bag"
    EARK_SIP = "E-ARK SIP"
    EARK_AIP = "E-ARK AIP"
    EARK_DIP = "E-ARK DIP"
    FGS = "FGS 1.2"
    ARCHIVEMATICA_AIP = "Archivematica AIP"


class Role(StrEnum):
    """What becomes of a file of a SIP."""

    PAYLOAD = "payload"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file of a SIP.

    `given` is its path in the SIP, byte for byte as the file system has it. `path` is where it will
    lie in the AIP (`representations/original/data/...` or `submission/...`). `size` is in octets,
    `modified_ns` in nanoseconds since 1970. `claims` are the digests that the producer gave. A file
    that came out of another has the path of that one in the AIP as its `source`, and lies at
    `place`; its `given` path is one that nobody gave.
    """

    given: bytes
    path: str
    role: Role
    size: int
    modified_ns: int
    claims: tuple[Claim, ...] = ()
    source: str = ""
    place: bytes = b""

    def below(self, root: bytes) -> bytes:
        """Where it lies on disk: below the root of its SIP, or where it was unpacked to."""
        return self.place or os.path.join(root, self.given)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something in a SIP that is not preserved as a file, the rule that says so, and why."""

    given: bytes
    rule: str
    reason: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Sip:
    """A submission package as it was found: untrusted, every file accounted for, none read yet.

    `name` is what its producer called it, in written form; `root` the folder that its files are
    below; `histories` the documents in which another system tells what it did to the files;
    `imported` its events, as they are on record there; `profiles` the BagIt profiles that it
    names. With `faults` it cannot be taken in; it is read all the same, so that everything is
    said at once.
    """

    id: PackageId
    name: str
    root: Path
    kind: SipKind
    files: tuple[ReceivedFile, ...]
    exclusions: tuple[Exclusion, ...]
    empty_folders: tuple[bytes, ...]
    description: tuple[Record, ...]
    rights: tuple[RightsStatement, ...] = ()
    histories: tuple[bytes, ...] = ()
    faults: tuple[Remark, ...] = ()
    imported: tuple[Event, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A received file with the digests computed from its bytes; the archive's SHA-512 is first."""

    received: ReceivedFile
    digests: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """Complete and unaltered: every digest that came along agrees with the bytes.

    `fingerprint` is the SHA-512 over paths and digests of all files: the same for the same SIP.
    """

    sip: Sip
    files: tuple[VerifiedFile, ...]
    fingerprint: Digest


@dataclass(frozen=True, slots=True)
class Identified:
    """A format, or an explicit unknown with its reason, for every payload file (same order)."""

    verified: Verified
    identifications: tuple[Identification, ...]

    @property
    def payload(self) -> tuple[VerifiedFile, ...]:
        """The payload files, in the order of `identifications`."""
        return tuple(f for f in self.verified.files if f.received.role is Role.PAYLOAD)


@dataclass(frozen=True, slots=True)
class Characteristics:
    """Technical metadata of one file: short facts (`pages`, `12`) and what hinders its use.

    `outputs` are all the words of tools that say more than is told by facts: by whom, in JSON.
    """

    facts: tuple[tuple[str, str], ...] = ()
    inhibitors: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Characteristics") -> "Characteristics":
        """What two tools say of one file; nothing is said twice but facts, which may differ."""
        return Characteristics(
            self.facts + other.facts,
            tuple(dict.fromkeys(self.inhibitors + other.inhibitors)),
            tuple(dict.fromkeys(self.applications + other.applications)),
            self.outputs + other.outputs,
        )


@dataclass(frozen=True, slots=True)
class Characterized:
    """Technical metadata for every payload file (same order); empty where no tool could say."""

    identified: Identified
    characteristics: tuple[Characteristics, ...]


@dataclass(frozen=True, slots=True)
class Validated:
    """What validators judged of every payload file (same order); empty where none was asked."""

    characterized: Characterized
    judgements: tuple[tuple[Judgement, ...], ...]


@dataclass(frozen=True, slots=True)
class Aip:
    """An archival package laid out: every member of its tar, in order, not yet written anywhere.

    `beside` are the documents that will lie beside the tar: `members.jsonl`, `summary.json`.
    `refers` are the earlier versions whose tars have the rest of its members, `reason` is why there
    is this version.
    """

    id: PackageId
    version: int
    created: datetime
    members: tuple[Member, ...]
    beside: tuple[Member, ...]
    summary: Summary
    refers: tuple[int, ...] = ()
    reason: str = "ingested"


@dataclass(frozen=True, slots=True)
class StoredAip:
    """An AIP that exists, committed and read back, in as many stores as the agreement asks for."""

    aip: Aip
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Dip:
    """What was given out: where it lies, how many files and octets, and the copy it came from."""

    id: PackageId
    version: int
    place: Path
    files: int
    bytes: int
    copy: Copy
