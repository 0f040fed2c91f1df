"""File names: kept as given, in any script; escaped, reversibly, only where they could be lost.

Two written forms of a name's bytes:

- the *written* form stands in PREMIS (`originalName`), JSON and messages. It is the name itself;
  only bytes that are not UTF-8, characters that XML cannot hold and `^` are written `^xx`.
- the *stored* form is the name of the file in the AIP. Beyond that it escapes what a bag or its
  readers would lose: line and paragraph separators, `%`, and white space at the end of a path.
  Names that some system would fold into one (case, Unicode normalisation) are told apart.

`given(written(name)) == name` for every sequence of bytes.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

NAME_MAX = 255
"""Octets that a file name may have on the file systems in use (POSIX NAME_MAX)."""

_ESCAPE = re.compile(rb"\^([0-9a-f]{2})")
_PLAIN = re.compile(r"[\w .,;:=+@~!#$&'()\[\]{}/-]*", re.ASCII)
_PLAIN_LINES = re.compile(rb"[\w .,;:=+@~!#$&'()\[\]{}/\n-]*")


def _hex(text: str) -> str:
    return "".join(f"^{byte:02x}" for byte in text.encode("utf-8", "surrogateescape"))


def _unwritable(char: str) -> bool:
    """Whether XML 1.0 (section 2.2) or a line of text cannot hold this character."""
    code = ord(char)
    return (
        char == "^"
        or 0xD800 <= code <= 0xDFFF
        or code in (0xFFFE, 0xFFFF)
        or unicodedata.category(char) == "Cc"
    )


def _unstorable(char: str) -> bool:
    return char == "%" or _unwritable(char) or unicodedata.category(char) in ("Zl", "Zp")


def written(name: bytes) -> str:
    """The written form of a name or path: readable, storable in XML and JSON, reversible."""
    text = name.decode("utf-8", "surrogateescape")
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_hex(char) if _unwritable(char) else char for char in text)


def given(form: str) -> bytes:
    """The bytes of a name from its written form, or from a stored form that was not shortened."""
    return _ESCAPE.sub(
        lambda match: bytes.fromhex(match.group(1).decode("ascii")), form.encode("utf-8")
    )


def _stored_component(name: bytes) -> str:
    text = name.decode("utf-8", "surrogateescape")
    if _PLAIN.fullmatch(text) and not text.endswith(" "):
        return text
    form = "".join(_hex(char) if _unstorable(char) else char for char in text)
    return _hex_tail(form)


def _hex_tail(form: str) -> str:
    """Escape white space at the end: readers of manifests cut it off."""
    kept = form.rstrip()
    return kept + _hex(form[len(kept) :])


def _fully_escaped(name: bytes) -> str:
    """A form that nothing folds: only digits, `-`, `_`, `.` and escapes."""
    return "".join(chr(byte) if byte in b"0123456789-_." else f"^{byte:02x}" for byte in name)


def _fitting(form: str, name: bytes) -> str:
    """Shorten an escaped name that became too long; `^~` marks it, PREMIS keeps the whole."""
    octets = form.encode("utf-8")
    if len(octets) <= NAME_MAX:
        return form
    digest = hashlib.sha256(name).hexdigest()[:32]
    head = octets[: NAME_MAX - 34].decode("utf-8", "ignore")
    return f"{head}^~{digest}"


def _folded(form: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", form).casefold())


def stored(paths: Iterable[bytes]) -> Mapping[bytes, str]:
    """The stored form of each path of one folder tree; no two fold into one, `/` stays `/`.

    Where names of one folder differ only by case or normalisation, the first in the order of their
    bytes keeps its name and the others are fully escaped.
    """
    folders: dict[bytes, dict[bytes, str]] = {}
    result: dict[bytes, str] = {}
    ordered = sorted(paths)
    if _all_plain(ordered) and not _collide(ordered):
        return {p: p.decode("ascii") for p in ordered}
    children: dict[bytes, set[bytes]] = {}
    for path in ordered:
        parts = path.split(b"/")
        for depth, part in enumerate(parts):
            children.setdefault(b"/".join(parts[:depth]), set()).add(part)
    for folder, names in children.items():
        folders[folder] = _stored_names(names)
    for path in ordered:
        parts = path.split(b"/")
        result[path] = "/".join(
            folders[b"/".join(parts[:depth])][part] for depth, part in enumerate(parts)
        )
    return result


def _all_plain(paths: list[bytes]) -> bool:
    """Whether no path has anything to escape; all are looked at in one go."""
    lines = b"\n".join(paths) + b"\n"
    return (
        _PLAIN_LINES.fullmatch(lines) is not None
        and lines.count(b"\n") == max(len(paths), 1)
        and b" /" not in lines
        and b" \n" not in lines
    )


def _collide(paths: list[bytes]) -> bool:
    """Whether two files, two folders, or a file and a folder differ by the case of ASCII only."""
    folders: set[bytes] = set()
    waiting = {path.rpartition(b"/")[0] for path in paths}
    while waiting:
        folders |= waiting
        waiting = {path.rpartition(b"/")[0] for path in waiting} - folders
    every = {*paths, *folders}
    return len({path.lower() for path in every}) != len(every)


def _stored_names(names: set[bytes]) -> dict[bytes, str]:
    taken: set[str] = set()
    result = {}
    for name in sorted(names):
        form = _fitting(_stored_component(name), name)
        if _folded(form) in taken:
            form = _fitting(_fully_escaped(name), name)
        taken.add(_folded(form))
        result[name] = form
    return result


def composed(form: str) -> str:
    """A written form in which composed and decomposed letters are the same (NFC)."""
    return unicodedata.normalize("NFC", form)
