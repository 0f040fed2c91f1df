"""An export counts every file whose name in the bag is not the one that was submitted."""

import json
import os

from typer.testing import CliRunner

from preservation.cli.main import app

CHANGED = [
    b"line\nbreak.txt",
    b"latin-\xe9.txt",
    b"a^b.txt",
    b"50%.txt",
    b"space ",
    b"folder /file",
]
KEPT = ["Vushtrri-ë.txt".encode(), b"dots...", b".hidden"]


def run(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_every_changed_name_counts(tmp_path):
    for name in CHANGED + KEPT:
        place = os.path.join(os.fsencode(tmp_path / "sip"), name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(name)
    place = tmp_path / "archive"
    run("init", place)
    settings = (place / "arkiv.toml").read_text("utf-8")
    for names in ('["siegfried", "fido"]', '["pdf", "image"]'):
        settings = settings.replace(names, "[]")
    (place / "arkiv.toml").write_text(settings, "utf-8")
    aip = run("ingest", tmp_path / "sip", "--archive", place)["aip_id"]

    bag = run("export", aip, "--to", tmp_path / "out", "--archive", place)

    assert bag["escaped_names"] == len(CHANGED)
    assert bag["files"] > len(CHANGED + KEPT)
