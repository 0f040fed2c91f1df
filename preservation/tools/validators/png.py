"""PNG by pngcheck: the sum of every chunk, their order and what they say."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from preservation.model.validity import Verdict
from preservation.tools.process import Json, run
from preservation.tools.standins import linked
from preservation.tools.tool import require_version
from preservation.tools.validators.judge import Judge, faulty, sound

_OLDEST = (2, 3)
_MEMORY = 1 << 30
_VERSION = re.compile(r"PNGcheck, version ([\d.]+)", re.IGNORECASE)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def judge(items: Sequence[Json], program: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    if items == [None]:
        ran = run([program, "-h"], largest=1 << 20)
        told = (ran.output + ran.words).decode("utf-8", "replace")
        return [[require_version(_VERSION.search(told), _OLDEST), "chunks and their sums"]]
    if not items:
        return []
    found: list[Json] = [_reason(path) for path in items]
    ready = [n for n, reason in enumerate(found) if not reason]
    if ready:
        with linked([items[n] for n in ready], "png") as links:
            judged = _judged(program, links)
            for n, link in zip(ready, links, strict=True):
                found[n] = judged[link]
    return found


def _reason(path: str) -> str:
    try:
        with open(path, "rb") as file:
            if file.read(8) != _SIGNATURE:
                return "it does not begin as a PNG does"
    except OSError as error:
        return f"the file cannot be read: {error.strerror or error}"
    return ""


def _judged(program: str, links: Sequence[str]) -> Mapping[str, Json]:
    """Every file is spoken of: `OK: NAME (...)`, or its faults and `ERROR: NAME`."""
    ran = run([program, *links], largest=16 << 20)
    if ran.crashed:
        raise RuntimeError(ran.said)
    problems: dict[str, list[str]] = {link: [] for link in links}
    verdicts: dict[str, Json] = {}
    for line in ran.output.decode("utf-8", "replace").splitlines():
        kind, _, rest = line.partition(": ")
        named = rest.split(" ", 1)[0]
        if kind == "OK" and named in problems:
            verdicts[named] = sound(Verdict.VALID)
        elif kind == "ERROR" and named in problems:
            verdicts[named] = faulty(problems[named] or ["pngcheck found errors"])
        elif (said := line.split(" ", 1))[0] in problems:
            problems[said[0]].append(said[1].strip())
    silent = "pngcheck did not speak of this file"
    return {link: verdicts.get(link, silent) for link in links}


class Png(Judge):
    """Whether a PNG keeps the rules of its format, chunk by chunk."""

    TYPES: ClassVar[frozenset[str]] = frozenset({"image/png"})

    def __init__(self, *, patience: float = 60, program: str = "pngcheck") -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("pngcheck", judge, given=(program,), patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """The standard that it goes by."""
        return "PNG (ISO/IEC 15948)"
