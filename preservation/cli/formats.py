"""`arkiv formats`: the signatures that tell formats, and what newer ones say of what is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import tell, told
from preservation.cli.here import archive_here, tools_here
from preservation.cli.options import ArchiveOption, JsonOption, PackageArguments

if TYPE_CHECKING:
    from preservation.forms import FormatsForm, ReidentifyForm

app = typer.Typer(help="Signatures of formats, and formats told again.", no_args_is_help=True)


@app.command("status")
def status(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Say which identifiers are there, and by which releases they tell formats.

    Example: arkiv formats status
    """
    with told(json=json):
        form = _status(archive_here(archive))
        screen.emit(form) if json else _say(form)


@app.command("update")
def update(
    signatures: Annotated[
        Path, typer.Option("--signatures", metavar="FILE", help="PRONOM's signature file.")
    ],
    containers: Annotated[
        Path, typer.Option("--containers", metavar="FILE", help="Its container signature file.")
    ],
    older: Annotated[
        bool, typer.Option("--older", help="Also when they are older than those installed.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Install newer signatures of PRONOM in this archive, for fido to go by.

    Both files are checked first, and installed together or not at all.

    Example: arkiv formats update --signatures DROID_SignatureFile_V122.xml --containers c.xml
    """
    with told(json=json):
        from preservation.assembly.clock import SystemClock
        from preservation.assembly.signatures import install
        from preservation.settings.place import locate

        place = locate(archive)
        now = SystemClock().now()
        install(place, signatures=signatures, containers=containers, now=now, older=older)
        form = _status(place)
        screen.emit(form) if json else _say(form)


@app.command("reidentify")
def reidentify(
    aip_ids: PackageArguments = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also files whose format was sure, by older signatures.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Tell formats again where newer signatures may know more.

    Due are files whose format is unknown, told by extension only, or disputed, if the signatures
    are newer than those that told it. The AIP stays as it is: the newer answers are events in the
    ledger, and the catalogue shows them.

    Example: arkiv formats reidentify --dry-run
    """
    code = 0
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.reidentification import carry_out, named, plan
        from preservation.errors import ArkivError
        from preservation.forms.told_again import planned, reidentified
        from preservation.settings.place import locate

        with opened(locate(archive)) as place, screen.progress("identify again") as progress:
            for summary in named(place, aip_ids or ()):
                try:
                    it = plan(place, summary, every=every)
                    if dry_run or not it.due:
                        form = planned(it)
                    else:
                        form = reidentified(it, carry_out(place, it, progress=progress))
                except ArkivError as error:
                    tell(error, json=json)
                    code = code or error.exit_code
                    continue
                screen.emit(form) if json else _say_files(form)
    if code:
        raise typer.Exit(code)


def _status(place: Path | None) -> "FormatsForm":
    from preservation.assembly.signatures import installed_signatures
    from preservation.forms.told_again import signatures

    installed = installed_signatures(place)
    with tools_here(place) as tools:
        return signatures(tuple(tools.agents.values()), installed)


def _say(form: "FormatsForm") -> None:
    for it in form.signatures:
        screen.say(it.agent)
        day = f" of {it.dated[:10]}" if it.dated else ""
        screen.say(f"  PRONOM      {it.pronom or 'not told'}{day} ({it.source})")
        screen.say(f"  containers  {it.containers or 'not told'}")
        if it.installed:
            screen.say(f"  installed   {it.installed:%Y-%m-%d %H:%M} UTC")
        for file in it.files:
            screen.wrapped("  from        ", file)
        for reason in it.left_out:
            screen.wrapped("  left out    ", reason)
    for reason in form.reasons:
        screen.complain(reason)


def _say_files(form: "ReidentifyForm") -> None:
    changed = f", {form.changed:,} changed" if form.status == "reidentified" else ""
    screen.say(f"{form.aip_id}: {form.status}")
    screen.say(f"  {form.due:,} of {screen.number(form.files, 'file')} due{changed}")
    for it in form.told:
        now = f" -> {it.after or 'unknown'}" if it.outcome in ("same", "changed") else ""
        screen.say(f"  {it.before or 'unknown'}{now} ({it.outcome})")
        screen.wrapped("    ", it.original_name)
        screen.wrapped("    ", it.reason or it.because)
