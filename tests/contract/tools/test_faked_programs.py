"""Programs that misbehave in every way make no file faulty, and what is missing or old is said."""

import os
import stat

import pytest
from PIL import Image as Pillow

from preservation.errors import ToolFailed
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.validity import Candidate, Verdict
from preservation.tools.characterizers.exiftool import ExifTool
from preservation.tools.characterizers.media import Media as Facts
from preservation.tools.validators.jhove import Jhove
from preservation.tools.validators.media import Media
from preservation.tools.validators.mediaconch import MediaConch
from preservation.tools.validators.png import Png

SCRIPTS = {
    "says nothing": "exit 0",
    "crashes": "kill -SEGV $$",
    "hangs": "exec sleep 60",
    "floods": "exec yes flood",
    "talks nonsense": "echo nonsense; exit 3",
}
VALIDATORS = {
    "media": (Media, "ffmpeg version 5.1", "ffmpeg version 3.2"),
    "png": (Png, "PNGcheck, version 3.0.3 of", "PNGcheck, version 1.9 of"),
    "mediaconch": (
        MediaConch,
        "MediaConch Command Line Interface 23.03",
        "MediaConch Command Line Interface 17.1",
    ),
}
CHARACTERIZERS = {
    "media facts": (Facts, "MediaInfoLib - v23.04", "MediaInfoLib - v0.7"),
    "exiftool": (ExifTool, "12.57", "9.01"),
}
ALL = VALIDATORS | CHARACTERIZERS


@pytest.fixture
def fake(tmp_path):
    """Writes a program that tells a version and then misbehaves."""

    def write(version, script):
        program = tmp_path / "program"
        asked = 'case "$*" in -version|--Version|-h|*-ver|*jhove.conf\\ -v)'
        program.write_text(f'#!/bin/sh\n{asked} echo "{version}"; exit 0;; esac\n{script}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return write


@pytest.fixture
def file(tmp_path):
    """A file that begins as the format that each validator is for."""

    def write(name):
        place = tmp_path / "good"
        if name == "png":
            Pillow.new("L", (9, 9)).save(place, "PNG")
        else:
            place.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(99))
        return os.fsencode(place)

    return write


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("name", VALIDATORS)
def test_a_program_that_misbehaves_makes_no_file_faulty(fake, file, name, script):
    make, version, _ = VALIDATORS[name]
    candidate = Candidate(Format(Puid("fmt/1"), "x"))
    with make(program=fake(version, SCRIPTS[script]), patience=1) as tool:
        (found,) = tool.validate([(file(name), candidate)])
    if (name, script) == ("media", "says nothing"):
        assert found.verdict is Verdict.WELL_FORMED, "silence and success is all that FFmpeg says"
    else:
        assert found.verdict is Verdict.NOT_PERFORMED, found


@pytest.mark.parametrize("script", SCRIPTS)
def test_java_that_misbehaves_makes_no_file_faulty(fake, tmp_path, script):
    Pillow.new("L", (9, 9)).save(tmp_path / "good", "TIFF")
    told = fake("Jhove (Rel. 1.32.1, 2024)", SCRIPTS[script])
    with Jhove(java=told, jars=told, patience=1) as tool:
        (found,) = tool.validate([(os.fsencode(tmp_path / "good"), Candidate(Format(None, "x")))])
    assert found.verdict is Verdict.NOT_PERFORMED, found


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("name", CHARACTERIZERS)
def test_a_program_that_misbehaves_is_a_reason(fake, file, name, script):
    make, version, _ = CHARACTERIZERS[name]
    with make(program=fake(version, SCRIPTS[script]), patience=1) as tool:
        (found,) = tool.characterize([file(name)])
    assert isinstance(found, str)


@pytest.mark.parametrize("name", ALL)
def test_a_program_that_is_missing_or_too_old_is_said(fake, name):
    make, _, old = ALL[name]
    for program, words in (
        ("no-such-program", "no-such-program is not installed"),
        (fake(old, "exit 0"), "or newer is needed"),
        (fake("who knows", "exit 0"), "does not tell its version"),
    ):
        with make(program=program) as tool, pytest.raises(ToolFailed, match=words):
            _ = tool.agent
