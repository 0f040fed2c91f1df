"""ExifTool, for families that no other tool here reads: one process, asked file after file."""

import json
import re
from collections.abc import Sequence
from functools import cache

from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.characterizers.image import READABLE
from preservation.tools.process import Dialogue, Json, run
from preservation.tools.standins import linked
from preservation.tools.tool import each, media_types, require_version

_OLDEST = (12,)
_MEMORY = 2 << 30
_ANSWER_MAX = 16 << 20
_VERSION = re.compile(r"([\d.]+)")
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d)(?: (\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?)?")
_DAMAGE = re.compile(r"truncated|corrupt|damaged|bad |error|invalid", re.IGNORECASE)
"""Warnings that speak of a fault of the file, and not of what ExifTool would like to know."""
_LOCKED = re.compile(r"encrypt|password", re.IGNORECASE)
_OPTIONS = "-json\n-G1\n-struct\n-n\n-charset\nfilename=UTF8\n-api\nlargefilesupport=1\n"
_FACTS = {
    "FileType": "kind",
    "ImageWidth": "width",
    "ImageHeight": "height",
    "PageCount": "pages",
    "Title": "title",
    "Author": "creator",
    "FontName": "font",
    "FontFamily": "font family",
    "ColorSpaceData": "colour space",
    "ProfileDescription": "colour profile",
    "BitDepth": "bits a sample",
}
_PROGRAMS = ("CreatorTool", "Software", "Producer", "Application")
_DATES = ("CreateDate", "DateTimeOriginal", "ModifyDate")


def describe(items: Sequence[Json], program: str) -> Json:
    """Run in the worker: what ExifTool says of each path; its version for an item that is None."""
    if items == [None]:
        ran = run([program, "-config", "", "-ver"], largest=1 << 16)
        told = _VERSION.match(ran.output.decode("ascii", "replace"))
        return [[require_version(told, _OLDEST), "all groups, numbers as stored"]]
    return each(lambda path: _describe(path, program), items)


@cache
def _talk(program: str) -> Dialogue:
    """The one process of this worker; nobody's settings count."""
    command = [program, "-config", "", "-stay_open", "True", "-@", "-"]
    return Dialogue(command, largest=_ANSWER_MAX)


def _describe(path: str, program: str) -> Json:
    with open(path, "rb"), linked([path]) as (link,):  # what cannot be opened is said in our words
        question = f"{_OPTIONS}{link}\n-execute7\n".encode()
        answer = _talk(program).ask(question, b"{ready7}\n")
    try:
        (report,) = json.loads(answer)
        return _told(report)
    except (ValueError, TypeError, AttributeError) as error:
        return f"its report cannot be read: {type(error).__name__}: {error}"


def _told(report: Json) -> Json:
    kept = {
        name: value
        for name, value in report.items()
        if name != "SourceFile" and not name.startswith(("System:", "ExifTool:ExifToolVersion"))
    }
    tags = {name.rpartition(":")[2]: str(value) for name, value in kept.items()}
    if "Error" in tags and "FileType" not in tags:
        return f"it says: {tags['Error']}"
    facts = [(fact, tags[name]) for name, fact in _FACTS.items() if tags.get(name)]
    if "GPSLatitude" in tags:
        facts.append(("GPS position", "yes"))
    problems = [tags["Error"]] if "Error" in tags else []
    problems += [tags["Warning"]] if _DAMAGE.search(tags.get("Warning", "")) else []
    locked = any(_LOCKED.search(problem) for problem in problems)
    program = next((tags[name] for name in _PROGRAMS if tags.get(name)), "")
    dates = (_DATE.match(tags[name]) for name in _DATES if name in tags)
    dated = next((it for it in dates if it), None)
    created = ""
    if dated:
        created = f"{dated[1]}-{dated[2]}-{dated[3]}"
        created += f"T{dated[4]}{dated[5] or ''}" if dated[4] else ""
    return [
        facts + damage(problems),
        ["encryption"] if locked else [],
        [(program, "", created)] if program else [],
        kept,
    ]


class ExifTool(Extractor):
    """Fonts, raw and layered images, PostScript, RTF: what ExifTool knows of them, all of it kept.

    Facts: `kind`, `width`, `height`, `pages`, `title`, `creator`, `font`, `colour space`,
    `colour profile`, `bits a sample`, `GPS position` (`yes`, never where), `damage`.
    """

    _TYPES = frozenset(
        {
            *("application/postscript", "application/rtf", "text/rtf", "application/epub+zip"),
            *("application/x-shockwave-flash", "application/x-indesign", "application/illustrator"),
            *("application/vnd.ms-fontobject", "application/font-woff", "application/x-font-ttf"),
        }
    )

    def __init__(self, *, patience: float = 60, program: str = "exiftool") -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("ExifTool", describe, given=(program,), patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """Fonts, images that Pillow is not asked about, and some formats of publishing."""
        kinds = media_types(format)
        if not kinds.isdisjoint(READABLE):
            return False
        return not kinds.isdisjoint(self._TYPES) or any(
            kind.startswith(("font/", "image/")) and not kind.endswith("+xml") for kind in kinds
        )
