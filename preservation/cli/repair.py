"""`arkiv repair`: bad copies mended from sound ones."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Corrupt, Misconfigured, Unavailable

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms import RepairForm

_SHOWN = 20


def command(
    aip_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[AIP-ID]...",
            help="AIPs; by default those that an audit found bad, and repairs cut short.",
        ),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be done; write nothing.")
    ] = False,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="With release: who lets it go.")
    ] = "",
    because: Annotated[
        str, typer.Option("--because", metavar="REASON", help="With release: why.")
    ] = "",
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Mend corrupt and missing copies from sound ones, every octet compared before and after.

    What is damaged is kept in the store's folder `quarantine` until `arkiv repair release AIP-ID
    --by NAME --because REASON`. Where no copy is whole, sound members of several are put together.

    Exits with 4 when something cannot be saved (it stays as it is), and with 6 when a store did
    not answer.

    Example: arkiv repair --plan
    """
    from preservation.settings.place import locate

    words = aip_ids or []
    with told(json=json):
        from preservation.assembly.archive import opened

        place = opened(locate(archive))
        if words[:1] == ["release"]:
            _release(place, words[1:], (by, because), json=json)
            return
        if by or because:
            raise Misconfigured("--by and --because are for: arkiv repair release AIP-ID")
        statuses = [form.status for form in _repair(place, words, plan=plan, json=json)]
    if not json:
        _sum(statuses, plan=plan)
    if "lost" in statuses:
        raise typer.Exit(Corrupt.exit_code)
    if "unavailable" in statuses:
        raise typer.Exit(Unavailable.exit_code)


def _repair(place: "Archive", ids: Sequence[str], *, plan: bool, json: bool) -> "list[RepairForm]":
    from preservation.assembly.repairs import repair, to_repair
    from preservation.forms.repaired import repaired

    packages = to_repair(place, ids)
    done = []
    with screen.progress(f"repair of {screen.number(len(packages), 'AIP')}") as progress:
        for one in repair(place, packages, planning=plan, progress=progress):
            summary = place.catalogue.package(one.plan.package)
            assert summary is not None
            form = repaired(one, summary)
            done.append(form)
            if json:
                screen.emit(form)
            else:
                say(form)
    return done


def say(form: "RepairForm") -> None:
    """What a repair did for one AIP."""
    screen.say(f"{form.status}: AIP {form.aip_id}")
    for mend in form.mended[:_SHOWN]:
        source = f" from store {', '.join(mend.sources)}" if mend.sources else ""
        origin = "set aside" if mend.origin == "none" else f"{mend.origin}{source}"
        screen.say(f"  store {mend.store}: {mend.key}")
        screen.say(f"    {mend.fault}, {origin}")
        for member in mend.members[:_SHOWN]:
            screen.say(f"    {member}")
    for place in form.kept:
        screen.say(f"  what was damaged is kept in {place}")
    for reason in form.reasons:
        screen.complain(f"  {reason}")


def _sum(statuses: Sequence[str], *, plan: bool) -> None:
    if not statuses:
        screen.say("nothing to repair; arkiv audit looks at every copy")
        return
    word = "repairable" if plan else "repaired"
    screen.say(f"{word}: {statuses.count(word)} of {screen.number(len(statuses), 'AIP')}")


def _release(
    place: "Archive", ids: Sequence[str], who_and_why: tuple[str, str], *, json: bool
) -> None:
    from preservation.assembly.named import required
    from preservation.assembly.releases import release
    from preservation.forms import ReleaseForm

    by, because = who_and_why
    if not ids:
        raise Misconfigured("name the AIP whose damaged objects are released")
    for package in [required(place.catalogue, id_).id for id_ in ids]:
        done = release(place, package, by=by, because=because)
        if json:
            form = ReleaseForm(
                status="released",
                aip_id=package,
                objects=done.objects,
                bytes=done.octets,
                by=by,
                because=because,
            )
            screen.emit(form)
        else:
            what = f"{screen.number(done.objects, 'object')}, {screen.octets(done.octets)}"
            screen.say(f"released: {what} of AIP {package}")
