"""`arkiv check`: is a bag, an AIP or a folder in order? Works without an archive."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import tell, told
from preservation.cli.files import write
from preservation.cli.here import archive_here, tools_here
from preservation.cli.options import AgreementOption, JsonOption, SeveralOption
from preservation.errors import Rejected

if TYPE_CHECKING:
    from preservation.forms import CheckForm, Remark
    from preservation.model.agreement import Agreement
    from preservation.ports import Scanner


def command(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder, a bag, an E-ARK package, or a container."),
    ],
    agreement: AgreementOption = "default",
    several: SeveralOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="The report as one page, to be mailed."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a package; exits with 3 when it is not in order.

    A container is a zip, tar, tar.gz or 7z. A folder of nothing but bags and E-ARK packages is
    several packages, and each is looked at on its own.

    Example: arkiv check out/5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11
    """
    with told(json=json):
        from preservation.agreements import find
        from preservation.assembly.several import brought

        agreed = find(agreement, archive_here()).agreement
        with brought(path.absolute(), several=several, limits=agreed.limits) as packages:
            codes = [
                _one(it.path, it.name_from(path), html=_numbered(html, n), by=agreed, json=json)
                for n, it in enumerate(packages)
            ]
    code = next((code for code in codes if code), 0)
    if code:
        raise typer.Exit(code)


def _numbered(html: Path | None, number: int) -> Path | None:
    """The file of the first report as it was named; those of further packages get a number."""
    return html.with_stem(f"{html.stem}-{number + 1}") if html and number else html


def _one(path: Path, name: str, *, html: Path | None, by: "Agreement", json: bool) -> int:
    """Check one package and say what came of it; gives the exit code."""
    from preservation.assembly.check import check
    from preservation.errors import ArkivError
    from preservation.forms.words import checked

    try:
        with screen.progress(f"check {name}") as progress:
            place = archive_here()
            with tools_here(place) if by.speaks_of_formats else nullcontext() as tools:
                report = check(
                    path,
                    progress=progress,
                    agreement=by,
                    archive=place,
                    scanner=_scanner(),
                    tools=tools,
                )
            form = checked(report, name)
        if html:
            from preservation.forms.page import page

            write(html, page(form))
    except ArkivError as error:
        tell(error, json=json)
        return error.exit_code
    if json:
        screen.emit(form)
    else:
        _say(form)
    return Rejected.exit_code if form.status == "invalid" else 0


def _scanner() -> "Scanner | None":
    """The scanner of the archive that is here, if there is one."""
    place = archive_here()
    if place is None:
        return None
    from preservation.assembly.toolbox import scanner
    from preservation.settings.file import read

    return scanner(read(place).malware)


def _say(form: "CheckForm") -> None:
    from preservation.forms.page import BAGS, LEVELS, SHOWN, alike

    size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
    screen.wrapped("", f"{form.status}: {form.path} ({form.kind or 'unknown kind'}, {size})")
    if form.bag:
        screen.wrapped("  bag      ", BAGS[form.bag])
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
