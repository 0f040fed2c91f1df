"""What is known of packages, and who works on them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId
from preservation.model.premis import Event
from preservation.model.storage import Copy, HeldFile, Summary
from preservation.model.tally import Tally


class Journal(Protocol):
    """Keeps the events of a package while it is on its way."""

    def append(self, package: PackageId, event: Event) -> None:
        """Put an event on record, durably; an identifier that is there already is ignored."""
        ...

    def events(self, package: PackageId) -> tuple[Event, ...]:
        """The events of a package, in the order of their recording."""
        ...


class Claim(Protocol):
    """What is claimed at this moment by whoever holds this."""

    def require(self) -> None:
        """Raise Busy when it was lost: its holder was not heard of for too long."""
        ...


class Claims(Protocol):
    """Who works on what: of several at once, also on other machines, one at a time."""

    def claimed(self, subject: str, *, wait: float = 0) -> AbstractContextManager[Claim]:
        """Hold a subject (`aip 5f0c...`, `ledger`) until the block ends.

        What a process held that has died is free again: at once on the same machine, else when its
        time is up. Raises Busy when another has it still after `wait` seconds.
        """
        ...


class Catalogue(Protocol):
    """What the archive knows of its holdings; everything in it can be rebuilt from one store."""

    def register(self, summary: Summary, copies: Sequence[Copy], events: Sequence[Event]) -> None:
        """Take in one AIP version with its copies and its later events, all or nothing.

        Doing it again with the same values changes nothing.
        """
        ...

    def packages(self) -> tuple[Summary, ...]:
        """The newest version of every AIP, oldest first, without files and events."""
        ...

    def package(self, id: PackageId) -> Summary | None:
        """The newest version of one AIP without files and events; None when it is not held."""
        ...

    def versions(self, id: PackageId) -> tuple[Summary, ...]:
        """All versions of one AIP, first to newest, without files and events."""
        ...

    def files(self, id: PackageId) -> Iterator[HeldFile]:
        """The payload files of the newest version, in the order of the package."""
        ...

    def tallies(self) -> tuple[Tally, ...]:
        """The payload files of all newest versions, counted by format, validity and year."""
        ...

    def events(self, id: PackageId) -> tuple[Event, ...]:
        """All events of an AIP, in the order of time."""
        ...

    def copies(self, id: PackageId | None = None) -> tuple[Copy, ...]:
        """The copies of one AIP, or of all."""
        ...

    def holder(self, fingerprint: Digest) -> PackageId | None:
        """The AIP that was made of a SIP with this fingerprint, if any."""
        ...

    def checked(self, copy: Copy, events: Sequence[Event]) -> None:
        """Record what is known of a copy now, also of a new one; of a withdrawn one, that it left.

        Events that are there already are ignored.
        """
        ...


Holder = Callable[[Digest], PackageId | None]
"""Tells which AIP was made of a SIP with this fingerprint, if any."""
