"""Bar charts as SVG: each bar says in words what it shows, so that colour only helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 720
_ROW, _BAR, _TOP, _LABEL, _GAP, _LONGEST = 30, 16, 40, 250, 10, 280
_LETTERS = 31
STYLE = """
text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1c1c1c; }
.title { font-weight: 700; font-size: 15px; } .said { fill: #444; }
.low, .sound { fill: #0072b2; } .medium, .plain { fill: #e69f00; } .high, .faulty { fill: #d55e00; }
.none { fill: #8a8a8a; }
"""
"""Colours that people with any colour vision tell apart (Okabe and Ito, 2008)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how much, the words beside it, and a class of colour of `STYLE`."""

    name: str
    amount: int
    said: str
    kind: str = "plain"


def chart(title: str, description: str, bars: Sequence[Bar], *, most: int = 0) -> str:
    """Horizontal bars, the longest as long as there is room; a chart of nothing says so.

    With `most` a bar of that amount is the longest that there can be.
    """
    height = _TOP + _ROW * max(len(bars), 1) + 10
    most = most or max((bar.amount for bar in bars), default=0)
    rows = "".join(_bar(number, bar, most) for number, bar in enumerate(bars))
    if not bars:
        rows = f'<text class="said" x="0" y="{_TOP + _BAR}">There is nothing to show yet.</text>\n'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
        f"<style>{STYLE}</style>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text class="title" x="0" y="20">{escape(title)}</text>\n{rows}</svg>\n'
    )


def _bar(number: int, bar: Bar, most: int) -> str:
    y = _TOP + _ROW * number
    # Something is never nothing: the smallest bar can still be seen.
    length = max(round(_LONGEST * bar.amount / most), 2) if bar.amount and most else 0
    line = y + _BAR - 3
    return (
        f"<g><title>{escape(bar.name)}: {escape(bar.said)}</title>"
        f'<text x="{_LABEL - _GAP}" y="{line}" text-anchor="end">{escape(_cut(bar.name))}</text>'
        f'<rect class="{bar.kind}" x="{_LABEL}" y="{y}" width="{length}" height="{_BAR}"/>'
        f'<text class="said" x="{_LABEL + length + _GAP}" y="{line}">{escape(bar.said)}</text>'
        "</g>\n"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
