"""What is in a 7z, by py7zr; runs in a process that can be killed."""

import errno
from collections.abc import Iterator

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from preservation.tools.process import Json

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def answer(order: Json) -> Json:
    """List the 7z at `path`, or write its files into `folder`, named by their numbers.

    Gives the entries (name, size, kind, time), or a word: `encrypted`, `full`, `done`. No more than
    `most` octets are written.
    """
    try:
        with py7zr.SevenZipFile(order["path"], "r") as archive:
            if archive.needs_password():
                return "encrypted"
            if "folder" not in order:
                return list(_entries(archive))
            return _write(archive, order["folder"], order["most"])
    except PasswordRequired:
        return "encrypted"


def _entries(archive: py7zr.SevenZipFile) -> Iterator[tuple[str, int, str, int]]:
    for it in archive.files:
        kind = "folder" if it.is_directory else "file"
        if it.is_symlink or it.is_junction or it.is_socket:
            kind = "other"
        modified = it.lastwritetime
        changed = int(modified.totimestamp() * 1e9) if modified is not None else 0
        yield it.filename, it.uncompressed or 0, kind, changed


def _write(archive: py7zr.SevenZipFile, folder: str, most: int) -> str:
    for number, it in enumerate(archive.files):
        it._file_info["filename"] = str(number)  # no name of the container is ever a path here
    try:
        archive.extractall(factory=_Numbered(folder, most))
    except OSError as error:
        if error.errno in _FULL:
            return "full"
        raise
    return "done"


class _Numbered(WriterFactory):
    def __init__(self, folder: str, most: int) -> None:
        self.folder = folder
        self.left = most

    def create(self, filename: str) -> Py7zIO:
        number = int(filename.rpartition("/")[2])
        return _Forward(self, f"{self.folder}/{number}")


class _Forward(Py7zIO):
    """A file that is written once, from its beginning to its end."""

    def __init__(self, whole: _Numbered, path: str) -> None:
        self._whole = whole
        self._file = open(path, "xb")  # noqa: SIM115  closed by close

    def write(self, s: bytes | bytearray) -> int:
        self._whole.left -= len(s)
        if self._whole.left < 0:
            raise ValueError("more content than it says")
        return self._file.write(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002  the library's
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002  the library's
        return 0

    def flush(self) -> None:
        self._file.flush()

    def size(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
