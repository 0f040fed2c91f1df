"""Manifests and tag files of our own bags (BagIt 1.0)."""

from collections.abc import Iterable, Iterator

from preservation.model.fixity import Digest

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def manifest(rows: Iterable[tuple[str, Digest]]) -> Iterator[bytes]:
    """A manifest (section 2.1.3) of paths that need no encoding, as `names.stored` makes them."""
    lines: list[str] = []
    for path, digest in rows:
        lines.append(f"{digest.value}  {path}\n")
        if len(lines) == 4096:
            yield "".join(lines).encode("utf-8")
            lines = []
    yield "".join(lines).encode("utf-8")


def bag_info(tags: Iterable[tuple[str, str]]) -> bytes:
    """`bag-info.txt` (section 2.2.2): a label and a value a line, values on one line."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in tags).encode("utf-8")
