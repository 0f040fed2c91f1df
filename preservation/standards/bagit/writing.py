"""Manifests and tag files of our own bags (BagIt 1.0)."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

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


def fetch_list(rows: Iterable[tuple[str, int, str]]) -> Iterator[bytes]:
    """`fetch.txt` (section 2.2.3): a URL, octets and a path in the bag a line."""
    for url, size, path in rows:
        yield f"{url} {size} {path}\n".encode()


def member_url(package: str, version: int, tar: str, member: str) -> str:
    """The URL in `fetch.txt` of a member of an earlier version's tar.

    `ocfl://<AIP>/v1/content/<AIP>.v1.tar#<member>`: object, content path and, percent-encoded, the
    member in the tar (RFC 3986).
    """
    return f"ocfl://{package}/v{version}/content/{tar}#{quote(member)}"
