"""What travels with the code: `schemas/` and `profiles/`."""

import sys
from pathlib import Path

import preservation


def folder(name: str) -> Path:
    """Where `schemas` or `profiles/...` lies: beside the code in a checkout, else installed."""
    checkout = Path(preservation.__file__).parents[1] / name
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "arkiv" / name
