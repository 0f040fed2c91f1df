"""Draws pages that look like scans: paper, ink, a typewriter or a press, stamps, a signature.

Everything random comes from the seed of the page, so the same page is drawn each time.
"""

import math
import random
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

FONTS = "/usr/share/fonts/truetype/dejavu/DejaVu"
A4 = (8.27, 11.69)
INK = (38, 36, 44)
STAMP_INK = (92, 62, 148)
PEN_INK = (36, 58, 128)


@dataclass(frozen=True)
class Page:
    """What is on one page; `# ` begins a heading, `> ` text at the right, `|` a table row."""

    text: str
    seed: int
    face: Literal["typewriter", "press"] = "typewriter"
    stamp: str = ""
    signed: bool = False
    paper: tuple[int, int, int] = (236, 228, 206)


def scan(page: Page, dpi: int) -> Image.Image:
    """The page as a flatbed scanner sees it: not quite straight, with grain."""
    chance = random.Random(page.seed)
    size = (round(A4[0] * dpi), round(A4[1] * dpi))
    picture = _paper(size, page.paper, chance)
    typist = _Typist(Image.new("L", size), dpi, page.face, chance)
    end = typist.write(page.text)
    picture = _printed(picture, _worn(typist.ink, chance), INK)
    if page.signed:
        pen = _signature(size, (0.60 * size[0], end + 0.05 * dpi), dpi, chance)
        picture = _printed(picture, pen, PEN_INK)
    if page.stamp:
        centre = (0.36 * size[0], min(end + 0.2 * dpi, size[1] - 1.3 * dpi))
        picture = _printed(picture, _stamp(size, page.stamp, centre, dpi, chance), STAMP_INK)
    _punch(picture, dpi)
    angle = chance.choice((-1, 1)) * chance.uniform(0.35, 1.1)
    picture = picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(88, 86, 82))
    return _grain(picture.filter(ImageFilter.GaussianBlur(dpi / 260)), chance, 10)


def bilevel(picture: Image.Image) -> Image.Image:
    """Black and white as a document scanner of its time gave it."""
    grey = picture.convert("L")
    return grey.point(lambda value: 255 if value > 168 else 0).convert("1", dither=0)


def film(picture: Image.Image, chance: random.Random) -> Image.Image:
    """A grey picture as a print of its time: grain, dark corners, sepia, a white border."""
    corners = Image.new("L", picture.size)
    width, height = picture.size
    ImageDraw.Draw(corners).ellipse(
        (-width // 8, -height // 8, width * 9 // 8, height * 9 // 8), 255
    )
    corners = corners.filter(ImageFilter.GaussianBlur(width / 9))
    darker = picture.point(lambda value: value * 0.62)
    toned = ImageOps.colorize(Image.composite(picture, darker, corners), "#241c14", "#f4ead2")
    return ImageOps.expand(_grain(toned, chance, 18), border=26, fill="#f6f1e4")


class _Typist:
    """Sets text line by line on a mask of ink and knows how far down the page it is."""

    def __init__(self, ink: Image.Image, dpi: int, face: str, chance: random.Random) -> None:
        self.ink = ink
        self._draw = ImageDraw.Draw(ink)
        self._dpi = dpi
        self._typed = face == "typewriter"
        self._chance = chance
        name = "SansMono" if self._typed else "Serif"
        points = dpi * (0.16 if self._typed else 0.182)
        self._plain = ImageFont.truetype(f"{FONTS}{name}.ttf", points)
        self._bold = ImageFont.truetype(f"{FONTS}{name}-Bold.ttf", points * 1.12)
        self._left, self._right = dpi * 1.15, ink.width - dpi * 0.85
        self._y = dpi * 1.0
        self._step = points * 1.7

    def write(self, text: str) -> float:
        """Set a text and give the height at which it ends."""
        for line in text.strip("\n").splitlines():
            if line.startswith("# "):
                self._centred(line[2:])
            elif line.startswith("> "):
                self._set(line[2:], self._right - self._plain.getlength(line[2:]), self._plain)
            elif line.startswith("|"):
                self._row([cell.strip() for cell in line[1:-1].split("|")])
            elif line:
                self._paragraph(line)
            else:
                self._y += self._step * 0.55
        return self._y

    def _centred(self, line: str) -> None:
        self._set(line, (self._left + self._right - self._bold.getlength(line)) / 2, self._bold)

    def _paragraph(self, text: str) -> None:
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}".strip()
            if self._plain.getlength(longer) > self._right - self._left:
                self._set(line, self._left, self._plain)
                longer = word
            line = longer
        self._set(line, self._left, self._plain)

    def _row(self, cells: list[str]) -> None:
        """Cells of `|a|b|`; the first and the last columns are narrower than the others."""
        widths = [0.7, *[1.3] * (len(cells) - 2), 1.0]
        x, scale = self._left, (self._right - self._left) / sum(widths)
        top = self._y - self._step * 0.18
        for cell, width in zip(cells, widths, strict=True):
            box = (x, top, x + width * scale, top + self._step * 1.1)
            self._draw.rectangle(box, outline=190, width=max(1, self._dpi // 90))
            self._glyphs(cell, x + self._dpi * 0.06, self._plain)
            x += width * scale
        self._y += self._step * 1.1

    def _set(self, line: str, x: float, font: ImageFont.FreeTypeFont) -> None:
        self._glyphs(line, x, font)
        self._y += self._step

    def _glyphs(self, line: str, x: float, font: ImageFont.FreeTypeFont) -> None:
        if not self._typed:
            self._draw.text((x, self._y), line, 235, font)
            return
        for char in line:
            jump = self._chance.gauss(0, self._dpi * 0.004)
            force = int(min(255, max(120, self._chance.gauss(215, 28))))
            self._draw.text((x, self._y + jump), char, force, font)
            x += font.getlength(char)


def _noise(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Grey noise about 128, nearer to a bell curve than to a box."""
    first, second = (Image.frombytes("L", size, chance.randbytes(size[0] * size[1])) for _ in "ab")
    return ImageChops.blend(first, second, 0.5)


def _clouds(size: tuple[int, int], cells: int, chance: random.Random) -> Image.Image:
    """Soft patches, about so many across the page."""
    grid = (cells, max(2, round(cells * size[1] / size[0])))
    return _noise(grid, chance).resize(size, Image.Resampling.BICUBIC)


def _grain(picture: Image.Image, chance: random.Random, strength: float) -> Image.Image:
    noise = _noise(picture.size, chance).filter(ImageFilter.GaussianBlur(0.6))
    shifted = noise.point(lambda value: 128 + (value - 128) * strength / 64)
    return ImageChops.add(picture, Image.merge("RGB", [shifted] * 3), offset=-128)


def _paper(
    size: tuple[int, int], colour: tuple[int, int, int], chance: random.Random
) -> Image.Image:
    """Paper, browner towards its edges, with stains."""
    stains = ImageChops.blend(_clouds(size, 6, chance), _clouds(size, 40, chance), 0.3)
    edge = Image.new("L", size, 255)
    width = size[0] // 18
    ImageDraw.Draw(edge).rectangle((width, width, size[0] - width, size[1] - width), fill=0)
    edge = edge.filter(ImageFilter.GaussianBlur(width * 0.9))
    aged = Image.new("RGB", size, colour)
    brown = Image.new("RGB", size, (176, 142, 92))
    aged.paste(brown, mask=edge.point(lambda value: value * 0.45))
    aged.paste(brown, mask=stains.point(lambda value: max(0, value - 118) * 0.5))
    return aged


def _worn(ink: Image.Image, chance: random.Random) -> Image.Image:
    """Ink that is not equally strong everywhere."""
    strength = _clouds(ink.size, 25, chance).point(lambda value: min(255, 150 + value * 0.75))
    return ImageChops.multiply(ink.filter(ImageFilter.GaussianBlur(ink.width / 2600)), strength)


def _printed(picture: Image.Image, mask: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask)


def _stamp(
    size: tuple[int, int],
    text: str,
    centre: tuple[float, float],
    dpi: int,
    chance: random.Random,
) -> Image.Image:
    """A round stamp with its text along the rim, pressed by a hand."""
    radius, scale = 0.62 * dpi, 3
    side = round(radius * 2.2 * scale)
    rubber = Image.new("L", (side, side))
    draw = ImageDraw.Draw(rubber)
    for part, width in ((1.0, 0.045), (0.66, 0.02)):
        reach = radius * part * scale
        box = (side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach)
        draw.ellipse(box, outline=255, width=max(2, round(radius * width * scale)))
    draw.regular_polygon((side / 2, side / 2, radius * 0.3 * scale), 5, 0, outline=255, width=scale)
    font = ImageFont.truetype(f"{FONTS}Sans-Bold.ttf", radius * 0.2 * scale)
    for index, char in enumerate(text):
        turn = 360 * index / len(text)
        glyph = Image.new("L", (side, side))
        place = (side / 2, side / 2 - radius * 0.83 * scale)
        ImageDraw.Draw(glyph).text(place, char, 255, font, anchor="mm")
        rubber = ImageChops.lighter(rubber, glyph.rotate(-turn, Image.Resampling.BICUBIC))
    rubber = rubber.rotate(chance.uniform(-25, 25), Image.Resampling.BICUBIC)
    rubber = rubber.resize((side // scale, side // scale), Image.Resampling.LANCZOS)
    pressed = _clouds(rubber.size, 7, chance).point(lambda value: min(235, max(40, value * 1.6)))
    mask = Image.new("L", size)
    corner = (round(centre[0] - side / scale / 2), round(centre[1] - side / scale / 2))
    mask.paste(ImageChops.multiply(rubber, pressed), corner)
    return mask


def _signature(
    size: tuple[int, int], start: tuple[float, float], dpi: int, chance: random.Random
) -> Image.Image:
    """A quick scrawl with a pen."""
    mask = Image.new("L", size)
    beat, lift, swing = chance.uniform(4, 11), chance.uniform(0.08, 0.2), chance.uniform(0, 6)
    points = []
    for step in range(260):
        t = step / 260
        height = math.sin(t * beat * 6.28) * lift * (1 - 0.7 * t) + math.sin(t * 9 + swing) * 0.1
        sway = math.cos(t * beat * 6.28 + swing) * 0.07
        points.append((start[0] + (t * 1.5 + sway) * dpi, start[1] + (0.15 - height) * dpi))
    ImageDraw.Draw(mask).line(points, fill=225, width=max(1, round(dpi / 60)), joint="curve")
    return mask.filter(ImageFilter.GaussianBlur(dpi / 300))


def _punch(picture: Image.Image, dpi: int) -> None:
    """Two holes of an office punch, 80 mm apart (ISO 838)."""
    draw = ImageDraw.Draw(picture)
    for offset in (-40, 40):
        x, y = 12 / 25.4 * dpi, picture.height / 2 + offset / 25.4 * dpi
        reach = 3 / 25.4 * dpi
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(88, 86, 82))
