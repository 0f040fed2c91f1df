"""Where objects are kept."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from preservation.model.identifiers import StoreName
from preservation.model.storage import Lock


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


class Locking(Protocol):
    """A store that can keep its objects from being removed by anybody, also by us."""

    def locked(self, key: str) -> Lock:
        """How an object is locked at this moment; KeyError when there is none.

        Raises Misconfigured when the place cannot lock at all, Unavailable when it does not answer.
        """
        ...

    def lock(self, key: str, lock: Lock) -> None:
        """Lock an object in this way; a lock is never made to end earlier than it would.

        Raises Misconfigured when the place cannot lock, Unavailable when it does not answer.
        """
        ...
