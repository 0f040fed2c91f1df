"""The rules of the house that no linter knows; each checker is shown a house that breaks it."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "deploy",
    "docs",
    "flows",
    "preservation",
    "profiles",
    "pyproject.toml",
    "schemas",
    "tests",
}
VAGUE = {"base", "classes", "context", "core", "functions", "info", "lib", "misc", "shared"}
"""Names that say nothing when they stand alone (`dublin_core` says something)."""
VAGUE_ANYWHERE = {
    *("common", "handler", "handlers", "helper", "helpers", "manager", "managers"),
    *("processor", "processors", "service", "services", "util", "utils"),
}
MAX_LINES = {"preservation": 300, "flows": 300, "tests": 600}
ONLY_IN = {
    "subprocess": "preservation/tools/process",
    "multiprocessing": "preservation/tools/process",
    "concurrent.futures.ProcessPoolExecutor": "preservation/tools/process",
    "boto3": "preservation/stores/s3",
    "botocore": "preservation/stores/s3",
    "sqlalchemy": "preservation/catalogue",
    "alembic": "preservation/catalogue",
    "os.environ": "preservation/settings",
    "os.environb": "preservation/settings",
    "os.getenv": "preservation/settings",
    "os.fork": "preservation/tools/process",
    "os.system": "preservation/tools/process",
    "os.popen": "preservation/tools/process",
    "uuid.uuid1": "preservation/assembly",
    "uuid.uuid4": "preservation/assembly",
    "time.time": "preservation/assembly",
    "time.time_ns": "preservation/assembly",
    "datetime.datetime.now": "preservation/assembly",
    "datetime.datetime.utcnow": "preservation/assembly",
    "datetime.datetime.today": "preservation/assembly",
    "datetime.date.today": "preservation/assembly",
}
"""What may be used in one place only: a module, or a package of that name."""


def sources(root: Path, *tops: str) -> Iterator[tuple[str, str]]:
    """Path from the root, and text, of each Python module below these folders."""
    for top in tops:
        for path in sorted((root / top).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def names_used(source: str) -> set[str]:
    """The dotted names that a module imports, or reaches through what it imports."""
    tree = ast.parse(source)
    bound: dict[str, str] = {}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                used.add(alias.name)
                bound[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                used.add(f"{node.module}.{alias.name}")
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            head, _, rest = ast.unparse(node).partition(".")
            if head in bound:
                used.add(f"{bound[head]}.{rest}")
    return used


def stray_uses(root: Path) -> list[str]:
    """Uses of a thing outside the one place where it may be used."""
    found = []
    for path, source in sources(root, "preservation", "flows"):
        used = names_used(source)
        for name, place in ONLY_IN.items():
            here = path == f"{place}.py" or path.startswith(f"{place}/")
            if not here and any(u == name or u.startswith(f"{name}.") for u in used):
                found.append(f"{path} uses {name}, which only {place} may")
    return found


def long_modules(root: Path) -> list[str]:
    """Modules that no longer fit in a head."""
    return [
        f"{path} has {len(source.splitlines())} lines of at most {limit}"
        for top, limit in MAX_LINES.items()
        for path, source in sources(root, top)
        if len(source.splitlines()) > limit
    ]


def vague_names(root: Path) -> list[str]:
    """Modules and packages, also in part (`store_utils.py`), whose name says nothing."""
    return [
        f"{path} is named {part}: say what it is or does"
        for path, _ in sources(root, "preservation", "flows")
        for part in path.removesuffix(".py").split("/")
        if part in VAGUE or VAGUE_ANYWHERE & set(part.split("_"))
    ]


def foreign_top_level(root: Path) -> list[str]:
    """Visible names at the top of the repository that were not agreed upon."""
    return sorted(
        f"{name} lies at the top of the repository"
        for name in top_level(root)
        if name not in TOP_LEVEL and not name.startswith(".")
    )


def top_level(root: Path) -> set[str]:
    """First parts of what git would commit; without git, of all but what tools make."""
    if (root / ".git").exists():
        listed = subprocess.run(
            [
                "git",
                "-C",
                str(root),
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ],
            check=True,
            capture_output=True,
        ).stdout
        return {name.split(b"/")[0].decode() for name in listed.split(b"\0") if name}
    made = re.compile(r".*\.egg-info|build|dist|__pycache__")
    return {path.name for path in root.iterdir() if not made.fullmatch(path.name)}


def unlocked(root: Path) -> list[str]:
    """Lines of the lock files that name an address, or packages without a version or a digest."""
    found = []
    for path in sorted((root / "deploy").glob("requirements*.txt")):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            if line.startswith("#") and not re.search(r"//|\s/", line):
                continue
            if re.search(r"//|--(extra-)?index|--find-links|^-", line):
                found.append(f"{path.name}: {line[:60]} names a place")
            elif "==" not in line or "--hash=sha256:" not in line:
                found.append(f"{path.name}: {line[:60]} has no version or digest")
    return found


Checker = Callable[[Path], list[str]]
CHECKERS: list[Checker] = [stray_uses, long_modules, vague_names, foreign_top_level, unlocked]


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_house_keeps_its_rules(checker: Checker) -> None:
    assert checker(ROOT) == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_house_in_order_passes(checker: Checker, tmp_path: Path) -> None:
    good = {
        "preservation/tools/process/command.py": "import subprocess\n",
        "preservation/catalogue/tables.py": "from sqlalchemy.orm import Session\n",
        "preservation/assembly/clock.py": "import datetime\nNOW = datetime.datetime.now()\n",
        "preservation/stages/verify.py": "import time\ntime.monotonic()\n# os.environ uuid4()\n",
        "preservation/stages/pack.py": "from concurrent.futures import ThreadPoolExecutor\n",
        "preservation/standards/dublin_core.py": "A = 1\n" * 300,
        "deploy/requirements.txt": "# Made by a script.\na==1 ; python_version < '3' \\\n"
        "    --hash=sha256:00 \\\n    --hash=sha256:11\n",
        "README.md": "",
    }
    build(tmp_path, good)

    assert checker(tmp_path) == []


@pytest.mark.parametrize(
    ("checker", "path", "text"),
    [
        (stray_uses, "preservation/stages/verify.py", "import subprocess\n"),
        (
            stray_uses,
            "preservation/stages/verify.py",
            "def f():\n    import multiprocessing.pool\n",
        ),
        (
            stray_uses,
            "preservation/tools/siegfried.py",
            "import concurrent.futures as f\nP = f.ProcessPoolExecutor\n",
        ),
        (stray_uses, "preservation/stores/directory.py", "from boto3.session import Session\n"),
        (stray_uses, "flows/ingest.py", "from sqlalchemy import select\n"),
        (stray_uses, "preservation/cli/main.py", "import os as o\nHOME = o.environ['HOME']\n"),
        (stray_uses, "preservation/cli/main.py", "from os import environ\n"),
        (stray_uses, "preservation/cli/main.py", "import os\nHOME = os.getenv('HOME')\n"),
        (stray_uses, "preservation/stages/pack.py", "from uuid import uuid4 as new\n"),
        (stray_uses, "preservation/stages/pack.py", "import uuid\nID = uuid.uuid4()\n"),
        (stray_uses, "preservation/stages/pack.py", "import time\nNOW = time.time()\n"),
        (
            stray_uses,
            "preservation/stages/pack.py",
            "from datetime import UTC, datetime\nNOW = datetime.now(UTC)\n",
        ),
        (long_modules, "preservation/stages/pack.py", "A = 1\n" * 301),
        (long_modules, "tests/unit/test_pack.py", "A = 1\n" * 601),
        (vague_names, "preservation/stores/utils.py", ""),
        (vague_names, "preservation/stores/key_helpers.py", ""),
        (vague_names, "preservation/common/keys.py", ""),
        (vague_names, "preservation/standards/core.py", ""),
        (foreign_top_level, "Makefile", ""),
        (foreign_top_level, "scripts/run.py", ""),
        (unlocked, "deploy/requirements.txt", "--index-url https://example.org/simple\n"),
        (unlocked, "deploy/requirements.txt", "# from /home/me/pyproject.toml\n"),
        (unlocked, "deploy/requirements.txt", "a @ https://example.org/a.whl --hash=sha256:00\n"),
        (unlocked, "deploy/requirements-test.txt", "a==1\n"),
        (unlocked, "deploy/requirements-test.txt", "a>=1 \\\n    --hash=sha256:00\n"),
    ],
)
def test_what_breaks_a_rule_is_found(
    checker: Checker, path: str, text: str, tmp_path: Path
) -> None:
    build(tmp_path, {path: text})

    found = checker(tmp_path)

    assert len(found) == 1
    assert Path(path).name in found[0] or path.partition("/")[0] in found[0]


def test_what_git_ignores_does_not_count(tmp_path: Path) -> None:
    build(tmp_path, {".gitignore": "build/\n", "build/x": "", "Makefile": "", "README.md": ""})
    subprocess.run(["git", "-C", str(tmp_path), "init", "--quiet"], check=True)

    assert foreign_top_level(tmp_path) == ["Makefile lies at the top of the repository"]


def build(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
