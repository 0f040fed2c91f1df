"""`arkiv check`: is a bag, an AIP or a folder in order? Works without an archive."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import tell, told
from preservation.cli.options import JsonOption, SeveralOption
from preservation.errors import Rejected

if TYPE_CHECKING:
    from preservation.forms import CheckForm


def command(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder, a bag, an E-ARK package, or a container."),
    ],
    several: SeveralOption = False,
    json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a package; exits with 3 when it is not in order.

    A container is a zip, tar, tar.gz or 7z. A folder of nothing but bags, E-ARK packages and
    containers is several packages, and each is looked at on its own.

    Example: arkiv check out/5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11
    """
    with told(json=json):
        from preservation.assembly.several import brought

        with brought(path.absolute(), several=several) as packages:
            codes = [_one(it.path, it.name_from(path), json=json) for it in packages]
    code = next((code for code in codes if code), 0)
    if code:
        raise typer.Exit(code)


def _one(path: Path, name: str, *, json: bool) -> int:
    """Check one package and say what came of it; gives the exit code."""
    from preservation.assembly.check import check
    from preservation.errors import ArkivError
    from preservation.forms.words import checked

    try:
        with screen.progress(f"check {name}") as progress:
            form = checked(check(path, progress=progress), name)
    except ArkivError as error:
        tell(error, json=json)
        return error.exit_code
    if json:
        screen.emit(form)
    else:
        _say(form)
    return Rejected.exit_code if form.status == "invalid" else 0


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
