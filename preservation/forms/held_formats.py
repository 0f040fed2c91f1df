"""What the archive holds, by format: the document, the table and the rows for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.model.policy import FormatPolicy, Risk
from preservation.model.tally import HeldFormat
from preservation.model.validity import Verdict

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("puid", "name", "risk", "because", "year", "validity", "files", "bytes", "hindered")


class FormatReport(BaseModel):
    """One format that is held."""

    model_config = STRICT

    puid: str | None
    name: str
    risk: Risk = Field(description="how likely it cannot be read some day, by the policy")
    because: str = Field(description="why the policy says so")
    files: int
    bytes: int
    hindered: int = Field(description="files whose use encryption or a password hinders")
    validity: dict[Verdict, int] = Field(description="files by what validators found")
    years: dict[int, int] = Field(description="files by the year in which their AIP was made")


class ReportForm(Form):
    """What the newest versions of all AIPs hold, by format; those with the most files first."""

    status: Literal["reported"]
    policy: str = Field(description="name and version of the format policy that tells the risks")
    files: int
    bytes: int
    risks: dict[Risk, int] = Field(description="files by risk")
    validity: dict[Verdict, int] = Field(description="files by what validators found")
    years: dict[int, int] = Field(description="files by the year in which their AIP was made")
    formats: tuple[FormatReport, ...]


def report(held: Sequence[HeldFormat], policy: FormatPolicy) -> ReportForm:
    """The whole report; every sum in it is that of its rows."""
    rows = tuple(_row(it) for it in held)
    return ReportForm(
        status="reported",
        policy=policy.title,
        files=sum(it.files for it in rows),
        bytes=sum(it.bytes for it in rows),
        risks={risk: sum(it.files for it in rows if it.risk is risk) for risk in Risk},
        validity={v: sum(it.validity.get(v, 0) for it in rows) for v in Verdict},
        years=_years(held),
        formats=rows,
    )


def _row(it: HeldFormat) -> FormatReport:
    counts = {verdict: it.files_with(verdict) for verdict in Verdict}
    return FormatReport(
        puid=it.puid,
        name=it.name,
        risk=it.rule.risk,
        because=it.rule.because,
        files=it.files,
        bytes=it.bytes,
        hindered=it.hindered,
        validity={verdict: count for verdict, count in counts.items() if count},
        years=_years([it]),
    )


def _years(held: Iterable[HeldFormat]) -> dict[int, int]:
    found: dict[int, int] = {}
    for tally in (tally for it in held for tally in it.tallies):
        found[tally.year] = found.get(tally.year, 0) + tally.files
    return dict(sorted(found.items()))


def spreadsheet(held: Sequence[HeldFormat]) -> str:
    """CSV (RFC 4180) with a row for each format, year and verdict; sums are for who reads it.

    What a spreadsheet program would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for it in held:
        told = (it.puid or "", it.name, it.rule.risk, it.rule.because)
        for tally in sorted(it.tallies, key=lambda t: (t.year, t.validity)):
            counts = (tally.files, tally.bytes, tally.hindered)
            cells = (*map(_harmless, told), tally.year, tally.validity, *counts)
            rows.writerow(cells)
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
