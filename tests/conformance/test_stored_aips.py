"""AIPs as they lie in the stores, unpacked with stock tar, pass everyone's judges."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

import ocfl as ocfl_py
import pytest
from lxml import etree

from preservation.assembly.archive import make
from preservation.assembly.ingest import ingest
from preservation.assembly.recovery import Silence
from preservation.settings.file import ToolSettings

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample-collection"
ODD = [
    b"empty",
    b"latin-\xe9.txt",
    b"line\nbreak",
    b"carriage\rreturn",
    b"50%.txt",
    b"%0A",
    b"a^b",
    b"dots...",
    b"space ",
    b" leading",
    b"folder /file",
    b"Case",
    b"case",
    "caf\u00e9".encode(),
    "cafe\u0301".encode(),
    b"n" * 255,
    b"%" * 255,
    b".hidden",
    b"back\\slash",
    b"<&\"'>",
    b"~",
    "\u2028line separator".encode(),
    "Школа/اسم".encode(),
    b"data/METS.xml",
]
TABLE = (
    'filename;dc.title[sq];dc.type\nobjects/;Emra të çuditshëm;Collection\n"50%.txt";Ulje;Text\n'
)


@dataclass(frozen=True)
class Stored:
    """An AIP in two stores; `folder` is where its tar was unpacked, `given` what was submitted."""

    id: str
    tars: list[Path]
    folder: Path
    given: list[Path]

    @property
    def bag(self):
        return self.folder / self.id

    @property
    def aip(self):
        return self.bag / "data" / self.id


def odd_names(folder):
    for name in ODD:
        place = os.path.join(os.fsencode(folder), name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(b"" if name == b"empty" else name)
    (folder / "nothing here").mkdir()
    (folder / "link").symlink_to("empty")
    os.mkfifo(folder / "pipe")
    (folder / "metadata").mkdir()
    (folder / "metadata" / "metadata.csv").write_text(TABLE, "utf-8")
    return folder


def bag(folder):
    """A bag as another program makes it, with two kinds of manifest."""
    shutil.copytree(SAMPLE / "objects" / "växjö", folder)
    command = [sys.executable, "-m", "bagit", "--quiet", "--md5", "--sha256", str(folder)]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    made = make(tmp_path_factory.mktemp("archive") / "archive", name="Komuna e Vushtrrisë")
    yield made
    made.catalogue._database.close()


@pytest.fixture(scope="module")
def without_tools(archive):
    none = ToolSettings(identifiers=(), characterizers=(), validators=())
    return replace(archive, settings=archive.settings.model_copy(update={"tools": none}))


@pytest.fixture(scope="module", params=["sample", "odd names", "bag"])
def stored(request, archive, without_tools, tmp_path_factory):
    place = tmp_path_factory.mktemp("sip")
    if request.param == "sample":
        sip, keeper = SAMPLE, archive
    else:
        make_sip = odd_names if request.param == "odd names" else bag
        sip, keeper = make_sip(place / "sip"), without_tools
    receipt = ingest(keeper, sip, again=False, progress=Silence())
    tars = [archive.folder / "stores" / copy.store / copy.key for copy in receipt.copies]
    assert len(tars) == 2
    subprocess.run(["tar", "-xf", str(tars[1])], cwd=place, check=True)
    given = [p for p in sip.rglob("*") if p.is_file() and not p.is_symlink()]
    return Stored(receipt.aip_id, tars, place, given)


def test_every_rule_of_the_eark_list_is_kept(stored, eark_judge):
    broken = {name: why for name, why in eark_judge.judge(stored.aip).items() if why}
    assert broken == {}


def test_the_container_is_a_plain_tar_named_for_the_aip(stored):
    first, second = stored.tars
    assert first.read_bytes() == second.read_bytes()
    assert first.name == f"{stored.id}.v1.tar"
    with tarfile.open(first, "r:") as plain:
        assert {name.partition("/")[0] for name in plain.getnames()} == {stored.id}


def test_documents_are_valid_under_the_official_schemas(stored, official):
    theirs = {"METS.xml": "METS", "premis.xml": "PREMIS", "dc.xml": "DC"}
    documents = [
        path
        for path in stored.aip.rglob("*.xml")
        if path.name in theirs and "/data/" not in str(path.relative_to(stored.aip))
    ]
    assert len(documents) == 5
    for path in documents:
        schema = official[theirs[path.name]]
        assert schema.validate(etree.parse(path)), (path.name, schema.error_log)


def test_the_bag_is_valid_for_bagit_and_sha512sum(stored):
    utf8 = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "bagit", "--validate", "--quiet", str(stored.bag)]
    subprocess.run(command, check=True, env=utf8)
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        command = ["sha512sum", "--check", "--quiet", "--strict", manifest]
        subprocess.run(command, check=True, cwd=stored.bag)


def test_every_octet_that_was_submitted_is_there(stored):
    def digest(path):
        return hashlib.sha512(path.read_bytes()).hexdigest()

    kept = re.findall(r"^[0-9a-f]{128}", (stored.bag / "manifest-sha512.txt").read_text(), re.M)
    assert len(stored.given) > 3
    assert sorted(d for d in kept if d in set(map(digest, stored.given))) == sorted(
        map(digest, stored.given)
    )


def test_each_store_is_valid_for_ocfl_py(archive, stored):
    for store in ("a", "b"):
        root = ocfl_py.StorageRoot(root=str(archive.folder / "stores" / store / "ocfl"))
        assert root.validate(log_warnings=True)
        assert root.good_objects == root.num_objects >= 1
        assert stored.id in {found for _, found in root.list_objects()}
        warnings = [line for _, messages in root.errors for line in messages.splitlines()]
        assert all("[W005]" in line for line in warnings)
