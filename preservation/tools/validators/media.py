"""Audio and video, decoded to their end by FFmpeg; what it decodes is thrown away."""

import re
from collections.abc import Sequence
from typing import ClassVar

from preservation.model.validity import Candidate
from preservation.tools.process import Json, run
from preservation.tools.standins import linked
from preservation.tools.tool import each, media_types, require_version
from preservation.tools.validators.judge import Judge, faulty, sound

_OLDEST = (4,)
_MEMORY = 4 << 30
_VERSION = re.compile(r"ffmpeg version n?(\d[\d.]*)")
_DEMUXERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,dv,eac3,flac,flv,gxf,h264,hevc,ivf,m4v,"
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,mpegvideo,mxf,mxf_opatom,ogg,rm,tta,voc,"
    "w64,wav,wv"
)
"""Containers of sound and pictures; devices and lists that name other files are not among them."""
_LIMITS = re.compile(
    r"unknown decoder|decoder .*not found|unsupported|not implemented|not on whitelist|"
    r"does not contain any stream|matches no streams|cannot allocate|could not find codec",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"non monotonically increasing dts|Last message repeated", re.IGNORECASE)
_NOTHING = "Invalid data found when processing input"
"""What it says, and nothing else, of a file in which it finds no sound and no pictures."""
_PREFIX = re.compile(r"^\[[^\]]{1,80} @ 0x[0-9a-f]+\] ")


def judge(items: Sequence[Json], program: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    if items == [None]:
        told = run([program, "-version"], largest=1 << 20).output.decode("utf-8", "replace")
        return [[require_version(_VERSION.match(told), _OLDEST), "all streams decoded"]]
    return each(lambda path: _judge(path, program), items)


def _judge(path: str, program: str) -> Json:
    options = ["-nostdin", "-hide_banner", "-v", "error", "-err_detect", "crccheck+bitstream"]
    only = ["-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS]
    with open(path, "rb"), linked([path]) as (link,):
        streams = ["-map", "0:v?", "-map", "0:a?", "-f", "null", "-"]
        ran = run([program, *options, *only, "-i", link, *streams], largest=1 << 20)
    if ran.crashed:
        raise RuntimeError(ran.said)
    lines = ran.words.decode("utf-8", "replace").replace(link, "the file").splitlines()
    problems = [_PREFIX.sub("", line).strip() for line in lines]
    problems = [line for line in problems if line and not _HARMLESS.search(line)]
    limits = [line for line in problems if _LIMITS.search(line)]
    if limits:
        return f"it cannot be decoded here: {limits[0]}"
    if problems and all(line.endswith(_NOTHING) for line in problems):
        return "it does not begin as audio or video of a kind that can be decoded"
    if problems:
        return faulty(problems)
    return sound() if ran.code == 0 else f"it ended with exit code {ran.code} and said nothing"


class Media(Judge):
    """Whether all streams of sound and pictures can be decoded without an error."""

    EXTENSIONS: ClassVar[frozenset[str]] = frozenset(
        {"wav", "flac", "mp3", "ogg", "aiff", "mkv", "webm", "mp4", "mov", "avi", "mpg", "mxf"}
    )
    _PUIDS = frozenset({"fmt/569", "fmt/573", "fmt/200", "fmt/783", "fmt/949"})
    batch: ClassVar[int] = 8

    def __init__(self, *, patience: float = 60, program: str = "ffmpeg") -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("FFmpeg", judge, given=(program,), patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """What decoding needs."""
        return "audio or video that can be decoded whole"

    def handles(self, candidate: Candidate) -> bool:
        """All that is audio or video."""
        return (
            super().handles(candidate)
            or candidate.format.puid in self._PUIDS
            or any(
                kind.startswith(("audio/", "video/"))
                or kind in ("application/mxf", "application/ogg")
                for kind in media_types(candidate.format)
            )
        )
