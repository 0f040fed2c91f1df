"""fido's formats, read once: gives the answers of `fido.Fido` in a fraction of its time.

fido walks its XML and tries every pattern of every signature on every file, and reads the container
signatures anew for each container. Its data and its container classes are used as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from fido import CONFIG_DIR, __version__
from fido.fido import Fido
from fido.package import OlePackage, ZipPackage
from fido.versions import get_local_versions

from preservation.tools.matching import Formats, Look
from preservation.tools.patterns import Signature

_OLE2 = "fmt/111"
_DATED = re.compile(r"[0-9]{8}")


def load(folder: str = CONFIG_DIR) -> Formats:
    """Fido's formats from the files that `versions.xml` in its folder names; half a second."""
    local = get_local_versions(folder)
    # Only to read the files: its identification is not used.
    reader = Fido(
        quiet=True,
        conf_dir=folder,
        format_files=[local.pronom_signature, local.fido_extension_signature],
    )
    elements = reader.formats
    rows = [_row(element) for element in elements]
    extensions: dict[str, list[int]] = {}
    for place, element in enumerate(elements):
        for text in dict.fromkeys(e.text or "" for e in element.findall("extension")):
            extensions.setdefault(text, []).append(place)
    dated = _DATED.search(local.pronom_container_signature or "")
    containers = f", container signatures {dated[0]}" if dated else ""
    return Formats(
        version=str(__version__),
        release=f"PRONOM {local.pronom_version}{containers}",
        rows=rows,
        beats=[reader.puid_has_priority_over_map[row[0]] for row in rows],
        extensions=extensions,
        signatures=[s for place, e in enumerate(elements) for s in _signatures(place, e)],
        look=_look(
            reader,
            Path(folder) / local.pronom_container_signature,
            {row[0]: (_container(e), row[1]) for row, e in zip(rows, elements, strict=True)},
        ),
    )


def _look(reader: Fido, file: Path, kinds: Mapping[str, tuple[str, str]]) -> Look:
    """Looks into containers with fido's own classes; `kinds` are kind and name by PUID."""
    tree = ET.parse(file)  # noqa: S314 - fido's own
    inside = {
        kind: _compiled(reader.extract_signatures(tree, signature_type=kind))
        for kind in ("ZIP", "OLE2")
    }

    def look(path: str, puids: Sequence[str]) -> tuple[Sequence[tuple[str, str]], str]:
        kind = next((kinds[puid][0] for puid in puids if kinds[puid][0]), "")
        try:
            if kind == "zip":
                found = ZipPackage(path, inside["ZIP"]).detect_formats()
            elif kind == "ole":
                found = OlePackage(path, inside["OLE2"]).detect_formats()
            else:
                return [], ""
        except MemoryError:
            raise
        except Exception as error:
            return [], f"the container cannot be read: {type(error).__name__}: {error}"
        return [(puid, kinds[puid][1]) for puid in found if puid in kinds], ""

    return look


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
