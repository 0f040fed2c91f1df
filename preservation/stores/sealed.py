"""A store whose holder cannot read what lies in it: every object is encrypted before it leaves."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Protocol

from preservation.errors import AlreadyExists, Corrupt
from preservation.model.identifiers import StoreName
from preservation.model.storage import Lock
from preservation.ports import Locking, Store
from preservation.standards import ocfl
from preservation.standards.places import IDENTITY, SEALED
from preservation.stores.age import HEADER_MOST, Key, header_length, plain_size, sealed_size
from preservation.stores.keys import checked_range
from preservation.streams import same


class Inner(Store, Locking, Protocol):
    """What is wrapped: a store that may be made, and locked if it is one of S3."""

    def initialize(self) -> None:
        """Make the place an empty store."""
        ...


class SealedStore:
    """Encrypts what is put and decrypts what is read; sizes and ranges are of the plain octets.

    The files that say what the place is stay plain. Beside each committed version lies a list of
    the SHA-512 of its encrypted objects (`sealed/...`, plain), so that who holds the copy can check
    it without the key. A range is read from the beginning of its object on.
    """

    def __init__(self, inner: Inner, key: Key) -> None:
        """Wrap a store; what is in it must have been put with the same key."""
        self.name: StoreName = inner.name
        self.inner = inner
        self._key = key
        self._plain = {*ocfl.root_files(), IDENTITY}
        self._digests: dict[str, str] = {}

    def initialize(self) -> None:
        """Make the place an empty store."""
        self.inner.initialize()

    def put(self, key: str, chunks: Iterable[bytes], *, size: int) -> None:
        """Write an object only if the key is absent, encrypted while it is written."""
        if key in self._plain:
            self.inner.put(key, chunks, size=size)
            return
        if self.inner.size(key) is not None:
            if ocfl.committed(key):
                self._list(key)  # who committed it may have died before that
            raise AlreadyExists(f"store {self.name}: {key} is there already")
        pieces = self._key.encrypted(_counted(chunks, size, f"store {self.name}: {key}"))
        whole = hashlib.sha512()
        with closing(pieces):
            head = next(pieces)
            total = sealed_size(header_length(head), size)
            self.inner.put(key, _hashed(head, pieces, whole), size=total)
        self._note(key, whole.hexdigest())

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object whether or not it is there."""
        if key in self._plain:
            self.inner.replace(key, content)
        else:
            self.inner.replace(key, b"".join(self._key.encrypted([content])))

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The plain octets from `start` up to `stop`.

        An object that was altered ends where it was: no octet is given that was not proven.
        """
        checked_range(start, stop)
        if key in self._plain:
            yield from self.inner.read(key, start, stop)
            return
        position = 0
        try:
            for chunk in self._key.decrypted(self.inner.read(key)):
                end = position + len(chunk)
                first, last = max(start - position, 0), len(chunk)
                if stop is not None:
                    last = max(min(last, stop - position), 0)
                if first < last:
                    yield chunk[first:last]
                position = end
                if stop is not None and position >= stop:
                    return
        except Corrupt:
            return

    def size(self, key: str) -> int | None:
        """Plain octets of an object; of one that is no age file those that lie there."""
        found = self.inner.size(key)
        if found is None or key in self._plain:
            return found
        try:
            head = b"".join(self.inner.read(key, 0, min(found, HEADER_MOST)))
            return plain_size(header_length(head), found)
        except KeyError:
            return None
        except Corrupt:
            return found

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order."""
        return self.inner.keys(prefix)

    def remove(self, key: str) -> None:
        """Remove an object."""
        self.inner.remove(key)

    def erase(self, prefix: str, part: str = "") -> int:
        """Remove all objects below a prefix for good, and the lists of their digests."""
        erased = self.inner.erase(prefix, part)
        if prefix.startswith(ocfl.ROOT) and not part:
            erased += self.inner.erase(f"{SEALED}{prefix}")
        return erased

    def move(self, key: str, to: str) -> None:
        """Give an object another key; two of the same plain octets are the same."""
        try:
            self.inner.move(key, to)
        except AlreadyExists:
            if key == to or not same(self.read(key), self.read(to)):
                raise
            self.inner.remove(key)
        if to.startswith(ocfl.ROOT):
            whole = hashlib.sha512()
            for chunk in self.inner.read(to):
                whole.update(chunk)
            self._note(to, whole.hexdigest())

    def sweep(self) -> None:
        """Remove what interrupted writes of dead processes left behind."""
        self.inner.sweep()

    def locked(self, key: str) -> Lock:
        """How an object is locked."""
        return self.inner.locked(key)

    def lock(self, key: str, lock: Lock) -> None:
        """Lock an object."""
        self.inner.lock(key, lock)

    def _note(self, key: str, digest: str) -> None:
        """Remember the digest of an encrypted object until its version is committed."""
        if ocfl.version_folder(key):
            self._digests[key] = digest
            self._list(key)

    def _list(self, key: str) -> None:
        """Write the list of the committed version of a key, in the form of sha512sum.

        What stands in it stays, unless the object was put anew: a list says what was put, and never
        what lies there now, which may be damaged or missing.
        """
        folder = ocfl.version_folder(key)
        if folder is None or self.inner.size(f"{folder}inventory.json.sha512") is None:
            return
        place = f"{SEALED}{folder.removesuffix('/')}.sha512"
        before = self._listed(place)
        now = {
            name: self._digests.pop(name, "") or before.get(name) or self._digest(name)
            for name in sorted({*before, *self.inner.keys(folder)})
        }
        if now != before:
            lines = (f"{digest}  {name}\n" for name, digest in now.items())
            self.inner.replace(place, "".join(lines).encode("utf-8"))

    def _listed(self, place: str) -> dict[str, str]:
        try:
            text = b"".join(self.inner.read(place)).decode("utf-8", "replace")
        except KeyError:
            return {}
        return {line[130:]: line[:128] for line in text.splitlines()}

    def _digest(self, key: str) -> str:
        whole = hashlib.sha512()
        for chunk in self.inner.read(key):
            whole.update(chunk)
        return whole.hexdigest()


def _counted(chunks: Iterable[bytes], size: int, what: str) -> Iterator[bytes]:
    """The chunks; ValueError when they do not sum up to the size that was said."""
    given = 0
    for chunk in chunks:
        given += len(chunk)
        if given > size:
            raise ValueError(f"{what}: more than the {size} octets said")
        yield chunk
    if given != size:
        raise ValueError(f"{what}: {size} octets said, {given} given")


def _hashed(head: bytes, pieces: Iterable[bytes], whole: "hashlib._Hash") -> Iterator[bytes]:
    whole.update(head)
    yield head
    for piece in pieces:
        whole.update(piece)
        yield piece
