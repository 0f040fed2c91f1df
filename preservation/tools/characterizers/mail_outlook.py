"""Messages of Outlook: OLE2 files whose streams are properties of MAPI ([MS-OXMSG])."""

import struct
from datetime import UTC, datetime, timedelta

import olefile

from preservation.tools.characterizers.extraction import damage
from preservation.tools.process import Json

_TEXTS = (
    ("from", "0C1A"),  # PidTagSenderName
    ("subject", "0037"),  # PidTagSubject
    ("message id", "1035"),  # PidTagInternetMessageId
)
_RECIPIENTS = (("to", "0E04"), ("cc", "0E03"), ("bcc", "0E02"))
_SENT = 0x00390040  # PidTagClientSubmitTime, PtypTime
_PROPERTIES = "__properties_version1.0"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LISTED = 20


def told_by_outlook(path: str) -> Json:
    """Facts of one message."""
    try:
        with olefile.OleFileIO(path) as ole:
            if not ole.exists(_PROPERTIES):
                return "it is no message of Outlook"
            return [_facts(ole), []]
    except (OSError, ValueError, IndexError, struct.error, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return [damage([f"the OLE2 structure cannot be read: {error}"]), []]


def _facts(ole: "olefile.OleFileIO") -> list[tuple[str, str]]:
    facts = [(name, value) for name, tag in _TEXTS if (value := _text(ole, "", tag))]
    for name, tag in _RECIPIENTS:
        count = len([one for one in _text(ole, "", tag).split(";") if one.strip()])
        facts += [(f"recipients ({name})", str(count))] if count else []
    facts += [("date", date)] if (date := _sent(ole)) else []
    folders = sorted({e[0] for e in ole.listdir() if e[0].startswith("__attach_version1.0_")})
    if folders:
        facts.append(("attachments", str(len(folders))))
        for folder in folders[:_LISTED]:
            name = _text(ole, folder, "3707") or _text(ole, folder, "3704")
            data = f"{folder}/__substg1.0_37010102"
            size = ole.get_size(data) if ole.exists(data) else 0
            facts.append(("attachment", f"{name or 'without a name'} ({size} octets)"))
    return facts


def _text(ole: "olefile.OleFileIO", folder: str, tag: str) -> str:
    """A property in UTF-16, or else in the code page of Western Europe."""
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        name = f"{folder}/__substg1.0_{tag}{kind}" if folder else f"__substg1.0_{tag}{kind}"
        if ole.exists(name):
            content: bytes = ole.openstream(name).read(1 << 16)
            return content.decode(encoding, "replace").rstrip("\0")
    return ""


def _sent(ole: "olefile.OleFileIO") -> str:
    content: bytes = ole.openstream(_PROPERTIES).read(1 << 16)
    for start in range(32, len(content) - 15, 16):
        tag, _, ticks = struct.unpack_from("<IIQ", content, start)
        if tag == _SENT and ticks:
            moment = _EPOCH + timedelta(microseconds=ticks // 10)
            return moment.isoformat(timespec="seconds")
    return ""
