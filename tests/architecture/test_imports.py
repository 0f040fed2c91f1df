"""The import contracts of pyproject.toml hold, and each of them notices what it forbids."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the packages, in which modules that only the contracts name are empty."""
    ignored = shutil.ignore_patterns("__pycache__", "*.txt")
    for package in ("preservation", "flows"):
        if (ROOT / package).is_dir():
            shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in sorted(modules_named(tmp_path)):
        path = tmp_path / name.replace(".", "/")
        if not path.with_suffix(".py").exists() and not (path / "__init__.py").exists():
            write(path / "__init__.py", "")
    return tmp_path


def modules_named(root: Path) -> set[str]:
    config: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())
    linter = config["tool"]["importlinter"]
    names = set(linter["root_packages"])
    for contract in linter["contracts"]:
        for key in ("layers", "source_modules"):
            for entry in contract.get(key, []):
                names |= {name.strip() for name in entry.split("|")}
    return names


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def lint(root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_contracts_hold(house: Path) -> None:
    code, said = lint(house)

    assert code == 0, said


@pytest.mark.parametrize(
    ("module", "imports", "contract"),
    [
        ("preservation/model/zz.py", "import preservation.ports", "Data runs in one direction"),
        ("preservation/stores/zz.py", "import preservation.tools", "Data runs in one direction"),
        ("preservation/stages/zz.py", "import preservation.assembly", "Data runs in one"),
        ("preservation/stages/zz.py", "import preservation.stages.zy", "Stages do not import"),
        ("preservation/assembly/zz.py", "import preservation.forms", "Data runs in one"),
        ("flows/zz.py", "import preservation.stages", "Flows know only the assembly"),
        ("flows/zz.py", "import preservation.cli", "Flows know only the assembly"),
        ("preservation/stages/zz.py", "import prefect", "Nothing in preservation imports prefect"),
        ("preservation/stores/zz.py", "import sqlalchemy", "sqlalchemy only in the catalogue"),
    ],
)
def test_a_broken_contract_is_named(house: Path, module: str, imports: str, contract: str) -> None:
    write(house / module, f"{imports}\n")
    write(house / "preservation/stages/zy.py", "")

    code, said = lint(house)

    assert code == 1
    (broken,) = [line for line in said.splitlines() if line.endswith("BROKEN")]
    assert broken.startswith(contract), said
