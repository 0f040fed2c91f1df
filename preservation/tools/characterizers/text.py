"""Texts: their encoding, line ends, control characters, the shape of CSV and the root of XML."""

from collections.abc import Sequence

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor
from preservation.tools.characterizers.text_facts import facts_of
from preservation.tools.process import Json
from preservation.tools.tool import each, media_types

_MEMORY = 1 << 30
_TYPES = ("application/xml", "application/json", "application/javascript", "application/x-sh")
_PUIDS = frozenset({"x-fmt/111", "x-fmt/18", "x-fmt/13", "fmt/101", "fmt/1797", "fmt/993"})


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts of each path; the version for an item that is None."""
    if items == [None]:
        return [[__version__, "octets and the letters of languages"]]
    return each(lambda path: [facts_of(path), []], items)


class Text(Extractor):
    """Facts of texts, and of files of unknown format when they are texts.

    Facts: `encoding` (IANA's name, or `ambiguous` with `encoding candidates`), `encoding told by`,
    `encoding reads the same as`, `line ends`, `lines`, `final line end`, `control characters`,
    `csv ...`, `xml ...`, `damage`; `text` is `no` or `empty` for what has none of these. Close it
    (or use `with`).
    """

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv text", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """Formats that are text, and what nobody knows: it may be."""
        if format.puid is None or format.puid in _PUIDS:
            return True
        return any(
            kind.startswith("text/") or kind in _TYPES or kind.endswith(("+xml", "+json"))
            for kind in media_types(format)
            if kind != "text/rtf"
        )
