"""What a person sees: text that fits 80 columns, progress on a terminal, JSON when asked for."""

import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from preservation.ports import Progress

WIDTH = 80


def say(text: str = "") -> None:
    """A line for a person, on standard output."""
    sys.stdout.write(_printable(text) + "\n")


def complain(text: str) -> None:
    """A line for a person, on standard error."""
    sys.stderr.write(_printable(text) + "\n")


def emit(form: "BaseModel") -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.write(form.model_dump_json() + "\n")
    sys.stdout.flush()


def _printable(text: str) -> str:
    """Nothing that would move a terminal's cursor or change its colours comes from a package."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def octets(count: int) -> str:
    """A size that people can take in: `3.2 MiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def number(count: int, noun: str) -> str:
    """A count with its noun: `1 file`, `2 files`."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def cut(text: str, width: int) -> str:
    """At most so many characters, with an ellipsis where something is left out."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def wrapped(label: str, text: str) -> None:
    """A text beside its label, broken into lines that fit the width."""
    lines = textwrap.wrap(_printable(text), WIDTH - len(label)) or [""]
    say(label + lines[0])
    for line in lines[1:]:
        say(" " * len(label) + line)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], flexible: int) -> None:
    """Rows in columns; the column `flexible` gives way so that the whole fits the width."""
    cells = [[_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(header))]
    others = sum(width + 2 for n, width in enumerate(widths) if n != flexible)
    widths[flexible] = max(min(widths[flexible], WIDTH - others), 8)
    for row in cells:
        line = [cut(c, widths[n]).ljust(widths[n]) for n, c in enumerate(row)]
        say("  ".join(line).rstrip())


class _Bar:
    """A progress bar on a terminal."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, step: str, total: int) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(step, total=max(total, 1))

    def advance(self, amount: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, amount)


class _Silence:
    """No progress, where nobody watches."""

    def begin(self, _step: str, _total: int) -> None:
        pass

    def advance(self, _amount: int) -> None:
        pass


@contextmanager
def progress(what: str) -> "Iterator[Progress]":
    """Progress on standard error when that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield _Silence()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<14}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        console.print(cut(_printable(what), WIDTH), markup=False, highlight=False)
        yield _Bar(bars)
