"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of standards and corpora beside the checkout; needed under CI."""
    place = Path(os.environ.get("ARKIV_SHARED", Path(__file__).parents[2] / "shared"))
    if not place.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{place} is missing: standards and corpora are needed under CI")
        pytest.skip(f"{place} is missing: set ARKIV_SHARED to the folder of standards and corpora")
    return place
