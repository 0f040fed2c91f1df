"""A store in a bucket of an S3 server."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property

from preservation.errors import AlreadyExists, Misconfigured, Unavailable
from preservation.model.identifiers import StoreName
from preservation.model.storage import Lock
from preservation.standards import ocfl
from preservation.standards.places import IDENTITY, LARGEST_IDENTITY, OWN, Identity
from preservation.stores.keys import checked, checked_range
from preservation.stores.s3.credentials import Credentials
from preservation.stores.s3.location import Location
from preservation.stores.s3.locks import Locks
from preservation.stores.s3.pace import Pace
from preservation.stores.s3.reading import Reader
from preservation.stores.s3.server import Refusal, Server
from preservation.stores.s3.writing import Writer, pending
from preservation.streams import same

ABANDONED = timedelta(days=1)
"""Parts of which none came for so long are those of a process that is dead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """So many parts on their way at a time, and octets a second at most (None: as many as go)."""

    parallel: int = 4
    bandwidth: float | None = None


class S3Store:
    """Objects below a prefix of a bucket; an object of S3 is whole or not there at all.

    The prefix must have been made a store by `initialize`, so that a wrong bucket is never taken
    for an empty store. Two writers of one key at once: exactly one wins where the server honours
    If-None-Match (see `abilities`); of large objects at some servers the last one, which the
    archive's own claims prevent.
    """

    def __init__(
        self,
        name: StoreName,
        location: Location,
        credentials: Credentials,
        *,
        limits: Limits = Limits(),
        lock: str = "none",
        identity: Identity | None = None,
    ) -> None:
        """Ask nothing yet; `lock` is the mode of locks, `governance` or `compliance`.

        `identity` is what the place must say of itself, if it says anything; without one nobody
        looks.
        """
        self.identity = identity
        self.name = name
        self.location = location
        self.server = Server(name, location, credentials, connections=2 * limits.parallel + 4)
        pace = Pace(limits.bandwidth)
        self._writer = Writer(self.server, limits.parallel, pace)
        self._reader = Reader(self.server, pace)
        self._locks = Locks(self.server, lock)

    def initialize(self) -> None:
        """Make the prefix an empty store; one that is one already stays as it is.

        Raises Misconfigured when it holds anything that is not a store's, or is another, and
        Unavailable when the bucket is not there.
        """
        if self._reader.size(ocfl.ROOT_DECLARATION) is None:
            strange = next(self._strange(), None)
            if strange is not None:
                raise Misconfigured(
                    f"store {self.name}: {self.location} holds {strange}; "
                    "give it a bucket or a prefix of its own"
                )
        mistaken = self._mistaken()
        if mistaken:
            raise Misconfigured(f"store {self.name}: {self.location} is {mistaken}")
        documents = {**ocfl.root_files()}
        if self.identity:
            documents[IDENTITY] = self.identity.document()
        for key, content in documents.items():
            with suppress(AlreadyExists):
                self._writer.put(key, [content], len(content))

    def put(self, key: str, chunks: Iterable[bytes], *, size: int) -> None:
        """Write an object only if the key is absent; it is durable when the server says so."""
        checked(key)
        self._answers  # noqa: B018  once for each process
        self._writer.put(key, chunks, size)

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object whether or not it is there, atomically."""
        checked(key)
        self._answers  # noqa: B018
        self._writer.replace(key, content)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The octets from `start` up to `stop`, in chunks of at most 4 MiB."""
        checked_range(start, stop)
        checked(key)
        yield from self._reader.read(key, start, stop)

    def size(self, key: str) -> int | None:
        """Octets of an object; None when there is none."""
        found = self._reader.size(checked(key))
        if found is None:
            self._answers  # noqa: B018  what is not there proves nothing of a wrong bucket
        return found

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order."""
        self._answers  # noqa: B018
        if "\0" in prefix:
            return  # no key has it, and servers stumble over it
        for key in self._reader.keys(prefix):
            with suppress(ValueError):  # what somebody else put there is none of our keys
                yield checked(key)

    def remove(self, key: str) -> None:
        """Remove an object, and what was sent of one that never came to be."""
        checked(key)
        for found, upload, _ in list(pending(self.server, key)):
            if found == key and not self._writer.is_mine(upload):
                self._writer.abort(found, upload)
        with suppress(Refusal):
            self.server.ask("delete_object", key, f"remove {key}")

    def erase(self, prefix: str, part: str = "") -> int:
        """Remove all objects below a prefix, with all versions of them that the bucket keeps."""
        self._answers  # noqa: B018
        for key, upload, _ in list(pending(self.server, prefix)):
            if part in key and not self._writer.is_mine(upload):
                self._writer.abort(key, upload)
        found = [it for it in self._reader.versions(prefix) if part in it[0]]
        for key, version in found:
            try:
                self.server.ask("delete_object", key, f"remove {key}", VersionId=version)
            except (Refusal, Misconfigured) as refusal:
                raise Unavailable(
                    f"store {self.name}: cannot remove {key} for good: {refusal}; if it is locked, "
                    "it can be removed when the lock has ended"
                ) from refusal
        return len({key for key, _ in found})

    def move(self, key: str, to: str) -> None:
        """Give an object another key: a copy, which is compared before the first is removed.

        Its octets go through this machine, since servers copy without saying what they read.
        """
        checked(to)
        size = self.size(key)
        if size is None:
            raise KeyError(key)
        if self.size(to) is None:
            self.put(to, self.read(key), size=size)
        if key == to or not same(self.read(key), self.read(to)):
            raise AlreadyExists(f"store {self.name}: {to} is there already, with other octets")
        self.remove(key)

    def locked(self, key: str) -> Lock:
        """How an object is locked, as the server says; KeyError when there is none."""
        return self._locks.found(checked(key))

    def lock(self, key: str, lock: Lock) -> None:
        """Lock an object; Misconfigured when its bucket was not made with object lock."""
        self._locks.put(checked(key), lock)

    def sweep(self) -> None:
        """Take back parts that were sent for objects by processes that have died since."""
        now = self._now
        for key, upload, began in list(pending(self.server, "")):
            if not self._writer.is_mine(upload) and now - began > ABANDONED:
                self._writer.abort(key, upload)

    @property
    def _now(self) -> datetime:
        """The server's own time."""
        headers = self.server.ask("head_bucket", "", "find its bucket")["ResponseMetadata"]
        return parsedate_to_datetime(headers["HTTPHeaders"]["date"])

    @cached_property
    def _answers(self) -> bool:
        """True; raises Unavailable unless the place is a store's."""
        if self._reader.size(ocfl.ROOT_DECLARATION) is None:
            raise Unavailable(
                f"store {self.name}: {self.location} is not a store (no {ocfl.ROOT_DECLARATION}); "
                "put its url right in arkiv.toml, or make it one with: arkiv store make "
                f"{self.name}"
            )
        mistaken = self._mistaken()
        if mistaken:
            raise Unavailable(
                f"store {self.name}: {self.location} is {mistaken}; put its url right in arkiv.toml"
            )
        return True

    def _mistaken(self) -> str:
        """Whose store the place is, if it is said there and is not this one."""
        if self.identity is None:
            return ""
        try:
            document = b"".join(self._reader.read(IDENTITY, 0, LARGEST_IDENTITY))
        except KeyError:
            return ""
        return self.identity.mistaken(document)

    def _strange(self) -> Iterator[str]:
        return (key for key in self._reader.keys("") if not key.startswith(OWN))
