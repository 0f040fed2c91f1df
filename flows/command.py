"""A flow started from a shell: `python -m flows.ingest ARCHIVE SIP`."""

import json
import sys
from functools import wraps
from typing import Any

import typer
from prefect import Flow

from preservation.errors import ArkivError


def run(flow: Flow[..., Any]) -> None:
    """Run a flow with the arguments of the command line; its parameters are the options.

    Prints what it returns as JSON and exits as `arkiv` does: with the code of the error's class.
    """

    @wraps(flow.fn)
    def command(**parameters: object) -> None:
        try:
            returned = flow(**parameters)
        except ArkivError as error:
            sys.stderr.write("".join(f"{reason}\n" for reason in error.reasons))
            raise typer.Exit(error.exit_code) from error
        sys.stdout.write(f"{json.dumps(returned, ensure_ascii=False)}\n")

    typer.run(command)
