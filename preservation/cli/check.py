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
    from preservation.forms import CheckForm
    from preservation.ports import Scanner


def command(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A bag, an AIP (folder or tar), or a folder.")
    ],
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
        if json:
            screen.emit(form)
        else:
            _say(form)
    if form.status == "invalid":
        raise typer.Exit(Rejected.exit_code)


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
    size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
    screen.say(f"{form.status}: {form.path} ({form.kind or 'unknown kind'}, {size})")
    for remark in form.findings:
        screen.say(f"  {remark.level:<8} {remark.code}  {remark.where}")
        screen.say(f"           {remark.says}")
        if remark.expected:
            screen.say(f"           expected {remark.expected}")
        if remark.found:
            screen.say(f"           found    {remark.found}")
        screen.say(f"           to do: {remark.remedy}")
    for made in form.done:
        screen.say(f"  done     {made}")
    for missed in form.not_performed:
        screen.say(f"  not done {missed}")
