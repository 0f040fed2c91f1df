"""Where the archive is, and what of this computer a command may use; cheap to import.

Every command asks this, also those that never read the settings.
"""

import os
import pwd
from pathlib import Path

from preservation.errors import Misconfigured

FILE = "arkiv.toml"


def locate(option: Path | None) -> Path:
    """The archive's folder: as told, else ARKIV_ARCHIVE, else the nearest `arkiv.toml` upwards.

    Raises Misconfigured when there is none.
    """
    told = option or (Path(place) if (place := os.environ.get("ARKIV_ARCHIVE")) else None)
    if told:
        if not (told / FILE).is_file():
            raise Misconfigured(
                f"{told}: has no {FILE}, so it is not an archive; make one with: arkiv init {told}"
            )
        return told.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise Misconfigured(
        f"no {FILE} in {here} or above; name the archive with --archive DIR or make one with: "
        "arkiv init DIR"
    )


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def service(folder: Path, port: int) -> dict[str, str]:
    """The environment of Prefect's server and of our flows, in the archive of a folder.

    Where PREFECT_API_URL is set already, that server is used.
    """
    home = folder / "service"
    ours = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    return ours | dict(os.environ)


def user() -> str:
    """Who runs this process, by the name that the system has for them, else by their number."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
