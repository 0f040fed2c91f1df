"""The tar of an AIP: others open it, any range of it can be made, the same members are the same."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.errors import Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.model.storage import Member
from preservation.standards import tar

COMPONENT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/"),
    min_size=1,
    max_size=80,
).filter(lambda name: name not in (".", ".."))
NAMES = st.lists(COMPONENT, min_size=1, max_size=6).map("/".join)
CONTENTS = st.one_of(st.binary(max_size=1100), st.sampled_from([b"", b"x" * 512, b"y" * 513]))


def members(folder: Path, contents: dict[str, bytes]) -> list[Member]:
    found = []
    for number, (name, content) in enumerate(contents.items()):
        source = folder / str(number)
        source.write_bytes(content)
        digest = Digest(Algorithm.SHA512, hashlib.sha512(content).hexdigest())
        found.append(Member("top/" + name, len(content), digest, 86_400 * number, bytes(source)))
    return found


@settings(max_examples=80, deadline=None)
@given(contents=st.dictionaries(NAMES, CONTENTS, max_size=6), data=st.data())
def test_the_standard_library_reads_names_offsets_and_contents(tmp_path_factory, contents, data):
    laid = members(tmp_path_factory.mktemp("sources"), contents)
    layout = tar.Layout(laid)
    whole = b"".join(layout.chunks())
    assert len(whole) == layout.size
    with tarfile.open(fileobj=io.BytesIO(whole), format=tarfile.PAX_FORMAT) as archive:
        read = archive.getmembers()
        assert [m.name for m in read] == [m.name for m in laid]
        for index, member in enumerate(read):
            assert member.offset_data == layout.offset(index)
            assert (member.mode, member.uid, member.gid) == (0o644, 0, 0)
            assert archive.extractfile(member).read() == contents[member.name[4:]]
    start = data.draw(st.integers(0, layout.size))
    stop = data.draw(st.integers(start, layout.size))
    assert b"".join(layout.chunks(start, stop)) == whole[start:stop]


def test_gnu_tar_unpacks_what_is_laid_out(tmp_path):
    contents = {"deep/" * 60 + "f": b"1", "q" * 255: b"", "одлука.txt": b"z" * 512, "a": b"n"}
    source = tmp_path / "sources"
    source.mkdir()
    whole = b"".join(tar.Layout(members(source, contents)).chunks())
    subprocess.run(["tar", "-xf", "-"], input=whole, cwd=tmp_path, check=True)
    for name, content in contents.items():
        assert (tmp_path / "top" / name).read_bytes() == content


def test_a_member_of_more_than_eight_gibibytes_has_its_size_in_an_extended_header():
    size = 9 * 1024**3
    head = tar.header("top/a", size, 0)
    with tarfile.open(fileobj=io.BytesIO(head + tar.END)) as archive:
        read = archive.firstmember
    assert (read.name, read.size) == ("top/a", size)


@pytest.mark.parametrize("content", [b"short", b"longer than before"])
def test_a_source_that_changed_its_size_is_refused(tmp_path, content):
    laid = members(tmp_path, {"a": b"ten octets"})
    Path(laid[0].source.decode()).write_bytes(content)
    with pytest.raises(Rejected, match="top/a: 10 octets when it was checked in"):
        list(tar.Layout(laid).chunks())
