"""Every container made to hurt has one of three answers, and nothing is written beside."""

import os
import resource
import shutil
import stat
import struct
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preservation.containers import form_of, unpack
from preservation.errors import Misconfigured, Rejected, Unavailable
from preservation.model.agreement import Limits
from preservation.rules import Refused, rules

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
from hostile import END, Zip, header, long_name, member, pax, squeezed, tar

PROJECT = Path(__file__).parents[2]
LINK, FIFO, SETUID = stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFREG | 0o4755
ONE = member(b"p/a")
LATIN = "p/ë".encode("latin-1")
COMPOSED, APART = (unicodedata.normalize(form, "p/ë").encode() for form in ("NFC", "NFD"))
ZEROS = bytes(40 * 1024**2)


def zip64_lie():
    whole = Zip().add(b"p/a").done()
    place = len(whole) - 22
    size, offset = struct.unpack_from("<II", whole, place + 12)
    wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, size + 1, offset)
    locator = struct.pack("<IIQI", 0x07064B50, 0, place, 1)
    return whole[:place] + wide + locator + whole[place:]


REFUSED = {
    "zip-traversal": (Zip().add(b"p/../../evil").done(), "CONTAINER-TRAVERSAL"),
    "zip-backslash": (Zip().add(b"p\\..\\..\\evil").done(), "CONTAINER-TRAVERSAL"),
    "zip-absolute": (Zip().add(b"/evil").done(), "CONTAINER-ABSOLUTE"),
    "zip-drive": (Zip().add(b"C:\\evil").done(), "CONTAINER-ABSOLUTE"),
    "zip-nul": (Zip().add(b"p/a\0.exe").done(), "CONTAINER-NUL"),
    "zip-empty-name": (Zip().add(b"").done(), "CONTAINER-NAME"),
    "zip-dot": (Zip().add(b"p/./a").done(), "CONTAINER-NAME"),
    "zip-long-name": (Zip().add(b"p/" + b"n" * 256).done(), "CONTAINER-NAME-LONG"),
    "zip-long-path": (Zip().add(b"/".join([b"n" * 200] * 30)).done(), "CONTAINER-NAME-LONG"),
    "zip-deep": (Zip().add(b"/".join([b"n"] * 101)).done(), "CONTAINER-DEPTH"),
    "zip-twice": (Zip().add(b"p/a").add(b"p/a", b"y").done(), "CONTAINER-DUPLICATE"),
    "zip-file-and-folder": (Zip().add(b"p/a").add(b"p/a/b").done(), "CONTAINER-DUPLICATE"),
    "zip-symlink": (Zip().add(b"p/a", b"/etc", mode=LINK).done(), "ZIP-SYMLINK"),
    "zip-pipe": (Zip().add(b"p/a", mode=FIFO).done(), "ZIP-SPECIAL"),
    "zip-encrypted": (Zip().add(b"p/a", flags=1).done(), "ZIP-ENCRYPTED"),
    "zip-method": (Zip().add(b"p/a", method=9).done(), "ZIP-METHOD"),
    "zip-other-local-name": (Zip().add(b"p/a", local=b"p/b").done(), "ZIP-LOCAL"),
    "zip-other-local-size": (Zip().add(b"p/a", said=7).done(), "ZIP-LOCAL"),
    "zip-other-local-method": (Zip().add(b"p/a", local_method=8).done(), "ZIP-LOCAL"),
    "zip-overlap": (Zip().add(b"p/a").add(b"p/a", offset=0).done(), "ZIP-OVERLAP"),
    "zip-reaches-directory": (Zip().add(b"p/a", packed=99, size=99).done(), "ZIP-OVERLAP"),
    "zip-crc": (Zip().add(b"p/a", crc=7).done(), "ZIP-CRC"),
    "zip-size": (Zip().add(b"p/a", b"ab" * 99, method=8, size=7).done(), "ZIP-SIZE"),
    "zip-size-above": (Zip().add(b"p/a", b"ab" * 99, method=8, size=999).done(), "ZIP-SIZE"),
    "zip-data": (
        Zip()
        .add(b"p/a", b"\xff" * 9, local_method=8)
        .done()
        .replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x08\0"),
        "ZIP-DATA",
    ),
    "zip-junk-before": (Zip().add(b"p/a").done(before=b"PK\3\4 elf"), "ZIP-JUNK"),
    "zip-junk-after": (Zip().add(b"p/a").done(after=b"junk"), "ZIP-JUNK"),
    "zip-cut": (Zip().add(b"p/a").done()[:-30], "ZIP-END"),
    "zip-two-ends": (Zip().add(b"p/a").done(comment=b"PK\5\6" + bytes(18)), "ZIP-END"),
    "zip-count": (Zip().add(b"p/a").done(entries=2), "ZIP-DIRECTORY"),
    "zip-count-below": (Zip().add(b"p/a").add(b"p/b").done(entries=1), "ZIP-DIRECTORY"),
    "zip-64": (zip64_lie(), "ZIP-64"),
    "zip-bomb": (Zip().add(b"p/a", ZEROS, method=8).done(), "CONTAINER-RATIO"),
    "zip-bomb-that-lies": (Zip().add(b"p/a", ZEROS, method=8, size=9).done(), "ZIP-SIZE"),
    "tar-traversal": (tar(member(b"p/../../evil")), "CONTAINER-TRAVERSAL"),
    "tar-absolute": (tar(member(b"/evil")), "CONTAINER-ABSOLUTE"),
    "tar-pax-nul": (tar(pax(path=b"p/a\0b"), ONE), "CONTAINER-NUL"),
    "tar-hard-link": (tar(ONE, header(b"p/b", kind=b"1", target=b"p/a")), "TAR-HARDLINK"),
    "tar-hard-link-out": (tar(header(b"p/b", kind=b"1", target=b"/etc/passwd")), "TAR-HARDLINK"),
    "tar-device": (tar(header(b"p/b", kind=b"3")), "TAR-SPECIAL"),
    "tar-block-device": (tar(header(b"p/b", kind=b"4")), "TAR-SPECIAL"),
    "tar-pipe": (tar(header(b"p/b", kind=b"6")), "TAR-SPECIAL"),
    "tar-through-a-link": (
        tar(header(b"p/l", kind=b"2", target=b"/tmp"), member(b"p/l/a")),
        "CONTAINER-DUPLICATE",
    ),
    "tar-type": (tar(header(b"p/b", kind=b"M")), "TAR-TYPE"),
    "tar-sparse": (tar(header(b"p/b", 0, b"S")), "TAR-SPARSE"),
    "tar-sparse-pax": (
        tar(pax(GNU_sparse_major=b"1", GNU_sparse_realsize=b"5368709120"), ONE),
        "TAR-SPARSE",
    ),
    "tar-checksum": (tar(ONE, b"y" + ONE[1:]), "TAR-HEADER"),
    "tar-second-header": (tar(ONE, b"\xff" * 512), "TAR-HEADER"),
    "tar-cut-between": (tar(ONE, end=b""), "TAR-CUT"),
    "tar-half-an-end": (tar(ONE, end=bytes(512)), "TAR-CUT"),
    "tar-cut-within": (header(b"p/a", 9999) + b"x" * 700, "TAR-CUT"),
    "tar-size": (tar(header(b"p/a", 1 << 60)), "TAR-CUT"),
    "tar-junk": (tar(ONE, end=END + b"hidden".ljust(512, b"\0")), "TAR-JUNK"),
    "tar-twice": (tar(ONE, member(b"p/a", b"other")), "CONTAINER-DUPLICATE"),
    "tar-pax": (tar(member(b"x", b"99 path=p\n", b"x"), ONE), "TAR-PAX"),
    "tar-pax-size": (tar(pax(size=b"-1"), ONE), "TAR-PAX"),
    "tar-pax-for-all": (tar(pax(b"g", path=b"p/z"), ONE), "TAR-PAX"),
    "tar-pax-large": (tar(header(b"x", 1 << 30, b"x")), "TAR-PAX"),
    "tar-long-name": (tar(long_name(b"p/" + b"n" * 256), ONE), "CONTAINER-NAME-LONG"),
    "tgz-bomb": (squeezed(tar(member(b"p/a", ZEROS))), "CONTAINER-RATIO"),
    "tgz-bomb-of-zeros": (squeezed(tar(ONE, end=ZEROS)), "TAR-JUNK"),
    "tgz-cut": (squeezed(tar(ONE))[:-9], "TAR-GZIP"),
    "tgz-crc": (squeezed(tar(ONE))[:-8] + bytes(8), "TAR-GZIP"),
    "tgz-junk": (squeezed(tar(ONE)) + b"junk", "TAR-GZIP"),
    "tgz-traversal": (squeezed(tar(ONE, member(b"p/../../evil"))), "CONTAINER-TRAVERSAL"),
    "7z-damaged": (b"7z\xbc\xaf\x27\x1c" + b"\0\4" + b"\xff" * 90, "7Z-DATA"),
    "text": (b"Dear archive", "CONTAINER-KIND"),
    "empty": (b"", "CONTAINER-KIND"),
}

WARNED = {
    "zip-latin-1": (Zip().add(LATIN).done(), "CONTAINER-ENCODING", [LATIN]),
    "zip-newline": (Zip().add(b"p/a\nb").done(), "CONTAINER-CONTROL", [b"p/a\nb"]),
    "zip-case": (Zip().add(b"p/a").add(b"p/A").done(), "CONTAINER-COLLISION", [b"p/A", b"p/a"]),
    "zip-windows": (Zip().add(b"p/CON.txt").done(), "CONTAINER-WINDOWS", [b"p/CON.txt"]),
    "zip-setuid": (Zip().add(b"p/a", mode=SETUID).done(), "CONTAINER-SETUID", [b"p/a"]),
    "tar-latin-1": (tar(member(LATIN)), "CONTAINER-ENCODING", [LATIN]),
    "tar-newline": (tar(member(b"p/a\nb")), "CONTAINER-CONTROL", [b"p/a\nb"]),
    "tar-forms": (
        tar(member(COMPOSED), member(APART)),
        "CONTAINER-COLLISION",
        sorted([COMPOSED, APART]),
    ),
    "tar-windows": (tar(member(b"p/a:b")), "CONTAINER-WINDOWS", [b"p/a:b"]),
    "tar-setuid": (tar(member(b"p/a", mode=0o6755)), "CONTAINER-SETUID", [b"p/a"]),
}

SOUND = {
    "zip": (Zip().add(b"p/", b"").add(b"p/a", b"abc" * 99, method=8).done(), [b"p/a"]),
    "zip-with-a-zip": (Zip().add(b"p/a.zip", Zip().add(b"../evil").done()).done(), [b"p/a.zip"]),
    "zip-comment": (Zip().add(b"p/a").done(comment=b"from us"), [b"p/a"]),
    "tar-v7": (tar(member(b"p/a", magic=bytes(8))), [b"p/a"]),
    "tar-dot": (tar(header(b"./", kind=b"5"), member(b"./p/a")), [b"p/a"]),
    "tar-link": (tar(ONE, header(b"p/l", kind=b"2", target=b"../../etc")), [b"p/a"]),
    "tar-255": (tar(long_name(b"p/" + b"n" * 255), ONE), [b"p/" + b"n" * 255]),
    "tar-pax-path": (tar(pax(path=b"p/" + b"n" * 255), ONE), [b"p/" + b"n" * 255]),
    "tar-comment": (tar(pax(b"g", comment=b"from git"), ONE), [b"p/a"]),
    "tar-record": (tar(ONE, end=bytes(10240)), [b"p/a"]),
    "tgz": (squeezed(tar(ONE)), [b"p/a"]),
}


@pytest.fixture
def place(tmp_path):
    """A folder for containers and what comes of them; nothing else may be in it afterwards."""
    folder = tmp_path / "outer" / "inner"
    folder.mkdir(parents=True)
    yield folder
    assert {path.name for path in folder.iterdir()} <= {"it", "out"}
    assert [path.name for path in folder.parent.iterdir()] == ["inner"]


def opened(place, octets, limits=None):
    (place / "it").write_bytes(octets)
    return unpack(place / "it", place / "out", limits or Limits())


def refused(place, octets, limits=None):
    with pytest.raises(Refused) as raised:
        opened(place, octets, limits)
    assert not (place / "out").exists()
    return {remark.code for remark in raised.value.remarks}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_reason(name, place):
    octets, code = REFUSED[name]
    assert code in refused(place, octets)


@pytest.mark.parametrize("name", WARNED)
def test_accepted_with_a_warning(name, place, tree):
    octets, code, files = WARNED[name]
    assert code in {remark.code for remark in opened(place, octets).remarks}
    assert sorted(tree(place / "out")) == files
    assert not any(p.stat().st_mode & 0o7111 for p in (place / "out").rglob("*") if p.is_file())


@pytest.mark.parametrize("name", SOUND)
def test_accepted(name, place, tree):
    octets, files = SOUND[name]
    assert opened(place, octets).remarks == []
    assert sorted(tree(place / "out")) == files


def test_all_that_is_wrong_is_said_at_once(place):
    bad = Zip().add(b"../a").add(b"/b").add(b"p/c", flags=1).add(b"p/d", method=99).done()
    codes = {"CONTAINER-TRAVERSAL", "CONTAINER-ABSOLUTE", "ZIP-ENCRYPTED", "ZIP-METHOD"}
    assert refused(place, bad) == codes
    bad = tar(member(b"../a"), header(b"p/b", kind=b"6"), ONE, end=b"")
    assert refused(place, bad) == {"CONTAINER-TRAVERSAL", "TAR-SPECIAL", "TAR-CUT"}


@pytest.mark.parametrize("form", [lambda it: it, squeezed])
def test_limits_of_an_agreement(form, place):
    octets = form(tar(member(b"p/a", b"x" * 2000), member(b"p/b", b"x" * 2000)))
    assert refused(place, octets, Limits(files=1)) == {"CONTAINER-FILES"}
    assert refused(place, octets, Limits(bytes=3000)) == {"CONTAINER-BYTES"}
    assert refused(place, octets, Limits(file_bytes=1999)) == {"CONTAINER-FILE-BYTES"}


def test_a_hundred_thousand_entries(place):
    parts = [member(b"p/%d/%d" % (n // 1000, n), b"") for n in range(100_000)]
    unpacked = opened(place, tar(*parts))
    assert (unpacked.entries, unpacked.octets) == (100_000, 0)
    shutil.rmtree(place / "out")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as whole:
        for n in range(100_000):
            whole.writestr(f"p/{n // 1000}/{n}", b"")
    assert opened(place, buffer.getvalue()).entries == 100_000
    shutil.rmtree(place / "out")


class TestSeven:
    @pytest.fixture
    def made(self):
        def make(files, **options):
            buffer = BytesIO()
            with py7zr.SevenZipFile(buffer, "w", **options) as whole:
                for name, content in files.items():
                    whole.writestr(content, name)
            return buffer.getvalue()

        return make

    def test_files_come_out(self, place, made, tree):
        unpacked = opened(place, made({"p/ë": b"one" * 999, "p/b/c": b"", "p/CON": b"x"}))
        assert tree(place / "out") == {"p/ë".encode(): b"one" * 999, b"p/b/c": b"", b"p/CON": b"x"}
        assert [remark.code for remark in unpacked.remarks] == ["CONTAINER-WINDOWS"]

    def test_encrypted(self, place, made):
        assert refused(place, made({"p/a": b"x"}, password="secret")) == {"7Z-ENCRYPTED"}
        hidden = made({"p/a": b"x"}, password="secret", header_encryption=True)
        assert refused(place, hidden) == {"7Z-ENCRYPTED"}

    def test_a_name_that_leads_out(self, place):
        # The library does not write such names, so one of equal length is altered in a header
        # that is not packed, and the digests of the header are put right.
        buffer = BytesIO()
        with py7zr.SevenZipFile(buffer, "w") as whole:
            whole.set_encoded_header_mode(False)
            whole.writestr(b"x", "p/ab/abcdef")
        octets = bytearray(buffer.getvalue())
        name, evil = ("p/ab/abcdef".encode("utf-16-le"), "../../abcde".encode("utf-16-le"))
        assert octets.count(name) == 1
        octets[:] = octets.replace(name, evil)
        offset, size = struct.unpack("<QQ", octets[12:28])
        header = octets[32 + offset : 32 + offset + size]
        octets[28:32] = struct.pack("<I", zlib.crc32(header))
        octets[8:12] = struct.pack("<I", zlib.crc32(octets[12:32]))
        assert refused(place, bytes(octets)) == {"CONTAINER-TRAVERSAL"}

    def test_a_bomb(self, place, made):
        assert refused(place, made({"p/a": ZEROS})) == {"CONTAINER-RATIO"}

    def test_damage(self, place, made):
        octets = bytearray(made({"p/a": os.urandom(5000)}))
        octets[2000] ^= 1
        assert refused(place, bytes(octets)) == {"7Z-DATA"}

    def test_cut_off(self, place, made):
        assert refused(place, made({"p/a": os.urandom(5000)})[:-40]) == {"7Z-DATA"}


BOUNDED = """
import resource, sys, time
from pathlib import Path
from preservation.containers import unpack
from preservation.model.agreement import Limits
from preservation.rules import Refused
resource.setrlimit(resource.RLIMIT_AS, (220 * 1024**2,) * 2)
try:
    unpack(Path(sys.argv[1]), Path(sys.argv[2]), Limits())
except Refused as refused:
    print(refused.remarks[0].code)
"""


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_bomb_takes_no_memory(form, place):
    zeros = bytes(256 * 1024**2)
    if form == "zip":
        octets = Zip().add(b"p/a", zeros, method=8, size=9).done()
    else:
        octets = squeezed(tar(member(b"p/a", zeros)))
    (place / "it").write_bytes(octets)
    command = [sys.executable, "-c", BOUNDED, place / "it", place / "out"]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == {"zip": "ZIP-SIZE", "tar.gz": "CONTAINER-RATIO"}[form], (
        done.stderr
    )


def test_a_full_disk_is_nobodys_fault_and_leaves_nothing(place):
    code = f"""
import resource, signal
from pathlib import Path
from preservation.containers import unpack
from preservation.errors import Unavailable
from preservation.model.agreement import Limits
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2)
try:
    unpack(Path({str(place / "it")!r}), Path({str(place / "out")!r}), Limits())
except Unavailable as full:
    print(full)
"""
    for octets in (tar(member(b"p/a", b"x" * 200_000)), Zip().add(b"p/a", b"x" * 200_000).done()):
        (place / "it").write_bytes(octets)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        assert "full" in done.stdout, done.stderr
        assert not (place / "out").exists()


def test_a_tar_that_is_larger_than_the_disk_is_not_begun(place):
    size = shutil.disk_usage(place).total + 1024
    with (place / "it").open("wb") as file:
        file.write(header(b"p/a", size))
        file.truncate(512 + size + -size % 512 + 1024)
    with pytest.raises(Unavailable, match="octets wanted"):
        unpack(place / "it", place / "out", Limits())
    assert not (place / "out").exists()


def test_a_named_pipe_is_not_waited_for(place):
    os.mkfifo(place / "it")
    assert form_of(place / "it") is None
    with pytest.raises((Rejected, Misconfigured)):
        unpack(place / "it", place / "out", Limits())


VALID = [octets for octets, _ in SOUND.values()] + [octets for octets, _, _ in WARNED.values()]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    octets=st.sampled_from(VALID),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    keep=st.sampled_from([1.0, 1.0, 0.9, 0.5]),
)
def test_whatever_is_damaged_is_refused_or_taken_and_nothing_else(octets, changes, keep, place):
    damaged = bytearray(octets)
    for where, value in changes:
        damaged[int(where * (len(damaged) - 1))] = value
    shutil.rmtree(place / "out", ignore_errors=True)
    try:
        opened(place, bytes(damaged[: int(len(damaged) * keep)]))
    except Refused:
        assert not (place / "out").exists()


def test_every_rule_of_containers_has_a_place_in_the_code():
    folder = PROJECT / "preservation"
    code = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    families = ("CONTAINER-", "ZIP-", "TAR-", "7Z-")
    assert [it for it in rules() if it.startswith(families) and f'"{it}"' not in code] == []


def test_no_limit_of_the_test_is_left_behind():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
