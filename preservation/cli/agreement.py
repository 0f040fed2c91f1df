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
        from preservation.forms.words import agreed

        found = read(file)
        place = archive_here(archive)
        if place:
            from preservation.assembly.agreed import require_kept
            from preservation.assembly.archive import opened

            with opened(place) as it:
                require_kept(it, found)
        form = agreed(found)
    _show([form], json=json)


@app.command("list")
def listing(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List the agreements that `--agreement` may name: the archive's own and those of Arkiv.

    Example: arkiv agreement list
    """
    with told(json=json):
        from preservation.agreements import available, read
        from preservation.forms.words import agreed

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
