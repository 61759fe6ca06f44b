"""Every knob, its default and its check."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from PIL import ImageFont


@dataclass(frozen=True)
class ImageSettings:
    """The keys of ``IMAGES``; plugins/images/README.md says what they do.

    ``widths`` are pixels, ascending; qualities go from 1 to 100; ``font`` is the path of a
    font file, or empty for the one in Pillow.
    """

    widths: tuple[int, ...] = (480, 800, 1200, 1600)
    sizes: str = "(min-width: 42.5rem) 40rem, calc(100vw - 2.5rem)"
    avif_quality: int = 60
    webp_quality: int = 78
    font: str = ""


def settings_of(table: object) -> ImageSettings:
    """``IMAGES`` as a person wrote it, checked.

    Raises ValueError with every problem, a line each.
    """
    if not isinstance(table, Mapping):
        raise ValueError(f"IMAGES: must be a dict of keys and values, not {table!r}")
    known = [field.name for field in fields(ImageSettings)]
    problems = []
    for key, value in table.items():
        if key not in known:
            near = get_close_matches(str(key), known, n=1) or [", ".join(known)]
            problems.append(f'IMAGES: unknown key "{key}"; known: {near[0]}')
        elif wrong := _what_is_wrong(key, value):
            problems.append(f"IMAGES.{key}: {wrong}, not {value!r}")
    if problems:
        raise ValueError("\n".join(problems))
    given = dict(table)
    if "widths" in given:
        given["widths"] = tuple(sorted(set(given["widths"])))
    return ImageSettings(**given)


def _what_is_wrong(key: str, value: object) -> str:
    """What the value must be; empty when it is that."""
    if key == "widths":
        each_is_right = isinstance(value, list | tuple) and [_is_number(n, 16, 8192) for n in value]
        right = each_is_right and all(each_is_right)
        return "" if right else "must be a list of whole numbers of pixels like [480, 800]"
    if key in ("avif_quality", "webp_quality"):
        return "" if _is_number(value, 1, 100) else "must be a whole number from 1 to 100"
    if key == "sizes":
        return (
            ""
            if isinstance(value, str) and value.strip()
            else "must be text as in the HTML attribute sizes"
        )
    return (
        ""
        if value == "" or _is_font(value)
        else "must be the path of a font file that is there, or empty"
    )


def _is_font(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ImageFont.truetype(value, 10))
    except OSError:
        return False


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
