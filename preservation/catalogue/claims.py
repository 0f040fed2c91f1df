"""Claims in SQL: a row for each thing that somebody works on, renewed as long as they live."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from preservation.catalogue.database import Transactions
from preservation.catalogue.rows import text
from preservation.catalogue.tables import claims
from preservation.errors import ArkivError, Busy
from preservation.ports import Clock
from preservation.standards.shape import moment

LASTS = timedelta(minutes=5)
"""How long a claim holds that is not renewed; clocks of machines may differ by less than that."""

_RENEWED = LASTS / 5
_POLLED = 0.05
_held: set[str] = set()
"""What this process holds at this moment."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process and one of its claims: the machine and its start, the process and its start."""

    machine: str
    process: int
    started: str
    number: str

    def __str__(self) -> str:
        return f"{self.machine} {self.process} {self.started} {self.number}"

    @classmethod
    def read(cls, told: str) -> "Holder":
        """The inverse of `str`."""
        machine, process, started, number = told.split(" ")
        return cls(machine, int(process), started, number)

    @property
    def is_dead(self) -> bool:
        """Whether it is proven to be dead, which only its own machine can do.

        A claim of this very process that it holds no more could not be freed when it ended.
        """
        if self.machine != _machine():
            return False
        if self.process == os.getpid() and self.started == _started(self.process):
            return str(self) not in _held
        return self.started != _started(self.process)


class SqlClaims:
    """Claims of one process in the catalogue's database."""

    def __init__(self, database: Transactions, clock: Clock) -> None:
        """Hold nothing yet."""
        self._database = database
        self._clock = clock
        self._count = 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def claimed(self, subject: str, *, wait: float = 0) -> Iterator["SqlClaim"]:
        """Hold a subject until the block ends; raises Busy when another has it after `wait`."""
        holder = self._next()
        _held.add(str(holder))
        patience = time.monotonic() + wait
        while (other := self._take(subject, holder)) is not None:
            if time.monotonic() >= patience:
                _held.discard(str(holder))
                machine, process = other.machine.partition("/")[0], other.process
                raise Busy(
                    f"{subject}: is worked on at this moment by process {process} on {machine}; "
                    "wait until it is done, then try again"
                )
            time.sleep(_POLLED)
        claim = SqlClaim(self, subject, holder)
        ended = threading.Event()
        renewing = threading.Thread(target=claim.renew_until, args=(ended,), daemon=True)
        renewing.start()
        try:
            yield claim
        finally:
            ended.set()
            renewing.join()
            _held.discard(str(holder))
            with contextlib.suppress(ArkivError):  # it ends by itself when its time is up
                self._free(subject, holder)

    def _next(self) -> Holder:
        with self._lock:
            self._count += 1
            number = f"{id(self):x}.{self._count}"
        return Holder(_machine(), os.getpid(), _started(os.getpid()), number)

    def _take(self, subject: str, holder: Holder) -> Holder | None:
        """Take a subject that is free; else who has it."""
        now = self._clock.now()
        with self._database.writing() as connection:
            other = _other(connection, subject, now)
            if other is not None:
                return other
            connection.execute(delete(claims).where(claims.c.subject == subject))
            until = text(now + LASTS)
            row = {"subject": subject, "holder": str(holder), "until": until}
            connection.execute(insert(claims).values(row))
        return None

    def renew(self, subject: str, holder: Holder) -> bool:
        """Hold it longer; False when another took it meanwhile."""
        until = text(self._clock.now() + LASTS)
        mine = (claims.c.subject == subject, claims.c.holder == str(holder))
        with self._database.writing() as connection:
            return connection.execute(update(claims).where(*mine).values(until=until)).rowcount == 1

    def _free(self, subject: str, holder: Holder) -> None:
        mine = (claims.c.subject == subject, claims.c.holder == str(holder))
        with self._database.writing() as connection:
            connection.execute(delete(claims).where(*mine))


class SqlClaim:
    """One claim, renewed by a thread; it is lost when that could not be done in time."""

    def __init__(self, of: SqlClaims, subject: str, holder: Holder) -> None:
        """Held from now on."""
        self._of, self._subject, self._holder = of, subject, holder
        self._lost = False
        self._until = time.monotonic() + LASTS.total_seconds()

    def require(self) -> None:
        """Raise Busy when another may have it by now."""
        if self._lost or time.monotonic() > self._until:
            raise Busy(
                f"{self._subject}: the catalogue could not be reached for so long that another may "
                "work on it now; nothing was committed, try again"
            )

    def renew_until(self, ended: threading.Event) -> None:
        """Renew it again and again."""
        while not ended.wait(_RENEWED.total_seconds()):
            begun = time.monotonic()
            try:
                if not self._of.renew(self._subject, self._holder):
                    self._lost = True
                    return
            except ArkivError:
                continue  # there is time for several tries
            self._until = begun + LASTS.total_seconds()


def _other(connection: Connection, subject: str, now: datetime) -> Holder | None:
    """Who holds a subject and may be alive."""
    query = select(claims.c.holder, claims.c.until).where(claims.c.subject == subject)
    row = connection.execute(query).first()
    if row is None or moment(row.until) <= now:
        return None
    holder = Holder.read(row.holder)
    return None if holder.is_dead else holder


def _machine() -> str:
    """This machine since it was started: a process identifier means nothing on another."""
    try:
        boot = _BOOT.read_text("ascii").strip()
    except OSError:
        boot = "unknown"
    return f"{socket.gethostname()}/{boot}"


def _started(process: int) -> str:
    """When a process began, in ticks since the machine did; empty when there is none (proc(5))."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return "none"
    state, *rest = told.rpartition(")")[2].split()
    return "none" if state in ("Z", "X") else rest[18]
