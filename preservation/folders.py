"""What lies in a folder: files, and everything that is not a file, each told apart by lstat."""

import os
import stat

from preservation.errors import Misconfigured
from preservation.model.contents import Contents, Found, Oddity
from preservation.model.names import written
from preservation.model.report import Remark
from preservation.rules import Refused


def contents(root: bytes) -> Contents:
    """Walk a folder without following any link.

    Raises Misconfigured when `root` is not a folder, Refused with all unreadable folders.
    """
    if not os.path.isdir(root):
        raise Misconfigured(f"{written(root)}: is not a folder; name the folder of the SIP")
    found = Contents()
    unreadable: list[Remark] = []
    inside = os.path.realpath(root) + b"/"
    waiting = [b""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as entries:
                children = list(entries)
        except OSError as error:
            found_instead = error.strerror or str(error)
            unreadable.append(Remark("FOLDER-READABLE", written(prefix) or ".", found_instead))
            continue
        if not children and prefix:
            found.empty_folders.append(prefix[:-1])
        for entry in children:
            path = prefix + entry.name
            if entry.is_file(follow_symlinks=False):
                state = entry.stat(follow_symlinks=False)
                found.files.append(Found(path, state.st_size, state.st_mtime_ns))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path + b"/")
            else:
                found.oddities.append(_oddity(entry, path, inside))
    if unreadable:
        raise Refused(*unreadable)
    found.files.sort(key=lambda f: f.path)
    found.oddities.sort(key=lambda o: o.path)
    found.empty_folders.sort()
    return found


def _oddity(entry: "os.DirEntry[bytes]", path: bytes, inside: bytes) -> Oddity:
    if entry.is_symlink():
        return _link(entry.path, path, inside)
    return Oddity(path, _kind(entry.stat(follow_symlinks=False).st_mode))


def _link(place: bytes, path: bytes, inside: bytes) -> Oddity:
    target = os.path.realpath(place)
    within = (target + b"/").startswith(inside)
    return Oddity(path, "symbolic link", os.readlink(place), within, not os.path.exists(target))


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "named pipe"
    if stat.S_ISSOCK(mode):
        return "socket"
    return "device"
