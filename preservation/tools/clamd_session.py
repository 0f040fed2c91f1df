"""Connections to clamd, each with a deadline; answers to numbered commands come in any order."""

import re
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from preservation.errors import Misconfigured, Unavailable
from preservation.model.malware import Content
from preservation.streams import CHUNK

_NUMBERED = re.compile(r"(\d+): (.*)", re.S)
T = TypeVar("T")

_LONGEST = 64 * 1024


class Lost(Exception):
    """The scanner ended the connection."""


class Silent(Lost):
    """The scanner did not answer in time."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where clamd listens: a socket's path, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def read(cls, url: str) -> Self:
        """`unix:/run/clamav/clamd.ctl` or `tcp://host:3310`; raises Misconfigured for others."""
        if url.startswith("unix:/"):
            return cls(path=url.removeprefix("unix:"))
        tcp = re.fullmatch(r"tcp://(\[[0-9a-fA-F:.]+\]|[^:/\[\]]+):(\d{1,5})/?", url)
        if tcp and 0 < int(tcp[2]) < 65536:
            return cls(host=tcp[1].strip("[]"), port=int(tcp[2]))
        raise Misconfigured(
            f"malware.clamd: {url}: expected unix:/run/clamav/clamd.ctl or tcp://host:3310"
        )

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"

    def connect(self, seconds: float) -> socket.socket:
        """A connection; raises Unavailable when nobody listens there."""
        try:
            if not self.path:
                return socket.create_connection((self.host, self.port), seconds)
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(seconds)
                connection.connect(self.path)
            except BaseException:
                connection.close()
                raise
        except OSError as error:
            raise Unavailable(
                f"clamd at {self} cannot be reached: {error.strerror or error}; start it, or take "
                "`clamd` out of arkiv.toml to ingest without a scan"
            ) from error
        return connection


class Session:
    """One connection on which commands are numbered (IDSESSION)."""

    def __init__(self, address: Address, seconds: float) -> None:
        """Connect; everything that is done with it ends after so many seconds."""
        self._line = _Line(address, seconds)
        self._asked = 0
        self._begun = False
        self.answers: dict[int, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    @classmethod
    def once(cls, address: Address, command: bytes, seconds: float) -> str:
        """The answer to one command on a connection of its own."""
        line = _Line(address, seconds)
        try:
            line.send(command)
            return line.receive()
        finally:
            line.close()

    def ask(self, command: bytes) -> int:
        """Send a command; gives the number that its answer will have."""
        if not self._begun:
            self._line.send(b"zIDSESSION\0")
            self._begun = True
        self._line.send(command)
        self._asked += 1
        return self._asked

    def stream(self, file: Content) -> int:
        """Send a file; gives the number that its answer will have. OSError: it cannot be read."""
        with file.open() as source:
            number = self.ask(b"zINSTREAM\0")
            self._line.send_all(source.read(file.size + 1), file.size)
        return number

    def answer(self, number: int) -> str:
        """The answer with this number; others that come before it are kept."""
        while number not in self.answers:
            told = _NUMBERED.fullmatch(self._line.receive())
            if not told:
                raise Lost("an answer without a number")
            self.answers[int(told[1])] = told[2]
        return self.answers[number]


def stream_alone(address: Address, file: Content, seconds: float) -> str:
    """The answer for one file, sent in chunks; OSError when it cannot be read."""
    with file.open() as source:
        line = _Line(address, seconds)
        try:
            left = file.size
            try:
                line.send(b"zINSTREAM\0")
                while chunk := source.read(CHUNK):
                    left -= len(chunk)
                    line.send(struct.pack(">I", len(chunk)) + chunk)
                line.send(struct.pack(">I", 0))
            except Silent:
                raise
            except Lost:
                pass  # it says why, before it ends the connection
            else:
                if left:
                    return "the file changed while it was scanned ERROR"
            return line.receive()
        finally:
            line.close()


class _Line:
    """A socket with a deadline for all that is done with it."""

    def __init__(self, address: Address, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._socket = address.connect(seconds)
        self._rest = b""

    def close(self) -> None:
        self._socket.close()

    def send(self, octets: bytes) -> None:
        self._guarded(lambda: self._socket.sendall(octets))

    def send_all(self, octets: bytes, size: int) -> None:
        """A whole small file as one chunk; one of another size than it had is sent to nobody."""
        if len(octets) != size:
            raise Lost("the file changed while it was scanned")
        chunk = struct.pack(">I", size) + octets if size else b""
        self.send(chunk + struct.pack(">I", 0))

    def receive(self) -> str:
        """The next answer, which ends with NUL."""
        while b"\0" not in self._rest:
            chunk = self._guarded(lambda: self._socket.recv(4096))
            if not chunk:
                raise Lost("it ended the connection")
            self._rest += chunk
            if len(self._rest) > _LONGEST:
                raise Lost("an answer without an end")
        told, _, self._rest = self._rest.partition(b"\0")
        return told.decode("utf-8", "backslashreplace").strip()

    def _guarded(self, act: Callable[[], T]) -> T:
        left = self._end - time.monotonic()
        if left <= 0:
            raise Silent("no answer in time")
        self._socket.settimeout(left)
        try:
            return act()
        except TimeoutError:
            raise Silent("no answer in time") from None
        except OSError as error:
            raise Lost(error.strerror or str(error)) from error
