"""`arkiv audit`: is every copy still whole?"""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption, PackageArguments
from preservation.errors import Corrupt, Unavailable

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms import AuditForm
    from preservation.ports import Progress


def command(
    aip_ids: PackageArguments = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Presence and size only; proves nothing sound.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Compare every octet of every copy with what was stored, and put the outcome on record.

    With `repair.automatic` in the settings, what is bad is repaired right after. Exits with 4 when
    a copy is corrupt or missing (also if it was repaired), with 6 when one could not be checked.

    Example: arkiv audit
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.audits import audit_copies, copies_of
        from preservation.forms import words
        from preservation.settings.place import locate

        place = opened(locate(archive))
        copies = copies_of(place, aip_ids or [])
        worst: list[str] = []
        bad: list[str] = []
        with screen.progress(f"audit of {screen.number(len(copies), 'copy')}") as progress:
            outcomes = audit_copies(place, copies, quick=quick, progress=progress)
            for form in words.audits(outcomes, place.catalogue, quick=quick):
                worst.append(form.status)
                if json:
                    screen.emit(form)
                elif form.status != "sound":
                    _say(form)
                if form.status in ("corrupt", "missing") and form.aip_id:
                    bad.append(form.aip_id)
            _repair(place, bad, progress, json=json)
    if not json:
        sound = worst.count("sound")
        what = "there, in its size," if quick else "sound"
        screen.say(f"{what} in every store: {sound} of {screen.number(len(worst), 'AIP')}")
    if {"corrupt", "missing"} & set(worst):
        raise typer.Exit(Corrupt.exit_code)
    if "unchecked" in worst:
        raise typer.Exit(Unavailable.exit_code)


def _say(form: "AuditForm") -> None:
    screen.say(f"{form.status}: AIP {form.aip_id}")
    for reason in form.reasons:
        screen.say(f"  {reason}")


def _repair(place: "Archive", bad: list[str], progress: "Progress", *, json: bool) -> None:
    """What the settings have repaired without asking, each AIP as `arkiv repair` tells of it."""
    from preservation.assembly.repairs import repair_automatically
    from preservation.cli.repair import say
    from preservation.forms.repaired import repaired
    from preservation.model.identifiers import PackageId

    for done in repair_automatically(place, map(PackageId, bad), progress):
        summary = place.catalogue.package(done.plan.package)
        assert summary is not None
        form = repaired(done, summary)
        if json:
            screen.emit(form)
        else:
            say(form)
