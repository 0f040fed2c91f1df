"""`arkiv policy`: what the archive has decided about formats, and whether it is written right."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.here import archive_here
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.forms import PolicyForm

app = typer.Typer(
    help="Format policies: risks, and what is done about faulty files.", no_args_is_help=True
)
_MEANINGS = {
    "keep": "faulty files are kept, with a warning",
    "refuse": "packages with faulty files are refused",
    "ask": "packages with faulty files are refused until somebody lets the files in",
}


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A format policy in TOML.")],
    json: JsonOption = False,
) -> None:
    """Say every mistake in a format policy, with its line; exits with 2 when there is one.

    Example: arkiv policy check profiles/formats/scans.toml
    """
    with told(json=json):
        from preservation.forms.policy import decided
        from preservation.policies import read

        form = decided(read(file))
    _show([form], json=json)


@app.command("list")
def listing(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List the format policies that an agreement may name: the archive's own and Arkiv's.

    Example: arkiv policy list
    """
    with told(json=json):
        from preservation.forms.policy import decided
        from preservation.policies import available, read

        forms = [
            decided(read(file)) for _, file in sorted(available(archive_here(archive)).items())
        ]
    _show(forms, json=json)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A format policy, by its name.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say all that a format policy decides: the risk of each format, and why.

    Example: arkiv policy show default
    """
    with told(json=json):
        from preservation.forms.policy import decided
        from preservation.policies import find

        form = decided(find(name, archive_here(archive)))
    _show([form], json=json)
    if json:
        return
    for it in form.formats:
        screen.say()
        screen.wrapped("  ", it.name or ", ".join(it.puids))
        screen.wrapped("    formats   ", ", ".join(it.puids))
        screen.wrapped("    risk      ", f"{it.risk}: {it.because}" if it.because else it.risk)
        if it.invalid != form.invalid:
            screen.wrapped("    faulty    ", _MEANINGS[it.invalid])
    for let_in in form.let_in:
        screen.say()
        screen.wrapped("  let in by   ", f"{let_in.by}: {let_in.because}")
        screen.wrapped("    SHA-512   ", let_in.sha512)


def _show(forms: "list[PolicyForm]", *, json: bool) -> None:
    for form in forms:
        if json:
            screen.emit(form)
            continue
        screen.say(f"{form.name}, version {form.version}")
        screen.wrapped("  because   ", form.because)
        screen.wrapped("  faulty    ", _MEANINGS[form.invalid])
        screen.wrapped("  risk      ", f"{form.risk} where not named; {form.unknown} if unknown")
        screen.wrapped("  file      ", form.file)
