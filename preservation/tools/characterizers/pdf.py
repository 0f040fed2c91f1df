"""PDF files, characterized with pikepdf (qpdf)."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.characterizers.pdf_facts import facts_of, programs_of
from preservation.tools.process import Json
from preservation.tools.qpdf import blame_memory, in_short, opened
from preservation.tools.tool import media_types

if TYPE_CHECKING:
    import pikepdf

_MEMORY = 2 << 30
_PDFA = re.compile(r"(\d)([A-Z]?)")


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts and inhibitors of each path; versions for an item that is None."""
    import pikepdf  # noqa: PLC0415 - heavy, for the worker only

    if items == [None]:
        return [[pikepdf.__version__, f"qpdf {pikepdf.__libqpdf_version__}"]]
    return [_described(path) for path in items]


def _described(path: str) -> Json:
    import pikepdf  # noqa: PLC0415 - as above

    problems: list[str] = []
    try:
        with opened(path) as pdf:
            facts = [("pages", str(len(pdf.pages))), ("PDF version", pdf.pdf_version)]
            facts += _claims(pdf, problems)
            carried, programs = _carried(pdf, problems)
            facts += carried
            # What was mended to open it; whether all of it can be read, validation tells.
            problems = [*map(str, pdf.get_warnings()), *problems]
            inhibitors = ["encryption"] if pdf.is_encrypted else []
    except pikepdf.PasswordError:
        return [[], ["password protection"]]
    except pikepdf.PdfError as error:
        blame_memory(error)
        facts, problems, inhibitors, programs = [], [f"cannot be opened: {error}"], [], []
    except OSError as error:
        return error.strerror or str(error)
    told = dict.fromkeys(in_short(problem, path) for problem in problems)
    return [facts + damage(list(told)), inhibitors, programs]


def _claims(pdf: "pikepdf.Pdf", problems: list[str]) -> list[tuple[str, str]]:
    """The PDF/A part and level that the metadata claims; a claim, not a verdict."""
    try:
        metadata = pdf.Root.get("/Metadata")
        # Looking for the schema's name first spares reading the XML of most files.
        # It may be in any Unicode encoding; without zeros the name is there in all of them.
        if metadata is None or b"pdfaid" not in metadata.read_bytes().replace(b"\0", b""):
            return []
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            found = _PDFA.fullmatch(xmp.pdfa_status)
    except MemoryError:
        raise
    except Exception as error:
        problems.append(f"the metadata cannot be read: {error}")
        return []
    return [("claims", f"PDF/A-{found[1]}{found[2].lower()}")] if found else []


def _carried(
    pdf: "pikepdf.Pdf", problems: list[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """What the PDF carries and what made it, as far as it can be read."""
    facts: list[tuple[str, str]] = []
    programs: list[tuple[str, str, str]] = []
    try:
        facts.extend(facts_of(pdf))
        programs.extend(programs_of(pdf))
    except MemoryError:
        raise
    except Exception as error:  # pikepdf raises anything of a damaged file
        problems.append(f"what it carries cannot be read: {error}")
    return facts, programs


class Pdf(Extractor):
    """Pages, version, encryption, claims and damage of PDF files.

    Facts: `pages`, `PDF version`, `claims` (`PDF/A-1b`), `JavaScript`, `attachments`, `fonts` and
    `fonts not embedded` (of the first 500 pages), `XFA form`, `signatures`, `tagged`, `linearized`,
    `forbidden`, `damage` (what was mended to open it).
    Inhibitors: `encryption`, or `password protection` when it cannot be opened without one. A file
    on which qpdf needs more than 2 GiB costs only itself the answer. Close it (or use `with`).
    """

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("pikepdf", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """Every format that is a PDF."""
        return "application/pdf" in media_types(format)
