"""A store that forgets: for tests, and as the plainest form of what a store promises."""

import threading
from collections.abc import Iterable, Iterator

from preservation.errors import AlreadyExists
from preservation.model.identifiers import StoreName
from preservation.stores.keys import checked, checked_range


class MemoryStore:
    """Keeps objects in memory for as long as the process lives; never Unavailable."""

    def __init__(self, name: StoreName) -> None:
        """Begin empty."""
        self.name = name
        self._objects: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, chunks: Iterable[bytes], *, size: int) -> None:
        """Write an object only if the key is absent."""
        if checked(key) in self._objects:
            raise AlreadyExists(f"store {self.name}: {key} is there already")
        content = b"".join(chunks)
        if len(content) != size:
            raise ValueError(f"store {self.name}: {key}: {size} octets said, {len(content)} given")
        with self._lock:
            if key in self._objects:
                raise AlreadyExists(f"store {self.name}: {key} is there already")
            self._objects[key] = content

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object whether or not it is there."""
        with self._lock:
            self._objects[checked(key)] = content

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The octets from `start` up to `stop`, in one chunk."""
        checked_range(start, stop)
        content = self._objects[checked(key)][start:stop]
        if content:
            yield content

    def size(self, key: str) -> int | None:
        """Octets of an object; None when there is none."""
        content = self._objects.get(checked(key))
        return None if content is None else len(content)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order."""
        with self._lock:
            found = sorted(key for key in self._objects if key.startswith(prefix))
        return iter(found)

    def remove(self, key: str) -> None:
        """Remove an object; an absent key is no error."""
        with self._lock:
            self._objects.pop(checked(key), None)

    def erase(self, prefix: str, part: str = "") -> int:
        """Remove all objects below a prefix, or those of them with a part in their key."""
        keys = [key for key in self.keys(prefix) if part in key]
        for key in keys:
            self.remove(key)
        return len(keys)

    def move(self, key: str, to: str) -> None:
        """Give an object another key, which must be absent."""
        checked(key), checked(to)
        with self._lock:
            if key not in self._objects:
                raise KeyError(key)
            if key == to or self._objects.get(to, self._objects[key]) != self._objects[key]:
                raise AlreadyExists(f"store {self.name}: {to} is there already")
            self._objects[to] = self._objects.pop(key)

    def sweep(self) -> None:
        """Nothing is left behind by a process that is dead."""
