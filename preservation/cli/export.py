"""`arkiv export`: packages given out again."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import tell, told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import ArkivError

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms import ExportForm, Failure


class Form(StrEnum):
    """The forms in which a package is given out."""

    BAG = "bag"
    TAR = "tar"
    ORIGINALS = "originals"


def command(  # noqa: PLR0913, PLR0917  each is an option of its own
    aip_ids: Annotated[list[str], typer.Argument(metavar="AIP-ID...", help="The AIPs.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write into.")],
    form: Annotated[
        Form,
        typer.Option(
            "--as", help="The bag, its tar, or the files under the names they were submitted with."
        ),
    ] = Form.BAG,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="NAME",
            help="This file alone, read without the rest; may be repeated.",
        ),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="A version; the newest by default.")
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Write AIPs out, every octet compared on the way; a damaged copy gives way to a sound one.

    What is written is complete, also where a version refers to files of an earlier one. With --file
    one file is read by itself, however large its AIP is; NAME is as `arkiv show --files` tells it.

    Example: arkiv export 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --to ~/out
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.settings.place import locate

        place = opened(locate(archive))
        wanted = _Wanted(to, form, version)
        codes = [
            _one(place, aip_id, replace(wanted, file=name), json=json)
            for aip_id in aip_ids
            for name in file or [""]
        ]
    code = next((code for code in codes if code), 0)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Where packages are written, in which form, and which version of them."""

    to: Path
    form: Form
    version: int | None
    file: str = ""


def _one(archive: "Archive", aip_id: str, wanted: _Wanted, *, json: bool) -> int:
    from preservation.forms import DipForm, ExportForm

    form = wanted.form
    said: DipForm = "file" if wanted.file else form.value

    def failed(status: "Failure", reasons: tuple[str, ...]) -> ExportForm:
        return ExportForm(status=status, reasons=reasons, aip_id=aip_id, form=said)

    try:
        done = _export(archive, aip_id, wanted)
    except ArkivError as error:
        tell(error, json=json, form=failed)
        return error.exit_code
    if json:
        screen.emit(done)
        return 0
    size = f"{screen.number(done.files, 'file')}, {screen.octets(done.bytes)}"
    screen.say(f"exported {done.aip_id} as {said}: {size}, each compared")
    screen.say(f"  {done.place}")
    if done.escaped_names and said != "file" and form is not Form.ORIGINALS:
        screen.say(
            f"  {screen.number(done.escaped_names, 'file')} could not keep the given name in a "
            "bag;\n  --as originals gives every name back"
        )
    return 0


def _export(archive: "Archive", aip_id: str, wanted: _Wanted) -> "ExportForm":
    from preservation.assembly import exports
    from preservation.assembly.named import required
    from preservation.forms import words
    from preservation.stages.disseminate import Form as StageForm

    summary = required(archive.catalogue, aip_id)
    with screen.progress(f"export {summary.id}") as progress:
        if wanted.file:
            one = exports.export_file(
                archive,
                summary.id,
                wanted.file,
                folder=wanted.to.resolve(),
                progress=progress,
                version=wanted.version,
            )
            return words.exported(one, "file", ())
        dip = exports.export(
            archive,
            summary.id,
            folder=wanted.to.resolve(),
            form=StageForm(wanted.form.value),
            progress=progress,
            version=wanted.version,
        )
    return words.exported(dip, wanted.form.value, archive.catalogue.files(summary.id))
