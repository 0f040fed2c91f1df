"""The archive of a flow, opened once for it and for the flows that it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preservation.assembly.archive import Archive, opened

_open: dict[Path, Archive] = {}


@contextmanager
def opened_once(archive: str) -> Iterator[Archive]:
    """The archive in a folder; a flow within a flow has that of the outer one.

    To start the tools anew for each of many packages would cost a second for each.
    """
    folder = Path(archive).resolve()
    if folder in _open:
        yield _open[folder]
        return
    with opened(folder) as place:
        _open[folder] = place
        try:
            yield place
        finally:
            del _open[folder]
