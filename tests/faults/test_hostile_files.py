"""Files that would harm whoever opens them: facts about them are recorded, nothing is decoded."""

import struct
import zlib

import pikepdf
import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest
from preservation.standards import premis

SIDE = 60_000


def huge_png():
    """An image of 60,000 x 60,000 pixels, a few kilobytes of zeros; decoded 3.4 GiB."""
    packer = zlib.compressobj(9)
    row = bytes(1 + SIDE // 8)
    pixels = b"".join(packer.compress(row) for _ in range(SIDE // 20)) + packer.flush()

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def pdf(path, *, script=False, attachment=False, **how):
    with pikepdf.new() as made:
        made.add_blank_page()
        if script:
            action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")
            made.Root.OpenAction = action
        if attachment:
            made.attachments["evil.exe"] = b"MZ" + bytes(100)
        made.save(path, **how)


@pytest.fixture
def tooled(archive_folder):
    """An archive with its tools."""
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    text = text.replace("characterizers = []", 'characterizers = ["pdf", "image"]')
    text = text.replace("validators = []", 'validators = ["pdf", "image", "xml", "zip"]')
    text = text.replace("identifiers = []", 'identifiers = ["siegfried"]')
    file.write_text(text, "utf-8")
    return opened(archive_folder)


def test_what_files_carry_is_recorded_and_not_run(tooled, tmp_path, quiet, monkeypatch):
    sip = tmp_path / "sip"
    sip.mkdir()
    locked = pikepdf.Encryption(owner="o", user="u", R=6)
    pdf(sip / "locked.pdf", encryption=locked)
    pdf(sip / "owner.pdf", encryption=pikepdf.Encryption(owner="o", user="", R=6))
    pdf(sip / "script.pdf", script=True)
    pdf(sip / "attached.pdf", attachment=True)
    (sip / "huge.png").write_bytes(huge_png())
    assert (sip / "huge.png").stat().st_size < 40_000
    documents = []
    write = premis.write_representation

    def keep(**given):
        files = list(given.pop("files"))
        documents.extend(files)
        return write(files=files, **given)

    monkeypatch.setattr(premis, "write_representation", keep)
    receipt = ingest(tooled, sip, again=False, progress=quiet)
    assert receipt.aip_id
    found = {f.original_name: (dict(f.characteristics), f.inhibitors) for f in documents}
    assert found["locked.pdf"][1] == ("password protection",)
    assert found["owner.pdf"][1] == ("encryption",)
    assert found["script.pdf"][0]["JavaScript"] == "yes"
    assert found["attached.pdf"][0]["attachments"] == "1"
    assert (found["huge.png"][0]["width"], found["huge.png"][0]["height"]) == ("60000", "60000")
