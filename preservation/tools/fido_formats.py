"""fido's formats, read once: gives the answers of `fido.Fido` in a fraction of its time.

fido walks its XML and tries every pattern of every signature on every file, and reads the container
signatures anew for each container. Its data and its container classes are used as they are.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from fido import CONFIG_DIR, __version__
from fido.fido import Fido
from fido.package import OlePackage, ZipPackage
from fido.versions import get_local_versions

from preservation.tools.patterns import Index, Signature

BUFFER = 128 << 10
"""Octets that fido looks at, from each end of a file."""

Row = tuple[str, str, str, str, str]
"""PUID, name, version, MIME type, and the name of the signature that matched."""

Match = tuple[int, str]
"""The place of a format in fido's order, and the name of the signature that matched."""

_OLE2 = "fmt/111"


class Formats:
    """All formats that fido knows, with their signatures and priorities."""

    def __init__(self, folder: str = CONFIG_DIR) -> None:
        """Read the files that `versions.xml` in fido's folder names; about half a second."""
        local = get_local_versions(folder)
        self.release = f"PRONOM {local.pronom_version}"
        self.version = str(__version__)
        # Only to read the files: its identification is not used.
        reader = Fido(
            quiet=True,
            conf_dir=folder,
            format_files=[local.pronom_signature, local.fido_extension_signature],
        )
        elements = reader.formats
        self._rows = [_row(element) for element in elements]
        self._places = {row[0]: place for place, row in enumerate(self._rows)}
        self._beats = [reader.puid_has_priority_over_map[row[0]] for row in self._rows]
        self._containers = [_container(element) for element in elements]
        self._signatures = [s for place, e in enumerate(elements) for s in _signatures(place, e)]
        self._index = Index(self._signatures)
        self._extensions: dict[str, list[int]] = {}
        for place, element in enumerate(elements):
            for text in dict.fromkeys(e.text or "" for e in element.findall("extension")):
                self._extensions.setdefault(text, []).append(place)
        tree = ET.parse(Path(folder) / local.pronom_container_signature)  # noqa: S314 - fido's own
        self._inside = {
            kind: _compiled(reader.extract_signatures(tree, signature_type=kind))
            for kind in ("ZIP", "OLE2")
        }

    def identify(self, path: str) -> tuple[str, list[Row], str]:
        """How it was told (`container`, `signature`, `extension`), formats, and a warning.

        Raises OSError when the file cannot be read.
        """
        start, end, size = _ends(path)
        found = self._by_signature(start, end)
        inside, warning = self._by_container(path, found)
        if inside:
            return "container", self._told(inside), warning
        # A file of zero octets matches some signatures by accident.
        if found and size:
            return "signature", self._told(found), warning
        return "extension", self._told(self._by_extension(path)), warning

    def _told(self, matches: Sequence[Match]) -> list[Row]:
        return [(*self._rows[place], name) for place, name in matches]

    def _by_signature(self, start: bytes, end: bytes) -> list[Match]:
        found: list[Match] = []
        current, allowed = -1, False
        for number in self._index.candidates(start, end):
            signature = self._signatures[number]
            if signature.format != current:
                # Once for each format: later signatures of it are tried whatever the first gave.
                current = signature.format
                allowed = self._unbeaten(current, found)
            if allowed and signature.matches(start, end):
                found.append((current, signature.name))
        return [match for match in found if self._unbeaten(match[0], found)]

    def _unbeaten(self, place: int, matches: Sequence[Match]) -> bool:
        """Whether no other format among the matches has priority over this one."""
        puid = self._rows[place][0]
        return not any(other != place and puid in self._beats[other] for other, _ in matches)

    def _by_container(self, path: str, found: Sequence[Match]) -> tuple[list[Match], str]:
        kind = next((self._containers[p] for p, _ in found if self._containers[p]), "")
        try:
            if kind == "zip":
                puids = ZipPackage(path, self._inside["ZIP"]).detect_formats()
            elif kind == "ole":
                puids = OlePackage(path, self._inside["OLE2"]).detect_formats()
            else:
                return [], ""
        except MemoryError:
            raise
        except Exception as error:
            return [], f"the container cannot be read: {type(error).__name__}: {error}"
        places = [self._places[puid] for puid in puids if puid in self._places]
        return [(place, self._rows[place][1]) for place in places], ""

    def _by_extension(self, path: str) -> list[Match]:
        # As fido splits names; `Path.suffix` splits `...x` otherwise.
        extension = os.path.splitext(path)[1].lower().lstrip(".")
        found = [(place, "External") for place in self._extensions.get(extension, ())]
        if not extension:
            return []
        return [match for match in found if self._unbeaten(match[0], found)]


def _ends(path: str) -> tuple[bytes, bytes, int]:
    """The first and last `BUFFER` octets (which overlap in a small file), and the size."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(BUFFER)
        if size <= BUFFER:
            return start, start, len(start)
        file.seek(size - BUFFER)
        return start, file.read(BUFFER), size


def _row(element: ET.Element) -> tuple[str, str, str, str]:
    puid, name, version, mime = (
        element.findtext(tag) or "" for tag in ("puid", "name", "version", "mime")
    )
    return puid, name, version, mime


def _container(element: ET.Element) -> str:
    """The kind of container that a format is: `zip`, `tar`, `ole`, or none."""
    told = element.find("container")
    if told is not None:
        return told.text or ""
    return "ole" if element.findtext("puid") == _OLE2 else ""


def _signatures(place: int, element: ET.Element) -> Iterator[Signature]:
    for signature in element.findall("signature"):
        patterns = tuple(
            (p.findtext("position") or "", (p.findtext("regex") or "").encode("utf-8"))
            for p in signature.findall("pattern")
        )
        yield Signature(place, signature.findtext("name") or "", patterns)


def _compiled(
    signatures: dict[str, dict[str, list[dict[str, object]]]],
) -> dict[str, dict[str, list[dict[str, object]]]]:
    """The same signatures with their expressions compiled, as fido's classes take them too."""
    return {
        path: {
            puid: [{**one, "signature": re.compile(_expression(one))} for one in ones]
            for puid, ones in puids.items()
        }
        for path, puids in signatures.items()
    }


def _expression(signature: dict[str, object]) -> bytes:
    expression = signature["signature"]
    assert isinstance(expression, bytes)
    return expression
