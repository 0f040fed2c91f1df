"""ClamAV, asked through its daemon `clamd`, which the operator starts (clamd(8), COMMANDS)."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from preservation.errors import ToolFailed, Unavailable
from preservation.model.malware import Content, Engine, Scan
from preservation.model.premis import Agent
from preservation.tools.clamd_session import Address, Lost, Session, Silent, stream_alone

MEBIBYTE = 1024**2
ALONE = MEBIBYTE
"""Files from this size on have a connection of their own."""
BATCH_FILES, BATCH_OCTETS = 200, 16 * MEBIBYTE
"""What is sent over one connection."""
AHEAD = 20
"""Files sent before the answer to the first is awaited; clamd takes 100 by default (MaxQueue)."""

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for malware, in two parts so that this one is not."""

PARTLY = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")
"""Beginnings of signatures that mean: a part of the file was not looked at."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """A running clamd.

    `by_path` lets it read the files itself where they lie on their own; else their octets are sent.
    `largest` is its MaxFileSize: of larger files it would look at nothing and say OK. `patience` is
    in seconds for a file, beyond those for its size. `connections` are used side by side.
    """

    address: Address
    by_path: bool = False
    largest: int = 100 * MEBIBYTE
    patience: float = 120.0
    connections: int = 4

    def engine(self) -> Engine:
        """Ask for versions, and try with two harmless files whether the answers mean anything."""
        told = self._told(b"zVERSION\0")
        name, _, rest = told.partition(" ")
        version, _, database = rest.partition("/")
        signatures, _, when = database.partition("/")
        found = self._alone(_content(EICAR))
        nested = self._alone(_content(_nest()))
        return Engine(
            Agent(name or "ClamAV", version),
            signatures,
            _moment(when),
            "" if found.signature else f"the EICAR test file is not found ({found.reason or 'OK'})",
            nested.clean,
        )

    def scan(self, files: Iterable[Content]) -> Iterator[Scan]:
        """Answers in the order of the files; several connections work at once."""
        with ThreadPoolExecutor(self.connections) as pool:
            begun: list[Future[list[Scan]]] = []
            try:
                for batch in _batches(files):
                    begun.append(pool.submit(self._batch, batch))
                    if len(begun) > self.connections:
                        yield from begun.pop(0).result()
                while begun:
                    yield from begun.pop(0).result()
            finally:
                for future in begun:
                    future.cancel()

    def _batch(self, files: Sequence[Content]) -> list[Scan]:
        """One answer each: over one connection, and for what that did not answer each alone."""
        answers: list[Scan | None] = [self._too_large(file) for file in files]
        small = [n for n, f in enumerate(files) if answers[n] is None and f.size < ALONE]
        if len(small) > 1:
            with Session(self.address, self._seconds(BATCH_OCTETS)) as session:
                asked: dict[int, int] = {}
                try:
                    for n in small:
                        asked[n] = self._ask(session, files[n])
                        if len(asked) > AHEAD:
                            session.answer(asked[small[len(asked) - AHEAD]])
                    for number in asked.values():
                        session.answer(number)
                except (Lost, OSError):
                    pass  # what has no answer is asked again, alone
                for n, number in asked.items():
                    answers[n] = _scan(session.answers.get(number))
        return [it or self._alone(files[n]) for n, it in enumerate(answers)]

    def _ask(self, session: Session, file: Content) -> int:
        if self._reads(file):
            return session.ask(b"zSCAN " + (file.path or b"") + b"\0")
        return session.stream(file)

    def _reads(self, file: Content) -> bool:
        return self.by_path and file.path is not None

    def _too_large(self, file: Content) -> Scan | None:
        if file.size <= self.largest:
            return None
        return Scan(reason=f"larger than {self.largest / MEBIBYTE:g} MiB, the scanner's limit")

    def _alone(self, file: Content) -> Scan:
        """Ask for one file on a connection of its own; tells a bad file from a bad scanner."""
        seconds = self._seconds(file.size)
        try:
            if self._reads(file):
                command = b"zSCAN " + (file.path or b"") + b"\0"
                told = Session.once(self.address, command, seconds)
            else:
                told = stream_alone(self.address, file, seconds)
        except OSError as error:
            return Scan(reason=f"cannot be read: {error.strerror or error}")
        except Silent:
            self._told(b"zPING\0")
            return Scan(reason=f"no answer within {seconds:.0f} seconds")
        except Lost:
            self._told(b"zPING\0")
            return Scan(reason="the scanner broke off; the file may be larger than StreamMaxLength")
        return _scan(told) or Scan(reason="the scanner gave no answer")

    def _told(self, command: bytes) -> str:
        try:
            return Session.once(self.address, command, self.patience)
        except Silent:
            raise ToolFailed(
                f"clamd at {self.address} took a connection and did not answer within "
                f"{self.patience:g} seconds; look at its log, and start it again"
            ) from None
        except Lost as lost:
            raise Unavailable(
                f"clamd at {self.address} broke off: {lost}; start it, then try again"
            ) from lost

    def _seconds(self, octets: int) -> float:
        return self.patience + octets / MEBIBYTE


def _batches(files: Iterable[Content]) -> Iterator[list[Content]]:
    batch: list[Content] = []
    octets = 0
    for file in files:
        batch.append(file)
        octets += file.size
        if len(batch) >= BATCH_FILES or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def _scan(told: str | None) -> Scan | None:
    """What an answer means; only `OK` is clean."""
    if told is None:
        return None
    if told.endswith(": OK"):
        return Scan()
    if told.endswith(" FOUND"):
        signature = told.removesuffix(" FOUND").rpartition(": ")[2]
        if signature.startswith(PARTLY):
            return Scan(reason=f"a part of it was not looked at ({signature})")
        return Scan(signature)
    return Scan(reason=told.removesuffix(" ERROR").rpartition(": ")[2] or "an empty answer")


def _moment(text: str) -> datetime | None:
    """The date of the signatures (`Tue Nov 24 09:12:01 2026`), in the scanner's own time zone."""
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _content(octets: bytes) -> Content:
    return Content(b"", len(octets), lambda: io.BytesIO(octets))


@cache
def _nest() -> bytes:
    """Archives in one another, deeper than clamd goes by default (MaxRecursion), in 10 KB."""
    content = b"the innermost file"
    for _ in range(101):  # MaxRecursion can be 100 at most
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a"), content)
        content = outer.getvalue()
    return content
