"""What the documentation lists is what the code has; its links and commands exist."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from preservation import errors
from preservation.agreements import AgreementFile
from preservation.assembly.toolbox import Toolbox
from preservation.cli.failing import INTERRUPTED
from preservation.cli.main import app
from preservation.forms import FORMS
from preservation.forms.words import codes_in_markdown
from preservation.model.levels import MATRIX
from preservation.model.premis import EventType, Outcome
from preservation.model.storage import CopyState
from preservation.rules import families
from preservation.settings.file import Settings, ToolSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def section(page: str, heading: str) -> str:
    """A section of a page of `docs`, up to the next heading."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    assert found, f"{page} has no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row of a text, without header rows and back-quotes."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    below = [n for n, line in enumerate(lines) if set(line) <= set("|- ")]
    kept = [line for n, line in enumerate(lines) if n not in below and n + 1 not in below]
    return [[c.strip().replace("`", "") for c in line.strip("|").split("|")] for line in kept]


def test_exit_codes() -> None:
    told = {(int(row[0]), row[1]) for row in rows(section("operations.md", "Exit codes"))}
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and "exit_code" in vars(k)]
    real = {(kind.exit_code, kind.__name__) for kind in kinds if kind is not errors.ArkivError}
    assert len(real) == 5
    assert told == real | {(0, ""), (errors.ArkivError.exit_code, ""), (INTERRUPTED, "")}


def fields(model: type, prefix: str = "") -> dict[str, object]:
    """Every setting with its default, by the name that `arkiv.toml` gives it."""
    found: dict[str, object] = {}
    for name, field in model.model_fields.items():
        inner = getattr(field.annotation, "__args__", (field.annotation,))[0]
        if hasattr(inner, "model_fields"):
            found |= fields(inner, f"{prefix}{name}.")
        else:
            default = None if field.is_required() else field.default
            found[prefix + name] = list(default) if isinstance(default, tuple) else default
    return found


def test_settings_and_their_defaults() -> None:
    told = {row[0]: row[1] for row in rows(section("operations.md", "Settings"))}
    real = fields(Settings)
    assert told.keys() == real.keys()
    for name, default in real.items():
        shown = default if isinstance(default, str) else json.dumps(default)
        if isinstance(default, float):
            shown = f"{default:g}"
        assert told[name] == ("" if default is None else shown), name


def test_event_types_and_outcomes() -> None:
    told = {row[0] for row in rows(section("glossary.md", "PREMIS 3 (what happened to what)"))}
    assert {kind.value for kind in EventType} | {kind.value for kind in Outcome} <= told
    others = {"object", "event", "agent", "rights", "originalName", "inhibitor"}
    assert told - others == {kind.value for kind in (*EventType, *Outcome)}


def test_every_status_says_what_to_do() -> None:
    statuses = section("operations.md", "What to do at each status")
    told = {word.strip() for row in rows(statuses) for word in row[0].split(",")}
    real = {state.value for state in CopyState}
    for form in FORMS:
        status = form.model_json_schema()["properties"]["status"]
        for choice in (status, *status.get("anyOf", [])):
            real |= {*choice.get("enum", []), *([choice["const"]] if "const" in choice else [])}
    made_known_by_exit_codes = {"created", "known"}
    assert told == real - made_known_by_exit_codes


def test_tools(tmp_path) -> None:
    told = rows(section("architecture.md", "Tools"))
    real = set()
    for kind in ("identifiers", "characterizers", "validators"):
        toolbox = Toolbox(ToolSettings(**{kind: ("no-such-tool",)}), tmp_path)
        with pytest.raises(errors.Misconfigured, match="choose from") as refused:
            getattr(toolbox, kind)
        real |= set(str(refused.value).partition("choose from ")[2].split(", "))
    assert {row[0] for row in told} == real


def test_the_map_has_every_module() -> None:
    first = ", ".join(row[0] for row in rows(section("architecture.md", "Map")))
    told = re.findall(r"(\w+)(?:\.py|/)", first)
    real = {p.stem for p in (ROOT / "preservation").iterdir() if not p.name.startswith("_")}
    assert set(told) == real | {"flows", "profiles", "schemas"}


def test_dependencies_have_their_reason() -> None:
    told = (ROOT / "docs/adr/0012-dependencies.md").read_text("utf-8").lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["test"],
        *project["build-system"]["requires"],
    ]
    names = {re.split(r"[<>=!~\[ ]", each)[0] for each in listed}
    assert {name for name in names if name not in told} == set()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/adr"
    index = (folder / "README.md").read_text("utf-8")
    for page in folder.glob("0*.md"):
        title = page.read_text("utf-8").partition("\n")[0].partition(". ")[2]
        assert f"]({page.name}) | {title} |" in index, page.name


def anchor(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def broken_links(page: Path, text: str) -> list[str]:
    broken = []
    for link in LINK.findall(FENCE.sub("", text)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, part = link.partition("#")
        target = (page.parent / name) if name else page
        if not target.exists():
            broken.append(link)
        elif part:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
            broken += [] if part in map(anchor, headings) else [link]
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text("utf-8")) == []


def test_a_broken_link_is_noticed() -> None:
    text = "[a](no.md) [b](docs/glossary.md#no) [c](docs/glossary.md#oais-iso-14721)"
    assert broken_links(ROOT / "README.md", text) == ["no.md", "docs/glossary.md#no"]


def commands(text: str) -> list[list[str]]:
    """The words after `arkiv` of every command: a line of a code block, or between back-quotes."""
    found = [line for _, block in FENCE.findall(text) for line in block.splitlines()]
    found += re.findall(r"`(arkiv [^`]+)`", FENCE.sub("", text))
    called = re.compile(r"(?:^|.*?[\s=])(?:/\S*/bin/)?arkiv ((?!0\.)[-a-zA-Z].*)$")
    matches = map(called.match, found)
    return [shlex.split(m[1].partition(" >")[0], comments=True) for m in matches if m]


def wrong_commands(text: str) -> list[str]:
    group = typer.main.get_command(app)
    wrong = []
    for name, *words in commands(text):
        command = group.commands.get(name)
        if words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words[0]]
        known = {o for p in (command or group).params for o in p.opts} | {"--help"}
        options = {w.partition("=")[0] for w in (words if command else [name]) if w[:1] == "-"}
        if (not command and name[:1] != "-") or options - known:
            wrong.append(" ".join([name, *words]))
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist_with_their_options(page: Path) -> None:
    assert wrong_commands(page.read_text("utf-8")) == []


def test_commands_are_found() -> None:
    every = [c[0] for page in PAGES for c in commands(page.read_text("utf-8"))]
    group = typer.main.get_command(app)
    assert set(every) >= group.commands.keys()


def test_a_wrong_command_is_noticed() -> None:
    text = "`arkiv frob` and `arkiv audit`\n```\n$ arkiv list --all\nx arkiv --hlep\n```\n"
    assert sorted(wrong_commands(text)) == ["--hlep", "frob", "list --all"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_and_modules_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for script in re.findall(r"sh (deploy/\w+)", text):
        assert (ROOT / script).is_file(), script
    for module in re.findall(r"python -m (flows\.\w+)", text):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file(), module


def test_every_code_of_a_report_is_explained() -> None:
    told = (ROOT / "docs/submitting.md").read_text("utf-8").partition("\n## Codes\n")[2]
    real = codes_in_markdown(families())
    assert told.rstrip().endswith(real), "run: arkiv explain --markdown"


def test_keys_of_agreements() -> None:
    told = {row[0] for row in rows(section("agreements.md", "Keys"))}
    real = {name for name in fields(AgreementFile) if not name.endswith("because")}
    assert told == real


def test_every_cell_of_the_levels_is_told() -> None:
    page = (ROOT / "docs/levels.md").read_text("utf-8")
    told = re.findall(r"(?m)^\| (\w+) \| ([1-4]) \| ([^|]+) \|", page)
    assert told == [(cell.area, str(cell.level), cell.asks) for cell in MATRIX]
