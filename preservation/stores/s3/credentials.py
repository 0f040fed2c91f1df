"""The key to an S3 server: from the environment, a profile or a file; never from `arkiv.toml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preservation.errors import Misconfigured

PROFILE = "profile:"
FILE = "file:"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the key comes from, not the key: a profile, a file, or (both empty) the environment.

    A file is an INI file like `~/.aws/credentials`; its profile is `default` if none is named.
    """

    profile: str = ""
    file: Path | None = None


def credentials(name: str, told: str, folder: Path) -> Credentials:
    """What the setting says: `profile:NAME`, `file:PATH` (relative to `folder`), or nothing."""
    if not told:
        return Credentials()
    if told.startswith(PROFILE):
        return Credentials(profile=told.removeprefix(PROFILE))
    if told.startswith(FILE):
        file = folder / told.removeprefix(FILE)
        if not file.is_file():
            raise Misconfigured(f"store {name}: {file} is not there; it must have the key")
        if file.stat().st_mode & 0o077:
            raise Misconfigured(
                f"store {name}: others may read {file}, which has the key; run: chmod 600 {file}"
            )
        return Credentials(file=file)
    # Not repeated: it may be the key itself.
    raise Misconfigured(f"store {name}: credentials: write profile:NAME or file:PATH")


def session(found: Credentials) -> Any:  # noqa: ANN401  boto3 has no types
    """A session of boto3 with that key."""
    import boto3  # noqa: PLC0415  slow, and few commands need it
    import botocore.session  # noqa: PLC0415

    inner = botocore.session.Session(profile=found.profile or None)
    if found.file:
        inner.set_config_variable("credentials_file", str(found.file))
        # Else a key in the environment would go before the file that was named.
        inner.get_component("credential_provider").remove("env")
    return boto3.Session(botocore_session=inner)
