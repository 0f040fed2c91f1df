"""Draws what is not a page: a town square as an old photograph, and a poster."""

import math
import random

from paper import FONTS, film
from PIL import Image, ImageDraw, ImageFilter, ImageFont


def square(width: int = 960, height: int = 680) -> Image.Image:
    """A square with a clock tower before hills, on a print with a white border."""
    chance = random.Random(1965)
    picture = Image.new("L", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        draw.line((0, y, width, y), fill=round(205 + 30 * y / height))
    for base, reach, tone in ((0.42, 0.13, 178), (0.48, 0.09, 150), (0.53, 0.05, 124)):
        draw.polygon(_ridge(picture.size, base, reach, chance), fill=tone)
    ground = round(height * 0.62)
    draw.rectangle((0, ground, width, height), fill=168)
    for row in range(14):
        y = ground + (row / 14) ** 1.8 * (height - ground)
        draw.line((0, y, width, y), fill=154)
        for column in range(-30, 31):
            x = width / 2 + column * (26 + row * 9) + (row % 2) * (13 + row * 4)
            draw.line((x, y, x + column * 0.9, y + 3 + row * 2.6), fill=156)
    x = 0
    while x < width:
        x = _house(draw, x, ground, chance)
    _tower(draw, round(width * 0.62), ground)
    _fountain(draw, width * 0.33, height * 0.77)
    for place in (0.07, 0.17, 0.86, 0.95):
        _tree(draw, width * place, ground + 18, chance)
    for _ in range(11):
        _person(draw, chance.uniform(0.05, 0.95) * width, chance.uniform(0.68, 0.93), height)
    return film(picture.filter(ImageFilter.GaussianBlur(1.1)), chance)


def poster(lines: tuple[str, ...], dates: str, place: str) -> Image.Image:
    """A poster in five flat colours: open books that fly like birds over a town."""
    width, height = 720, 1020
    paper, red, blue, ochre, dark = "#f3e9d2", "#c8442c", "#22577a", "#e3a02c", "#2b2b2b"
    picture = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width, 560), fill=blue)
    draw.ellipse((430, 70, 630, 270), fill=ochre)
    for x, y, size in ((130, 170, 70), (300, 300, 105), (520, 350, 60), (110, 395, 45)):
        draw.polygon(
            [(x, y), (x - size, y - size * 0.5), (x - size, y + size * 0.1), (x, y + size * 0.6)],
            fill=paper,
        )
        draw.polygon(
            [(x, y), (x + size, y - size * 0.5), (x + size, y + size * 0.1), (x, y + size * 0.6)],
            fill=red,
        )
    for index, roof in enumerate((470, 505, 450, 520, 480, 500, 440, 515)):
        left = index * 90
        draw.rectangle((left, roof, left + 90, 560), fill=dark)
        draw.polygon([(left, roof), (left + 45, roof - 34), (left + 90, roof)], fill=red)
    y = 590
    for line, size in zip(lines, (74, 52, 52), strict=True):
        font = ImageFont.truetype(f"{FONTS}Serif-Bold.ttf", size)
        draw.text((width / 2, y), line, red if size > 60 else dark, font, anchor="ma")
        y += size + 26
    small = ImageFont.truetype(f"{FONTS}Sans.ttf", 30)
    draw.text((width / 2, y + 26), dates, dark, small, anchor="ma")
    draw.text((width / 2, y + 72), place, dark, small, anchor="ma")
    draw.rectangle((0, height - 34, width, height), fill=ochre)
    return picture.quantize(16, dither=Image.Dither.NONE)


def _ridge(
    size: tuple[int, int], base: float, reach: float, chance: random.Random
) -> list[tuple[float, float]]:
    phases = [chance.uniform(0, 6.3) for _ in range(4)]
    line = []
    for x in range(0, size[0] + 8, 8):
        wave = sum(math.sin(x / 190 * (n + 1) + phase) / (n + 1) for n, phase in enumerate(phases))
        line.append((float(x), size[1] * (base - reach * wave / 2)))
    return [*line, (float(size[0]), float(size[1])), (0.0, float(size[1]))]


def _house(draw: ImageDraw.ImageDraw, x: int, ground: int, chance: random.Random) -> int:
    """One house of a row; gives where the next one begins."""
    width, height = chance.randint(70, 125), chance.randint(75, 135)
    wall, top = chance.randint(176, 226), ground - height
    draw.rectangle((x, top, x + width, ground), fill=wall)
    roof = [(x - 5, top), (x + width * 0.5, top - 34), (x + width + 5, top)]
    draw.polygon(roof, fill=chance.randint(84, 112))
    for left in range(x + 10, x + width - 16, 26):
        for upper in range(top + 12, ground - 44, 36):
            draw.rectangle((left, upper, left + 13, upper + 21), fill=72, outline=236)
    draw.rectangle((x + 12, ground - 32, x + 30, ground), fill=58)
    return x + width


def _tower(draw: ImageDraw.ImageDraw, x: int, ground: int) -> None:
    draw.rectangle((x, ground - 292, x + 66, ground), fill=206)
    draw.rectangle((x + 46, ground - 292, x + 66, ground), fill=172)
    draw.rectangle((x - 6, ground - 300, x + 72, ground - 288), fill=140)
    draw.polygon([(x - 6, ground - 300), (x + 33, ground - 362), (x + 72, ground - 300)], fill=88)
    draw.ellipse((x + 10, ground - 276, x + 56, ground - 230), fill=242, outline=48, width=3)
    draw.line((x + 33, ground - 253, x + 33, ground - 270), fill=40, width=3)
    draw.line((x + 33, ground - 253, x + 45, ground - 247), fill=40, width=3)
    for level in (190, 130, 70):
        draw.rectangle((x + 24, ground - level, x + 40, ground - level + 30), fill=70)


def _fountain(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
    draw.ellipse((x - 80, y - 18, x + 80, y + 26), fill=120)
    draw.ellipse((x - 74, y - 20, x + 74, y + 16), fill=226)
    draw.ellipse((x - 64, y - 15, x + 64, y + 10), fill=142)
    draw.rectangle((x - 7, y - 66, x + 7, y), fill=204)
    for side in (-1, 1):
        for reach in (18, 30, 42):
            box = (x - reach, y - 74, x + reach, y + 40)
            draw.arc(box, 180 if side < 0 else 270, 270 if side < 0 else 360, fill=244)


def _tree(draw: ImageDraw.ImageDraw, x: float, ground: float, chance: random.Random) -> None:
    draw.rectangle((x - 5, ground - 90, x + 5, ground), fill=62)
    for _ in range(60):
        u, v, reach = chance.gauss(0, 22), chance.gauss(0, 26), chance.uniform(7, 15)
        box = (x + u - reach, ground - 125 + v - reach, x + u + reach, ground - 125 + v + reach)
        draw.ellipse(box, fill=chance.randint(58, 112))


def _person(draw: ImageDraw.ImageDraw, x: float, y: float, height: int) -> None:
    foot, size = y * height, 26 + (y - 0.62) * 150
    head, reach = foot - size, size * 0.085
    draw.ellipse((x - size * 0.3, foot - 3, x + size * 0.7, foot + 3), fill=140)
    draw.ellipse((x - reach, head, x + reach, head + 2.2 * reach), fill=104)
    shoulders = [(x - 1.5 * reach, head + 2.4 * reach), (x + 1.5 * reach, head + 2.4 * reach)]
    waist = foot - size * 0.45
    draw.polygon([*shoulders, (x + 1.7 * reach, waist), (x - 1.7 * reach, waist)], fill=56)
    for side in (-0.9, 0.9):
        draw.line((x + side * reach, waist, x + 1.6 * side * reach, foot), 48, round(1.2 * reach))
