"""What qpdf finds wrong with a PDF; used inside workers only."""

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf


@contextmanager
def opened(path: str) -> "Iterator[pikepdf.Pdf]":
    """A PDF by any name: pikepdf cannot be given one that is not UTF-8.

    Raises pikepdf.PasswordError when it is protected, pikepdf.PdfError when it is beyond repair.
    """
    import pikepdf  # noqa: PLC0415 - heavy, for the worker only

    if path.isprintable():
        with pikepdf.open(path) as pdf:
            yield pdf
        return
    with open(path, "rb") as file, pikepdf.open(f"/dev/fd/{file.fileno()}") as pdf:
        yield pdf


def problems_of(path: str) -> list[str] | None:
    """What is wrong with a PDF when everything is read and decoded; None when it has a password.

    Raises OSError when it cannot be read, MemoryError when the cap may be what failed.
    """
    import pikepdf  # noqa: PLC0415 - as above

    try:
        with opened(path) as pdf:
            problems = [str(problem) for problem in pdf.check_pdf_syntax()]
    except pikepdf.PasswordError:
        return None
    except pikepdf.PdfError as error:
        blame_memory(error)
        problems = [f"cannot be opened: {error}"]
    return list(dict.fromkeys(in_short(problem, path) for problem in problems))


def blame_memory(error: Exception) -> None:
    """Raise MemoryError when the cap may be what failed: qpdf calls that an error of the file.

    A buffer that doubles fails when it holds a third of the cap, so a quarter is suspicious.
    """
    cap, _ = resource.getrlimit(resource.RLIMIT_AS)
    status = Path("/proc/self/status")
    if cap == resource.RLIM_INFINITY or not status.exists():
        return
    peak = re.search(r"VmPeak:\s*(\d+) kB", status.read_text())
    if peak and int(peak[1]) * 1024 > cap // 4:
        raise MemoryError(f"more than {cap >> 20} MiB would be needed") from error


def in_short(problem: str, path: str) -> str:
    """A message of qpdf without the name of the file, which would differ from run to run."""
    text = re.sub(r"\s+", " ", problem.replace(path, "").replace("WARNING: ", ""))
    text = re.sub(r"/dev/fd/\d+", "", text)
    return re.sub(r"^[ :]+|(?<=:) :", "", text).strip()
