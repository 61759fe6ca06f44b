"""Draw the card that stands for a page where its address is shared: a title, and giraffe's coat."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from io import BytesIO
from itertools import pairwise
from math import dist
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont
from PIL import __version__ as pillow_version

from .cache import cached, digest

WIDTH, HEIGHT = 1200, 630
PAPER, INK, ACCENT = "#fcf8f1", "#2a221c", "#96480f"
MARGIN = 80
# The words' column; the coat begins beside it.
COLUMN = 700
TITLE_SIZES = range(112, 35, -4)
TITLE_HEIGHT = 380
LINE = 1.16
FOOT_SIZES = range(34, 21, -2)
ELLIPSIS = "…"
# For fonts with few signs.
PLAIN = str.maketrans({"—": "-", "–": "-", "‐": "-", "‑": "-", "−": "-", "\xa0": " "})  # noqa: RUF001
# The coat: where it begins, how far apart its patches are and how far from their row, and what
# part of its room a patch fills.
COAT = MARGIN + COLUMN + 10
STEP, SHIFT = 118, 34
SMALLEST, LARGEST = 0.2, 0.87
CLOSE = 20
# The coat is drawn larger, then made smaller, for smooth edges.
FINER = 3
# Of each colour on paper, for smooth edges too; few make a small file.
SHADES = 32
_CODE = Path(__file__).read_bytes()

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Card:
    """An image for sharing: its path in the site, its pixels across and down."""

    path: str
    width: int = WIDTH
    height: int = HEIGHT


def card(title: str, foot: str, font: str, folder: Path) -> bytes:
    """A PNG file with the title large and the foot small, which the folder keeps.

    ``font`` is the path of a font file, or empty for the one in Pillow. Letters that it lacks,
    or that are not written from left to right one by one, are left out; where most of the
    title is lost, the foot stands in its place.
    """
    glyphs = Path(font).read_bytes() if font else b""
    parts = (_CODE, pillow_version.encode(), glyphs, title.encode(), foot.encode())
    return cached(folder / f"{digest(*parts)}.png", lambda: _drawn(title, foot, font))


def _drawn(title: str, foot: str, font: str) -> bytes:
    words, small = _settable(title, font), _settable(foot, font)
    if 2 * _letters(words) < _letters(title):
        words, small = small, ""
    in_ink, in_accent = Image.new("L", (WIDTH, HEIGHT)), _coat(title)
    lines, size = _fitted(words, font, TITLE_SIZES, TITLE_HEIGHT)
    opened = _font(font, size)
    for number, line in enumerate(lines):
        # Capitals, not the room above them, start where the margin ends.
        top = MARGIN + round(number * size * LINE) - round(opened.getbbox("H")[1])
        ImageDraw.Draw(in_ink).text((MARGIN, top), line, 255, opened)
    (line, *_), size = _fitted(small, font, FOOT_SIZES, 1)
    at = (MARGIN, HEIGHT - MARGIN)
    ImageDraw.Draw(in_accent).text(at, line, 255, _font(font, size), anchor="ls")
    shades = 256 // SHADES
    image = ImageChops.add(
        in_ink.point([each // shades for each in range(256)]),
        in_accent.point([SHADES + each // shades if each >= shades else 0 for each in range(256)]),
    )
    image.putpalette(_shades(INK) + _shades(ACCENT))
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _shades(colour: str) -> list[int]:
    """The reds, greens and blues from the paper's colour to this one, in equal steps."""
    start, end = ImageColor.getrgb(PAPER), ImageColor.getrgb(colour)
    return [
        round(a + (b - a) * step / (SHADES - 1))
        for step in range(SHADES)
        for a, b in zip(start, end, strict=True)
    ]


# Words.


@cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    # Without Raqm, which not every machine has: the same letters in the same places everywhere.
    source = path or BytesIO(_pillows_own())
    return ImageFont.truetype(source, size, layout_engine=ImageFont.Layout.BASIC)


def _pillows_own() -> bytes:
    font = ImageFont.load_default(10)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow has no FreeType")
    return font.font_bytes


def _settable(text: str, font: str) -> str:
    """The text in letters that the font has; a letter without its accent is better than none."""
    found = []
    for letter in unicodedata.normalize("NFC", text).translate(PLAIN if not font else {}):
        bare = unicodedata.normalize("NFKD", letter)[0]
        found.append(next((one for one in (letter, bare) if _has(font, one)), ""))
    return " ".join("".join(found).split())


@cache
def _has(font: str, letter: str) -> bool:
    """Whether the font can set the letter alone, from left to right."""
    if letter.isspace():
        return True
    if unicodedata.bidirectional(letter) in ("R", "AL", "AN"):
        return False
    if unicodedata.category(letter)[0] in "MC":
        return False
    return _shape(font, letter) != _shape(font, "\U0010ffff")


def _shape(font: str, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(font, 40).getmask(letter)
    return mask.size, bytes(mask)


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _fitted(text: str, font: str, sizes: range, height: int) -> tuple[list[str], int]:
    """The text's lines, at least one, and the largest of the sizes at which they fit.

    They fit the column and the height, in which one line always has room. At the smallest size
    words are broken and the end is cut, if need be.
    """
    for size in sizes:
        opened, room = _font(font, size), max(1, int(height / (size * LINE)))
        lines = _lines(text, opened, COLUMN)
        if len(lines) <= room and all(opened.getlength(line) <= COLUMN for line in lines):
            return _balanced(text, opened, lines) or [""], size
    lines = _lines(" ".join(_broken(word, opened) for word in text.split()), opened, COLUMN)
    if len(lines) > room:
        last = lines[room - 1]
        while last and opened.getlength(last + ELLIPSIS) > COLUMN:
            last = last[:-1].rstrip()
        lines[room - 1 :] = [last + ELLIPSIS]
    return lines, size


def _broken(word: str, font: ImageFont.FreeTypeFont) -> str:
    """The word with a space wherever the column ends within it."""
    parts = [""]
    for letter in word:
        if font.getlength(parts[-1] + letter) > COLUMN:
            parts.append("")
        parts[-1] += letter
    return " ".join(parts)


def _lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines that are at most so wide, but where a single word is wider."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _balanced(text: str, font: ImageFont.FreeTypeFont, lines: list[str]) -> list[str]:
    """The same number of lines, as equally long as can be."""
    for width in range(100, COLUMN, 10):
        narrower = _lines(text, font, width)
        if len(narrower) == len(lines):
            return narrower
    return lines


# The coat.


def _coat(title: str) -> Image.Image:
    """Where a giraffe's patches are: beside the words, growing toward the edge.

    Each title has patches of its own.
    """
    room = WIDTH - COAT
    image = Image.new("L", (room * FINER, HEIGHT * FINER))
    for patch in _patches(Random(blake2b(title.encode()).digest())):
        ImageDraw.Draw(image).polygon([((x - COAT) * FINER, y * FINER) for x, y in patch], 255)
    coat = Image.new("L", (WIDTH, HEIGHT))
    coat.paste(image.reduce(FINER), (COAT, 0))
    return coat


def _patches(chance: Random) -> list[list[Point]]:
    """The outlines of the patches: what lies nearest to each of some points, made round."""
    points = [
        (
            x + row % 2 * STEP / 2 + chance.uniform(-SHIFT, SHIFT),
            y + chance.uniform(-SHIFT, SHIFT),
        )
        # Some stand outside of what is seen, so that every patch has neighbours all around.
        for row, y in enumerate(range(-STEP, HEIGHT + 2 * STEP, STEP))
        for x in range(COAT - 2 * STEP, WIDTH + 2 * STEP, STEP)
    ]
    patches = []
    for point in points:
        size = LARGEST * min(1.0, (point[0] - COAT) / (WIDTH - COAT - STEP))
        if size > SMALLEST:
            patches.append(_smooth(_scaled(_cell(point, points), point, size)))
    return patches


def _cell(point: Point, points: list[Point]) -> list[Point]:
    """The outline of what lies nearer to the point than to any other of the points."""
    x, y = point
    far = 2 * WIDTH
    outline = [(x - far, y - far), (x + far, y - far), (x + far, y + far), (x - far, y + far)]
    for other in points:
        # The farther ones are behind others.
        if 0 < dist(point, other) < 3 * STEP:
            outline = _nearer(outline, point, other)
    # Two corners close by would stay sharp.
    return [a for a, b in pairwise([*outline, outline[0]]) if dist(a, b) > CLOSE]


def _nearer(outline: list[Point], point: Point, other: Point) -> list[Point]:
    """The part of an outline that is nearer to the point than to the other."""
    across, down = other[0] - point[0], other[1] - point[1]
    middle = ((point[0] + other[0]) / 2, (point[1] + other[1]) / 2)

    def beyond(corner: Point) -> float:
        return (corner[0] - middle[0]) * across + (corner[1] - middle[1]) * down

    kept: list[Point] = []
    for corner, following in pairwise([*outline, outline[0]]):
        here, there = beyond(corner), beyond(following)
        if here <= 0:
            kept.append(corner)
        if here * there < 0:
            part = here / (here - there)
            kept.append(
                (
                    corner[0] + part * (following[0] - corner[0]),
                    corner[1] + part * (following[1] - corner[1]),
                )
            )
    return kept


def _scaled(outline: list[Point], centre: Point, size: float) -> list[Point]:
    return [
        (centre[0] + size * (x - centre[0]), centre[1] + size * (y - centre[1])) for x, y in outline
    ]


def _smooth(outline: list[Point]) -> list[Point]:
    """The outline with its corners cut, three times over."""
    for cut in (0.25, 0.25, 0.25):
        outline = [
            (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
            for a, b in pairwise([*outline, outline[0]])
            for part in (cut, 1 - cut)
        ]
    return outline
