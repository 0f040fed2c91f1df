"""What travels with the code: `schemas/` and `profiles/`."""

import sys
from collections.abc import Mapping
from pathlib import Path

import preservation


def laid_over(name: str, archive: Path | None) -> Mapping[str, Path]:
    """Files in TOML of a folder (`profiles/agreements`) by their names without ending.

    Those of an archive of its own lie over those that travel with Arkiv.
    """
    folders = [folder(name), *([archive / name] if archive else [])]
    return {file.stem: file for place in folders for file in sorted(place.glob("*.toml"))}


def folder(name: str) -> Path:
    """Where `schemas` or `profiles/...` lies: beside the code in a checkout, else installed."""
    checkout = Path(preservation.__file__).parents[1] / name
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "arkiv" / name
