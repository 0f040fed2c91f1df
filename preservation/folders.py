"""What lies in a folder: files, and everything that is not a file, each told apart by lstat."""

import os
import stat
from dataclasses import dataclass, field

from preservation.errors import Misconfigured, Rejected
from preservation.model.names import written


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: path below the folder, octets, last change in nanoseconds since 1970."""

    path: bytes
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that is not a file and not a folder; `target` is where a symbolic link points."""

    path: bytes
    kind: str
    target: bytes = b""


@dataclass(slots=True)
class Contents:
    """Everything below a folder, in the order of the octets of the paths."""

    files: list[Found] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    empty_folders: list[bytes] = field(default_factory=list)


def contents(root: bytes) -> Contents:
    """Walk a folder without following any link.

    Raises Misconfigured when `root` is not a folder, Rejected with all unreadable folders.
    """
    if not os.path.isdir(root):
        raise Misconfigured(f"{written(root)}: is not a folder; name the folder of the SIP")
    found = Contents()
    unreadable: list[str] = []
    waiting = [b""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as entries:
                children = list(entries)
        except OSError as error:
            unreadable.append(
                f"{written(prefix) or '.'}: the folder cannot be read ({error.strerror}); "
                "give read permission and submit again"
            )
            continue
        if not children and prefix:
            found.empty_folders.append(prefix[:-1])
        for entry in children:
            _sort(entry, prefix + entry.name, found, waiting)
    if unreadable:
        raise Rejected(*unreadable)
    found.files.sort(key=lambda f: f.path)
    found.oddities.sort(key=lambda o: o.path)
    found.empty_folders.sort()
    return found


def _sort(entry: "os.DirEntry[bytes]", path: bytes, found: Contents, waiting: list[bytes]) -> None:
    if entry.is_symlink():
        found.oddities.append(Oddity(path, "symbolic link", os.readlink(entry.path)))
    elif entry.is_dir(follow_symlinks=False):
        waiting.append(path + b"/")
    elif entry.is_file(follow_symlinks=False):
        state = entry.stat(follow_symlinks=False)
        found.files.append(Found(path, state.st_size, state.st_mtime_ns))
    else:
        found.oddities.append(Oddity(path, _kind(entry.stat(follow_symlinks=False).st_mode)))


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "named pipe"
    if stat.S_ISSOCK(mode):
        return "socket"
    return "device"
