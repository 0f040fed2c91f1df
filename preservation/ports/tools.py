"""Programs that look at files."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from preservation.model.formats import Answer, Format
from preservation.model.malware import Content, Engine, Scan
from preservation.model.packages import Characteristics
from preservation.model.premis import Agent
from preservation.model.validity import Candidate, Judgement


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
