"""Audio and video, by MediaInfo: one run of it for a batch of files."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor
from preservation.tools.process import Json, run
from preservation.tools.standins import linked, regular_size
from preservation.tools.tool import media_types, require_version

_OLDEST = (20,)
_MEMORY = 2 << 30
_REPORT_MAX = 64 << 20
_STREAMS = 20
_VERSION = re.compile(r"MediaInfoLib - v([\d.]+)")
_DATE = re.compile(r"(?:UTC )?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?: UTC)?")
_PROGRAM = re.compile(r"(.{1,80}?)[ /-]*v?(\d[\d.]*)")
_WHOLE = {
    "Format": "container",
    "Format_Profile": "profile",
    "Duration": "duration in seconds",
    "OverallBitRate": "bits a second",
    "Title": "title",
}
_STREAM = {
    "Format": "codec",
    "Format_Version": "codec version",
    "Format_Profile": "profile",
    "CodecID": "codec id",
    "Width": "width",
    "Height": "height",
    "FrameRate": "frames a second",
    "ScanType": "scan type",
    "ColorSpace": "colour space",
    "ChromaSubsampling": "chroma subsampling",
    "BitDepth": "bits a sample",
    "SamplingRate": "samples a second",
    "Channels": "channels",
    "Compression_Mode": "compression",
    "BitRate_Mode": "bit rate mode",
    "Language": "language",
}


def describe(items: Sequence[Json], program: str) -> Json:
    """Run in the worker: what MediaInfo says of each path; its version for an item that is None."""
    if items == [None]:
        told = run([program, "--Version"], largest=1 << 20).output.decode("utf-8", "replace")
        return [[require_version(_VERSION.search(told), _OLDEST), "all that it can say"]]
    if not items:
        return []
    found: list[Json] = [_unreadable(path) for path in items]
    ready = [n for n, reason in enumerate(found) if not reason]
    if ready:
        with linked([items[n] for n in ready]) as links:
            reports = _reports(program, links)
            for n, link in zip(ready, links, strict=True):
                found[n] = _told(reports.get(link))
    return found


def _unreadable(path: str) -> str:
    try:
        regular_size(path.encode("utf-8", "surrogateescape"))
    except OSError as error:
        return f"the file cannot be read: {error.strerror or error}"
    return ""


def _reports(program: str, links: Sequence[str]) -> Mapping[str, Json]:
    """The report on each file; raises when MediaInfo gives none."""
    ran = run([program, "--Output=JSON", *links], largest=_REPORT_MAX)
    if ran.crashed:
        raise RuntimeError(ran.said)
    try:
        told = json.loads(ran.output)
        all_of_them = told if isinstance(told, list) else [told]
        return {it["media"]["@ref"]: it["media"] for it in all_of_them if it["media"]}
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"it gave no report: {ran.said}") from error


def _told(report: Json) -> Json:
    if report is None:
        return "its report does not speak of this file"
    try:
        tracks = report["track"]
        whole: Json = next((it for it in tracks if it["@type"] == "General"), {})
        streams = [it for it in tracks if it["@type"] in ("Video", "Audio", "Text", "Image")]
    except (KeyError, TypeError) as error:
        return f"its report cannot be read: {type(error).__name__}: {error}"
    if not streams and "Format" not in whole:
        return "it found no audio and no video in it"
    facts = list(_facts(whole, _WHOLE, ""))
    facts += _counts(streams, whole)
    for stream in streams[:_STREAMS]:
        facts += _facts(stream, _STREAM, f"{stream['@type'].lower()} ")
    locked = any("Encryption" in it for it in tracks)
    if whole.get("IsTruncated") == "Yes":
        facts.append(("damage", "it is cut short"))
    kept = [{key: it[key] for key in it if not key.startswith("File")} for it in tracks]
    return [facts, ["encryption"] if locked else [], list(_programs(whole)), {"track": kept}]


def _counts(streams: Sequence[Json], whole: Json) -> Iterator[tuple[str, str]]:
    """How many streams of each kind there are."""
    for kind in dict.fromkeys(str(it["@type"]) for it in streams):
        if count := whole.get(f"{kind}Count"):
            yield f"{kind.lower()} streams", count


def _facts(track: Json, names: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    for key, name in names.items():
        value = track.get(key)
        if isinstance(value, str) and value:
            yield f"{prefix}{name}", value


def _programs(whole: Json) -> Iterator[tuple[str, str, str]]:
    dated = _DATE.search(str(whole.get("Encoded_Date", "")))
    created = f"{dated[1]}T{dated[2]}Z" if dated else ""
    said = str(whole.get("Encoded_Application") or whole.get("Encoded_Library") or "")
    if said:
        named = _PROGRAM.fullmatch(said)
        yield (named[1], named[2], created) if named else (said, "", created)


class Media(Extractor):
    """Containers, codecs and measures of audio and video; all of MediaInfo's words are kept.

    Facts: `container`, `duration in seconds`, `bits a second`, `video streams` and so on; of the
    first twenty streams `video codec`, `video width`, `audio samples a second` ...; `damage`.
    """

    _PUIDS = frozenset({"fmt/569", "fmt/573", "fmt/200", "fmt/783", "fmt/949"})

    def __init__(self, *, patience: float = 60, program: str = "mediainfo") -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("MediaInfo", describe, given=(program,), patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """All that is audio or video."""
        return format.puid in self._PUIDS or any(
            kind.startswith(("audio/", "video/")) or kind in ("application/mxf", "application/ogg")
            for kind in media_types(format)
        )
