"""Everything outside the house, as protocols; docstrings are promises that adapters keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from preservation.model.contents import Contents
from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Answer, Format
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.malware import Content, Engine, Scan
from preservation.model.packages import Characteristics
from preservation.model.premis import Agent, Event
from preservation.model.storage import Copy, HeldFile, Summary
from preservation.model.tally import Tally
from preservation.model.validity import Candidate, Judgement


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, in UTC, with its time zone."""


class Progress(Protocol):
    """Hears how far a long step is, for a person who waits."""

    def begin(self, step: str, total: int) -> None:
        """A step begins; `total` is in octets, or in files where a step has no octets."""

    def advance(self, amount: int) -> None:
        """So much more of it is done."""


class Identifier(Protocol):
    """A program that tells file formats."""

    @property
    def agent(self) -> Agent:
        """Name and version, with the releases of its signatures in the note."""

    def identify(self, paths: Sequence[bytes]) -> Iterator[Answer]:
        """Answer for each path, in order, one answer each.

        Paths are absolute and name regular files, in any bytes. A file that the program cannot
        answer for (crash, time-out, unreadable) gets an answer with `not_performed`; an answer is
        never left out. Raises ToolFailed when the program does not work at all.
        """
        ...


class Characterizer(Protocol):
    """A program that extracts technical metadata from files of some formats."""

    @property
    def agent(self) -> Agent:
        """Name and version."""

    def handles(self, format: Format) -> bool:
        """Whether it can say anything of this format."""

    def characterize(self, paths: Sequence[bytes]) -> Iterator[Characteristics | str]:
        """For each path, in order, what was found, or a string: why it could not be done.

        Raises ToolFailed when the program does not work at all.
        """


class Validator(Protocol):
    """A program that judges whether files are what their formats ask for."""

    @property
    def agent(self) -> Agent:
        """Name and version."""

    def handles(self, candidate: Candidate) -> bool:
        """Whether it can judge such files."""

    def validate(self, files: Sequence[tuple[bytes, Candidate]]) -> Iterator[Judgement]:
        """Judge each file, in order, one judgement each.

        What could not be done (crash, time-out, unreadable, no such file) is *not performed* with
        the reason, and never a fault of the file. Raises ToolFailed when the program does not work
        at all.
        """
        ...


class Scanner(Protocol):
    """A program that looks for malware in files."""

    def engine(self) -> Engine:
        """What it is and what it knows at this moment; asks it every time.

        Raises Unavailable when it cannot be reached, ToolFailed when it does not answer in time.
        """
        ...

    def scan(self, files: Iterable[Content]) -> Iterator[Scan]:
        """Answer for each file, in order, one answer each, and never clean without a full look.

        A file that it cannot look at gets an answer with the reason. Raises Unavailable when the
        scanner is gone, ToolFailed when it does not answer in time.
        """
        ...


class Store(Protocol):
    """A place that keeps objects under keys (`ocfl/ab/.../v1/content/x.tar`, with `/`).

    Objects are written whole or not at all, and never changed. Every method raises Unavailable when
    the store does not answer or has no room; the same call may then be made again.
    """

    @property
    def name(self) -> StoreName:
        """The name that people gave this store."""
        ...

    def put(self, key: str, chunks: Iterable[bytes], *, size: int) -> None:
        """Write an object only if the key is absent, durably before it returns.

        Raises AlreadyExists when the key is there (which stays as it was), ValueError when the
        chunks do not sum up to `size`; whatever is raised, also by the chunks, no object appears.
        """
        ...

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object whether or not it is there, atomically.

        Only for what can be made again, such as the copy of an inventory at an object's root.
        """
        ...

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The octets from `start` up to `stop` (the end by default), in chunks.

        Raises KeyError at the first chunk when there is no such key.
        """
        ...

    def size(self, key: str) -> int | None:
        """Octets of an object; None when there is none."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order."""
        ...

    def remove(self, key: str) -> None:
        """Remove what was never committed; an absent key is no error."""
        ...

    def erase(self, prefix: str, part: str = "") -> int:
        """Remove all objects below a prefix for good (those with a part in their key); how many.

        Every version that the store keeps of them is removed too. Raises Unavailable when one is
        locked; an object that came meanwhile may be left.
        """
        ...

    def move(self, key: str, to: str) -> None:
        """Give an object another key; at no moment is it under neither.

        Raises KeyError when it is not there, AlreadyExists when the new key has other octets; with
        the same octets there, an interrupted move is finished.
        """
        ...

    def sweep(self) -> None:
        """Remove what interrupted writes of dead processes left behind."""
        ...


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


class Source(Protocol):
    """A package that lies somewhere, read file by file; names are paths below its top."""

    @property
    def name(self) -> str:
        """What its producer called it, in written form."""

    @property
    def place(self) -> Path:
        """Where it lies: a folder, or the tar that it is read from."""

    @property
    def container(self) -> str:
        """What it came in (`zip`, `tar`, `tar.gz`, `7z`), as one file; empty for a folder."""

    @property
    def contents(self) -> Contents:
        """Everything in it as it was first seen."""

    @property
    def sizes(self) -> Mapping[bytes, int]:
        """Octets of every file."""

    def content(self, name: bytes) -> bytes:
        """All octets of a small file."""

    def open(self, name: bytes) -> BinaryIO:
        """A file, open for reading; the caller closes it."""

    def digests(
        self, name: bytes, algorithms: tuple[Algorithm, ...], *, size: int, modified_ns: int
    ) -> tuple[Digest, ...]:
        """Digests of a file in these algorithms, read once; may be called from several threads.

        Raises OSError when it cannot be read, Refused when it is no longer as it was first seen.
        """
        ...
