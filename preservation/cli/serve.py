"""`arkiv serve`: the inboxes are watched and the schedules kept, on this machine."""

from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption


def command(
    stop: Annotated[bool, typer.Option("--stop", help="Stop the service that runs.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """Run the service of an archive: SIPs are taken from inboxes, audits made when they are due.

    It runs until it is stopped, with pages that show each run at the address that it tells, on this
    machine alone. What it needs besides Arkiv it starts itself; all of it lies in the folder
    `service` of the archive.

    Example: arkiv serve
    """
    with told(json=False):
        from preservation.assembly import serving
        from preservation.settings.file import read
        from preservation.settings.place import locate

        folder = locate(archive)
        if stop:
            screen.say("stopped" if serving.stop(folder) else "no service runs")
        else:
            serving.serve(folder, read(folder), say=screen.say)
            screen.say("stopped")
