"""`arkiv check`: is a bag, an AIP or a folder in order? Works without an archive."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import JsonOption
from preservation.errors import Rejected

if TYPE_CHECKING:
    from preservation.forms import CheckForm, Remark
    from preservation.ports import Scanner


def command(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A bag, an AIP (folder or tar), or a folder.")
    ],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="The report as one page, to be mailed."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a package; exits with 3 when it is not in order.

    Example: arkiv check out/5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11
    """
    with told(json=json):
        from preservation.assembly.check import check
        from preservation.forms.words import checked
        from preservation.model.names import written

        name = written(os.fsencode(path))
        with screen.progress(f"check {name}") as progress:
            report = check(path.absolute(), progress=progress, scanner=_scanner())
            form = checked(report, name)
        if html:
            _write(html, form)
        if json:
            screen.emit(form)
        else:
            _say(form)
    if form.status == "invalid":
        raise typer.Exit(Rejected.exit_code)


def _write(file: Path, form: "CheckForm") -> None:
    from preservation.errors import Misconfigured
    from preservation.forms.page import page

    try:
        file.write_text(page(form), "utf-8")
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be written: {error.strerror}") from error


def _scanner() -> "Scanner | None":
    """The scanner of the archive that is here, if there is one."""
    from preservation.assembly.toolbox import scanner
    from preservation.errors import Misconfigured
    from preservation.settings import locate, read

    try:
        place = locate(None)
    except Misconfigured:
        return None
    return scanner(read(place).malware)


def _say(form: "CheckForm") -> None:
    from preservation.forms.page import LEVELS, SHOWN, alike

    size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
    screen.wrapped("", f"{form.status}: {form.path} ({form.kind or 'unknown kind'}, {size})")
    for level in LEVELS:
        for equal in alike([it for it in form.findings if it.level == level]):
            screen.say(f"  {level:<8} {equal[0].code}")
            screen.wrapped("           ", equal[0].says)
            for it in equal[:SHOWN]:
                _say_place(it)
            if len(equal) > SHOWN:
                more = f"and {len(equal) - SHOWN:,} more such; --json and --html FILE have them all"
                screen.wrapped("         - ", more)
            screen.wrapped("           to do: ", equal[0].remedy)
    for made in form.done:
        screen.wrapped("  done     ", made)
    for missed in form.not_performed:
        screen.wrapped("  not done ", missed)


def _say_place(it: "Remark") -> None:
    if it.where:
        screen.wrapped("         - ", it.where)
    if it.expected:
        screen.wrapped("           expected ", it.expected)
    if it.found:
        screen.wrapped("           found    ", it.found)
