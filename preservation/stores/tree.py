"""The folders of a directory store: made, listed in the order of keys, flushed and pruned."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from preservation.stores.keys import RESERVED

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""Errors that say that there is no such file."""


def make_folders(target: Path, root: Path) -> None:
    """Make the folders between the root and a file, but never the root itself.

    Raises ValueError when one of them is a file.
    """
    between = target.parents[: len(target.parts) - len(root.parts) - 1]
    for folder in reversed(between):
        try:
            folder.mkdir()
        except FileExistsError:
            # One look, which says that it is gone (FileNotFoundError) if it was pruned meanwhile.
            if not stat.S_ISDIR(os.stat(folder).st_mode):
                raise ValueError(f"{target} lies below {folder}, which is an object") from None


def sync_folders(folder: Path, root: Path) -> None:
    """Bring to the medium the entries of a folder and of each above it, up to the root."""
    for place in (folder, *folder.parents):
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            return


def prune(folder: Path, root: Path) -> Path:
    """Remove a folder and those above it while they are empty; the first that stays is returned."""
    while folder != root:
        try:
            folder.rmdir()
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                break
            if error.errno not in ABSENT:
                raise
        folder = folder.parent
    return folder


def files(root: Path, folder: str, prefix: str) -> Iterator[str]:
    """The paths below the root, with `/`, of the files of a folder that begin with the prefix.

    Sorted by code point, like the sorted list of them; links and special files are left out.
    """
    # A folder sorts with its "/": so "a-b" comes before what lies in "a", as "a-b" < "a/".
    for path in _entries(root, folder):
        if not path.endswith("/"):
            if path.startswith(prefix):
                yield path
        elif path.startswith(prefix) or prefix.startswith(path):
            yield from files(root, path[:-1], prefix)


def _entries(root: Path, folder: str) -> list[str]:
    found = []
    try:
        with os.scandir(root / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if path in RESERVED:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    found.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    found.append(path)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found)
