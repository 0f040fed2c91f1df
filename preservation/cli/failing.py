"""Errors to words and exit codes, in one place."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from preservation.cli import screen
from preservation.errors import ArkivError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from preservation.forms import Failure

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

BUG = "this is a fault of Arkiv itself, not of your files; please report it with the lines above"

FormOf = Callable[["Failure", tuple[str, ...]], "BaseModel"]


@contextmanager
def told(*, json: bool, form: FormOf | None = None) -> Iterator[None]:
    """Tell of any error that leaves the block, as text or as JSON, and exit with its code."""
    try:
        yield
    except ArkivError as error:
        tell(error, json=json, form=form)
        raise typer.Exit(error.exit_code) from error
    except typer.Exit:
        raise
    except BrokenPipeError:
        raise  # whoever reads the output, such as `head`, has enough: typer ends without a word
    except KeyboardInterrupt:
        screen.complain("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        tell(error, json=json, form=form)
        raise typer.Exit(1) from error


def tell(error: Exception, *, json: bool, form: FormOf | None = None) -> None:
    """Say what is wrong: reasons of ours a line each, a bug with its traceback."""
    from preservation.forms import ErrorForm
    from preservation.forms.words import failure

    if isinstance(error, ArkivError):
        status, reasons = failure(error), error.reasons
    else:
        traceback.print_exception(error, file=sys.stderr)
        status, reasons = "failed", (f"{type(error).__name__}: {error}; {BUG}",)
    if json:
        make = form or (lambda status, reasons: ErrorForm(status=status, reasons=reasons))
        screen.emit(make(status, reasons))
        return
    screen.complain(f"{status}: {reasons[0] if reasons else ''}")
    for reason in reasons[1:]:
        screen.complain(f"  {reason}")
