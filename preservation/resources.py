"""What lies beside the code and is read at run time: schemas and profiles."""

import sys
from pathlib import Path

import preservation


def folder(name: str) -> Path:
    """Where a folder lies: beside the code in a checkout, in `share/arkiv` once installed."""
    checkout = Path(preservation.__file__).parents[1] / name
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "arkiv" / name
