"""Options that many commands share, each with the same words everywhere."""

from pathlib import Path
from typing import Annotated

import typer

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive's folder; else ARKIV_ARCHIVE, else the nearest arkiv.toml upwards.",
    ),
]
AgreementOption = Annotated[
    str,
    typer.Option("--agreement", metavar="NAME", help="The agreement that the package comes under."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document a line on standard output.")
]
PackageArguments = Annotated[
    list[str] | None, typer.Argument(metavar="[AIP-ID]...", help="AIPs; all of them by default.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides it.")]
BecauseOption = Annotated[str, typer.Option("--because", metavar="REASON", help="Why.")]
SeveralOption = Annotated[
    bool,
    typer.Option("--several", help="Each thing in the folder or container is a package."),
]
