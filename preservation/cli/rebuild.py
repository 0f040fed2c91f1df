"""`arkiv rebuild`: the catalogue again, from one store alone."""

from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Corrupt


def command(
    store: Annotated[
        str | None, typer.Option(help="The store to read; the first by default.")
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Make the catalogue anew from what lies in one store: packages, copies and events.

    Example: arkiv rebuild --store b
    """
    with told(json=json):
        from preservation.assembly.archive import opened_for_rebuild
        from preservation.assembly.rebuild import rebuild
        from preservation.forms import RebuildForm
        from preservation.settings.place import locate

        place = opened_for_rebuild(locate(archive))
        with screen.progress("rebuild") as progress:
            rebuilt = rebuild(place, store=store, progress=progress)
        form = RebuildForm(
            status="incomplete" if rebuilt.reasons else "rebuilt",
            reasons=rebuilt.reasons,
            store=rebuilt.store,
            packages=len(rebuilt.packages),
        )
        if json:
            screen.emit(form)
        else:
            count = screen.number(form.packages, "AIP")
            screen.say(f"the catalogue holds {count} as store {form.store} tells them")
            for reason in form.reasons:
                screen.complain(f"  {reason}")
    if form.reasons:
        raise typer.Exit(Corrupt.exit_code)
