"""The Levels of Preservation of an archive, as a document and as a page."""

from collections.abc import Sequence
from html import escape
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.forms.html import TABLES, facts, framed
from preservation.model.levels import Level, Met, Row

_CLASSES = {Met.YES: "yes", Met.NO: "no", Met.YOURS: "yours"}
_STYLE = """
.yes { color: #00557f; } .no { color: #a04400; } .yours { color: #555; }
td strong { display: block; }
"""


class AreaLevel(BaseModel):
    """The level of one area: shown by evidence, and if people can say what is theirs to say."""

    model_config = STRICT

    area: str
    shown: int = Field(description="0 to 4, by evidence of this archive alone")
    possible: int = Field(description="the same if all that is yours to say is so")


class LevelRow(BaseModel):
    """One cell of the matrix, and how it was judged."""

    model_config = STRICT

    area: str
    level: int
    asks: str
    met: Met
    evidence: str
    next: str = Field(description="what would lift it, or what people must say; may be empty")


class LevelsForm(Form):
    """The Levels of Preservation (NDSA, version 2.0) with the evidence of this archive."""

    status: Literal["reported"]
    areas: tuple[AreaLevel, ...]
    rows: tuple[LevelRow, ...]


def report(rows: Sequence[Row], levels: Sequence[Level]) -> LevelsForm:
    """The whole report."""
    return LevelsForm(
        status="reported",
        areas=tuple(AreaLevel(area=it.area, shown=it.shown, possible=it.possible) for it in levels),
        rows=tuple(
            LevelRow(
                area=it.cell.area,
                level=it.cell.level,
                asks=it.cell.asks,
                met=it.judged.met,
                evidence=it.judged.evidence,
                next=it.judged.remedy,
            )
            for it in rows
        ),
    )


def page(form: LevelsForm, archive: str) -> str:
    """The whole report as one page."""
    said = (
        *((("Archive", archive),) if archive else ()),
        *((it.area.capitalize(), level(it)) for it in form.areas),
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Area and level", "Asks for", "Evidence")
    )
    rows = "".join(map(_row, form.rows))
    body = (
        f"{facts(said)}"
        "<p>The Levels of Preservation of the NDSA, version 2.0, in words of our own. A level is "
        "reached when all that it and those below it ask for is met. What no software can know is "
        "yours to say, and never counts as met.</p>\n"
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n"
    )
    return framed("Levels of Preservation", body, style=TABLES + _STYLE)


def level(it: AreaLevel) -> str:
    """The level of an area in words."""
    more = f"; level {it.possible} if you can say what is yours" if it.possible > it.shown else ""
    return f"level {it.shown} shown{more}" if it.shown else f"no level shown{more}"


def _row(it: LevelRow) -> str:
    remedy = f'<span class="because">{escape(it.next)}</span>' if it.next else ""
    return (
        f'<tr><th scope="row">{it.area} {it.level}</th><td>{escape(it.asks)}</td>'
        f'<td><strong class="{_CLASSES[it.met]}">{it.met}</strong>{escape(it.evidence)}{remedy}'
        "</td></tr>\n"
    )
