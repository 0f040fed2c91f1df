"""The clock, those who wait, and packages that lie somewhere."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from preservation.model.contents import Contents
from preservation.model.fixity import Algorithm, Digest


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
