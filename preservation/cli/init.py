"""`arkiv init`: a new archive."""

from pathlib import Path
from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import JsonOption


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make it in.")],
    name: Annotated[
        str, typer.Option(help="The organisation that keeps the archive, for METS and PREMIS.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Make an archive: settings, catalogue and two directory stores.

    Example: arkiv init my-archive --name "Komuna e Vushtrrisë"
    """
    with told(json=json):
        from preservation.assembly.archive import make
        from preservation.forms import InitForm

        archive = make(folder.absolute(), name=name)
        stores = tuple(s.url for s in archive.settings.stores)
        if json:
            screen.emit(InitForm(status="created", archive=str(archive.folder), stores=stores))
            return
        screen.say(f"created an archive in {archive.folder}")
        screen.say(f"  its two stores: {', '.join(stores)}; put them on different disks")
        screen.say("  its settings: arkiv.toml")
        screen.say(f"next: arkiv ingest FOLDER --archive {folder}")
