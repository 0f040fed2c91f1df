"""`arkiv check`: is a bag, an AIP or a folder in order? Works without an archive."""

import os
from pathlib import Path
from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import JsonOption
from preservation.errors import Rejected


def command(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A bag, an AIP (folder or tar), or a folder.")
    ],
    json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a package; exits with 3 when it is not in order.

    Example: arkiv check out/5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11
    """
    with told(json=json):
        from preservation.assembly.check import check
        from preservation.forms import CheckForm, Found
        from preservation.model.names import written
        from preservation.model.premis import Outcome

        name = written(os.fsencode(path))
        with screen.progress(f"check {name}") as progress:
            validated, findings = check(path, progress=progress)
        form = CheckForm(
            status="valid" if validated.valid else "invalid",
            reasons=tuple(f.note for f in findings if f.outcome is Outcome.FAILURE),
            kind=validated.kind.value,
            path=name,
            files=validated.files,
            bytes=validated.bytes,
            findings=tuple(
                Found(check=f.detail, outcome=f.outcome.value, note=f.note) for f in findings
            ),
        )
        if json:
            screen.emit(form)
        else:
            size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
            screen.say(f"{form.status}: {name} ({form.kind}, {size})")
            for found in form.findings:
                screen.say(f"  {found.outcome:<13} {found.check}")
                if found.note:
                    screen.say(f"                {found.note}")
    if form.status == "invalid":
        raise typer.Exit(Rejected.exit_code)
