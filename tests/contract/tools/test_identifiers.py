"""Every identifier answers once for each file, in order, whatever the file or its name."""

import os
import struct
import sys
import types
import zipfile

import pytest

from preservation.errors import ToolFailed
from preservation.model.formats import Basis
from preservation.model.premis import AgentType
from preservation.tools import siegfried, standins
from preservation.tools.fido import Fido
from preservation.tools.process import Worker
from preservation.tools.siegfried import Siegfried

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(17) + b"IEND\xaeB`\x82"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"
NOTHING = bytes([3, 7, 1]) * 40


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    with Siegfried(tmp_path_factory.mktemp("scratch")) as first, Fido() as second:
        yield {"siegfried": first, "fido": second}


@pytest.fixture(params=["siegfried", "fido"])
def tool(request, tools):
    return tools[request.param]


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    return write_file


def puids(answer):
    return {one.puid for one in answer.formats}


def test_it_says_who_it_is_and_which_signatures_it_has(tool):
    assert tool.agent.type is AgentType.SOFTWARE
    assert tool.agent.name in ("siegfried", "fido")
    assert tool.agent.version[0].isdigit()
    assert tool.agent.note.startswith("PRONOM 1")


@pytest.mark.parametrize(
    "name",
    [
        b"a.pdf",
        b"A.PDF",
        b"not utf-8 \xff\xfe.pdf",
        b"new\nline.pdf",
        b"tab\tand \x1b escape.pdf",
        "Regjistri i pronës, Приштина.pdf".encode(),
        b"100%25.pdf",
        b"question?x=1#f.pdf",
        b"-v.pdf",
        b"x" * 251 + b".pdf",
        b"folder \xff/with\nall/a.pdf",
        b" .pdf",
    ],
)
def test_a_name_does_not_change_the_answer(tool, write, name):
    (answer,) = tool.identify([write(name, PDF)])
    assert puids(answer) == {"fmt/18"}
    assert answer.basis is Basis.SIGNATURE
    assert answer.sure


def test_an_odd_name_costs_the_others_nothing_and_the_order_is_kept(tool, write):
    paths = [
        write(b"1.png", PNG),
        write(b"\xff.pdf", PDF),
        write(b"2\n.png", PNG),
        write(b"3.pdf", PDF),
    ]
    found = [puids(answer) for answer in tool.identify(paths)]
    assert found[1] == found[3] == {"fmt/18"}
    assert found[0] == found[2] != found[1]
    assert all(found)


def test_more_files_than_a_batch_each_get_their_own_answer(tool, write):
    paths = [write(b"%d" % n, PDF if n % 3 else NOTHING) for n in range(600)]
    answers = list(tool.identify(paths))
    assert [bool(a.formats) for a in answers] == [bool(n % 3) for n in range(600)]
    assert len({id(a) for a in answers}) == 2


def test_no_files_no_answers(tool):
    assert list(tool.identify([])) == []


@pytest.mark.parametrize("name", [b"empty", b"empty.pdf", b"empty.bin"])
def test_an_empty_file_has_no_format_by_content(tool, write, name):
    (answer,) = tool.identify([write(name, b"")])
    assert answer.warning.startswith("empty file")
    assert answer.basis in (Basis.EXTENSION, Basis.NONE)
    assert not answer.not_performed
    assert not answer.sure


def test_an_unknown_format_is_an_answer_without_formats(tool, write):
    (answer,) = tool.identify([write(b"x.zqxj", NOTHING)])
    assert answer.formats == ()
    assert answer.basis is Basis.NONE
    assert not answer.not_performed


@pytest.mark.parametrize("name", [b"a.docx", b"a.odt", b"a.zip", b"a"])
def test_a_truncated_zip_is_never_taken_for_what_it_is_called(tool, write, tmp_path, name):
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("[Content_Types].xml", "wordprocessingml.document" * 40)
    good = whole.read_bytes()
    paths = [write(name, good[: len(good) // 2]), write(b"after.pdf", PDF)]
    answer, after = tool.identify(paths)
    assert answer.basis is not Basis.CONTAINER
    assert not answer.sure
    assert puids(after) == {"fmt/18"}


@pytest.mark.parametrize("header", [b"", bytes(16) + b">\0\3\0\xfe\xff\x09\0"])
def test_a_malformed_ole_file_gets_an_answer_and_so_does_the_next(tool, write, header):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + header + b"\xff" * 600
    answer, after = tool.identify([write(b"a.doc", ole), write(b"after.pdf", PDF)])
    assert answer.basis is not Basis.CONTAINER
    assert not answer.sure
    assert not answer.not_performed
    assert puids(after) == {"fmt/18"}


def test_what_cannot_be_read_is_not_performed_and_the_others_are(tool, write, tmp_path):
    gone = os.fsencode(tmp_path / "gone.pdf")
    one, missing, other = tool.identify([write(b"1.pdf", PDF), gone, write(b"2.pdf", PDF)])
    assert "cannot read it: No such file" in missing.not_performed
    assert str(tmp_path) not in missing.not_performed
    assert missing.formats == ()
    assert puids(one) == puids(other) == {"fmt/18"}


def test_it_writes_nothing_on_the_terminal(tool, write, capfd):
    list(tool.identify([write(b"empty.pdf", b""), write(b"a.zip", b"PK\x03\x04")]))
    assert capfd.readouterr() == ("", "")


def test_a_tool_that_is_closed_starts_again(tool, write):
    path = write(b"a.pdf", PDF)
    before = list(tool.identify([path]))
    tool.close()
    assert list(tool.identify([path])) == before


@pytest.fixture
def broken(monkeypatch, unruly, tools):
    """An identifier whose program is one of the misbehaving ones."""
    workers = []

    def break_it(name, function):
        tool = tools[name]
        assert tool.agent
        worker = Worker(name, getattr(unruly, function))
        workers.append(worker)
        monkeypatch.setattr(tool, "_worker", worker)
        monkeypatch.setattr(tool, "_patience", 1)
        return tool

    yield break_it
    for worker in workers:
        worker.close()


@pytest.mark.parametrize("name", ["siegfried", "fido"])
@pytest.mark.parametrize(
    ("bad", "reason"), [("hang", "timed out after 1 s"), ("crash", "crashed with exit code 9")]
)
def test_the_file_that_breaks_it_is_not_performed_and_no_other(broken, write, name, bad, reason):
    tool = broken(name, "fussy")
    answers = list(tool.identify([write(b"a", PDF), write(bad.encode(), PDF), write(b"b", PDF)]))
    assert len(answers) == 3
    assert answers[1].not_performed == f"{name} {reason}"
    assert "nonsense" in answers[0].not_performed
    assert answers[1].formats == ()


@pytest.mark.parametrize("name", ["siegfried", "fido"])
@pytest.mark.parametrize("function", ["echo", "none_each", "numbers", "lists_of_nothing"])
def test_nonsense_is_neither_unknown_nor_an_answer(broken, write, name, function):
    tool = broken(name, function)
    (answer,) = tool.identify([write(b"a.pdf", PDF)])
    assert "nonsense" in answer.not_performed
    assert not answer.formats


@pytest.mark.parametrize("name", ["siegfried", "fido"])
@pytest.mark.parametrize("function", ["leave", "hang", "nonsense"])
def test_a_program_that_does_not_work_at_all_is_an_error(broken, write, name, function):
    tool = broken(name, function)
    with pytest.raises(ToolFailed, match=name):
        list(tool.identify([write(b"a.pdf", PDF)]))


class TestSiegfried:
    def test_a_large_file_is_told_by_its_two_ends(self, tools, write):
        path = write(b"large.pdf", PDF[:-6])
        os.truncate(path, standins.WINDOW * 3)
        with open(path, "ab") as file:
            file.write(b"\n%%EOF\n")
        (answer,) = tools["siegfried"].identify([path])
        assert puids(answer) == {"fmt/18"}
        assert answer.evidence.endswith("first and last 8 MiB")

    def test_a_large_zip_is_given_whole(self, tools, tmp_path):
        path = tmp_path / "large.docx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("filler", bytes(standins.WINDOW))
            archive.writestr("word/document.xml", "<document/>")
            archive.writestr(
                "[Content_Types].xml",
                '<Override PartName="/word/document.xml" ContentType="application/vnd.openxml'
                'formats-officedocument.wordprocessingml.document.main+xml"/>',
            )
        (answer,) = tools["siegfried"].identify([os.fsencode(path)])
        assert "first and last" not in answer.evidence
        assert answer.basis is Basis.CONTAINER

    def test_many_large_files_keep_their_order_and_leave_no_scratch(
        self, tmp_path, write, monkeypatch
    ):
        monkeypatch.setattr(standins, "WINDOW", 1 << 10)
        monkeypatch.setattr(siegfried, "WINDOW", 1 << 10)
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        paths = [write(b"%d.bin" % n, (PNG if n % 2 else PDF) + bytes(5000)) for n in range(30)]
        with Siegfried(scratch) as tool:
            answers = list(tool.identify(paths))
        assert len(answers) == 30
        assert len({answer.formats for answer in answers[::2]}) == 1
        assert answers[0].formats != answers[1].formats
        assert list(scratch.iterdir()) == []

    def test_a_pipe_is_not_performed_and_does_not_hang(self, tools, tmp_path, write):
        pipe = tmp_path / "pipe.pdf"
        os.mkfifo(pipe)
        answer, after = tools["siegfried"].identify([os.fsencode(pipe), write(b"a.pdf", PDF)])
        assert "not a regular file" in answer.not_performed
        assert puids(after) == {"fmt/18"}

    def test_answers_in_another_order_are_refused(self, monkeypatch):
        pygfried = types.ModuleType("pygfried")
        pygfried.identify_many = lambda paths, **_: {
            "files": [{"filename": path, "errors": "", "matches": []} for path in reversed(paths)]
        }
        monkeypatch.setitem(sys.modules, "pygfried", pygfried)
        with pytest.raises(ValueError, match="not for the files that were asked about"):
            siegfried.scan(["a", "b"])

    def test_text_and_extension_are_no_certainty(self, tools, write):
        text, code = tools["siegfried"].identify(
            [write(b"a.txt", b"hello\n"), write(b"a.py", b"import os\n")]
        )
        assert text.basis is Basis.TEXT
        assert code.basis is Basis.EXTENSION
        assert not text.sure
        assert not code.sure

    def test_a_contradicting_extension_is_a_warning(self, tools, write):
        (answer,) = tools["siegfried"].identify([write(b"a.png", PDF)])
        assert puids(answer) == {"fmt/18"}
        assert answer.warning == "extension mismatch"
        assert not answer.sure
