"""`arkiv agreement`: what may be submitted, and whether it is written down right."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.here import archive_here
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.forms import AgreedForm

app = typer.Typer(help="Submission agreements: who may submit what.", no_args_is_help=True)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An agreement in TOML.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say every mistake in an agreement, with its line; exits with 2 when there is one.

    In an archive it is also held against the stores and the format policies that are there.

    Example: arkiv agreement check profiles/agreements/scans.toml
    """
    with told(json=json):
        from preservation.agreements import read
        from preservation.forms.agreed import agreed

        found = read(file)
        place = archive_here(archive)
        if place:
            from preservation.assembly.agreed import require_kept
            from preservation.assembly.archive import opened

            with opened(place) as it:
                require_kept(it, found)
        form = agreed(found)
    _show([form], json=json)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An agreement, by its name.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say all that an agreement asks for, also where it says nothing and a default counts.

    Example: arkiv agreement show vushtrri-scans
    """
    with told(json=json):
        from preservation.agreements import find
        from preservation.forms.agreed import rules

        form = rules(find(name, archive_here(archive)))
    if json:
        screen.emit(form)
        return
    screen.say(f"{form.name}, version {form.version}")
    screen.wrapped("  file      ", form.file)
    screen.wrapped("  because   ", form.because.get("", ""))
    table = ""
    for it in form.rules:
        above, _, key = it.key.rpartition(".")
        if above != table:
            table = above
            screen.say(above)
            screen.wrapped("  because   ", form.because.get(above, ""))
        screen.wrapped(f"  {key:<14}  ", _value(it.value) + ("" if it.written else "  (default)"))
        screen.wrapped(" " * 18, it.meaning)


def _value(value: str | int | tuple[str, ...] | None) -> str:
    """A value for people; a list that is empty, and what is not there, in words."""
    if isinstance(value, tuple):
        return ", ".join(value) or "none named"
    if isinstance(value, int):
        return f"{value:,}"
    return value or "not said"


@app.command("list")
def listing(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List the agreements that `--agreement` may name: the archive's own and those of Arkiv.

    Example: arkiv agreement list
    """
    with told(json=json):
        from preservation.agreements import available, read
        from preservation.forms.agreed import agreed

        files = available(archive_here(archive))
        forms = [agreed(read(file)) for _, file in sorted(files.items())]
    _show(forms, json=json)


def _show(forms: "list[AgreedForm]", *, json: bool) -> None:
    for form in forms:
        if json:
            screen.emit(form)
            continue
        screen.say(f"{form.name} ({form.status})")
        if form.producer:
            screen.wrapped("  producer  ", form.producer)
        screen.wrapped("  because   ", form.because)
        screen.wrapped("  file      ", form.file)
