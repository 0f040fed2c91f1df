"""The report on formats as a page to look at, and its chart as a picture."""

from html import escape

from preservation.forms.chart import Bar, chart
from preservation.forms.held_formats import FormatReport, ReportForm
from preservation.forms.html import TABLES, facts, framed
from preservation.model.policy import Risk
from preservation.model.validity import FAULTY, Verdict

_SHOWN = 20
_KINDS = {
    Verdict.VALID: "sound",
    Verdict.WELL_FORMED: "sound",
    Verdict.NOT_VALID: "faulty",
    Verdict.NOT_WELL_FORMED: "faulty",
    Verdict.NOT_PERFORMED: "none",
}
_MEANINGS = {
    Verdict.VALID: "a validator held them against the rules of their format",
    Verdict.WELL_FORMED: "they can be read to their end; nobody checked more",
    Verdict.NOT_VALID: "they break rules of their format",
    Verdict.NOT_WELL_FORMED: "they cannot be read to their end",
    Verdict.NOT_PERFORMED: "nothing is known: the check could not be made",
}


def page(form: ReportForm, archive: str) -> str:
    """The whole report as one page."""
    said = (
        *((("Archive", archive),) if archive else ()),
        ("Files", f"{form.files:,}"),
        ("Size", _octets(form.bytes)),
        ("Formats", f"{sum(it.puid is not None for it in form.formats):,}"),
        ("Risks told by", form.policy),
    )
    body = (
        f"{facts(said)}"
        "<p>The newest version of each AIP is counted. The risk is how likely the archive "
        "thinks it that such files cannot be read some day.</p>\n"
        f"{picture(form)}{_years(form)}{_validity(form)}"
        f'<h2>All formats</h2>\n<div class="scroll"><table>\n<thead>{_HEAD}</thead>\n'
        f"<tbody>\n{''.join(map(_row, form.formats))}</tbody></table></div>\n"
    )
    return framed("What the archive holds, by format", body, style=TABLES)


def picture(form: ReportForm) -> str:
    """The chart of formats alone, as SVG: those with the most files, then all others as one."""
    bars = [
        Bar(_name(it), it.files, f"{_files(it.files)}, {it.risk} risk", it.risk)
        for it in form.formats[:_SHOWN]
    ]
    rest = form.formats[_SHOWN:]
    if rest:
        worst = max((it.risk for it in rest), key=list(Risk).index)
        count = sum(it.files for it in rest)
        bars.append(Bar(f"{len(rest)} more", count, f"{_files(count)}, up to {worst} risk", worst))
    risks = ", ".join(f"{_files(count)} of {risk} risk" for risk, count in form.risks.items())
    return chart("Files by format", f"{_files(form.files)}: {risks}.", bars)


def _years(form: ReportForm) -> str:
    bars = [Bar(str(year), count, _files(count), "none") for year, count in form.years.items()]
    return chart("Files by the year in which they were preserved", _files(form.files), bars)


def _validity(form: ReportForm) -> str:
    bars = [
        Bar(verdict.value, count, _files(count), _KINDS[verdict])
        for verdict, count in form.validity.items()
        if count
    ]
    meanings = "".join(
        f"<dt>{verdict}</dt><dd>{_MEANINGS[verdict]}</dd>"
        for verdict, count in form.validity.items()
        if count
    )
    drawn = chart("Files by what validators found", _files(form.files), bars)
    return f"{drawn}<dl>{meanings}</dl>\n" if meanings else drawn


_HEAD = (
    '<tr><th scope="col">Format</th><th scope="col">Risk</th>'
    '<th scope="col" class="number">Files</th><th scope="col" class="number">Size</th>'
    '<th scope="col" class="number">Faulty</th><th scope="col" class="number">Not checked</th>'
    '<th scope="col" class="number">Locked</th></tr>'
)


def _row(it: FormatReport) -> str:
    faulty = sum(it.validity.get(verdict, 0) for verdict in FAULTY)
    unknown = it.validity.get(Verdict.NOT_PERFORMED, 0)
    numbers = "".join(_number(n) for n in (f"{it.files:,}", _octets(it.bytes)))
    numbers += "".join(_number(f"{n:,}") for n in (faulty, unknown, it.hindered))
    puid = f"<code>{escape(it.puid)}</code> " if it.puid else ""
    return (
        f'<tr><th scope="row">{puid}{escape(it.name)}</th>'
        f'<td>{it.risk}<span class="because">{escape(it.because)}</span></td>{numbers}</tr>\n'
    )


def _number(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _name(it: FormatReport) -> str:
    return f"{it.puid} {it.name}" if it.puid else "unknown format"


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _octets(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} TiB"
