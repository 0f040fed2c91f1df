"""Matroska and FFV1 by MediaConch: whether they keep the rules of their standards."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from lxml import etree

from preservation.model.validity import Candidate, Verdict
from preservation.tools.process import Json, run
from preservation.tools.standins import linked
from preservation.tools.tool import each, require_version
from preservation.tools.validators.judge import Judge, faulty, sound

_OLDEST = (18,)
_MEMORY = 2 << 30
_VERSION = re.compile(r"MediaConch Command Line Interface ([\d.]+)")
_EBML = b"\x1a\x45\xdf\xa3"


def judge(items: Sequence[Json], program: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    if items == [None]:
        told = run([program, "--Version"], largest=1 << 20).output.decode("utf-8", "replace")
        return [[require_version(_VERSION.search(told), _OLDEST), "its implementation checks"]]
    return each(lambda path: _judge(path, program), items)


def _judge(path: str, program: str) -> Json:
    with open(path, "rb") as file:
        if file.read(4) != _EBML:
            return "it does not begin as Matroska does"
    with linked([path], "mkv") as (link,):
        home = {"HOME": os.path.dirname(link)}  # it writes a database there, even to read a file
        ran = run([program, "-mc", "-fx", "-iv", "4", link], largest=64 << 20, variables=home)
    if ran.crashed:
        raise RuntimeError(ran.said)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        report = etree.fromstring(ran.output, parser)
        checks = report.findall("{*}media/{*}implementationChecks")
        problems = [problem for it in checks for problem in _failed(it)]
        made = sum(int(it.get("checks_run", "")) for it in checks)
    except (etree.XMLSyntaxError, ValueError) as error:
        return f"its report cannot be read: {error}"
    if problems:
        return faulty(problems, Verdict.NOT_VALID)
    return sound(Verdict.VALID) if checks else f"its report has no checks ({made})"


def _failed(checks: etree._Element) -> Iterator[str]:
    for check in checks.iterfind("{*}check"):
        if int(check.get("fail_count", "")):
            yield f"{check.get('icid')} ({check.get('fail_count')} times)"


class MediaConch(Judge):
    """Whether Matroska, and the FFV1 and PCM in it, are as their standards want them."""

    _PUIDS = frozenset({"fmt/569", "fmt/573"})
    batch: ClassVar[int] = 8

    def __init__(self, *, patience: float = 60, program: str = "mediaconch") -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("MediaConch", judge, given=(program,), patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """The standards that it goes by."""
        return "Matroska (RFC 9559) and FFV1 (RFC 9043)"

    def handles(self, candidate: Candidate) -> bool:
        """Matroska and WebM."""
        return candidate.format.puid in self._PUIDS
