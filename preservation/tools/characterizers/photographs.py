"""What a camera or scanner left in an image (Exif 2.3, TIFF 6.0): when, with what, which way up."""

import re
from typing import Any

_MAKE, _MODEL, _SOFTWARE, _ORIENTATION, _CHANGED = 271, 272, 305, 274, 306
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _DIGITIZED = 0x9003, 0x9004
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_LATITUDE = 2

Told = tuple[list[tuple[str, str]], list[tuple[str, str, str]]]


def photographed(image: Any) -> Told:  # noqa: ANN401  Pillow's image of any kind
    """Facts, and the program and device; where it was taken is told as `yes` only."""
    if image.format == "PNG" and "exif" not in image.info:
        return [], []  # Pillow would decode it all to look for more behind the pixels
    try:
        exif = image.getexif()
        inner, place = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
    except MemoryError:
        raise
    except Exception:  # its readers raise anything; the image itself may be sound
        return [("camera data", "cannot be read")], []
    facts = []
    taken = _date(inner.get(_TAKEN)) or _date(inner.get(_DIGITIZED))
    if taken:
        facts.append(("taken", taken))
    orientation = exif.get(_ORIENTATION)
    if isinstance(orientation, int) and orientation != 1:
        facts.append(("orientation", str(orientation)))
    if _LATITUDE in place:
        facts.append(("GPS position", "yes"))
    device = " ".join(part for part in (_text(exif.get(_MAKE)), _text(exif.get(_MODEL))) if part)
    made = taken or _date(exif.get(_CHANGED))
    programs = [(name, "", made) for name in (device, _text(exif.get(_SOFTWARE))) if name]
    return facts, programs


def _text(value: object) -> str:
    return value.strip("\0 ") if isinstance(value, str) else ""


def _date(value: object) -> str:
    found = _DATE.match(_text(value))
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}" if found else ""
