"""`arkiv hold`: AIPs that nobody may delete for now."""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, BecauseOption, ByOption, JsonOption
from preservation.errors import Unavailable

if TYPE_CHECKING:
    from preservation.forms.disposal import HoldForm

app = typer.Typer(
    help="Holds: AIPs that nobody may delete, such as for a case in court.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The hold, such as a case number.")]


@app.callback()
def holds() -> None:
    """Holds: AIPs that nobody may delete, such as for a case in court."""


@app.command("place")
def place(
    name: _Name,
    aip_ids: Annotated[list[str], typer.Argument(metavar="AIP-ID...", help="The AIPs.")],
    by: ByOption,
    because: BecauseOption,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Keep AIPs from being deleted until the hold is lifted; other holds stay beside it.

    Stores with `lock` in the settings put a legal hold on the objects. Exits with 6 when one did
    not: the hold stands all the same, and the next audit of presence tries again.

    Example: arkiv hold place case-12-2026 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --by "Arta Hoxha"
    --because "the court asked for the file"
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.decisions import Word, hold
        from preservation.forms.disposal import held
        from preservation.settings.place import locate, user

        with opened(locate(archive)) as it:
            done = hold(it, aip_ids, name, Word(by, user(), because))
        for decision in done.decisions:
            _say(held(decision, done.waits), json=json)
    _wait(done.waits)


@app.command("lift")
def lift(
    name: _Name,
    by: ByOption,
    because: BecauseOption,
    aip_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[AIP-ID]...", help="AIPs; all that it holds by default."),
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """End a hold on AIPs; what else holds them goes on holding them.

    Example: arkiv hold lift case-12-2026 --by "Arta Hoxha" --because "the case is closed"
    """
    with told(json=json):
        from preservation.assembly import decisions
        from preservation.assembly.archive import opened
        from preservation.forms.disposal import held
        from preservation.settings.place import locate, user

        with opened(locate(archive)) as it:
            word = decisions.Word(by, user(), because)
            done = decisions.lift(it, aip_ids or [], name, word)
        for decision in done.decisions:
            _say(held(decision, done.waits, lifted=True), json=json)
    _wait(done.waits)


@app.command("list")
def list_(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List what is held, by which hold, since when and why.

    Example: arkiv hold list
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.forms.disposal import held
        from preservation.settings.place import locate

        with opened(locate(archive)) as it:
            standings = it.catalogue.disposals.standings()
        found = [held(hold) for _, now in sorted(standings.items()) for hold in now.holds]
        for form in found:
            _say(form, json=json)
        if not found and not json:
            screen.say("no AIP is held")


def _say(form: "HoldForm", *, json: bool) -> None:
    if json:
        screen.emit(form)
        return
    screen.say(f"{form.status}: AIP {form.aip_id}")
    screen.wrapped("  hold     ", form.hold)
    screen.wrapped("  by       ", f"{form.word.by}, {form.word.when:%Y-%m-%d %H:%M} UTC")
    screen.wrapped("  because  ", form.word.because)
    for reason in form.reasons:
        screen.wrapped("  waits    ", reason)


def _wait(reasons: tuple[str, ...]) -> None:
    """The hold stands; that a store did not lock its copies is put right by the next audit."""
    if reasons:
        raise typer.Exit(Unavailable.exit_code)
