"""The README of a package: complete in each language, and true when its commands are followed."""

import hashlib
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from preservation.model.identifiers import PackageId
from preservation.standards.readme import LANGUAGES, readme

PACKAGE = PackageId("6f1f4a3e-52b6-4a87-9d5e-2c8f0c1d7b10")
LETTERS = (
    "аa бb вv гg дd ђđ еe жž зz иi јj кk лl љlj мm нn њnj оo пp рr сs тt ћć уu фf хh цc чč џdž шš"
)
CYRILLIC = {pair[0]: pair[1:] for pair in LETTERS.split()}


def latin(text: str) -> str:
    """Serbian in Latin script from Cyrillic, letter by letter (the other way is ambiguous)."""
    upper = {char.upper(): form.capitalize() for char, form in CYRILLIC.items()}
    return "".join((CYRILLIC | upper).get(char, char) for char in text)


def commands(text: str) -> list[str]:
    return re.findall(r"^    ((?:tar|cd|sha512sum) .*)$", text, re.MULTILINE)


def test_there_is_one_text_for_each_language() -> None:
    texts = readme(PACKAGE, files=20)

    assert sorted(texts) == sorted(f"README.{language}.txt" for language in LANGUAGES)
    assert len(set(texts.values())) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_names_the_package_the_number_of_files_and_every_place(language: str) -> None:
    text = readme(PACKAGE, files=417, version=3)[f"README.{language}.txt"].decode()

    assert f"{PACKAGE}.v3.tar" in text
    assert "417" in text
    for place in ("METS.xml", "metadata/preservation/", "representations/original/data/"):
        assert place in text
    for place in ("metadata/descriptive/", "submission/", "documentation/", "originalName"):
        assert place in text
    assert "$" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_serbian_says_the_same_in_both_scripts() -> None:
    texts = readme(PACKAGE, files=20)

    assert latin(texts["README.sr-Cyrl.txt"].decode()) == texts["README.sr-Latn.txt"].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_in_the_text_check_a_package(tmp_path: Path, language: str) -> None:
    text = readme(PACKAGE, files=1)[f"README.{language}.txt"].decode()
    tar_of_a_bag(tmp_path)
    script = "set -e\n" + "\n".join(commands(text))
    assert len(commands(text)) == 4

    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )

    assert done.returncode == 0, done.stderr
    assert [line.rpartition(" ")[2] for line in done.stdout.splitlines()] == ["OK", "OK"]


def tar_of_a_bag(folder: Path) -> None:
    """The least that the commands need: two manifests with a file each."""
    bag = folder / PACKAGE
    (bag / "data").mkdir(parents=True)
    (bag / "data" / "одлука ^25.txt").write_bytes(b"text")
    manifest = f"{hashlib.sha512(b'text').hexdigest()}  data/одлука ^25.txt\n".encode()
    (bag / "manifest-sha512.txt").write_bytes(manifest)
    tags = f"{hashlib.sha512(manifest).hexdigest()}  manifest-sha512.txt\n"
    (bag / "tagmanifest-sha512.txt").write_text(tags)
    with tarfile.open(folder / f"{PACKAGE}.v1.tar", "w") as tar:
        tar.add(bag, arcname=PACKAGE)
