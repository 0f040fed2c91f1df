"""A bag with hundreds of thousands of faults: few are told, all are counted, memory stays flat."""

import hashlib
import io
import tracemalloc

import pytest

from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.model.premis import Outcome
from preservation.model.report import EACH, Counted, Remark
from preservation.rules import Refused
from preservation.stages.receive import receive
from preservation.stages.verify import verify
from preservation.standards import bagit
from preservation.standards.bagit import fetch, manifests, tags
from preservation.standards.bagit.lines import MOST_ABSENT

MANY = 200_000
HEX = b"d41d8cd98f00b204e9800998ecf8427e"
PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")


class Lines(io.RawIOBase):
    """Lines that are made while they are read, so that only what is kept of them counts."""

    def __init__(self, line, times=MANY):
        self.line, self.left = line, times

    def read(self, size=-1):
        times = min(self.left, max(1, size // (200 + len(self.line))))
        first, self.left = self.left, self.left - times
        if b"%d" not in self.line:
            return self.line * times
        return b"".join(self.line % (first - n) for n in range(times))


def counted(remarks):
    """How many faults of each code are told of, and how many remarks tell of them."""
    found = {}
    for remark in remarks:
        more = remark.found.startswith("the same in ")
        number = int(remark.found.split()[3]) if more else 1
        told, shown = found.get(remark.code, (0, 0))
        found[remark.code] = (told + number, shown + 1)
    return found


def peak(run):
    """What a call gives, and the most memory that it had at once, in octets."""
    tracemalloc.start()
    try:
        return run(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"no digest at all %d\n", "RFC8493-2.1.3-LINE"),
        (HEX + b"  ../up/%d\n", "RFC8493-5.1"),
        (HEX + b"  data/a\n", "RFC8493-2.1.3-DUPLICATE"),
        (b"\xff no text and no digest %d\n", "RFC8493-2.1.1-TEXT"),
    ],
)
def test_the_bad_lines_of_a_manifest_are_counted_in_flat_memory(line, code):
    named, told = manifests.name(b"manifest-md5.txt"), tags.Declaration()
    found, most = peak(lambda: manifests.read(Lines(line), named, told, ()))
    faults, shown = counted(found.remarks)[code]
    assert MANY - 1 <= faults <= MANY
    assert shown == EACH + 1
    assert most < 8_000_000


@pytest.mark.parametrize("line", [HEX + b" *./data/a\n", HEX + b" *./data/%d\n"])
def test_lines_that_are_marked_alike_are_counted(line):
    named = manifests.name(b"manifest-md5.txt")
    found = manifests.read(Lines(line, 50_000), named, tags.Declaration((0, 97)), ())
    said = {it.code: it.found for it in found.remarks}
    assert said["RFC8493-6-MARKER"].endswith("20 and 49980 more")
    assert said["RFC8493-2.1.3-RELATIVE"].endswith("20 and 49980 more")


def test_a_list_of_far_more_files_than_there_are_is_not_read_on():
    named, told = manifests.name(b"manifest-md5.txt"), tags.Declaration()
    found = manifests.read(Lines(HEX + b"  data/%d\n"), named, told, {b"data/1": 0})
    (remark,) = found.remarks
    assert remark.code == "RFC8493-2.1.1-LONG"
    assert len(found.entries) < MOST_ABSENT + 30_000  # and the lines of one block
    listed = fetch.read(Lines(b"https://a.invalid/a 1 data/%d\n"), told, {"a.invalid"}, ())
    assert [it.code for it in listed.remarks] == ["RFC8493-2.1.1-LONG"]
    listed = fetch.read(Lines(b"https://%d.invalid/a 1 data/a\n"), told, ())
    assert len(listed.remarks.all()) <= 2 * EACH + 3


@pytest.mark.parametrize("line", [b"no label\n", b" goes on\n", b"Label: value of the label %d\n"])
def test_the_lines_of_bag_info_are_read_in_flat_memory(line):
    (told, remarks), most = peak(
        lambda: tags.labels(Lines(line, 110_000), "bag-info.txt", tags.Declaration())
    )
    assert "RFC8493-2.1.1-LONG" in {it.code for it in remarks}
    assert len(remarks) <= EACH + 2
    assert len(told) <= 100_000
    assert most < 50_000_000


def test_a_bag_info_of_many_octets_is_not_read_on():
    stream = Lines(b"Label: %d" + b"a" * 60_000 + b"\n", 2000)
    _, remarks = tags.labels(stream, "bag-info.txt", tags.Declaration())
    assert [it.code for it in remarks] == ["RFC8493-2.1.1-LONG"]
    assert stream.left > 0


def test_the_faults_of_a_whole_bag_are_told_in_few_remarks():
    """Missing, unlisted, in the wrong list, of odd names: 200,000 of each."""
    half = MANY // 4
    names = [b"data/%d?.txt" % n for n in range(half)]
    files = {
        b"bagit.txt": bagit.DECLARATION,
        b"manifest-md5.txt": b"".join(HEX + b"  data/gone/%d\n" % n for n in range(half)),
        b"tagmanifest-md5.txt": b"".join(HEX + b"  " + name + b"\n" for name in names),
        b"fetch.txt": b"".join(b"https://a.invalid/ 1 data/far/%d\n" % n for n in range(half)),
    }
    sizes = {name: len(content) for name, content in files.items()} | dict.fromkeys(names, 0)
    bag = bagit.judge(lambda name: io.BytesIO(files[name]), sizes)
    found = counted(bag.remarks)
    for code in ("3-MISSING", "3-UNLISTED", "2.2.1-PAYLOAD", "2.2.3-ABSENT", "6-WINDOWS"):
        assert found[f"RFC8493-{code}"] == (half, EACH + 1)
    assert len(bag.remarks) <= len(found) * (EACH + 1)


def test_digests_that_do_not_agree_are_counted(tmp_path, quiet):
    files = 4 * EACH
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    digest = hashlib.md5(b"a", usedforsecurity=False).hexdigest()
    for n in range(files):
        (bag / f"data/{n}.txt").write_bytes(b"b")
    (bag / "bagit.txt").write_bytes(bagit.DECLARATION)
    listed = "".join(f"{digest}  data/{n}.txt\n" for n in range(files))
    (bag / "manifest-md5.txt").write_text(listed)
    source, events = FolderSource(bag), []

    def run(stage):
        while True:
            try:
                events.append(next(stage))
            except StopIteration as end:
                return end.value

    sip = run(receive(source, package=PACKAGE))
    with pytest.raises(Refused) as refused:
        run(verify(sip, source, holder=None, cores=1, progress=quiet))
    assert counted(refused.value.remarks) == {"RFC8493-3-DIGEST": (files, EACH + 1)}
    failed = [it for it in events if it.outcome is Outcome.FAILURE]
    assert len(failed) == EACH + 1
    assert failed[-1].note == f"{files - EACH} more files are not what their digests say"
    told = dict.fromkeys(remark for it in failed for remark in it.remarks)
    assert set(told) == set(refused.value.remarks)


def test_remarks_that_were_counted_apart_are_counted_together():
    one, two = Counted(), Counted()
    for n in range(60):
        one.append(Remark("RFC8493-5.1", f"a, line {n}"))
        two.append(Remark("RFC8493-5.1", f"b, line {n}"))
    two.append(Remark("RFC8493-2.4", "c"))
    whole = Counted()
    whole += one
    whole += two
    assert counted(whole) == {"RFC8493-5.1": (120, EACH + 1), "RFC8493-2.4": (1, 1)}
    assert [it.where for it in whole][:EACH] == [f"a, line {n}" for n in range(EACH)]
