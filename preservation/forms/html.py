"""The frame of every page: no scripts, nothing asked for from anywhere, readable on any screen."""

from collections.abc import Sequence
from html import escape

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #1c1c1c;
  background: #fff; max-width: 50rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin: 2rem 0 .25rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: #555; } dd { margin: 0; white-space: pre-wrap; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
.quiet { color: #555; } summary { cursor: pointer; padding: .25rem 0; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; height: auto; } }
"""

TABLES = """
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ccc;
  vertical-align: top; } thead th { border-bottom: 2px solid #777; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.because { color: #555; display: block; }
"""
"""The style of pages with tables and charts."""


def framed(title: str, body: str, *, style: str = "") -> str:
    """A whole page; `body` is HTML in which everything from outside is escaped already."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Terms with their values; the values are escaped."""
    told = (f"<dt>{term}</dt><dd>{escape(value)}</dd>" for term, value in rows)
    return f"<dl>{''.join(told)}</dl>\n"
