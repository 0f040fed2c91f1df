"""`arkiv report`: what the archive holds, for people who plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.files import write
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.forms import IntegrityForm, ReportForm

app = typer.Typer(help="Reports on what the archive holds.", no_args_is_help=True)

_HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Also write it as a page.")
]
_SvgOption = Annotated[
    Path | None, typer.Option("--svg", metavar="FILE", help="Also draw its chart.")
]
_CsvOption = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Also write it for a spreadsheet.")
]
_PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="NAME", help="The format policy that tells risks.")
]


@app.callback()
def reports() -> None:
    """Reports on what the archive holds."""


@app.command("formats")
def formats(
    policy: _PolicyOption = "default",
    html: _HtmlOption = None,
    svg: _SvgOption = None,
    csv: _CsvOption = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say which formats the archive holds, how many files, whether they are valid, at what risk.

    Example: arkiv report formats --html formats.html --csv formats.csv
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.forms import formats_page
        from preservation.forms.held_formats import report, spreadsheet
        from preservation.model.tally import by_format
        from preservation.policies import find
        from preservation.settings.place import locate

        place = locate(archive)
        risks = find(policy, place).policy
        with opened(place) as it:
            held = by_format(it.catalogue.tallies(), risks)
            form = report(held, risks)
            if html:
                write(html, formats_page.page(form, it.settings.archive.name))
        if svg:
            write(svg, formats_page.picture(form))
        if csv:
            write(csv, spreadsheet(held))
        screen.emit(form) if json else _say(form)


@app.command("integrity")
def integrity(
    html: _HtmlOption = None,
    svg: _SvgOption = None,
    csv: _CsvOption = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say when each copy was last proven, how many over time, what was found and repaired.

    Example: arkiv report integrity --html integrity.html --csv copies.csv
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.integrity import integrity as counted
        from preservation.assembly.integrity import to_look_at
        from preservation.forms import integrity_page
        from preservation.forms.integrity import report, spreadsheet
        from preservation.settings.place import locate

        with opened(locate(archive)) as it:
            form = report(counted(it), to_look_at(it))
            if html:
                write(html, integrity_page.page(form, it.settings.archive.name))
            if svg:
                write(svg, integrity_page.picture(form))
            if csv:
                write(csv, spreadsheet(it.catalogue.copies()))
        screen.emit(form) if json else _say_integrity(form)


def _say_integrity(form: "IntegrityForm") -> None:
    share = f"{form.covered:,} of {screen.number(form.copies, 'copy')}"
    screen.say(f"proven sound within {form.fixity_days} days: {share}")
    if form.copies:
        screen.say()
        rows = []
        for it in form.stores:
            sound = it.states.get("sound", 0)
            oldest = f"{it.oldest_proof:%Y-%m-%d}" if it.oldest_proof else "never"
            drill = f"{it.last_drill:%Y-%m-%d}" if it.last_drill else "never"
            bad = f"{it.copies - sound:,}"
            rows.append((it.store, f"{it.copies:,}", bad, f"{it.never:,}", oldest, drill))
        header = ("store", "copies", "not sound", "never proven", "oldest", "last drill")
        screen.table(header, rows, flexible=0)
        screen.say()
        months = [
            (
                it.month,
                f"{it.covered:,}/{it.held:,}",
                f"{it.failed:,}",
                f"{it.repaired:,}",
                f"{it.not_performed:,}",
            )
            for it in form.months
        ]
        screen.table(("month", "covered", "bad", "repaired", "not checked"), months, flexible=0)
    bad_copies = [it for it in form.look_at if it.state != "sound"]
    for copy in bad_copies:
        screen.say(f"{copy.state}: AIP {copy.aip_id} version {copy.version}, store {copy.store}")


@app.command("levels")
def levels(
    policy: _PolicyOption = "default",
    html: _HtmlOption = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Hold the archive against the NDSA Levels of Preservation, and say what would lift it.

    A cell is met by evidence of this archive only. What no software can know is yours to say.

    Example: arkiv report levels --html levels.html
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.levels import evidence
        from preservation.forms import levels as form_of
        from preservation.model.levels import judged
        from preservation.model.levels import levels as reached
        from preservation.settings.place import locate

        with opened(locate(archive)) as it:
            rows = judged(evidence(it, policy))
            form = form_of.report(rows, reached(rows))
            if html:
                write(html, form_of.page(form, it.settings.archive.name))
        if json:
            screen.emit(form)
            return
        for area in form.areas:
            screen.say(f"{area.area:<10} {form_of.level(area)}")
        for row in form.rows:
            screen.say()
            screen.wrapped(f"{row.area} {row.level}  ", row.asks)
            screen.wrapped(f"  {row.met}: ", row.evidence)
            if row.next:
                screen.wrapped("  next: ", row.next)


def _say(form: "ReportForm") -> None:
    from preservation.model.validity import FAULTY

    size = screen.octets(form.bytes)
    screen.say(f"{screen.number(form.files, 'file')}, {size}; risks by {form.policy}")
    if not form.formats:
        return
    screen.say()
    rows = []
    for it in form.formats:
        faulty = sum(it.validity.get(verdict, 0) for verdict in FAULTY)
        name = (it.puid or "unknown", it.name if it.puid else "")
        rows.append((*name, it.risk, f"{it.files:,}", screen.octets(it.bytes), f"{faulty:,}"))
    screen.table(("format", "name", "risk", "files", "size", "faulty"), rows, flexible=1)
    screen.say()
    for title, counts in (("risk", form.risks), ("validity", form.validity), ("year", form.years)):
        told = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
        screen.wrapped(f"{title:<10}", told)
