"""In which encoding a text is, judged by its octets, and by the letters and words of languages.

Marks and structure come first: a byte order mark, valid UTF-8, zeros at every second place. Only
then are the code pages of one octet tried, each with every language: the characters that a wrong
page gives are not the letters of any. Where that does not tell them apart, all that fit are named.
"""
# ruff: noqa: RUF001  the letters of these languages are meant

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SAMPLE = 1 << 18
"""Octets that are enough to judge by."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "UTF-8", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "UTF-32LE", "utf-32"),
    (codecs.BOM_UTF32_BE, "UTF-32BE", "utf-32"),
    (codecs.BOM_UTF16_LE, "UTF-16LE", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16BE", "utf-16"),
)
PAGES: Final[Mapping[str, str]] = {
    "windows-1252": "cp1252",
    "ISO-8859-1": "iso-8859-1",
    "windows-1250": "cp1250",
    "ISO-8859-2": "iso-8859-2",
    "windows-1254": "cp1254",
    "ISO-8859-9": "iso-8859-9",
    "windows-1251": "cp1251",
    "ISO-8859-5": "iso-8859-5",
}
"""Code pages of the region, by their names at IANA, with those of Python."""

_TYPOGRAPHY = frozenset("„“”‘’‚‹›«»–—…€£§°©®·•†%½¼¾²³±\xa0\xad")
_LETTERS: Final[Mapping[str, tuple[str, str]]] = {
    "Albanian": ("ëç", "windows-1252"),
    "Serbian (Latin)": ("čćžšđ", "windows-1250"),
    "Romani": ("čšžćđ", "windows-1250"),
    "Turkish": ("çğıİöşüâîû", "windows-1254"),
    "Swedish": ("åäöé", "windows-1252"),
    "English": ("é", "windows-1252"),
    "Serbian (Cyrillic)": ("абвгдђежзијклљмнњопрстћуфхцчџш", "windows-1251"),
    "another language in Cyrillic": ("абвгдежзийклмнопрстуфхцчшщъыьэюяѓќѕіїєґў", "windows-1251"),
}
_COMMON: Final[Mapping[str, str]] = {
    "Albanian": "dhe të në për me një që është nga si ka së kjo ky janë më do edhe duke u",
    "Serbian (Latin)": "i je da se u na za su od koji što će sa nije kao biti već ili može još",
    "Romani": "thaj si o e le te na kaj sar vi amen manuš rroma čhave akharipe kerel sas mo",
    "Turkish": "ve bir bu da de için ile olan olarak çok daha göre kadar değil sayılı şu ya",
    "Swedish": "och att det som en på är av för med till den har inte om ett från eller också",
    "English": "the and of to in is that for it as was with on by be are this",
    "Serbian (Cyrillic)": "и је да се у на за су од који што ће са није као бити већ или може још",
    "another language in Cyrillic": "и в не на что с по как от это из за",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SOUND, _MARGIN, _FEW = 0.45, 0.12, 8
_READ = 1 << 15


@dataclass(frozen=True, slots=True)
class Judgement:
    """The encoding of a text, by IANA's name, and by what it was told.

    `codec` is Python's name for it. `same` are encodings that give the same characters here.
    Without a verdict `name` is empty and `candidates` has those that fit about as well.
    """

    name: str
    basis: str
    codec: str = ""
    same: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def judge(sample: bytes, *, whole: bool) -> Judgement | None:
    """The encoding of a text that begins with these octets; None when they are no text.

    `whole` says that the sample is all of it: then a character may not be cut at its end.
    """
    for mark, name, codec in _MARKS:
        if sample.startswith(mark):
            return Judgement(name, "byte order mark", codec)
    wide = _wide(sample)
    if wide:
        return wide
    if b"\0" in sample or _controls(sample) > len(sample) // 100:
        return None
    if sample.isascii():
        return Judgement("US-ASCII", "no octet above 7F", "ascii")
    if _decodes(sample, "utf-8", whole=whole):
        return Judgement("UTF-8", "valid UTF-8", "utf-8")
    return _page(sample)


def _controls(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, CONTROLS))


CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\r\f\x1a"))
"""Octets that no text has but by accident."""


def _wide(sample: bytes) -> Judgement | None:
    """UTF-16 or UTF-32 without a mark: zeros where characters of most texts have them."""
    if len(sample) < 4 or b"\0" not in sample:
        return None
    for name, unit, place in (
        ("UTF-32LE", 4, 3),
        ("UTF-32BE", 4, 0),
        ("UTF-16LE", 2, 1),
        ("UTF-16BE", 2, 0),
    ):
        cut = sample[: len(sample) // unit * unit]
        zeros = cut[place::unit].count(0) / (len(cut) // unit)
        # Cyrillic has 04 there and zeros only in spaces and line ends.
        if zeros < (0.9 if unit == 4 else 0.1) or not _decodes(cut, name, whole=False):
            continue
        text = cut.decode(name, "ignore")
        odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") for c in text[:4096])
        odd -= sum(text[:4096].count(c) for c in "\t\n\r\f")
        if odd * 50 <= len(text[:4096]) and len({ord(c) >> 8 for c in text[:4096]}) <= 8:
            return Judgement(name, "zeros at every second octet" if unit == 2 else _QUADS, name)
    return None


_QUADS = "zeros in every four octets"


def _decodes(sample: bytes, codec: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(sample, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _page(sample: bytes) -> Judgement:
    """The code page whose characters are those of a language, or those that may be it."""
    texts: dict[str, list[str]] = {}
    for name, codec in PAGES.items():
        if name.startswith("ISO") and re.search(rb"[\x80-\x9f]", sample):
            continue  # control characters there
        try:
            texts.setdefault(sample.decode(codec), []).append(name)
        except UnicodeDecodeError:
            continue
    if not texts:
        return Judgement("", "no code page that is known fits", "latin-1")
    ranked = sorted(
        ((*_fit(text), text, names) for text, names in texts.items()), key=lambda it: -it[0]
    )
    score, language, text, names = ranked[0]
    few = sum(not c.isascii() for c in text) < _FEW
    near = [it for it in ranked[1:] if score - it[0] < _MARGIN * (2 if few else 1)]
    if score < _SOUND or near:
        fitting = [name for it in (ranked[0], *near) for name in it[3]]
        return Judgement("", _AMBIGUOUS, "latin-1", candidates=tuple(fitting))
    usual = _LETTERS[language][1]
    name = usual if usual in names else names[0]
    others = tuple(other for other in names if other != name)
    return Judgement(name, f"letters and words of {language}", PAGES[name], others)


_AMBIGUOUS = "several code pages fit about as well"


def _fit(text: str) -> tuple[float, str]:
    """How well the characters are those of the best language, 1 at most but for its words."""
    places = list(_strange(text))
    words = [word.lower() for word in _WORD.findall(text[:_READ])]
    return max((_score(text, language, places, words), language) for language in _LETTERS)


def _score(text: str, language: str, places: Sequence[int], words: Sequence[str]) -> float:
    letters = _LETTERS[language][0]
    own = frozenset(letters + letters.upper()) - {"I"}
    points = sum(_points(text, place, own) for place in places)
    known = sum(word in _WORDS[language] for word in words)
    return points / len(places) + min(2 * known / max(len(words), 1), 0.5)


def _strange(text: str) -> Iterator[int]:
    """The places of the characters outside ASCII, a thousand at most."""
    found = (place for place, char in enumerate(text) if not char.isascii())
    for number, place in enumerate(found):
        if number == 1000:
            return
        yield place


def _points(text: str, place: int, own: frozenset[str]) -> float:
    """What one character says for a language: it is its letter, stands well, or speaks against."""
    char = text[place]
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    within = before.isalpha() and after.isalpha()
    if not char.isalpha():
        plain = char in _TYPOGRAPHY and (not within or char in "’\xad")
        return 0.6 if plain else -2.0
    if char not in own:
        return -1.0
    cyrillic = "Ѐ" <= char <= "ӿ"
    mixed = any(c.isalpha() and ("Ѐ" <= c <= "ӿ") is not cyrillic for c in (before, after))
    if cyrillic and mixed:
        return -2.0
    if not cyrillic and not before.isascii() and not after.isascii() and within:
        return -1.0  # three such letters in a row are no Latin word
    shouted = char.isupper() and before.isalpha() and before.islower()
    return -1.0 if shouted else 1.0
