"""Paths in manifests and in `fetch.txt`: what they stand for, and which of them leave the bag."""

import re
import string
import unicodedata
from collections.abc import Collection

from preservation.model.names import written

_ENCODED = re.compile(rb"%(0A|0D|25)", re.IGNORECASE)
_WINDOWS = re.compile(rb"[A-Za-z]:|\\\\|//|%[A-Za-z_]+%[\\/]")
_USUAL = string.ascii_letters.encode() + string.digits.encode() + b" .,;=+@!#$&'()[]{}/-_\n"
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[1-9\u00b9\u00b2\u00b3]|lpt[1-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE
)
_UNFIT = re.compile(r'[<>:"|?*\\\x00-\x1f]')
SYSTEM_FILES = frozenset({b"Thumbs.db", b"thumbs.db", b".DS_Store", b"desktop.ini", b"Desktop.ini"})
_BEGINNINGS = tuple(
    b"/" + name for name in b"con prn aux nul com lpt thumbs.db .ds_store desktop.ini ._".split()
)
_ODD = re.compile(
    rb"""/(?: (?:con|prn|aux|nul|com[1-9]|lpt[1-9]) (?:\.[^/\n]*)? (?:/|$)
        | (?:thumbs\.db|\.ds_store|desktop\.ini) $ | \._ )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""The names that `is_system_file` and `unfit_for_windows` look for, below `data/`."""


def decoded(path: bytes) -> bytes:
    """Undo the percent-encoding of LF, CR and `%`, all that section 2.1.3 encodes."""
    return _ENCODED.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), path)


def encoded(path: bytes) -> bytes:
    """A path as a manifest of version 1.0 has it."""
    return path.replace(b"%", b"%25").replace(b"\n", b"%0A").replace(b"\r", b"%0D")


def is_encoded(path: bytes) -> bool:
    """Whether each `%` of a path begins what stands for LF, CR or `%`, as version 1.0 has it."""
    return path.count(b"%") == len(_ENCODED.findall(path))


def leaves_the_bag(path: bytes) -> bool:
    """Whether some system takes the path for one outside of the bag (section 5.1).

    Judged alike on every system: what is harmless here may be opened elsewhere.
    """
    parts = re.split(rb"[/\\]", path)
    return path.startswith((b"/", b"~", b"\\")) or b".." in parts or bool(_WINDOWS.match(path))


def normalized(path: bytes) -> str:
    """The same for names that differ only by Unicode normalisation."""
    return unicodedata.normalize("NFC", path.decode("utf-8", "surrogateescape"))


def folded(path: bytes) -> str:
    """The same for names that some system takes for one: by normalisation or by case."""
    return unicodedata.normalize("NFC", normalized(path).casefold())


def is_system_file(path: bytes) -> bool:
    """Whether an operating system leaves such files behind by itself."""
    name = path.rpartition(b"/")[2]
    return name in SYSTEM_FILES or name.startswith(b"._")


def are_plain(lines: bytes) -> bool:
    """Whether no path in these lines may leave the bag, bear a mark, be encoded or not be ASCII."""
    return not lines.translate(None, _USUAL) and not any(
        mark in lines for mark in (b"..", b"//", b" /", b" ./")
    )


def are_harmless(names: Collection[bytes]) -> bool:
    """Whether no system has anything against any of these paths; all are looked at in one go."""
    lines = b"\n".join(names)
    return (
        not lines.translate(None, _USUAL)
        and lines.count(b"\n") == max(len(names) - 1, 0)
        and not any(end in lines for end in (b"./", b" /", b".\n", b" \n"))
        and not lines.endswith((b".", b" "))
        and not (any(it in lines.lower() for it in _BEGINNINGS) and _ODD.search(lines))
        and len({name.lower() for name in names}) == len(names)
    )


def unfit_for_windows(path: bytes) -> str:
    """The part of a path that Windows cannot hold, in written form, or nothing."""
    for part in path.split(b"/"):
        text = part.decode("utf-8", "replace")
        if _RESERVED.fullmatch(text) or _UNFIT.search(text) or text.endswith((".", " ")):
            return written(part)
    return ""
