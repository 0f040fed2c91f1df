"""What lies in a submitted folder or container: files, and everything that is not a file."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Found(NamedTuple):
    """A regular file: path below the top, octets, last change in nanoseconds since 1970."""

    path: bytes
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that is not a file and not a folder.

    `target` is where a symbolic link points; `inside` whether that is within the same contents,
    `dangling` whether there is nothing.
    """

    path: bytes
    kind: str
    target: bytes = b""
    inside: bool = False
    dangling: bool = False


@dataclass(slots=True)
class Contents:
    """Everything below the top, in the order of the octets of the paths."""

    files: list[Found] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    empty_folders: list[bytes] = field(default_factory=list)
