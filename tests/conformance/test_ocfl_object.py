"""Our judge of OCFL objects, which drills use, says what ocfl-py says of the same object."""

import shutil
from pathlib import Path

import pytest
from ocfl.validator import Validator

from preservation.assembly.ingest import ingest
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.standards import inventory, ocfl_object


@pytest.fixture
def object_(archive, tmp_path, quiet):
    """The folder of an object with two versions, and its identifier."""
    sip = tmp_path / "sip"
    sip.mkdir()
    (sip / "a.txt").write_bytes(b"one\n" * 99)
    receipt = ingest(archive, sip, again=False, progress=quiet)
    (sip / "a.txt").write_bytes(b"two\n" * 99)
    summary = archive.catalogue.package(receipt.aip_id)
    revise(archive, summary, Wanted("again", sip), progress=quiet)
    (copy, *_) = archive.catalogue.copies(receipt.aip_id)
    place = (archive.stores[copy.store].root / copy.key).parents[2]
    return Path(shutil.copytree(place, tmp_path / "object")), receipt.aip_id


def verdicts(folder, package):
    """Whether our judge and ocfl-py accept it."""
    paths = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    ours = ocfl_object.judge(package, paths, lambda path: [(folder / path).read_bytes()])
    theirs = Validator(log_errors=False).validate_object(str(folder))
    return not ours, bool(theirs), ours


def edit(path, old, new):
    path.chmod(0o600)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def resign(folder):
    document = (folder / "inventory.json").read_bytes()
    (folder / "inventory.json.sha512").chmod(0o600)
    (folder / "inventory.json.sha512").write_bytes(inventory.sidecar(document))


DAMAGE = {
    "no declaration": lambda f: (f / "0=ocfl_object_1.1").unlink(),
    "a wrong declaration": lambda f: edit(f / "0=ocfl_object_1.1", b"1.1", b"1.0"),
    "no root inventory": lambda f: (f / "inventory.json").unlink(),
    "no root sidecar": lambda f: (f / "inventory.json.sha512").unlink(),
    "a sidecar of another": lambda f: edit(f / "inventory.json", b"ingested", b"INGESTED"),
    "a root inventory unlike the version's": lambda f: (
        edit(f / "inventory.json", b"ingested", b"INGESTED"), resign(f)),
    "a stale root inventory": lambda f: [
        shutil.copyfile(f / "v1" / n, f / n) for n in ("inventory.json", "inventory.json.sha512")
        if (f / n).chmod(0o600) is None],
    "no content": lambda f: next((f / "v1/content").glob("*.tar")).unlink(),
    "no document": lambda f: (f / "v2/content/summary.json").unlink(),
    "an edited document": lambda f: edit(f / "v2/content/summary.json", b'"id"', b'"ID"'),
    "an extra file in a version": lambda f: (f / "v2/content/extra").write_bytes(b"x"),
    "an extra file at the root": lambda f: (f / "extra").write_bytes(b"x"),
    "not JSON": lambda f: (edit(f / "inventory.json", b"{", b"["), resign(f)),
}  # fmt: skip


def test_a_sound_object_is_valid_for_both(object_):
    assert verdicts(*object_) == (True, True, ())


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_object_is_valid_for_neither(kind, object_):
    DAMAGE[kind](object_[0])
    assert verdicts(*object_)[:2] == (False, False)
