"""A store in a folder of a file system: written to a temporary file, flushed, linked into place."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from preservation.errors import AlreadyExists, Misconfigured, Unavailable
from preservation.model.identifiers import StoreName
from preservation.standards import ocfl
from preservation.standards.places import IDENTITY, LARGEST_IDENTITY, OWN, Identity
from preservation.stores.keys import RESERVED, checked, checked_range
from preservation.stores.temporary import Temporary, sweep
from preservation.stores.tree import ABSENT, files, make_folders, prune, sync_folders
from preservation.streams import same

_CHUNK = 4 << 20
_PLACE_TRIES = 100
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
_OWN = {*RESERVED, *(place.rstrip("/") for place in OWN)}


@dataclass(frozen=True, slots=True)
class DirectoryStore:
    """Objects are files below `root`, a key is a path; the file system must have hard links.

    `root` must have been made by `initialize`: a folder without the declaration of an OCFL storage
    root is a disk that is not mounted, never an empty store. A key is never a folder of other keys.
    """

    name: StoreName
    root: Path
    identity: Identity | None = None
    """What the root must say of itself, if it says anything; without one nobody looks."""

    def initialize(self) -> None:
        """Make the root an empty store; a root that is one already stays as it is.

        Raises Misconfigured when the folder holds anything that is not a store's, or is another.
        """
        with self._answering("be made"):
            self.root.mkdir(parents=True, exist_ok=True)
            known = self._stat(self.root / ocfl.ROOT_DECLARATION) is not None
            strange = [] if known else sorted(set(os.listdir(self.root)) - _OWN)
        if strange:
            held = ", ".join(strange[:5])
            raise Misconfigured(
                f"store {self.name}: {self.root} holds {held}; give it an empty folder of its own"
            )
        mistaken = self._mistaken()
        if mistaken:
            raise Misconfigured(f"store {self.name}: {self.root} is {mistaken}")
        documents = {**ocfl.root_files()}
        if self.identity:
            documents[IDENTITY] = self.identity.document()
        for key, content in documents.items():
            with contextlib.suppress(AlreadyExists):
                self._put(key, [content], len(content))

    def put(self, key: str, chunks: Iterable[bytes], *, size: int) -> None:
        """Write an object only if the key is absent, durably; chunks of some MiB are fastest."""
        self._answers()
        self._put(key, chunks, size)

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object whether or not it is there, atomically."""
        target = self._path(key)
        self._answers()
        with self._answering(f"write {key}", len(content)):
            temporary = Temporary.create(self._temporary)
            try:
                temporary.write(content)
                temporary.flush()
                self._place(os.replace, temporary.path, target)
                sync_folders(target.parent, self.root)
            finally:
                temporary.discard()

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The octets from `start` up to `stop`, from the medium, in chunks of 4 MiB."""
        checked_range(start, stop)
        with self._answering(f"read {key}"):
            descriptor = self._open(key)
        try:
            while stop is None or start < stop:
                length = _CHUNK if stop is None else min(_CHUNK, stop - start)
                with self._answering(f"read {key} at {start}"):
                    chunk = os.pread(descriptor, length, start)
                    if len(chunk) == _CHUNK:
                        # Pages that are used again at once cost a quarter of new ones.
                        os.posix_fadvise(descriptor, start, _CHUNK, os.POSIX_FADV_DONTNEED)
                if not chunk:
                    return
                yield chunk
                start += len(chunk)
        finally:
            os.close(descriptor)

    def size(self, key: str) -> int | None:
        """Octets of an object; None when there is none."""
        with self._answering(f"find {key}"):
            found = self._stat(self._path(key))
        if found is None:
            self._answers()
            return None
        return found.st_size

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order."""
        self._answers()
        folder = prefix.rpartition("/")[0]
        try:
            checked(folder)
        except ValueError:
            folder = ""
        with self._answering("list its keys"):
            yield from files(self.root, folder, prefix)

    def remove(self, key: str) -> None:
        """Remove an object and the folders that it leaves empty; an absent key is no error."""
        target = self._path(key)
        self._answers()
        with self._answering(f"remove {key}"):
            if self._stat(target) is not None:
                target.unlink(missing_ok=True)
            folder = prune(target.parent, self.root)
            with contextlib.suppress(FileNotFoundError):
                sync_folders(folder, self.root)

    def erase(self, prefix: str, part: str = "") -> int:
        """Remove all objects below a prefix, or those of them with a part in their key."""
        keys = [key for key in self.keys(prefix) if part in key]
        for key in keys:
            self.remove(key)
        return len(keys)

    def move(self, key: str, to: str) -> None:
        """Give an object another key; for a moment it has both, so that no kill loses it."""
        source, target = self._path(key), self._path(to)
        self._answers()
        with self._answering(f"move {key}"):
            found = self._stat(source)
            if found is None:
                raise KeyError(key)
            try:
                self._place(os.link, source, target)
            except FileExistsError:
                there = self._stat(target) is not None and key != to
                if not there or not same(self.read(key), self.read(to)):
                    self._refuse(to, target)
            sync_folders(target.parent, self.root)
        self.remove(key)

    def sweep(self) -> None:
        """Remove the temporary files of dead processes; those of living ones stay."""
        self._answers()
        with self._answering("be swept"):
            sweep(self._temporary)

    @property
    def _temporary(self) -> Path:
        return self.root / RESERVED[0]

    def _path(self, key: str) -> Path:
        return self.root / checked(key)

    def _put(self, key: str, chunks: Iterable[bytes], size: int) -> None:
        target = self._path(key)
        with self._answering(f"write {key}", size):
            if os.path.lexists(target):
                self._refuse(key, target)
            temporary = Temporary.create(self._temporary)
        try:
            with self._answering(f"write {key}", size):
                temporary.reserve(size)
            for chunk in chunks:
                if temporary.written + len(chunk) > size:
                    raise ValueError(f"store {self.name}: {key}: more than the {size} octets said")
                with self._answering(f"write {key}", size):
                    temporary.write(chunk)
            if temporary.written != size:
                said = f"{size} octets said, {temporary.written} given"
                raise ValueError(f"store {self.name}: {key}: {said}")
            with self._answering(f"write {key}", size):
                temporary.flush()
                self._link(temporary, key, target)
        finally:
            temporary.discard()

    def _link(self, temporary: Temporary, key: str, target: Path) -> None:
        try:
            # Unlike a rename, a link never takes the place of what is there.
            self._place(os.link, temporary.path, target)
        except FileExistsError:
            self._refuse(key, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            raise Misconfigured(
                f"store {self.name}: the file system of {self.root} has no hard links; "
                "put the store on one that has, such as ext4, XFS, Btrfs, ZFS or NFS"
            ) from error
        try:
            sync_folders(target.parent, self.root)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _place(self, call: Callable[[Path, Path], None], source: Path, target: Path) -> None:
        for _ in range(_PLACE_TRIES):
            # Another writer may remove the last object of a folder, and with it the folder.
            with contextlib.suppress(FileNotFoundError):
                make_folders(target, self.root)
                call(source, target)
                return
        call(source, target)

    def _refuse(self, key: str, target: Path) -> None:
        # Who is told that the object is there may build on it: then it must be there for good.
        with contextlib.suppress(FileNotFoundError):
            sync_folders(target.parent, self.root)
        raise AlreadyExists(f"store {self.name}: {key} is there already")

    def _open(self, key: str) -> int:
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno not in ABSENT:
                raise
            self._answers()
            raise KeyError(key) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise KeyError(key)
        # An audit must read the medium; what an earlier reader left in memory proves nothing.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return descriptor

    def _stat(self, path: Path) -> os.stat_result | None:
        try:
            found = path.lstat()
        except OSError as error:
            if error.errno not in ABSENT:
                raise
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def _answers(self) -> None:
        """Raise Unavailable unless the root is there and is a store's."""
        with self._answering("be found"):
            if self._stat(self.root / ocfl.ROOT_DECLARATION) is None:
                raise Unavailable(
                    f"store {self.name}: {self.root} is not there or is not a store "
                    f"(no {ocfl.ROOT_DECLARATION}); is it mounted?"
                )

            mistaken = self._mistaken()
            if mistaken:
                raise Unavailable(
                    f"store {self.name}: {self.root} is {mistaken}; put its url right in arkiv.toml"
                )

    def _mistaken(self) -> str:
        """Whose store the root is, if it is said there and is not this one."""
        place = self.root / IDENTITY
        if self.identity is None or self._stat(place) is None:
            return ""
        with place.open("rb") as file:
            return self.identity.mistaken(file.read(LARGEST_IDENTITY))

    @contextlib.contextmanager
    def _answering(self, doing: str, needs: int = 0) -> Iterator[None]:
        """Turn the errors of the system into Unavailable."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise Unavailable(self._no_room(doing, needs)) from error
            raise Unavailable(
                f"store {self.name}: cannot {doing}: {error.strerror} ({self.root}); "
                "look at the disk, its mount and the permissions of the folder"
            ) from error

    def _no_room(self, doing: str, needs: int) -> str:
        try:
            system = os.statvfs(self.root)
            room = f"has {system.f_bavail * system.f_frsize}"
        except OSError as error:
            room = f"{error.strerror}"
        return f"store {self.name}: no room to {doing}: needs {needs} octets, {room}; make room"
