"""What a container says that is in it, judged by its names and sizes before anything is written."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from preservation.model.agreement import Limits
from preservation.model.names import NAME_MAX, written
from preservation.model.report import Level, Remark
from preservation.rules import Refused, level

PATH_MAX = 3500
"""Octets of a whole path: what the system allows (4,096), less the folder that it is put in."""

HARMLESS = 16 * 1024 * 1024
"""Octets up to which nobody minds how small they were packed."""

SHOWN = 20
"""Remarks of one rule that are told one by one; the rest is counted."""

_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789"),
}
_WINDOWS = frozenset('<>:"|?*\\')


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder in a container; `modified_ns` since 1970."""

    path: bytes
    size: int
    folder: bool = False
    modified_ns: int = 0


@dataclass(slots=True)
class Listing:
    """The entries of a container as they are met, and what the rules say of them.

    `packed` is the octets of the container itself. `links` are symbolic links and their targets:
    they are never made.
    """

    limits: Limits
    packed: int
    entries: list[Entry] = field(default_factory=list)
    links: dict[bytes, bytes] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    octets: int = 0
    _judged: int = 0
    _broken: bool = False
    _files: set[bytes] = field(default_factory=set)
    _folders: set[bytes] = field(default_factory=set)
    _folded: dict[str, bytes] = field(default_factory=dict)

    def say(self, code: str, path: bytes = b"", found: str = "", expected: str = "") -> None:
        """Add a remark."""
        self.remarks.append(Remark(code, written(path), found, expected))

    @property
    def sound(self) -> bool:
        """Whether there is no error so far."""
        new, self._judged = self.remarks[self._judged :], len(self.remarks)
        self._broken |= any(level(remark) is Level.ERROR for remark in new)
        return not self._broken

    def add(self, entry: Entry) -> bool:
        """Take an entry in; gives whether its name and size are such that it may be written."""
        if len(self.entries) + len(self.links) >= self.limits.files:
            self.say("CONTAINER-FILES", b"", f"more than {self.limits.files} entries")
            self.refuse()
        before = len(self.remarks)
        self._judge_name(entry.path)
        self._place(entry.path, folder=entry.folder)
        self._judge_size(entry)
        self.entries.append(entry)
        return all(level(remark) is not Level.ERROR for remark in self.remarks[before:])

    def link(self, path: bytes, target: bytes) -> None:
        """Take note of a symbolic link."""
        self._judge_name(path)
        self._place(path, folder=False)
        self.links[path] = target

    def refuse(self) -> None:
        """Raise Refused with all that is wrong, if anything is."""
        wrong = [remark for remark in self.remarks if level(remark) is Level.ERROR]
        if wrong:
            raise Refused(*shortened(wrong))

    def _judge_name(self, path: bytes) -> None:
        parts = path.split(b"/")
        plain = path.replace(b"\\", b"/")
        if plain.startswith(b"/") or (plain[1:2] == b":" and plain[2:3] in (b"", b"/")):
            self.say("CONTAINER-ABSOLUTE", path)
        elif b".." in plain.split(b"/"):
            self.say("CONTAINER-TRAVERSAL", path)
        elif b"\0" in path:
            self.say("CONTAINER-NUL", path)
        elif not path or b"" in parts or b"." in parts:
            self.say("CONTAINER-NAME", path)
        elif len(path) > PATH_MAX or any(len(part) > NAME_MAX for part in parts):
            self.say("CONTAINER-NAME-LONG", path[:200], f"{len(path)} octets")
        elif len(parts) > self.limits.depth:
            expected = f"at most {self.limits.depth} folders"
            self.say("CONTAINER-DEPTH", path[:200], f"{len(parts)} folders", expected)
        else:
            self._warn_of_name(path)

    def _warn_of_name(self, path: bytes) -> None:
        text = path.decode("utf-8", "surrogateescape")
        if text.isascii() and text.isprintable() and not _WINDOWS & set(text):
            last = path.rpartition(b"/")[2].lower()
            if last.partition(b".")[0].decode() in _RESERVED or last[-1:] in (b".", b" "):
                self.say("CONTAINER-WINDOWS", path)
            return
        if any("\udc80" <= char <= "\udcff" for char in text):
            self.say("CONTAINER-ENCODING", path)
        if any(unicodedata.category(char) == "Cc" for char in text):
            self.say("CONTAINER-CONTROL", path)
        if _WINDOWS & set(text):
            self.say("CONTAINER-WINDOWS", path)

    def _place(self, path: bytes, *, folder: bool) -> None:
        """Hold an entry against those before it: nothing may be there twice, or be both."""
        if path in self._files or (not folder and path in self._folders):
            self.say("CONTAINER-DUPLICATE", path)
        parent = path if folder else path.rpartition(b"/")[0]
        while parent and parent not in self._folders:
            if parent in self._files:
                self.say("CONTAINER-DUPLICATE", parent, "a file and a folder of one name")
            self._folders.add(parent)
            self._fold(parent)
            parent = parent.rpartition(b"/")[0]
        if not folder:
            self._files.add(path)
            self._fold(path)

    def _fold(self, path: bytes) -> None:
        """Names that are one where case or the composition of letters does not count."""
        text = path.decode("utf-8", "surrogateescape")
        folded = text.lower() if text.isascii() else _folded(text)
        other = self._folded.setdefault(folded, path)
        if other != path:
            self.say("CONTAINER-COLLISION", path, written(other))

    def _judge_size(self, entry: Entry) -> None:
        limits = self.limits
        self.octets += entry.size
        if entry.size > limits.file_bytes:
            expected = f"at most {limits.file_bytes} octets"
            self.say("CONTAINER-FILE-BYTES", entry.path, f"{entry.size} octets", expected)
        if self.octets > limits.bytes >= self.octets - entry.size:
            self.say("CONTAINER-BYTES", b"", f"{self.octets} octets", f"at most {limits.bytes}")
        most = most_octets(limits, self.packed)
        if self.octets > most >= self.octets - entry.size:
            said = f"{self.octets} octets from {self.packed}"
            self.say("CONTAINER-RATIO", b"", said, f"at most {limits.ratio} for each")


def most_octets(limits: Limits, packed: int) -> int:
    """Octets that a container of this size may unfold to."""
    return max(HARMLESS, limits.ratio * packed)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def shortened(remarks: Iterable[Remark]) -> list[Remark]:
    """Remarks by their rules, of each only the first, the rest counted: a report stays readable."""
    short: list[Remark] = []
    ordered = sorted(dict.fromkeys(remarks), key=attrgetter("code"))
    for code, group in groupby(ordered, key=attrgetter("code")):
        same = list(group)
        short += same[:SHOWN]
        if len(same) > SHOWN:
            short.append(Remark(code, "", f"{len(same) - SHOWN} more of the same"))
    return short
