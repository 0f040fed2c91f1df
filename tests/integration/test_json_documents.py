"""Every command's `--json`: one document a line that its schema describes, and its exit code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from preservation.forms import FORMS, schemas

ROOT = Path(__file__).parents[2]
NOBODY = "00000000-0000-4000-8000-000000000000"
OK, MISCONFIGURED, REJECTED, CORRUPT, UNAVAILABLE = 0, 2, 3, 4, 6


class Archive:
    """An archive with one AIP, made of `sip`; commands run beside it as a person runs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sip = folder / "sip"
        self.place = folder / "archive"

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ARKIV")}
        return subprocess.run(
            [sys.executable, "-c", "from preservation.cli.main import main; main()"]
            + [str(argument) for argument in arguments],
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self, form: str, *arguments: object) -> tuple[int, list[dict]]:
        """The exit code and the documents of a command, each as its schema says."""
        done = self.run(*arguments, "--json")
        validator = Draft202012Validator(
            json.loads((ROOT / "schemas" / f"{form}.json").read_text("utf-8")),
            format_checker=FormatChecker(),
        )
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        for document in documents:
            validator.validate(document)
        assert documents or form == "list", done.stderr
        return done.returncode, documents

    def aip(self) -> str:
        _, (document,) = self.told("list", "list", "--archive", self.place)
        return document["aip_id"]

    def tar(self, store: str) -> Path:
        (tar,) = (self.place / "stores" / store).rglob("*.tar")
        return tar

    def damage(self, store: str) -> None:
        """Change one octet of the last file in a copy, behind the archive's back."""
        tar = self.tar(store)
        content = bytearray(tar.read_bytes())
        content[content.rindex(b"Vendim")] ^= 1
        tar.unlink()
        tar.write_bytes(content)

    def unmount(self, store: str) -> None:
        (self.place / "stores" / store).rename(self.folder / f"unmounted-{store}")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive(tmp_path_factory.mktemp("original"))
    archive.sip.mkdir()
    (archive.sip / "vendim.txt").write_text("Vendim i kuvendit\n", "utf-8")
    assert archive.told("init", "init", archive.place)[0] == OK
    assert archive.told("ingest", "ingest", archive.sip, "--archive", archive.place)[0] == OK
    return archive


@pytest.fixture
def archive(original: Archive, tmp_path: Path) -> Archive:
    shutil.copytree(original.folder, tmp_path / "copy")
    return Archive(tmp_path / "copy")


def test_the_schemas_are_those_of_the_forms() -> None:
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "schemas").glob("*.json")}

    assert written == dict(schemas.documents()), "run: python -m preservation.forms.schemas schemas"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_document_has_a_status_and_reasons(form) -> None:
    schema = json.loads((ROOT / "schemas" / schemas.file_name(form)).read_text("utf-8"))

    Draft202012Validator.check_schema(schema)
    assert {"status", "reasons"} <= set(schema["required"])
    assert set(schema["required"]) == set(schema["properties"])


def test_init(archive: Archive) -> None:
    code, (document,) = archive.told("init", "init", "another")
    assert (code, document["status"]) == (OK, "created")

    code, (document,) = archive.told("error", "init", "another")
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")
    assert "another/arkiv.toml" in document["reasons"][0]


def test_explain(archive: Archive) -> None:
    code, documents = archive.told("explain", "explain", "file-digest", "FOLDER-EMPTY")
    assert (code, [d["code"] for d in documents]) == (OK, ["FILE-DIGEST", "FOLDER-EMPTY"])
    assert all(d["remedy"] for d in documents)

    code, (document,) = archive.told("error", "explain", "NO-SUCH-CODE")
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")
    assert "NO-SUCH-CODE" in document["reasons"][0]


def test_ingest(archive: Archive) -> None:
    shutil.copytree(archive.sip, archive.folder / "new")
    (archive.folder / "new" / "more.txt").write_text("Më shumë\n", "utf-8")

    code, documents = archive.told("ingest", "ingest", "sip", "new", "--archive", archive.place)

    assert code == REJECTED
    assert [d["status"] for d in documents] == ["rejected", "preserved"]
    assert [d["sip"] for d in documents] == ["sip", "new"]
    assert "already preserved" in documents[0]["reasons"][0]
    assert documents[1]["account"]["received"]["files"] == documents[1]["files"] == 2
    assert [c["store"] for c in documents[1]["copies"]] == ["a", "b"]


def test_ingest_without_a_store(archive: Archive) -> None:
    archive.unmount("b")
    ingest = ("ingest", archive.sip, "--again", "--archive", archive.place)

    code, (document,) = archive.told("ingest", *ingest)

    assert (code, document["status"]) == (UNAVAILABLE, "unavailable")
    assert document["aip_id"] is None
    assert "store b" in document["reasons"][0]


@pytest.mark.parametrize(
    "command",
    [("ingest", "sip"), ("list",), ("show", NOBODY), ("audit",), ("export", NOBODY, "--to", "x")],
)
def test_without_an_archive(archive: Archive, command: tuple[str, ...]) -> None:
    code, (document,) = archive.told("error", *command)

    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")
    assert "--archive" in document["reasons"][0]


def test_list(archive: Archive) -> None:
    code, (document,) = archive.told("list", "list", "--archive", archive.place)
    assert (code, document["status"], document["files"]) == (OK, "preserved", 1)

    archive.damage("b")
    archive.run("audit", "--archive", archive.place)
    code, (document,) = archive.told("list", "list", "--archive", archive.place)
    assert (code, document["status"]) == (OK, "damaged")

    archive.run("init", "empty")
    assert archive.told("list", "list", "--archive", "empty") == (OK, [])


def test_show(archive: Archive) -> None:
    show = ("show", archive.aip(), "--archive", archive.place)

    code, (document,) = archive.told("show", *show)
    assert (code, document["file_list"], document["events"]) == (OK, None, None)

    code, (document,) = archive.told("show", *show, "--files", "--events")
    assert [file["original_name"] for file in document["file_list"]] == ["vendim.txt"]
    assert "replication" in {event["type"] for event in document["events"]}

    code, (document,) = archive.told("error", "show", NOBODY, "--archive", archive.place)
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")


def test_an_audit_of_stores(archive: Archive) -> None:
    documents = archive.run("audit", "--archive", archive.place, "--json").stdout.splitlines()
    schema = json.loads((ROOT / "schemas/storeaudit.json").read_text("utf-8"))
    for document in map(json.loads, documents[1:]):
        Draft202012Validator(schema).validate(document)
        assert (document["status"], document["strays"]) == ("in order", {})
    assert len(documents) == 3


def test_audit(archive: Archive) -> None:
    audit = ("audit", archive.aip(), "--archive", archive.place)
    code, (document,) = archive.told("audit", *audit)
    assert (code, document["status"], document["reasons"]) == (OK, "sound", [])

    code, (document,) = archive.told("audit", *audit, "--presence")
    assert (code, document["depth"]) == (OK, "presence")

    archive.damage("b")
    code, (document,) = archive.told("audit", *audit)
    assert (code, document["status"]) == (CORRUPT, "corrupt")
    assert [copy["state"] for copy in document["copies"]] == ["sound", "corrupt"]

    archive.tar("b").unlink()
    code, (document,) = archive.told("audit", *audit, "--presence")
    assert (code, document["status"]) == (CORRUPT, "missing")

    archive.unmount("b")
    code, (document,) = archive.told("audit", *audit)
    assert (code, document["status"]) == (UNAVAILABLE, "unchecked")

    code, (document,) = archive.told("error", "audit", NOBODY, "--archive", archive.place)
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")


def test_export(archive: Archive) -> None:
    aip = archive.aip()
    export = ("export", aip, "--archive", archive.place, "--to")
    code, (document,) = archive.told("export", *export, "out")
    assert (code, document["status"]) == (OK, "exported")
    assert Path(document["place"]) == archive.folder / "out" / aip

    code, (document,) = archive.told("export", *export, "out")
    assert (code, document["status"], document["aip_id"]) == (MISCONFIGURED, "misconfigured", aip)

    archive.damage("a")
    code, (document,) = archive.told("export", *export, "from-b")
    assert (code, [copy["store"] for copy in document["copies"]]) == (OK, ["b"])

    archive.damage("b")
    code, (document,) = archive.told("export", *export, "nowhere")
    assert (code, document["status"], len(document["reasons"])) == (CORRUPT, "corrupt", 2)


def test_export_without_the_stores_is_not_called_corrupt(archive: Archive) -> None:
    export = ("export", archive.aip(), "--archive", archive.place, "--to", "out")
    archive.unmount("a")
    archive.unmount("b")

    code, (document,) = archive.told("export", *export)

    assert (code, document["status"]) == (UNAVAILABLE, "unavailable")
    assert [reason.partition(":")[0] for reason in document["reasons"]] == ["store a", "store b"]


def test_export_of_a_damaged_copy_and_an_absent_one_is_corrupt(archive: Archive) -> None:
    export = ("export", archive.aip(), "--archive", archive.place, "--to", "out")
    archive.damage("a")
    archive.unmount("b")

    code, (document,) = archive.told("export", *export)

    assert (code, document["status"], len(document["reasons"])) == (CORRUPT, "corrupt", 2)


def test_check(archive: Archive) -> None:
    bag = archive.folder / "out" / archive.aip()
    archive.run("export", bag.name, "--archive", archive.place, "--to", "out")
    code, (document,) = archive.told("check", "check", bag)
    assert (code, document["status"], document["kind"]) == (OK, "valid", "E-ARK AIP")

    code, (document,) = archive.told("check", "check", archive.sip)
    assert (code, document["kind"]) == (OK, "folder")

    (bag / "bagit.txt").write_text("no declaration\n")
    code, (document,) = archive.told("check", "check", bag)
    assert (code, document["status"]) == (REJECTED, "invalid")
    assert document["reasons"]


def test_rebuild(archive: Archive) -> None:
    rebuild = ("rebuild", "--archive", archive.place)
    code, (document,) = archive.told("rebuild", *rebuild)
    assert (code, document["status"], document["packages"]) == (OK, "rebuilt", 1)

    code, (document,) = archive.told("error", *rebuild, "--store", "c")
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")

    (archive.tar("a").parent / "summary.json").unlink()
    code, (document,) = archive.told("error", *rebuild, "--store", "a")
    assert (code, document["status"]) == (CORRUPT, "corrupt")

    (archive.place / "catalogue.sqlite").unlink()
    code, (document,) = archive.told("rebuild", *rebuild, "--store", "a")
    assert (code, document["status"], document["packages"]) == (CORRUPT, "incomplete", 0)
    assert "summary.json" in document["reasons"][0]

    archive.unmount("a")
    code, (document,) = archive.told("error", *rebuild, "--store", "a")
    assert (code, document["status"]) == (UNAVAILABLE, "unavailable")


def test_doctor(archive: Archive) -> None:
    code, (document,) = archive.told("doctor", "doctor")
    assert (code, document["status"]) == (OK, "limited"), "no archive here, no malware scanner"

    doctor = ("doctor", "--archive", archive.place)
    archive.unmount("b")
    code, (document,) = archive.told("doctor", *doctor)
    assert (code, document["status"]) == (MISCONFIGURED, "ill")
    states = {examined["name"]: examined["state"] for examined in document["examined"]}
    assert (states["store a"], states["store b"]) == ("ok", "wrong")

    code, (document,) = archive.told("error", "doctor", "--archive", "nowhere")
    assert (code, document["status"]) == (MISCONFIGURED, "misconfigured")


@pytest.mark.parametrize("arguments", [("ingest",), ("export", NOBODY), ("ask",), ("list", "--no")])
def test_what_is_no_command_is_told_on_standard_error(
    archive: Archive, arguments: tuple[str, ...]
) -> None:
    done = archive.run(*arguments, "--json")

    assert (done.returncode, done.stdout) == (MISCONFIGURED, "")
    assert "Usage" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], {"pydantic", "sqlalchemy", "lxml", "prefect"}),
        (["--version"], {"pydantic", "sqlalchemy", "lxml", "prefect"}),
        # Typer itself imports pydantic to read the options of a command.
        (["ingest", "--help"], {"sqlalchemy", "lxml", "prefect", "preservation.assembly"}),
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str], heavy: set[str]) -> None:
    code = (
        "import sys\n"
        "from preservation.cli.main import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
        "print('imported:', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, imported = done.stdout.partition("imported: ")

    assert said
    assert "typer" in imported.split()
    assert heavy & set(imported.split()) == set()
