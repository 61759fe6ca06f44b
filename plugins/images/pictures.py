"""What an image file shows, what of it may be published, and smaller versions of it."""

import re
import warnings
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Literal
from xml.etree.ElementTree import ParseError, iterparse

# Pillow can open these two formats only when they have been imported, or all others failed.
from PIL import (
    AvifImagePlugin,  # noqa: F401
    Image,
    ImageCms,
    ImageOps,
    WebPImagePlugin,  # noqa: F401
)
from PIL import __version__ as pillow_version

from .cache import cached, digest
from .metadata import without_metadata
from .settings import ImageSettings

Format = Literal["avif", "webp"]
# In this order they are offered: a browser takes the first that it knows.
FORMATS: tuple[Format, ...] = ("avif", "webp")
KINDS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".gif": "GIF",
    ".svg": "SVG",
}
# Cameras and editors write places and names into these; the last four no browser can be given.
PHOTOS = frozenset((".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff"))
MOST_PIXELS = 50_000_000
LONGEST_WEBP = 16_383
ORIENTATION = 0x0112
AGAIN = "export it again as JPEG or PNG"
SVG_TAG = "{http://www.w3.org/2000/svg}svg"
# Of a length in another unit, or in parts of the page, the pixels are not known.
PIXELS = re.compile(r"\s*(\d*\.?\d+)(?:px)?\s*")
_CODE = b"".join(
    Path(__file__).with_name(name).read_bytes() for name in ("metadata.py", "pictures.py")
)
# Warnings are silenced for all threads at once.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Variant:
    """A smaller version: its pixels across, and the name of its file below ``images/``."""

    width: int
    format: Format
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it is shown: pixels across and down, and the smaller versions offered."""

    width: int
    height: int
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """An image file: its bytes as they are published, and its pixels across and down.

    ``shrinks`` tells whether it can have variants; a drawing and what moves cannot.
    """

    data: bytes
    width: int
    height: int
    shrinks: bool


def published(data: bytes, folder: Path) -> bytes:
    """A photo's file without all that it tells besides its picture; the picture is the same.

    The folder keeps it: to look for what a file tells it must be decoded, some kinds wholly.

    Raises ValueError with the reason and the remedy when that cannot be.
    """
    name = f"{digest(_CODE, pillow_version.encode(), data)}.clean"
    return cached(folder / name, partial(_cleaned, data))


def _cleaned(data: bytes) -> bytes:
    """See ``published``."""
    image = _opened(data)
    try:
        clean = without_metadata(data, _orientation(image))
    except ValueError as error:
        raise ValueError(f"{error}; {AGAIN}") from None
    left = _opened(clean)
    if {*left.getexif()} - {ORIENTATION} or left.info.get("xmp", b"").strip():
        raise ValueError(f"it tells more than its picture, and cannot be cleaned; {AGAIN}")
    return clean


def original(data: bytes, suffix: str, folder: Path) -> Original:
    """What the image file holds whose name ends in ``suffix``, such as ``.jpg``.

    For the folder see ``published``.

    Raises ValueError with the reason and the remedy when a page cannot show it.
    """
    kind = KINDS.get(suffix.lower())
    if not kind:
        raise ValueError(f"not every browser can show {suffix or 'it'}; {AGAIN}")
    if not data:
        raise ValueError("its file is empty; put the picture there again")
    if kind == "SVG":
        return Original(data, *_drawing_size(data), False)
    clean = published(data, folder) if suffix.lower() in PHOTOS else data
    image = _opened(clean)
    if image.format != kind:
        right = next(ending for ending, known in KINDS.items() if known == image.format)
        raise ValueError(f"it is a {image.format} file; let its name end in {right}")
    across, down = image.size
    if across * down > MOST_PIXELS:
        raise ValueError(
            f"it has {across * down // 1_000_000} megapixels, and {MOST_PIXELS // 1_000_000} are"
            " the most; save it smaller, 2400 pixels across are plenty"
        )
    # Of a clean PNG the beginning tells it, and Pillow would decode the whole.
    is_turned = image.format != "PNG" or "exif" in image.info
    if is_turned and _orientation(image) >= 5:
        across, down = down, across
    shrinks = kind != "GIF" and not getattr(image, "is_animated", False)
    return Original(clean, across, down, shrinks)


def picture(source: Original, settings: ImageSettings, folder: Path) -> Picture:
    """The image as pages show it, its variants made, which the folder keeps.

    A format is offered when its largest variant is smaller in bytes than the original file;
    without that one no smaller one, which browsers would show blurred.

    Raises ValueError with the reason and the remedy when the file is damaged.
    """
    made = variants(source, settings, folder)
    largest = max((variant.width for variant, _ in made), default=0)
    offered = {
        variant.format
        for variant, data in made
        if variant.width == largest and len(data) < len(source.data)
    }
    return Picture(
        source.width,
        source.height,
        tuple(variant for variant, _ in made if variant.format in offered),
    )


def variants(
    source: Original, settings: ImageSettings, folder: Path
) -> list[tuple[Variant, bytes]]:
    """Every variant of the image with its bytes, those that the folder keeps taken from there.

    Widths ascend, and none is larger than the original.

    Raises ValueError as ``picture`` does.
    """
    if not source.shrinks:
        return []
    drawn, content = _Drawn(source), digest(source.data).encode()
    widest = min(source.width, settings.widths[-1])
    made = []
    for format in FORMATS:
        quality = getattr(settings, f"{format}_quality")
        for width in [*(each for each in settings.widths if each < widest), widest]:
            height = max(1, round(source.height * width / source.width))
            if format == "webp" and max(width, height) > LONGEST_WEBP:
                continue
            recipe = f"{width} {format} {quality} {pillow_version}".encode()
            name = f"{digest(_CODE, recipe, content)[:16]}-{width}.{format}"
            variant = Variant(width, format, name)
            make = partial(drawn.encoded, (width, height), format, quality)
            made.append((variant, cached(folder / variant.name, make)))
    return made


def variant_data(variant: Variant, source: Path, settings: ImageSettings, folder: Path) -> bytes:
    """A variant's bytes, which the folder keeps.

    Raises ValueError as ``original`` and ``picture`` do.
    """

    def made() -> bytes:
        whole = original(source.read_bytes(), source.suffix, folder)
        return dict(variants(whole, settings, folder))[variant]

    return cached(folder / variant.name, made)


class _Drawn:
    """The pixels of an image, upright and in sRGB; decoded when first asked for."""

    def __init__(self, source: Original) -> None:
        self._source = source
        self._whole: Image.Image | None = None

    def encoded(self, size: tuple[int, int], format: Format, quality: int) -> bytes:
        """The image at that size, as a file that holds nothing but pixels."""
        if self._whole is None:
            self._whole = _upright(self._source.data)
        image = self._whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        image.info = {}
        buffer = BytesIO()
        if format == "avif":
            # With one thread the bytes are the same on any machine.
            image.save(buffer, "AVIF", quality=quality, speed=6, max_threads=1)
        else:
            image.save(buffer, "WEBP", quality=quality, method=4)
        return buffer.getvalue()


def _upright(data: bytes) -> Image.Image:
    image = _opened(data)
    try:
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode == "P" or image.has_transparency_data:
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image = _in_srgb(image)
        return image.convert("RGBA" if image.mode == "RGBA" else "RGB")
    except Exception as error:  # What a damaged file raises is no fixed set.
        raise ValueError(f"it is damaged ({error}); {AGAIN}") from None


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image in the colours that browsers take for granted where a file names none."""
    profile = image.info.get("icc_profile")
    if not profile:
        # Sixteen bits of grey: the upper eight.
        return image.convert("L") if image.mode.startswith("I") else image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        changed = ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError):  # No profile that fits: a browser ignores it too.
        return image
    return changed or image


def _opened(data: bytes) -> Image.Image:
    """The image, of which only the beginning is read. Raises ValueError when it is none."""
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            # Of its own limit for pixels, which is above ours, and of phones' odd JPEG files.
            warnings.simplefilter("ignore")
            return Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "AVIF", "GIF"))
    except Image.DecompressionBombError:
        raise ValueError("it has far too many pixels; save it smaller") from None
    except Exception:  # What a damaged file raises is no fixed set.
        raise ValueError(f"it is damaged, or not what its name says; {AGAIN}") from None


def _orientation(image: Image.Image) -> int:
    """How the image must be turned, from 1 to 8 as EXIF counts; 1 is not at all."""
    try:
        value = image.getexif().get(ORIENTATION)
    except Exception:  # What damaged EXIF raises is no fixed set; browsers go without it.
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _drawing_size(data: bytes) -> tuple[int, int]:
    """Pixels across and down of an SVG file, from its width and height, or its viewBox."""
    try:
        _, root = next(iterparse(BytesIO(data), events=("start",)))
    except (ParseError, StopIteration, LookupError, ValueError) as error:
        raise ValueError(f"it is no SVG drawing ({error}); export it again") from None
    if root.tag != SVG_TAG:
        raise ValueError('it is no SVG drawing; its first tag must be <svg xmlns="…/2000/svg">')
    given = [PIXELS.fullmatch(root.get(key, "")) for key in ("width", "height")]
    lengths = [float(match[1]) for match in given if match]
    box = [float(each) for each in re.findall(r"\d*\.?\d+(?:e-?\d+)?", root.get("viewBox", ""))]
    if len(lengths) < 2 and len(box) == 4:
        lengths = box[2:]
    if len(lengths) < 2 or min(lengths) <= 0:
        raise ValueError('it names no size; write viewBox="0 0 640 360" into its first tag')
    return max(1, round(lengths[0])), max(1, round(lengths[1]))
