"""The command `arkiv`."""

import gc

import typer

from preservation import __version__
from preservation.cli import (
    agreement,
    audit,
    check,
    delete,
    doctor,
    drill,
    explain,
    export,
    formats,
    hold,
    identify,
    inbox,
    ingest,
    init,
    ledger,
    listing,
    policy,
    rebuild,
    repair,
    report,
    revise,
    screen,
    serve,
    show,
    store,
    tidy,
)

app = typer.Typer(
    name="arkiv",
    help="Preserve records so that they can be proven whole, now and in decades.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for name, command in (
    ("init", init.command),
    ("ingest", ingest.command),
    ("inbox", inbox.command),
    ("serve", serve.command),
    ("list", listing.command),
    ("show", show.command),
    ("audit", audit.command),
    ("repair", repair.command),
    ("drill", drill.command),
    ("export", export.command),
    ("revise", revise.command),
    ("check", check.command),
    ("identify", identify.command),
    ("explain", explain.command),
    ("rebuild", rebuild.command),
    ("tidy", tidy.command),
    ("doctor", doctor.command),
):
    app.command(name)(command)
app.add_typer(agreement.app, name="agreement")
app.add_typer(formats.app, name="formats")
app.add_typer(policy.app, name="policy")
app.add_typer(report.app, name="report")
app.add_typer(store.app, name="store")
app.add_typer(hold.app, name="hold")
app.add_typer(delete.app, name="delete")
app.add_typer(ledger.app, name="ledger")


def _version(wanted: bool) -> None:
    if wanted:
        screen.say(f"arkiv {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", help="Say the version.", callback=_version, is_eager=True
    ),
) -> None:
    """Preserve records so that they can be proven whole, now and in decades."""


def main() -> None:
    """Run the command line and exit with its code."""
    # Values of a large package are many and none is garbage: looking for cycles costs a tenth.
    gc.set_threshold(100_000, 20, 20)
    app()
