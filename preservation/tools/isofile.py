"""What is in an ISO 9660 image (also with Rock Ridge, Joliet or UDF), by pycdlib.

Runs in a process that can be killed.
"""

import errno
import os
from collections.abc import Iterator

import pycdlib

from preservation.tools.process import Json

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK = 1 << 20


def answer(order: Json) -> Json:
    """List the image at `path`, or write its files into `folder`, named by their numbers.

    Gives the entries (name, size, kind, time), or a word: `full`, `done`. No more than `most`
    octets are written.
    """
    image = pycdlib.PyCdlib()
    image.open(order["path"])
    try:
        if "folder" not in order:
            return [entry[:4] for entry in _entries(image)]
        return _write(image, order["folder"], order["most"])
    finally:
        image.close()


def _names(image: pycdlib.PyCdlib) -> str:
    """Which of its names to go by: the richest that it has."""
    if image.has_rock_ridge():
        return "rr_path"
    if image.has_joliet():
        return "joliet_path"
    return "udf_path" if image.has_udf() else "iso_path"


def _entries(image: pycdlib.PyCdlib) -> Iterator[tuple[str, int, str, int, dict[str, str]]]:
    """Name, size, kind, time of each entry, and by what it is opened."""
    by = _names(image)
    for above, folders, files in image.walk(**{by: "/"}):
        base = above.strip("/")
        for name in folders:
            yield f"{base}/{name}".lstrip("/"), 0, "folder", 0, {}
        for name in files:
            place = {by: f"{above.rstrip('/')}/{name}"}
            record = image.get_record(**place)
            shown = name.partition(";")[0].rstrip(".") if by == "iso_path" else name
            link = (
                by == "rr_path"
                and getattr(record, "rock_ridge", None) is not None
                and record.is_symlink()
            )
            kind = "other" if link else "file"
            size = 0 if link else int(record.get_data_length())
            yield f"{base}/{shown}".lstrip("/"), size, kind, 0, place


def _write(image: pycdlib.PyCdlib, folder: str, most: int) -> str:
    left = most
    try:
        for number, (_, _, kind, _, place) in enumerate(_entries(image)):
            if kind != "file":
                continue
            with (
                image.open_file_from_iso(**place) as content,
                open(os.path.join(folder, str(number)), "xb") as out,
            ):
                while chunk := content.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise ValueError("more octets came than were promised")
                    out.write(chunk)
    except OSError as error:
        if error.errno in _FULL:
            return "full"
        raise
    return "done"
