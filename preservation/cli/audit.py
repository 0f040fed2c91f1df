"""`arkiv audit`: is every copy still whole?"""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption, PackageArguments
from preservation.errors import Corrupt, Unavailable

if TYPE_CHECKING:
    from preservation.forms import AuditForm


def command(
    aip_ids: PackageArguments = None,
    presence: Annotated[
        bool, typer.Option("--presence", help="What is there, in which size; proves nothing sound.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Compare every octet of every copy with what was stored, and put the outcome on record.

    Exits with 4 when a copy is corrupt or missing, and with 6 when one could not be checked.

    Example: arkiv audit
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.audits import audit_copies, copies_of
        from preservation.forms import words
        from preservation.model.audit import Depth
        from preservation.settings.place import locate

        depth = Depth.PRESENCE if presence else Depth.FIXITY
        place = opened(locate(archive))
        copies = copies_of(place, aip_ids or [])
        worst: list[str] = []
        with screen.progress(f"audit of {screen.number(len(copies), 'copy')}") as progress:
            outcomes = audit_copies(place, copies, depth=depth, progress=progress)
            for form in words.audits(outcomes, place.catalogue, depth=depth):
                worst.append(form.status)
                if json:
                    screen.emit(form)
                elif form.status != "sound":
                    _say(form)
    if not json:
        sound = worst.count("sound")
        what = "there, in its size," if presence else "sound"
        screen.say(f"{what} in every store: {sound} of {screen.number(len(worst), 'AIP')}")
    if {"corrupt", "missing"} & set(worst):
        raise typer.Exit(Corrupt.exit_code)
    if "unchecked" in worst:
        raise typer.Exit(Unavailable.exit_code)


def _say(form: "AuditForm") -> None:
    screen.say(f"{form.status}: AIP {form.aip_id}")
    for reason in form.reasons:
        screen.say(f"  {reason}")
