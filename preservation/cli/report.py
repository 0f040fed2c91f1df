"""`arkiv report`: what the archive holds, for people who plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.files import write
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.forms import ReportForm

app = typer.Typer(help="Reports on what the archive holds.", no_args_is_help=True)


@app.callback()
def reports() -> None:
    """Reports on what the archive holds."""


@app.command("formats")
def formats(
    policy: Annotated[
        str, typer.Option("--policy", metavar="NAME", help="The format policy that tells risks.")
    ] = "default",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write it as a page.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Also draw its chart.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write it for a spreadsheet.")
    ] = None,
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
