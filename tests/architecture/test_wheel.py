"""What the program reads at run time travels in its wheel."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKED = ("preservation", "flows", "schemas", "profiles")
LATER = {
    "schemas/later.xsd",
    "schemas/later.json",
    "profiles/agreements/later.toml",
    "profiles/bagit/later.json",
    "profiles/formats/later.toml",
    "preservation/catalogue/migrations/env.py",
    "preservation/catalogue/migrations/script.py.mako",
    "preservation/catalogue/migrations/versions/later.py",
}
"""One of each kind of file that may be added, so that none is forgotten when it is."""


def test_every_file_of_the_checkout_is_in_the_wheel(tmp_path: Path) -> None:
    if int(version("setuptools").partition(".")[0]) < 77:
        pytest.skip("setuptools older than pyproject.toml asks for")
    source = tmp_path / "source"
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "README.md").write_text("What it says does not matter here.\n")
    for name in LATER:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("")
    expected = {
        path.relative_to(source).as_posix()
        for top in PACKED
        for path in (source / top).rglob("*")
        if path.is_file()
    }

    packed = wheel_of(source, tmp_path)

    assert expected >= LATER
    assert expected - packed == set()


def wheel_of(source: Path, place: Path) -> set[str]:
    """Paths in the checkout of what lies in the wheel that pip builds of it."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(place), str(source)], check=True
    )
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name.partition(".data/data/share/arkiv/")[2] or name for name in archive.namelist()}
