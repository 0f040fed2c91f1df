"""`arkiv identify` answers for everything that it is given, without an archive."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
_RUN = "from preservation.cli.main import main; main()"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def identify(tmp_path):
    """Runs the command where there is no archive: exit code, output, errors."""

    def run(*words):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ARKIV")}
        done = subprocess.run(
            [sys.executable, "-c", _RUN, "identify", *words],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    return run


@pytest.fixture
def told(identify):
    """Runs it with --json: exit code and documents, each as the schema says."""
    schema = json.loads((ROOT / "schemas/identify.json").read_text("utf-8"))

    def run(*words):
        code, output, _ = identify(*words, "--json")
        documents = list(map(json.loads, output.splitlines()))
        for document in documents:
            Draft202012Validator(schema).validate(document)
        return code, documents

    return run


@pytest.fixture
def odd(tmp_path):
    """A folder of what a folder may hold."""
    folder = tmp_path / "odd"
    (folder / "below").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(PDF)
    (folder / "below/b.pdf").write_bytes(PDF)
    (folder / "cut.png").write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(60))
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "headless.pdf").write_bytes(bytes(600) + PDF)
    with open(os.fsencode(folder) + b"/odd \xff\n.pdf", "wb") as file:
        file.write(PDF)
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(folder / "a.pdf")
    (folder / "nowhere").symlink_to("nothing")
    return folder


@pytest.mark.usefixtures("odd")
def test_everything_is_answered_for_in_order(told):
    code, documents = told("odd")
    assert code == 0
    names = [document["path"].removeprefix("odd/") for document in documents]
    assert names == [
        *("a.pdf", "below/b.pdf", "cut.png", "empty.pdf", "headless.pdf", "link", "nowhere"),
        *("odd ^ff^0a.pdf", "pipe"),
    ]
    found = dict(zip(names, documents, strict=True))
    for name in ("a.pdf", "below/b.pdf", "odd ^ff^0a.pdf"):
        it = found[name]
        assert (it["status"], it["puid"], it["basis"]) == ("identified", "fmt/18", "signature")
        assert [answer["agent"].split()[0] for answer in it["answers"]] == ["siegfried", "fido"]
        assert all(answer["release"].startswith("PRONOM 1") for answer in it["answers"])
        assert all(answer["evidence"] for answer in it["answers"])
    for name, reason in {
        "pipe": "it is a named pipe, not a file",
        "link": "a symbolic link, which is not followed",
        "nowhere": "a symbolic link, which is not followed",
    }.items():
        assert found[name]["status"] == "not performed"
        assert found[name]["puid"] is None
        assert reason in found[name]["reason"]
        assert found[name]["reasons"] == [found[name]["reason"]]
    assert found["empty.pdf"]["reason"] == "the file is empty"
    assert "begins as Portable Network Graphics" in found["cut.png"]["reason"]
    assert (
        "its head" in found["headless.pdf"]["reason"]
        or "it ends as" in (found["headless.pdf"]["reason"])
    )


@pytest.mark.usefixtures("odd")
def test_digests_are_told_when_they_are_asked_for(told):
    _, documents = told("odd/a.pdf", "odd/pipe", "--sha512")
    assert documents[0]["sha512"].startswith("")
    assert len(documents[0]["sha512"]) == 128
    assert documents[1]["sha512"] is None
    _, (document,) = told("odd/a.pdf")
    assert document["sha512"] is None
    assert document["bytes"] == len(PDF)


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("gone", "No such file or directory"),
        ("odd/pipe", "it is a named pipe"),
        ("/dev/null", "it is a device"),
    ],
)
def test_what_is_named_and_is_no_file_is_a_fault_and_the_others_are_told(told, named, reason):
    code, documents = told(named, "odd/a.pdf")
    assert code == 2
    assert [it["status"] for it in documents] == ["not performed", "identified"]
    assert reason in documents[0]["reason"]


@pytest.mark.usefixtures("odd")
def test_a_link_that_is_named_is_followed(told):
    code, documents = told("odd/link")
    assert (code, documents[0]["puid"]) == (0, "fmt/18")


@pytest.mark.usefixtures("odd")
def test_one_identifier_alone_and_one_that_is_not_there(told, identify):
    code, (document,) = told("odd/a.pdf", "--by", "fido")
    assert (code, [a["agent"].split()[0] for a in document["answers"]]) == (0, ["fido"])
    code, output, errors = identify("odd/a.pdf", "--by", "droid")
    assert (code, output) == (2, "")
    assert "choose from siegfried, fido" in errors


@pytest.mark.usefixtures("odd")
def test_a_table_for_a_person_fits_eighty_columns_and_has_no_bar(identify):
    code, output, errors = identify("odd", "--sha512")
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("fmt/18      signature") for line in lines)
    assert "\ufffd" not in output


def test_many_files_come_in_order_with_a_folder_of_folders(told, tmp_path):
    for n in range(600):
        place = tmp_path / f"many/{n % 7}/{n:04d}.pdf"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(PDF if n % 3 else b"\3\7\1" * 40)
    code, documents = told("many")
    assert code == 0
    paths = [it["path"] for it in documents]
    assert paths == sorted(paths)
    assert [it["puid"] == "fmt/18" for it in documents] == [
        int(path[-8:-4]) % 3 != 0 for path in paths
    ]
