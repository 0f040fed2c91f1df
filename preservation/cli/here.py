"""The archive that a command is given in, for commands that need none, and its tools."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from preservation.errors import Misconfigured

if TYPE_CHECKING:
    from preservation.assembly.toolbox import Toolbox


def archive_here(told: Path | None = None) -> Path | None:
    """The folder of the archive that was named, or that is here; None when none is.

    Raises Misconfigured when what was named is none.
    """
    from preservation.settings.place import locate

    try:
        return locate(told)
    except Misconfigured:
        if told:
            raise
        return None


@contextmanager
def tools_here(archive: Path | None, by: Sequence[str] = ()) -> "Iterator[Toolbox]":
    """The tools that the archive's settings name, or all when there is none; ended afterwards.

    `by` are the identifiers that were asked for, instead of those in the settings.
    """
    from preservation.assembly.toolbox import Toolbox
    from preservation.settings.file import ToolSettings, read

    settings = read(archive).tools if archive else ToolSettings()
    if by:
        settings = settings.model_copy(update={"identifiers": tuple(dict.fromkeys(by))})
    with TemporaryDirectory(prefix="arkiv-") as scratch:
        tools = Toolbox(settings, Path(scratch), archive=archive)
        try:
            yield tools
        finally:
            tools.close()
