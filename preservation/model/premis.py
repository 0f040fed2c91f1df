"""The PREMIS 3 entities that the archive speaks of: objects, events, agents, rights, and findings.

A `Finding` is what an agent established; `recording.record` gives it an id and a date and so makes
an `Event` of it. Terms: https://id.loc.gov/vocabulary/preservation.html
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from preservation import __version__
from preservation.model.fixity import Digest
from preservation.model.formats import Answer, Format
from preservation.model.identifiers import PackageId
from preservation.model.report import Remark
from preservation.model.validity import Judgement


class EventType(StrEnum):
    """Preservation event types of the Library of Congress, and one for those of other systems."""

    INGESTION_START = "ingestion start"
    INGESTION_END = "ingestion end"
    FILENAME_CHANGE = "filename change"
    UNPACKING = "unpacking"
    MESSAGE_DIGEST_CALCULATION = "message digest calculation"
    FIXITY_CHECK = "fixity check"
    VIRUS_CHECK = "virus check"
    FORMAT_IDENTIFICATION = "format identification"
    METADATA_EXTRACTION = "metadata extraction"
    VALIDATION = "validation"
    NORMALIZATION = "normalization"
    PACKAGE_CREATION = "information package creation"
    REPLICATION = "replication"
    RECOVERY = "recovery"
    DISSEMINATION = "dissemination"
    DELETION = "deletion"
    DEACCESSION = "deaccession"
    POLICY_ASSIGNMENT = "policy assignment"
    ACCESSION = "accession"
    CAPTURE = "capture"
    CREATION = "creation"
    INGESTION = "ingestion"
    METADATA_MODIFICATION = "metadata modification"
    MIGRATION = "migration"
    MODIFICATION = "modification"
    QUARANTINE = "quarantine"
    TRANSFER = "transfer"
    UNQUARANTINE = "unquarantine"
    OTHER = "event of another system"


class Outcome(StrEnum):
    """How an event ended. A check that could not be made is never a success and never a failure.

    `not told` is only for events of other systems, which may leave it out or have their own words.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    WARNING = "warning"
    NOT_PERFORMED = "not performed"
    NOT_TOLD = "not told"


class AgentType(StrEnum):
    """PREMIS agent types."""

    SOFTWARE = "software"
    ORGANIZATION = "organization"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who did it: a program with its version, an organization or a person."""

    name: str
    version: str = ""
    type: AgentType = AgentType.SOFTWARE
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


ARKIV = Agent("Arkiv", __version__)
"""The agent of everything that Arkiv itself establishes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an agent established about objects of a package; it carries no date and no id.

    `objects` are paths inside the AIP (`representations/original/data/a.tif`); none means the
    package as a whole. `detail` says what was done, `note` what came of it. `remarks` say the same
    by the codes of rules, for a report; they are no part of the event on record.
    """

    type: EventType
    outcome: Outcome
    agent: Agent
    detail: str
    note: str = ""
    objects: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """A finding on record: with its identifier (a UUID) and the moment it was recorded (UTC)."""

    identifier: str
    when: datetime
    finding: Finding


@dataclass(frozen=True, slots=True)
class Application:
    """A program that made a file, by the file's own word; `created` is a date of ISO 8601 or empty.

    PREMIS 3, section 1.5.5, `creatingApplication`.
    """

    name: str
    version: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class FileObject:
    """A PREMIS object of category file.

    `identifier` is a UUID. `path` is where the file lies in the AIP, with `/`; `original_name` its
    path in the SIP as given, in the reversible written form of `names.written`; `size` octets.
    `digests` has the archive's SHA-512 first. `characteristics` are short facts of the technical
    metadata (`pages`: `12`); `inhibitors` what hinders use (`encryption`); `applications` made it
    by its own word; `outputs` are all words of tools (by whom, JSON); `judgements` are what
    validators say of it; `source` is the path of the file that it was unpacked from.
    """

    identifier: str
    path: str
    original_name: str
    size: int
    modified: datetime
    digests: tuple[Digest, ...]
    format: Format
    format_note: str = ""
    answers: tuple[Answer, ...] = ()
    characteristics: tuple[tuple[str, str], ...] = ()
    inhibitors: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    judgements: tuple[Judgement, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class RepresentationObject:
    """A PREMIS object of category representation: `original`, `preservation` or `access`."""

    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What may be done: `act` is `disseminate`, `replicate` ...; with a restriction, what not.

    Dates are years, months or days (`2011-01-31`), or `open`.
    """

    act: str
    restriction: str = ""
    start: str = ""
    end: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """What may be done, and on what basis (PREMIS rightsStatement).

    `basis` is `copyright`, `license`, `statute` or `other`, which `other_basis` names. `objects`
    are paths in the AIP, those of folders with `/` at the end; none means the package. Copyright
    has `status` and `jurisdiction`, a statute `jurisdiction` and `citation`, a license `terms`.
    `documents` are type, value and role of what proves it.
    """

    identifier: str
    basis: str
    grants: tuple[Grant, ...]
    objects: tuple[str, ...] = ()
    other_basis: str = ""
    status: str = ""
    jurisdiction: str = ""
    determined: str = ""
    start: str = ""
    end: str = ""
    terms: str = ""
    citation: str = ""
    notes: tuple[str, ...] = ()
    documents: tuple[tuple[str, str, str], ...] = ()


def object_identifier(package: PackageId, path: str) -> str:
    """The identifier (a UUID) that the object at this path of the AIP always has.

    UUID version 5 (RFC 9562, section 5.5) in the package's namespace; an empty path means the
    intellectual entity, which is the AIP and bears its identifier.
    """
    if not path:
        return str(package)
    name = bytes.fromhex(package.replace("-", "")) + path.encode("utf-8")
    # SHA-1 as the RFC has it; uuid.uuid5 gives the same in more than twice the time.
    octets = bytearray(hashlib.sha1(name, usedforsecurity=False).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    digits = octets.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
