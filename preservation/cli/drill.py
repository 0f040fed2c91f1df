"""`arkiv drill`: can the archive be restored from one store alone?"""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Corrupt, ToolMissing, Unavailable

if TYPE_CHECKING:
    from preservation.forms import DrillForm


def command(
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="AIPs from each store; `drills.sample` of the settings if not."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="The store to restore from; each in turn by default.")
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Restore AIPs from one store alone, without the catalogue, and judge them as a stranger would.

    Those that were never drilled, or longest ago, come first. Exits with 4 when something is wrong,
    with 6 when a store did not answer, with 5 when a part could not be made (such as for want of an
    official schema): then the drill is no success.

    Example: arkiv drill --sample 3 --store b
    """
    statuses: list[str] = []
    away: list[str] = []
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.drills import drills, stores_to_drill
        from preservation.forms.drilled import drilled
        from preservation.settings.place import locate

        place = opened(locate(archive))
        for source in stores_to_drill(place, store):
            with screen.progress(f"restore drill from store {source.name}") as progress:
                try:
                    for one in drills(place, source, size=sample, progress=progress):
                        form = drilled(one)
                        statuses.append(form.status)
                        _say(form, json=json)
                except Unavailable as unavailable:
                    away += unavailable.reasons
        if away and "not restored" not in statuses:
            raise Unavailable(*away)
    if not json:
        screen.say(
            f"restored and valid: {statuses.count('restored')} of "
            f"{screen.number(len(statuses), 'AIP')}"
        )
    if "not restored" in statuses:
        raise typer.Exit(Corrupt.exit_code)
    if "incomplete" in statuses:
        raise typer.Exit(ToolMissing.exit_code)


def _say(form: "DrillForm", *, json: bool) -> None:
    if json:
        screen.emit(form)
        return
    screen.say(f"{form.status}: AIP {form.aip_id} v{form.version} from store {form.store}")
    for part in form.parts:
        screen.wrapped(f"  {part.name:<14}", f"{part.outcome}: {part.said}")
