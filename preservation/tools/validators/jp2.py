"""JPEG 2000 by jpylyzer: every box, and the head of the codestream."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from preservation.model.validity import Candidate, Verdict
from preservation.tools.process import Json
from preservation.tools.tool import each
from preservation.tools.validators.judge import Judge, faulty, sound

_MEMORY = 2 << 30
_BOX = b"\x00\x00\x00\x0cjP  "


def judge(items: Sequence[Json]) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    from jpylyzer import jpylyzer  # noqa: PLC0415 - for the worker only

    if items == [None]:
        return [[jpylyzer.__version__, "JP2, all boxes"]]
    return each(_judge, items)


def _judge(path: str) -> Json:
    from jpylyzer import jpylyzer  # noqa: PLC0415 - as above

    with open(path, "rb") as file:
        if file.read(8) != _BOX:
            return "it does not begin as JP2 does"
    report = jpylyzer.checkOneFile(path, "jp2")
    if report.find("statusInfo/success").text != "True":
        return f"it could not be judged: {report.find('statusInfo/failureMessage').text}"
    if report.find("isValid").text == "True":
        return sound(Verdict.VALID)
    return faulty(list(_failed(report.find("tests"), "")), Verdict.NOT_VALID)


def _failed(tests: Any, where: str) -> Iterator[str]:  # noqa: ANN401  an element of its own kind
    for test in tests:
        name = f"{where}/{test.tag}" if where else test.tag
        if len(test):
            yield from _failed(test, name)
        elif test.text == "False":
            yield f"{name} failed"


class Jp2(Judge):
    """Whether a JP2 keeps the rules of its format."""

    EXTENSIONS: ClassVar[frozenset[str]] = frozenset({"jp2"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("jpylyzer", judge, patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """The standard that it goes by."""
        return "JP2 (ISO/IEC 15444-1)"

    def handles(self, candidate: Candidate) -> bool:
        """JP2 alone, and files of unknown format that bear its extension."""
        return super().handles(candidate) or candidate.format.puid == "x-fmt/392"
