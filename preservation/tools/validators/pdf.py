"""PDF files, read to their end by qpdf (pikepdf): every object, and every stream decoded."""

import re
from collections.abc import Sequence
from typing import ClassVar

from preservation.model.validity import Verdict
from preservation.tools.process import Json
from preservation.tools.qpdf import problems_of
from preservation.tools.tool import each
from preservation.tools.validators.judge import Judge, faulty

_MEMORY = 2 << 30
_HARMLESS = re.compile(r"handled correctly by qpdf|extraneous whitespace seen before xref")
"""What qpdf warns of, and every reader reads all the same: told, and no fault."""


def judge(items: Sequence[Json]) -> Json:
    """Run in the worker: a verdict for each path; versions for an item that is None."""
    import pikepdf  # noqa: PLC0415 - heavy, for the worker only

    if items == [None]:
        return [[pikepdf.__version__, f"qpdf {pikepdf.__libqpdf_version__}"]]
    return each(_judge, items)


def _judge(path: str) -> Json:
    with open(path, "rb") as file:
        if b"%PDF-" not in file.read(1024):
            return "it does not begin as a PDF does"
    problems = problems_of(path)
    if problems is None:
        return "it is protected by a password"
    if any(not _HARMLESS.search(problem) for problem in problems):
        return faulty(problems)
    return [Verdict.WELL_FORMED.value, "", "; ".join(problems)]


class Pdf(Judge):
    """Whether a PDF is well-formed; that it is valid, or PDF/A, this does not say."""

    TYPES: ClassVar[frozenset[str]] = frozenset({"application/pdf"})
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset({"pdf"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("pikepdf", judge, patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """The syntax alone."""
        return "PDF syntax"
