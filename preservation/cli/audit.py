"""`arkiv audit`: is every copy still whole?"""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption, PackageArguments
from preservation.errors import Corrupt, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preservation.assembly.archive import Archive
    from preservation.assembly.audits import Phase
    from preservation.forms import AuditForm
    from preservation.model.due import Due
    from preservation.ports import Progress


_SHOWN = 20


def command(
    aip_ids: PackageArguments = None,
    presence: Annotated[
        bool, typer.Option("--presence", help="What is there, in which size; proves nothing sound.")
    ] = False,
    due: Annotated[
        bool,
        typer.Option("--due", help="What the settings ask for today, the oldest first."),
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="With --due: say what, do nothing.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Compare every octet of every copy with what was stored, and put the outcome on record.

    Without AIP-ID also what else lies in the stores: what is not of the archive, what the catalogue
    does not know, what was left over.

    With `repair.automatic` in the settings, what is bad is repaired right after. Exits with 4 when
    a copy is corrupt or missing (also if it was repaired) or something in a store is strange, with
    6 when a copy or store could not be checked.

    Example: arkiv audit --due
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.audits import due_now, phases
        from preservation.settings.place import locate

        _require_sense(aip_ids or [], presence=presence, due=due, plan=plan)
        place = opened(locate(archive))
        if plan:
            _show_plan(due_now(place), json=json)
            return
        what = "due" if due else "presence" if presence else "fixity"
        late = len(due_now(place).late) if due else 0
        todo = phases(place, what, aip_ids or [])
        worst = _audit(place, todo, json=json)
        # Of single AIPs nobody asks what else lies in the stores, and not every hour.
        stores = [] if aip_ids or (due and not todo[0][1]) else _look(place, json=json)
    if not json:
        _say_sum(worst, presence=presence, due=due, late=late)
    if {"corrupt", "missing", "strange"} & {*worst, *stores}:
        raise typer.Exit(Corrupt.exit_code)
    if "unchecked" in {*worst, *stores}:
        raise typer.Exit(Unavailable.exit_code)


def _require_sense(ids: "Sequence[str]", *, presence: bool, due: bool, plan: bool) -> None:
    reasons = []
    if due and (ids or presence):
        reasons.append("--due tells itself which copies and how far; leave out the rest")
    if plan and not due:
        reasons.append("--plan goes with --due")
    if reasons:
        raise Misconfigured(*reasons)


def _audit(place: "Archive", todo: "Sequence[Phase]", *, json: bool) -> list[str]:
    """Audit; says or prints what is found as it is found, and gives every status."""
    from preservation.assembly.audits import audit_copies
    from preservation.forms import words

    statuses: list[str] = []
    bad: list[str] = []
    count = sum(len(copies) for _, copies in todo)
    with screen.progress(f"audit of {screen.number(count, 'copy')}") as progress:
        for depth, copies in todo:
            outcomes = audit_copies(place, copies, depth=depth, progress=progress)
            for form in words.audits(outcomes, place.catalogue, depth=depth):
                statuses.append(form.status)
                if json:
                    screen.emit(form)
                elif form.status != "sound" or form.reasons:
                    _say(form)
                if form.status in ("corrupt", "missing") and form.aip_id:
                    bad.append(form.aip_id)
        _repair(place, bad, progress, json=json)
    return statuses


def _look(place: "Archive", *, json: bool) -> list[str]:
    """What lies in each store that the archive cannot explain; every status."""
    from preservation.assembly.looks import look
    from preservation.forms.auditing import looked

    statuses: list[str] = []
    with screen.progress("all that lies in the stores") as progress:
        for form in map(looked, look(place, progress=progress)):
            statuses.append(form.status)
            if json:
                screen.emit(form)
            elif form.status != "in order":
                screen.say(f"{form.status}: store {form.store}")
                for reason in form.reasons[:_SHOWN]:
                    screen.wrapped("  ", reason)
                if len(form.reasons) > _SHOWN:
                    screen.say(f"  and {len(form.reasons) - _SHOWN:,} more; see --json")
    return statuses


def _say(form: "AuditForm") -> None:
    screen.say(f"{form.status}: AIP {form.aip_id}")
    for reason in form.reasons:
        screen.say(f"  {reason}")


def _say_sum(statuses: "Sequence[str]", *, presence: bool, due: bool, late: int) -> None:
    sound = statuses.count("sound")
    if due:
        # Copies of one AIP are due at different times.
        screen.say(f"in order: {sound} of {len(statuses)} looks at what was due")
        if late:
            screen.say(f"late: {screen.number(late, 'copy')}; see: arkiv audit --due --plan")
        return
    what = "there, in its size," if presence else "sound"
    screen.say(f"{what} in every store: {sound} of {screen.number(len(statuses), 'AIP')}")


def _show_plan(waiting: "Due", *, json: bool) -> None:
    from preservation.forms.auditing import planned

    form = planned(waiting)
    if json:
        screen.emit(form)
        return
    rows = [
        (it.store, f"{it.presence:,}", f"{it.fixity:,}", screen.octets(it.bytes), f"{it.late:,}")
        for it in form.stores
    ]
    if not rows:
        screen.say("nothing is due today")
        return
    screen.table(("store", "to see", "to read", "size", "late"), rows, flexible=0)


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
