"""`arkiv ingest`: SIPs become preserved AIPs, each with a receipt."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import INTERRUPTED, tell, told
from preservation.cli.options import AgreementOption, ArchiveOption, JsonOption, SeveralOption

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms import Failure
    from preservation.model.receipt import Receipt


def command(
    sips: Annotated[
        list[Path],
        typer.Argument(metavar="SIP...", help="Folders, bags, E-ARK packages, containers."),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Also what is preserved already, unchanged.")
    ] = False,
    agreement: AgreementOption = "default",
    several: SeveralOption = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Preserve submission packages; each becomes one AIP in every store.

    A package is preserved when every store has a copy that was read back and compared. One that is
    rejected does not stop the rest. The original is never changed. A container is a zip, tar,
    tar.gz or 7z. A folder of nothing but bags and E-ARK packages is several packages.

    Example: arkiv ingest scans-1987/ scans-1988/
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.settings.place import locate

        with opened(locate(archive)) as place:
            wanted = _Wanted(again, agreement)
            codes = [
                code
                for sip in sips
                for code in _brought(place, sip, several=several, wanted=wanted, json=json)
            ]
    code = next((code for code in codes if code), 0)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What whoever brings SIPs chose for all of them."""

    again: bool
    agreement: str


def _brought(
    archive: "Archive", given: Path, *, several: bool, wanted: "_Wanted", json: bool
) -> list[int]:
    """Ingest what was named: one SIP, or each of several; gives the exit codes."""
    from preservation.agreements import find
    from preservation.assembly.several import brought
    from preservation.errors import ArkivError
    from preservation.forms import IngestForm
    from preservation.model.names import written

    name = written(os.fsencode(given))
    try:
        limits = find(wanted.agreement, archive.folder).agreement.limits
        with brought(given.absolute(), archive.scratch, several=several, limits=limits) as sips:
            return [
                _one(archive, sip.path, sip.name_from(given), wanted=wanted, json=json)
                for sip in sips
            ]
    except ArkivError as error:
        tell(
            error,
            json=json,
            form=lambda status, reasons: IngestForm(status=status, reasons=reasons, sip=name),
        )
        return [error.exit_code]


def _one(archive: "Archive", sip: Path, name: str, *, wanted: "_Wanted", json: bool) -> int:
    """Ingest one SIP and say what came of it; gives the exit code."""
    from preservation.assembly.ingest import ingest
    from preservation.errors import ArkivError
    from preservation.forms import IngestForm, words
    from preservation.forms.page import publish

    report: str | None = None

    def form(status: "Failure", reasons: tuple[str, ...]) -> IngestForm:
        return IngestForm(status=status, reasons=reasons, sip=name, report=report)

    try:
        with screen.progress(f"ingest {name}") as progress:
            receipt = ingest(
                archive,
                sip,
                again=wanted.again,
                agreement=wanted.agreement,
                progress=progress,
                publish=publish,
            )
    except KeyboardInterrupt as interrupt:
        ended = fate(interrupt, "not preserved, and nothing of it was kept")
        screen.complain(f"interrupted: {name} is {ended}")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if not json:
            screen.complain(f"{name} is {fate(error, 'not preserved')}")
        report = getattr(error, "report", None)
        tell(error, json=json, form=form)
        if report and not json:
            screen.complain(f"the report for its producer is in {report}")
        return error.exit_code if isinstance(error, ArkivError) else 1
    if json:
        screen.emit(words.receipt(receipt, name))
    else:
        say(receipt, name)
    return 0


def fate(error: BaseException, otherwise: str) -> str:
    """What an ingest that was ended says of its package; it may have been committed by then."""
    return next(iter(getattr(error, "__notes__", ())), otherwise)


def say(receipt: "Receipt", sip: str) -> None:
    """The receipt, for a person."""
    account = receipt.account
    of = f", version {receipt.version}" if receipt.version > 1 else ""
    screen.say(f"preserved {sip}")
    screen.say(f"  AIP         {receipt.aip_id}{of}")
    rows: Sequence[tuple[str, int, int]] = (
        ("preserved", account.preserved_files, account.preserved_bytes),
        ("submission", account.submission_files, account.submission_bytes),
        ("excluded", account.excluded_files, account.excluded_bytes),
        ("in all" if receipt.version > 1 else "received", account.files, account.bytes),
    )
    for word, files, octets in rows:
        if files or word == "preserved":
            screen.say(f"  {word:<10}  {screen.number(files, 'file')}, {screen.octets(octets)}")
    for copy in receipt.copies:
        screen.say(f"  copy in {copy.store:<4}{copy.state}, sha512 {copy.digest.value[:32]}...")
    for warning in receipt.warnings:
        screen.say(f"  warning: {screen.cut(warning, 200)}")
