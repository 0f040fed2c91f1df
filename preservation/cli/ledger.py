"""`arkiv ledger`: what happened to copies, and the proof that none of it was altered."""

from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Corrupt, Unavailable

app = typer.Typer(
    help="What happened to copies, and the proof that none of it was altered.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def ledger() -> None:
    """What happened to copies, and the proof that none of it was altered."""


@app.command("verify")
def verify_(
    store: Annotated[
        str | None, typer.Option("--store", metavar="NAME", help="One store; all by default.")
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", metavar="HEAD", help="A head printed earlier: is it still in it?"),
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Prove that no event was altered, dropped or reordered, and print a head to be given away.

    Exits with 4 when a ledger is broken, is not the one that a head came from, or ends before it;
    with 6 when a store did not answer or has not yet all that another has.

    Example: arkiv ledger verify --head "$(cat head-of-last-year.txt)"
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.ledger_proof import head as parsed
        from preservation.assembly.ledger_proof import verify
        from preservation.forms.ledger import proven
        from preservation.settings.place import locate

        given = tuple(map(parsed, head or ()))
        with opened(locate(archive)) as place:
            proofs = verify(place, store=store, given=given)
        for form in map(proven, proofs):
            if json:
                screen.emit(form)
                continue
            count = f"{screen.number(form.entries, 'event')} in {form.batches:,} batches"
            screen.say(f"store {form.store}: {form.status}, {count}")
            for reason in form.reasons:
                screen.wrapped("  ", reason)
            if form.head:
                screen.say(f"  head {form.head}")
    statuses = {proof.status.value for proof in proofs}
    if statuses & {"corrupt", "cut"}:
        raise typer.Exit(Corrupt.exit_code)
    if statuses & {"behind", "unavailable"}:
        raise typer.Exit(Unavailable.exit_code)
