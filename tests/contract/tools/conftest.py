"""The misbehaving tools, importable by a worker's process too."""

import importlib
from pathlib import Path

import pytest


@pytest.fixture
def unruly(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "data")
    return importlib.import_module("unruly")


@pytest.fixture
def ole2(monkeypatch):
    """The module that writes OLE2 compound files."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "data")
    return importlib.import_module("ole2")
