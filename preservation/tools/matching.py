"""Formats told by signatures, containers and extensions, by the rules of fido.

Both ends of a file are read once, whatever it is; only what looks like a container is opened again.
"""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from preservation.model.formats import DAMAGED
from preservation.tools.patterns import Index, Signature

BUFFER = 128 << 10
"""Octets that are looked at, from each end of a file."""

Row = tuple[str, str, str, str, str]
"""PUID, name, version, MIME type, and the name of the signature that matched."""

Match = tuple[int, str]
"""The place of a format in the order of formats, and the name of the signature that matched."""

Look = Callable[[str, Sequence[str]], tuple[Sequence[tuple[str, str]], str]]
"""Looks into a file that seems to be one of these PUIDs: what it is by its content, each PUID with
the name of the signature, and a warning when it could not be opened."""

_SHORTEST = 4
"""Octets that an end of a file must share with a format, at least, to say anything."""

_HEAD = 512


@dataclass(frozen=True)
class Formats:
    """All formats that are known, in order.

    `rows` are PUID, name, version and MIME type of each; `beats` the PUIDs that each goes before;
    `extensions` the places of formats by extension; `look` looks into containers. `version` is that
    of the program, `release` that of the signatures.
    """

    version: str
    release: str
    rows: Sequence[tuple[str, str, str, str]]
    beats: Sequence[frozenset[str]]
    extensions: Mapping[str, Sequence[int]]
    signatures: Sequence[Signature]
    look: Look

    # Made when first needed: to say only who it is must not cost a second.

    @cached_property
    def _index(self) -> Index:
        return Index(self.signatures)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {row[0]: place for place, row in enumerate(self.rows)}

    @cached_property
    def _beaten(self) -> frozenset[str]:
        return frozenset().union(*self.beats)

    @cached_property
    def _halves(self) -> Mapping[str, tuple[Sequence[Signature], Index]]:
        """Signatures of both ends, each end for itself."""
        both = [signature for signature in self.signatures if signature.two_ended]
        halves = {end: [signature.only(end) for signature in both] for end in ("BOF", "EOF")}
        return {end: (parts, Index(parts)) for end, parts in halves.items()}

    def identify(self, path: str) -> tuple[str, list[Row], str, int]:
        """How it was told (`container`, `signature`, `extension`), formats, warning, size.

        Raises OSError when the file cannot be read.
        """
        start, end, size = _ends(path)
        found = self._by_signature(start, end)
        inside, warning = self._by_content(path, found)
        if inside:
            return "container", self._told(inside), warning, size
        # A file of zero octets matches some signatures by accident.
        if found and size:
            return "signature", self._told(found), warning, size
        named = self._by_extension(path)
        return "extension", self._told(named), warning or self._damage(start, end, named), size

    def _told(self, matches: Sequence[Match]) -> list[Row]:
        return [(*self.rows[place], name) for place, name in matches]

    def _by_signature(self, start: bytes, end: bytes) -> list[Match]:
        found: list[Match] = []
        current, allowed = -1, False
        for number in self._index.candidates(start, end):
            signature = self.signatures[number]
            if signature.format != current:
                # Once for each format: later signatures of it are tried whatever the first gave.
                current = signature.format
                allowed = self._unbeaten(current, found)
            if allowed and signature.matches(start, end):
                found.append((current, signature.name))
        return [match for match in found if self._unbeaten(match[0], found)]

    def _unbeaten(self, place: int, matches: Sequence[Match]) -> bool:
        """Whether no other format among the matches has priority over this one."""
        puid = self.rows[place][0]
        if not matches or puid not in self._beaten:
            return True
        return not any(other != place and puid in self.beats[other] for other, _ in matches)

    def _by_content(self, path: str, found: Sequence[Match]) -> tuple[list[Match], str]:
        if not found:
            return [], ""
        inside, warning = self.look(path, [self.rows[place][0] for place, _ in found])
        known = [(self._places[puid], name) for puid, name in inside if puid in self._places]
        return known, warning

    def _by_extension(self, path: str) -> list[Match]:
        # As fido splits names; `Path.suffix` splits `...x` otherwise.
        extension = os.path.splitext(path)[1].lower().lstrip(".")
        if not extension:
            return []
        found = [(place, "External") for place in self.extensions.get(extension, ())]
        return [match for match in found if self._unbeaten(match[0], found)]

    def _damage(self, start: bytes, end: bytes, named: Sequence[Match]) -> str:
        """What speaks for a file that was cut or whose head is damaged; empty when nothing does."""
        cut = self._half("BOF", start, end)
        if cut:
            return f"{DAMAGED}it begins as {cut} and does not end as one"
        likely = frozenset(place for place, _ in named)
        headless = self._half("EOF", start, end, likely)
        if headless:
            return f"{DAMAGED}it ends as {headless} and does not begin as one"
        if likely and len(start) > _HEAD and not start[:_HEAD].strip(start[:1]):
            return f"{DAMAGED}it begins with nothing but octets {start[0]:02x}"
        return ""

    def _half(
        self, position: str, start: bytes, end: bytes, likely: frozenset[int] | None = None
    ) -> str:
        """The format that this end of a file fits best, though the other end fits none."""
        best = (_SHORTEST - 1, 0)
        halves, index = self._halves[position]
        for signature in (halves[number] for number in index.candidates(start, end)):
            allowed = likely is None or signature.format in likely
            if allowed and signature.matches(start, end):
                best = max(best, (signature.strength, -signature.format))
        if best[0] < _SHORTEST:
            return ""
        _, name, version, _ = self.rows[-best[1]]
        return f"{name} {version}".strip()


def _ends(path: str) -> tuple[bytes, bytes, int]:
    """The first and last `BUFFER` octets (which overlap in a small file), and the size."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise OSError("not a regular file")
        size = state.st_size
        start = os.pread(handle, min(size, BUFFER), 0)
        if size <= BUFFER:
            return start, start, len(start)
        return start, os.pread(handle, BUFFER, size - BUFFER), size
    finally:
        os.close(handle)
