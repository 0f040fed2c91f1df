"""`arkiv revise`: the next version of an AIP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import INTERRUPTED, tell, told
from preservation.cli.ingest import fate, say
from preservation.cli.options import AgreementOption, ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.forms import Failure, IngestForm


def command(  # noqa: PLR0913, PLR0917  each is an option of its own
    aip_id: Annotated[str, typer.Argument(metavar="AIP-ID", help="The AIP.")],
    sip: Annotated[
        Path | None,
        typer.Argument(metavar="[SIP]", help="Files to add; one of the same name is replaced."),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why there is a next version; it goes on record.")
    ] = "revised",
    withdraw: Annotated[
        list[str] | None,
        typer.Option(
            "--withdraw", metavar="NAME", help="A file or folder that the next version lacks."
        ),
    ] = None,
    description: Annotated[
        Path | None,
        typer.Option("--description", metavar="CSV", help="A metadata.csv that describes it now."),
    ] = None,
    representation: Annotated[
        str, typer.Option("--representation", metavar="NAME", help="Where the files of SIP go.")
    ] = "original",
    agreement: AgreementOption = "default",
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Make the next version of an AIP: add or replace files, withdraw some, describe it anew.

    It stores what changed and refers to the rest. All versions remain and can be exported.

    Example: arkiv revise 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 more-scans/ --reason "pages 40-52"
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.named import required
        from preservation.assembly.revise import revise
        from preservation.assembly.revision import Wanted
        from preservation.forms import IngestForm, words
        from preservation.forms.page import publish
        from preservation.settings.place import locate

        name = str(sip) if sip else aip_id
        report: str | None = None

        def form(status: "Failure", reasons: tuple[str, ...]) -> "IngestForm":
            return IngestForm(
                status=status, reasons=reasons, sip=name, aip_id=aip_id, report=report
            )

        with opened(locate(archive)) as place:
            of = required(place.catalogue, aip_id)
            try:
                wanted = Wanted(
                    reason,
                    sip.absolute() if sip else None,
                    tuple(withdraw or ()),
                    description,
                    representation,
                    agreement,
                )
                with screen.progress(f"revise {of.id}") as progress:
                    receipt = revise(place, of, wanted, progress=progress, publish=publish)
            except KeyboardInterrupt as interrupt:
                kept = f"version {of.version} is the newest, and nothing of another was kept"
                screen.complain(f"interrupted: {of.id} is {fate(interrupt, f'unchanged: {kept}')}")
                raise typer.Exit(INTERRUPTED) from None
            except Exception as error:
                report = getattr(error, "report", None)
                tell(error, json=json, form=form)
                if report and not json:
                    screen.complain(f"the report for its producer is in {report}")
                raise typer.Exit(getattr(error, "exit_code", 1)) from error
    if json:
        screen.emit(words.receipt(receipt, name))
    else:
        say(receipt, name)
