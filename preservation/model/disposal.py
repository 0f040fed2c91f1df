"""What people decide on whether an AIP is kept: retention, holds, and deletion by two people.

Terms of records management (ISO 15489-1, disposition) stand beside those of OAIS here.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import Event
from preservation.model.storage import Copy, Summary


class Act(StrEnum):
    """What was decided: each act is an event of the AIP that the ledger keeps for good."""

    HOLD = "hold"
    LIFT = "lift"
    REQUEST = "request"
    REJECT = "reject"
    APPROVE = "approve"
    DELETE = "delete"
    """Not decided but done: nothing of the AIP is left in any store that is in use."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One act on one AIP, of which `version` was the newest.

    `subject` is the name of the hold, or the basis (a law, a rule of a retention schedule) on which
    deletion is requested. The event has who, under which account, when, and why.
    """

    package: PackageId
    version: int
    act: Act
    subject: str
    event: Event

    @property
    def by(self) -> str:
        """Who decided it."""
        return self.event.finding.agent.name

    @property
    def account(self) -> str:
        """The account of the computer under which it was said."""
        return self.event.finding.agent.note

    @property
    def reason(self) -> str:
        """Why."""
        return self.event.finding.note

    @property
    def when(self) -> datetime:
        """When."""
        return self.event.when


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decisions on one AIP come to."""

    holds: tuple[Decision, ...] = ()
    request: Decision | None = None
    approval: Decision | None = None
    done: Decision | None = None


def standing(decisions: Iterable[Decision]) -> Standing:
    """Fold the decisions on one AIP, in the order in which they were made."""
    holds: dict[str, Decision] = {}
    request = approval = done = None
    for it in decisions:
        match it.act:
            case Act.HOLD:
                holds.setdefault(it.subject, it)
            case Act.LIFT:
                holds.pop(it.subject, None)
            case Act.REQUEST:
                request = it
            case Act.REJECT:
                request = None
            case Act.APPROVE:
                approval = it
            case Act.DELETE:
                done = it
    return Standing(tuple(holds.values()), request, approval, done)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are written: letter case, spaces, code points."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True, slots=True)
class Buried:
    """One version of a deleted AIP: sizes in octets, `tar` the SHA-512 that its tar had."""

    number: int
    created: datetime
    sip: str
    fingerprint: Digest
    files: int
    bytes: int
    tar: Digest | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What remains of a deleted AIP: that it was there, what it was called, who deleted it and why.

    `stores` are those that had a copy at that time.
    """

    package: PackageId
    title: str
    versions: tuple[Buried, ...]
    stores: tuple[StoreName, ...]
    request: Decision
    approval: Decision

    @property
    def files(self) -> int:
        """Files of the payload of the newest version."""
        return self.versions[-1].files

    @property
    def bytes(self) -> int:
        """Their octets."""
        return self.versions[-1].bytes


def tombstone(
    versions: Iterable[Summary], copies: Iterable[Copy], request: Decision, approval: Decision
) -> Tombstone:
    """The tombstone of an AIP from its versions, first to newest, and their copies."""
    held = tuple(copies)
    tars = {copy.version: copy.digest for copy in held}
    told = tuple(versions)
    buried = tuple(
        Buried(
            it.version,
            it.created,
            it.sip,
            it.fingerprint,
            it.account.preserved_files,
            it.account.preserved_bytes,
            tars.get(it.version),
        )
        for it in told
    )
    stores = tuple(sorted({copy.store for copy in held}))
    newest = told[-1]
    return Tombstone(newest.id, newest.title, buried, stores, request, approval)
