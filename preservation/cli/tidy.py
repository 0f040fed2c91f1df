"""`arkiv tidy`: what was cut short is finished or undone."""

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Unavailable


def command(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Finish or undo what a crash or an absent store cut short: ingests, repairs, deletions.

    Every ingest does the first part too; this does all of it at once. Exits with 6 when a store
    did not answer, so that something is left for the next time.

    Example: arkiv tidy
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.tidying import tidy
        from preservation.forms.disposal import tidied
        from preservation.settings.place import locate

        with opened(locate(archive)) as place, screen.progress("tidy") as progress:
            form = tidied(tidy(place, progress=progress))
        if json:
            screen.emit(form)
        else:
            for what, ids in (
                ("settled an ingest cut short", form.packages),
                ("finished a deletion", form.deleted),
                ("finished a repair", form.repaired),
            ):
                for id_ in ids:
                    screen.say(f"{what}: AIP {id_}")
            for reason in form.reasons:
                screen.complain(f"waits: {reason}")
            if form.status == "tidy":
                screen.say("all is tidy")
    if form.reasons:
        raise typer.Exit(Unavailable.exit_code)
