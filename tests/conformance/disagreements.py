"""Writes docs/format-disagreements.md: where siegfried and fido differ on the corpora.

    python tests/conformance/disagreements.py

A test compares the page with what this makes.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from preservation.model.formats import Answer, Identification, decide
from preservation.model.names import written
from preservation.tools.fido import Fido
from preservation.tools.siegfried import Siegfried

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/format-disagreements.md"
CORPORA = ("format-corpus", "archivematica-transfers")
HEAD = """\
# Where siegfried and fido differ

Made by `python tests/conformance/disagreements.py`; a test compares it with the answers of today.
How is decided: [formats](formats.md#who-is-believed).

{files} files of the corpora `{corpora}`.
siegfried goes by {first}, fido by {second}.
On {same} of them ({share:.0f} %) both say the same. The other {different} are below, those with the
same answers in one row, with one of them as the example. *None* is an answer too: no signature
fits. Several PUIDs are one answer that could not be narrowed down; a name without PUID is one that
only fido has.

| files | siegfried | fido | chosen | why | example |
|---:|---|---|---|---|---|
"""


def files(corpus: Path) -> list[bytes]:
    """The files of a corpus, in the order of their paths."""
    found = [os.path.join(p, n) for p, _, names in os.walk(os.fsencode(corpus)) for n in names]
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


def answer(value: Answer) -> str:
    """One answer in a cell."""
    if value.not_performed:
        return f"not performed: {value.not_performed}"
    if not value.formats:
        return "none"
    names = sorted({one.puid or one.name for one in value.formats})
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} by {value.basis}"


def puids(value: Answer) -> set[str | None]:
    return {one.puid or one.name for one in value.formats}


def row(group: Sequence[tuple[bytes, Identification]], top: bytes) -> str:
    """One row of the table for files of which both said the same each."""
    path, it = group[0]
    cells = (
        str(len(group)),
        *map(answer, it.answers),
        it.format.puid or "unknown",
        it.reason,
        f"`{written(os.path.relpath(path, top))}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def page(corpora: Path) -> str:
    """The page, made of what both identifiers answer now."""
    top = os.fsencode(corpora)
    paths = [path for name in CORPORA for path in files(corpora / name)]
    with tempfile.TemporaryDirectory() as scratch, Siegfried(Path(scratch)) as one, Fido() as two:
        releases = (one.agent.note, two.agent.note)
        answers = zip(one.identify(paths), two.identify(paths), strict=True)
        told = [(path, decide(both)) for path, both in zip(paths, answers, strict=True)]
    groups: dict[tuple[str, ...], list[tuple[bytes, Identification]]] = {}
    for path, it in told:
        first, second = it.answers
        if puids(first) != puids(second):
            key = (answer(first), answer(second), it.format.puid or "", it.reason)
            groups.setdefault(key, []).append((path, it))
    different = sum(map(len, groups.values()))
    head = HEAD.format(
        files=len(paths),
        corpora="` and `".join(CORPORA),
        first=releases[0],
        second=releases[1],
        same=len(paths) - different,
        share=100 * (len(paths) - different) / len(paths),
        different=different,
    )
    ordered = sorted(groups.items(), key=lambda it: (-len(it[1]), it[0]))
    return head + "".join(row(group, top) for _, group in ordered)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/corpora"
    PAGE.write_text(page(place), "utf-8")
