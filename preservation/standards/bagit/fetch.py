"""`fetch.txt`: what a bag leaves elsewhere. Nothing is ever fetched."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlsplit

from preservation.model.names import written
from preservation.model.report import EACH, Counted, Remark
from preservation.standards.bagit.lines import MOST_ABSENT, Unreadable, lines, too_long
from preservation.standards.bagit.paths import decoded, leaves_the_bag
from preservation.standards.bagit.tags import Declaration

NAME = b"fetch.txt"
_LINE = re.compile(rb"(\S+)[ \t]+(\d+|-)[ \t]+(.+)", re.DOTALL)


@dataclass(slots=True)
class Fetch:
    """The paths that are to be fetched, as written, with their lines, and what is wrong with it."""

    paths: dict[bytes, int] = field(default_factory=dict)
    remarks: Counted = field(default_factory=Counted)


def read(
    stream: BinaryIO, told: Declaration, hosts: Collection[str], sizes: Collection[bytes] = ()
) -> Fetch:
    """Read `fetch.txt` (section 2.2.3); `hosts` are those that the agreement allows.

    `sizes` has the paths of all files that are there.
    """
    found, most = Fetch(), 2 * len(sizes) + MOST_ABSENT
    unnamed: dict[str, int] = {}
    try:
        for number, line in lines(stream, told.encoding, told.unfit("fetch.txt", found.remarks)):
            where = f"fetch.txt, line {number}"
            match = _LINE.fullmatch(line)
            if not match:
                found.remarks.append(Remark("RFC8493-2.2.3", where, written(line[:80])))
                continue
            host, path = _host(match[1]), match[3].removeprefix(b"./")
            if leaves_the_bag(decoded(path)) or leaves_the_bag(path):
                found.remarks.append(Remark("RFC8493-5.1", where, written(path)))
            elif not path.startswith(b"data/"):
                found.remarks.append(Remark("RFC8493-2.2.3-TAG", where, written(path)))
            else:
                found.paths[path] = number
                if len(found.paths) > most:
                    too_long(f"more than {most} files listed", number)
            if host not in hosts and host not in unnamed:
                unnamed[host] = number
                if len(unnamed) > EACH:
                    too_long(f"files on more than {EACH} unknown hosts", number)
    except Unreadable as error:
        found.remarks.append(error.remark("fetch.txt", told.encoding))
    for host, number in unnamed.items():
        found.remarks.append(Remark("RFC8493-2.2.3-HOST", f"fetch.txt, line {number}", host))
    return found


def _host(url: bytes) -> str:
    try:
        parts = urlsplit(url.decode("utf-8", "replace"))
    except ValueError:
        return "no host"
    return parts.netloc.rpartition("@")[2].lower() or "no host"
