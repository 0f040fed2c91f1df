"""BagIt 1.0 (RFC 8493): manifests and tag files, written for our bags and read from others'."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from preservation.errors import Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LINE_LIMIT = 64 * 1024
"""Octets that one line of a tag file may have; no honest path comes near."""

_VERSION = re.compile(r"BagIt-Version: (\d+)\.(\d+)\s*")
_ENCODING = re.compile(r"Tag-File-Character-Encoding: (\S+)\s*")
_MANIFEST = re.compile(rb"(tag)?manifest-([0-9a-z]+)\.txt")
Claims = Mapping[bytes, tuple[Digest, ...]]

_LINE = re.compile(rb"([0-9A-Fa-f]+)[ \t]+\*?(.+)")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `bagit.txt` says: the version, and the encoding of the tag files."""

    version: tuple[int, int]
    encoding: str


def read_declaration(content: bytes) -> Declaration:
    """Read `bagit.txt` (RFC 8493, section 2.1.1); raises Rejected when it is not as it must be."""
    if content.startswith(b"\xef\xbb\xbf"):
        raise Rejected("bagit.txt: begins with a byte-order mark; save it without one")
    lines = content.decode("utf-8", "replace").splitlines()
    version = _VERSION.fullmatch(lines[0]) if lines else None
    encoding = _ENCODING.fullmatch(lines[1]) if len(lines) > 1 else None
    if not version or not encoding or any(line.strip() for line in lines[2:]):
        raise Rejected(
            "bagit.txt: expected two lines, 'BagIt-Version: M.N' and "
            f"'Tag-File-Character-Encoding: UTF-8', found {lines[:3]}; make the bag again"
        )
    return Declaration((int(version[1]), int(version[2])), encoding[1])


def manifest_algorithm(name: bytes) -> tuple[bool, str] | None:
    """For the name of a manifest: whether it is a tag manifest, and its algorithm's name."""
    match = _MANIFEST.fullmatch(name)
    return (bool(match[1]), match[2].decode("ascii")) if match else None


def read_manifest(name: str, content: bytes, algorithm: Algorithm) -> Mapping[bytes, Digest]:
    """The digests of a manifest by path (section 2.1.3); raises Rejected with every bad line."""
    found: dict[bytes, Digest] = {}
    wrong = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line) if len(line) <= LINE_LIMIT else None
        if not match or len(match[1]) != algorithm.hex_length:
            wrong.append(
                f"{name}, line {number}: expected a {algorithm} digest and a path, "
                f"found {line[:80].decode('utf-8', 'replace')!r}"
            )
            continue
        path = _decoded(match[2])
        if not _inside(path):
            wrong.append(f"{name}, line {number}: the path {written(path)} leaves the bag")
        elif path in found:
            wrong.append(f"{name}, line {number}: {written(path)} is listed twice")
        else:
            found[path] = Digest(algorithm, match[1].decode("ascii").lower())
    if wrong:
        raise Rejected(*wrong)
    return found


def _decoded(path: bytes) -> bytes:
    """Undo the percent-encoding of LF, CR and `%`, the only octets that section 2.1.3 encodes."""
    path = path.removeprefix(b"./")
    return re.sub(
        rb"%(0A|0D|25)", lambda m: bytes.fromhex(m[1].decode("ascii")), path, flags=re.IGNORECASE
    )


def _inside(path: bytes) -> bool:
    parts = path.split(b"/")
    return not path.startswith((b"/", b"~")) and not any(p in (b"", b".", b"..") for p in parts)


def manifest(rows: Iterable[tuple[str, Digest]]) -> Iterator[bytes]:
    """A manifest of our own: paths that need no encoding, as `names.stored` makes them."""
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


def payload_oxum(content: bytes) -> tuple[int, int] | None:
    """Octets and files that `bag-info.txt` promises, if it does."""
    match = re.search(rb"(?im)^Payload-Oxum\s*:\s*(\d+)\.(\d+)\s*$", content)
    return (int(match[1]), int(match[2])) if match else None


def claims(read: Callable[[bytes], bytes], sizes: Mapping[bytes, int]) -> Claims:
    """All digests that a bag's manifests give, by path, once the bag is found complete.

    `read` gives the content of a tag file, `sizes` are the octets of each file. Raises Rejected
    with every reason why it is not complete (RFC 8493, section 3); no payload is read.
    """
    declaration = read_declaration(read(b"bagit.txt"))
    listed: dict[bytes, list[Digest]] = {}
    reasons: list[str] = []
    payload = {path for path in sizes if path.startswith(b"data/")}
    manifests = 0
    for name in sorted(sizes):
        kind = manifest_algorithm(name)
        if kind is None:
            continue
        try:
            entries = _manifest(read, name, kind[1], declaration.encoding)
        except Rejected as rejected:
            reasons += rejected.reasons
            continue
        manifests += not kind[0]
        reasons += _incomplete(written(name), entries, sizes, set() if kind[0] else payload)
        for path, digest in entries.items():
            listed.setdefault(path, []).append(digest)
    if not manifests and not reasons:
        reasons.append("manifest-sha512.txt: a bag needs a payload manifest; make the bag again")
    reasons += _oxum(read, sizes, declaration.encoding)
    if reasons:
        raise Rejected(*reasons)
    return {path: tuple(digests) for path, digests in listed.items()}


def _as_utf8(name: bytes, content: bytes, encoding: str) -> bytes:
    """A tag file in UTF-8, from the encoding that bagit.txt declares (section 2.1.1)."""
    if encoding.upper() == "UTF-8":
        return content
    try:
        return content.decode(encoding).encode("utf-8")
    except (LookupError, ValueError) as error:
        raise Rejected(
            f"{written(name)}: cannot be read as {encoding}, which bagit.txt says ({error})"
        ) from error


def _manifest(
    read: Callable[[bytes], bytes], name: bytes, algorithm: str, encoding: str
) -> Mapping[bytes, Digest]:
    if algorithm not in set(Algorithm):
        raise Rejected(
            f"{written(name)}: the algorithm {algorithm} is not known, so the bag cannot be "
            f"verified; use one of {', '.join(Algorithm)}"
        )
    content = _as_utf8(name, read(name), encoding)
    return read_manifest(written(name), content, Algorithm(algorithm))


def _incomplete(
    name: str, entries: Mapping[bytes, Digest], sizes: Mapping[bytes, int], payload: set[bytes]
) -> Iterator[str]:
    for path in sorted(entries.keys() - sizes.keys()):
        yield f"{written(path)}: listed in {name}, not in the bag; send the bag with this file"
    for path in sorted(payload - entries.keys()):
        yield f"{written(path)}: in the bag, not listed in {name}; make the bag again"


def _oxum(
    read: Callable[[bytes], bytes], sizes: Mapping[bytes, int], encoding: str
) -> Iterator[str]:
    if b"bag-info.txt" not in sizes:
        return
    try:
        promised = payload_oxum(_as_utf8(b"bag-info.txt", read(b"bag-info.txt"), encoding))
    except Rejected as rejected:
        yield from rejected.reasons
        return
    payload = [size for path, size in sizes.items() if path.startswith(b"data/")]
    if promised and promised != (sum(payload), len(payload)):
        yield (
            f"bag-info.txt: Payload-Oxum promises {promised[0]} octets in {promised[1]} files, "
            f"found {sum(payload)} in {len(payload)}; the transfer may have been cut short"
        )
