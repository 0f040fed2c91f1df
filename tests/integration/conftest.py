"""A SIP goes in and comes back: what every test of an ingest holds true."""

import os
import subprocess

import bagit
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.exports import export
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.model.names import given
from preservation.stages.disseminate import Form


@pytest.fixture
def fill():
    """Writes files (path in octets: content) below a folder."""

    def write(folder, files):
        for path, content in files.items():
            place = os.path.join(os.fsencode(folder), path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
        return folder

    return write


@pytest.fixture
def sip(tmp_path, fill):
    """Makes the folder of a SIP."""

    def make(files):
        folder = tmp_path / "sip"
        folder.mkdir()
        return fill(folder, files)

    return make


@pytest.fixture
def ingested(archive, quiet):
    """Ingests a SIP into the test's archive."""

    def run(folder, *, again=False):
        return ingest(archive, folder, again=again, progress=quiet)

    return run


@pytest.fixture
def given_back(archive, quiet, tmp_path, tree):
    """Asserts that a receipt sums up, and that a package comes back in every form; its files."""

    def lies_in(folder):
        paths = [os.path.join(p, n) for p, _, names in os.walk(os.fsencode(folder)) for n in names]
        links = [
            os.path.join(p, n)
            for p, names, _ in os.walk(os.fsencode(folder))
            for n in names
            if os.path.islink(os.path.join(p, n))
        ]
        regular = [p for p in paths if os.path.isfile(p) and not os.path.islink(p)]
        return len(paths) + len(links), sum(map(os.path.getsize, regular))

    def check(receipt, source):
        account = receipt.account
        assert (account.files, account.bytes) == lies_in(source)
        assert len(receipt.exclusions) == account.excluded_files
        package = receipt.aip_id
        expected = tree(source)
        for exclusion in receipt.exclusions:
            expected.pop(exclusion.given, None)
        places = {
            form: export(archive, package, folder=tmp_path / form, form=form, progress=quiet).place
            for form in Form
        }
        assert tree(places[Form.ORIGINALS]) == expected
        bag = bagit.Bag(str(places[Form.BAG]))
        assert bag.validate()
        stock = tmp_path / "stock"
        stock.mkdir()
        (copy, _) = archive.catalogue.copies(package)
        stored = archive.stores[copy.store].root / copy.key
        subprocess.run(["tar", "-xf", stored], cwd=stock, check=True)
        assert bagit.Bag(str(stock / package)).validate()
        assert tree(stock / package) == tree(places[Form.BAG])
        held = list(archive.catalogue.files(package))
        assert len(held) == account.preserved_files
        inside = os.fsencode(stock / package / "data" / package)
        for file in held:
            with open(os.path.join(inside, os.fsencode(file.path)), "rb") as stream:
                name = given(file.original_name)
                assert stream.read() == expected[name], name
        return expected

    return check


@pytest.fixture
def packages(archive, tmp_path, fill):
    """Two AIPs in stores a and b, the first with two versions."""
    held = []
    for name in ("deaths", "births"):
        (tmp_path / name).mkdir()
        fill(tmp_path / name, {b"a.txt": name.encode() * 500, "ë.txt".encode(): b"two"})
        held.append(ingest(archive, tmp_path / name, again=False, progress=Silence()).aip_id)
    more = tmp_path / "more"
    more.mkdir()
    fill(more, {b"b.txt": b"more"})
    revise(archive, archive.catalogue.package(held[0]), Wanted("more", more), progress=Silence())
    return held


@pytest.fixture
def rebuilds_to_the_same():
    """Asserts that each of these stores alone tells all that the catalogue of an archive has."""

    def check(folder, stores):
        archive = opened(folder)
        before = list(archive.catalogue.dump())
        for store in stores:
            rebuild(archive, store=store, progress=Silence())
            assert list(archive.catalogue.dump()) == before, store

    return check
