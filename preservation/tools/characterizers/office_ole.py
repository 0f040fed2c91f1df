"""Office documents before 2007, and encrypted ones of today: OLE2 files, by olefile."""

import struct
from datetime import datetime

import olefile

from preservation.tools.characterizers.extraction import damage
from preservation.tools.process import Json

_ENCRYPTED_WORD = 0x0100
_DATES = (("created", "create_time"), ("modified", "last_saved_time"))
_TEXTS = (("title", "title"), ("creator", "author"))
_NUMBERS = (("pages", "num_pages"), ("words", "num_words"), ("slides", "slides"))


def told_by_ole(path: str) -> Json:
    """Facts, inhibitors and programs of one file ([MS-OLEPS], SummaryInformation)."""
    try:
        with olefile.OleFileIO(path) as ole:
            return _told(ole)
    except (OSError, ValueError, IndexError, struct.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return [damage([f"the OLE2 structure cannot be read: {error}"]), []]


def _told(ole: "olefile.OleFileIO") -> Json:
    if ole.exists("EncryptedPackage"):
        return [[], ["password protection"]]
    meta = ole.get_metadata()
    codepage = f"cp{meta.codepage}" if meta.codepage else "cp1252"
    facts = []
    for name, key in _TEXTS:
        if value := _text(getattr(meta, key), codepage):
            facts.append((name, value))
    dates = {}
    for name, key in _DATES:
        value = getattr(meta, key)
        if isinstance(value, datetime) and value.year > 1900:
            dates[name] = f"{value.isoformat(timespec='seconds')}Z"  # they are in UTC
            facts.append((name, dates[name]))
    for name, key in _NUMBERS:
        value = getattr(meta, key)
        if isinstance(value, int) and value > 0:
            facts.append((name, str(value)))
    if any(ole.exists(place) for place in ("Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT")):
        facts.append(("macros", "yes"))
    program = _text(meta.creating_application, codepage)
    applications = [(program, "", dates.get("created", ""))] if program else []
    return [facts, ["password protection"] if _locked(ole) else [], applications]


def _locked(ole: "olefile.OleFileIO") -> bool:
    """Whether Word says in its file information block that it is encrypted ([MS-DOC], 2.5.2)."""
    if not ole.exists("WordDocument"):
        return False
    head = ole.openstream("WordDocument").read(12)
    return len(head) == 12 and bool(struct.unpack("<H", head[10:12])[0] & _ENCRYPTED_WORD)


def _text(value: Json, codepage: str) -> str:
    if not isinstance(value, bytes):
        return str(value or "")
    try:
        return value.decode(codepage, "replace").rstrip("\0 ")
    except LookupError:
        return value.decode("latin-1").rstrip("\0 ")
