"""`arkiv identify`: what is this file? Works without an archive."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.here import archive_here, tools_here
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Misconfigured, ToolFailed

if TYPE_CHECKING:
    from preservation.forms import IdentifyForm


def command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files, and folders to walk.")
    ],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="NAME", help="Ask only siegfried, or only fido."),
    ] = None,
    sha512: Annotated[bool, typer.Option("--sha512", help="Also its SHA-512.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Say what each file is by PRONOM, from what both identifiers find in its content.

    In or with an archive, the signatures that it has installed are used. A link that is found in a
    folder is not followed; what is no file is not identified, with the reason. Exits with 2 when
    something that was named is no file or something cannot be read, with 5 when an identifier
    failed and no other answered.

    Example: arkiv identify scans letter.doc --json
    """
    with told(json=json):
        from preservation.assembly.identification import identify_all, places
        from preservation.forms.identified import identified

        found = list(places([os.fsencode(path) for path in paths]))
        table = _Table()
        code = Misconfigured.exit_code if any(place.fault for place in found) else 0
        with (
            tools_here(archive_here(archive), by or ()) as tools,
            screen.progress("identify") as bar,
        ):
            asked = [tool for tool in tools.identifiers if tool is not None]
            for one in identify_all(found, identifiers=asked, digests=sha512, progress=bar):
                form = identified(one, tools.agents)
                if one.place.fault:
                    code = Misconfigured.exit_code
                elif not one.place.refusal and not one.identification.performed:
                    code = code or ToolFailed.exit_code
                if json:
                    screen.emit(form)
                else:
                    table.say(form)
    if code:
        raise typer.Exit(code)


class _Table:
    """A line a file: PUID, how it was told, format, path; then what is odd about it."""

    def __init__(self) -> None:
        self._begun = False

    def say(self, form: "IdentifyForm") -> None:
        if not self._begun:
            self._begun = True
            screen.say(f"{'puid':<11} {'by':<9} {'format':<26} path")
        name = f"{form.name} {form.version}".strip()
        row = f"{form.puid or '-':<11} {form.basis:<9} {screen.cut(name, 26):<26} "
        room = screen.WIDTH - len(row)
        path = form.path if len(form.path) <= room else "…" + form.path[-(room - 1) :]
        screen.say(row + path)
        if form.status != "identified" or form.disputed:
            screen.wrapped(" " * 12, form.reason)
        if form.sha512:
            screen.say(f"  sha512    {form.sha512[:64]}")
            screen.say(f"            {form.sha512[64:]}")
