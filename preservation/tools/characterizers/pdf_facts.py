"""What a PDF carries: fonts, forms, signatures, what its owner forbids; nothing of it is run."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from preservation.tools.process import Json

if TYPE_CHECKING:
    import pikepdf

_PAGES = 500
_FIELDS = 5_000
_DATE = re.compile(
    r"D?:?(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:Z|([+-]\d\d)'?(\d\d)?'?)?)?)?)?"
)
_FORBIDDEN = {
    "extract": "copying text",
    "print_highres": "printing",
    "modify_other": "changing",
    "accessibility": "reading aloud",
}
_EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")


def facts_of(pdf: "pikepdf.Pdf") -> Iterator[tuple[str, str]]:
    """Facts in the order of their interest; may raise whatever a damaged PDF makes of pikepdf."""
    yield from _active(pdf)
    yield from _fonts(pdf)
    form: Json = pdf.Root.get("/AcroForm", {})
    if "/XFA" in form:
        yield "XFA form", "yes"
    signatures = sum(str(field.get("/FT", "")) == "/Sig" for field in _fields(form))
    if signatures:
        yield "signatures", str(signatures)
    marked: Json = pdf.Root.get("/MarkInfo", {})
    if bool(marked.get("/Marked", False)):
        yield "tagged", "yes"
    if pdf.is_linearized:
        yield "linearized", "yes"
    if pdf.is_encrypted:
        forbidden = [name for key, name in _FORBIDDEN.items() if not getattr(pdf.allow, key)]
        if forbidden:
            yield "forbidden", ", ".join(forbidden)


def programs_of(pdf: "pikepdf.Pdf") -> Iterator[tuple[str, str, str]]:
    """The program that wrote the document, and the one that made a PDF of it, with the date."""
    told: Json = pdf.trailer.get("/Info", {})
    created = date(str(told.get("/CreationDate", "")))
    seen = set()
    for key in ("/Creator", "/Producer"):
        name = str(told.get(key, "")).strip()
        if name and name not in seen:
            seen.add(name)
            yield name, "", created


def date(written: str) -> str:
    """A date of PDF (ISO 32000-1, 7.9.4) in ISO 8601; nothing where it is none."""
    found = _DATE.match(written)
    if not found:
        return ""
    year, month, day, hour, minute, second, zone, rest = found.groups()
    text = "-".join(part for part in (year, month, day) if part)
    if hour and minute:
        text += f"T{hour}:{minute}:{second or '00'}"
        text += f"{zone}:{rest or '00'}" if zone else "Z" if "Z" in found[0] else ""
    return text


def _active(pdf: "pikepdf.Pdf") -> Iterator[tuple[str, str]]:
    """Scripts that run when the document is opened, and files in it."""
    names: Json = pdf.Root.get("/Names", {})
    action: Json = pdf.Root.get("/OpenAction", {})
    if "/JavaScript" in names or (
        hasattr(action, "keys") and str(action.get("/S", "")) == "/JavaScript"
    ):
        yield "JavaScript", "yes"
    if pdf.attachments:
        yield "attachments", str(len(pdf.attachments))


def _fonts(pdf: "pikepdf.Pdf") -> Iterator[tuple[str, str]]:
    """Fonts of the first pages; whether their outlines are in the file (ISO 32000-1, 9.9)."""
    embedded: dict[object, bool] = {}
    for page in islice(pdf.pages, _PAGES):
        resources: Json = page.obj.get("/Resources", {})
        fonts: Json = resources.get("/Font", {})
        for font in fonts.values():
            key = font.objgen if font.is_indirect else len(embedded)
            if key not in embedded:
                embedded[key] = _embedded(font)
    if embedded:
        yield "fonts", str(len(embedded))
        missing = sum(not there for there in embedded.values())
        if missing:
            yield "fonts not embedded", str(missing)


def _embedded(font: Json) -> bool:
    if str(font.get("/Subtype", "")) == "/Type3":
        return True  # its outlines are content of the file
    inner: Json = font
    if "/DescendantFonts" in font:
        inner = font.DescendantFonts[0]
    descriptor: Json = inner.get("/FontDescriptor", {})
    return any(key in descriptor for key in _EMBEDDED)


def _fields(form: Json) -> Iterator[Json]:
    """Fields of a form and their kids, up to some thousand."""
    waiting = list(form.get("/Fields", []))[:_FIELDS]
    for _ in range(_FIELDS):
        if not waiting:
            return
        field = waiting.pop()
        if hasattr(field, "keys"):
            yield field
            waiting += list(field.get("/Kids", []))[:_FIELDS]
