"""What a hostile package reaches, each as a function of octets; anything but a refusal is a bug."""

import json
import os
import shutil
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from preservation import agreements
from preservation.containers import unpack
from preservation.errors import Misconfigured, Rejected
from preservation.model.agreement import Limits
from preservation.model.contents import Contents, Found
from preservation.stages.receive import read
from preservation.standards import bagit, bagit_profile, mets
from preservation.standards.premis import history
from preservation.tools.characterizers import archives, mail, office, siard, warc
from preservation.tools.validators import zip as packages

LIMITS = Limits(files=1000, bytes=1 << 24, file_bytes=1 << 24)
ROOM = Path(tempfile.gettempdir())


class Held:
    """A package in memory."""

    name = "fuzz"
    container = ""
    place = ROOM

    def __init__(self, files):
        self.files = files
        self.sizes = {path: len(octets) for path, octets in files.items()}
        self.contents = Contents([Found(path, size, 0) for path, size in self.sizes.items()])

    def content(self, name):
        return self.files[name]

    def open(self, name):
        return BytesIO(self.files[name])


def received(files):
    with suppress(Rejected):
        read(Held(files))


def container(octets):
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=ROOM) as place:
        inner = Path(place) / "inner"
        inner.mkdir()
        (inner / "it").write_bytes(octets)
        try:
            unpack(inner / "it", inner / "out", LIMITS)
        except Rejected:
            assert not (inner / "out").exists()
        assert os.listdir(place) == ["inner"]
        assert set(os.listdir(inner)) <= {"it", "out"}
        shutil.rmtree(inner / "out", ignore_errors=True)


def zip_file(octets):
    container(b"PK\3\4" + octets[4:])


def tar_file(octets):
    # A fuzzer does not find checksums: they are put right wherever a header may be.
    blocks = [bytearray(octets[n : n + 512]) for n in range(0, len(octets), 512)]
    for block in blocks:
        if len(block) == 512 and any(block) and octets[:1] != b"\xff":
            block[148:156] = b" " * 8
            block[148:156] = b"%06o\0 " % sum(block)
    container(b"".join(blocks))


BAG = {
    b"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    b"data/a": b"x",
    b"manifest-md5.txt": b"9dd4e461268c8034f5c8564e155c67a6  data/a\n",
}


SOUND = bagit.judge(lambda path: BytesIO(BAG[path]), {path: len(it) for path, it in BAG.items()})


def manifest(octets):
    received(BAG | {b"manifest-md5.txt": octets})


def bag_info(octets):
    received(BAG | {b"bag-info.txt": octets})


def declaration(octets):
    received(BAG | {b"bagit.txt": octets})


def metadata_csv(octets):
    received({b"objects/a": b"x", b"metadata/metadata.csv": octets})


def mets_xml(octets):
    received({b"METS.xml": octets, b"representations/r/data/a": b"x"})
    with suppress(ValueError):  # what its docstring says
        mets.read(BytesIO(octets))


def fetch(octets):
    received(BAG | {b"fetch.txt": octets})


def profile(octets):
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=ROOM) as place:
        file = Path(place) / "profile.json"
        file.write_bytes(octets)
        with suppress(Misconfigured):
            bagit_profile.judge(bagit_profile.parse(file), SOUND, {b"data/a": 1})


def rights_csv(octets):
    received({b"objects/a": b"x", b"metadata/rights.csv": octets})


def checksum(octets):
    received({b"objects/a": b"x", b"metadata/checksum.md5": octets})


def premis(octets):
    with suppress(Rejected):
        history.read(BytesIO(octets), "premis.xml", lambda name: name)


def fgs(octets):
    received({b"mets.xml": octets, b"content/a": b"x"})


def archivematica(octets):
    name = b"data/METS.2b9e2a74-5a0e-4c2a-8f43-6c1c5f4a8d10.xml"
    received(BAG | {name: octets, b"data/objects/a_letter.txt": b"x"})


def description(octets):
    received({b"objects/a": b"x", b"metadata/ead.xml": octets})


def agreement(octets):
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=ROOM) as place:
        file = Path(place) / "made.toml"
        file.write_bytes(octets)
        with suppress(Misconfigured):
            agreements.read(file)


def seven_file(octets):
    container(b"7z\xbc\xaf\x27\x1c" + octets[6:])


def told(function):
    """A target of the part of a tool that runs in its worker: it answers for any file."""

    def target(octets):
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=ROOM) as place:
            file = Path(place) / "file"
            file.write_bytes(octets)
            (answer,) = function([os.fspath(file)])
        json.dumps(answer)
        assert isinstance(answer, str) or len(answer) in (2, 3, 4)

    return target


TARGETS = {
    "office": told(office.describe),
    "archives": told(archives.describe),
    "mail": told(mail.describe),
    "siard": told(siard.describe),
    "warc": told(warc.describe),
    "package": told(packages.judge),
    "zip": zip_file,
    "tar": tar_file,
    "seven": seven_file,
    "fetch": fetch,
    "profile": profile,
    "rights_csv": rights_csv,
    "checksum": checksum,
    "premis": premis,
    "fgs": fgs,
    "archivematica": archivematica,
    "description": description,
    "agreement": agreement,
    "manifest": manifest,
    "bag_info": bag_info,
    "declaration": declaration,
    "metadata_csv": metadata_csv,
    "mets": mets_xml,
}
