"""Image files that are made inside tests."""

from io import BytesIO

import numpy as np
from PIL import Image

PLACE = b"52.5200N"
LATITUDE, SCENE = (52.0, 31.0, 12.0), 0x010E


def pixels(width: int, height: int, mode: str = "RGB", quiet: bool = False) -> Image.Image:
    """A picture with a light that wanders over it, and unless ``quiet`` grain as photos have."""
    across, down = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    light = np.stack([across + 0 * down, 0 * across + down, (across + down) / 2], axis=2)
    if not quiet:
        light += np.random.default_rng(7).normal(0, 12, light.shape)
    image = Image.fromarray(light.clip(0, 255).astype(np.uint8))
    return image.convert(mode)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    """The image as a file of that format."""
    buffer = BytesIO()
    image.save(buffer, format, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def photo(width: int, height: int, format: str = "JPEG", **options: object) -> bytes:
    """A photo as a file."""
    return saved(pixels(width, height), format, **options)


def camera_exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes into a photo: where it was taken, how to turn it, and words."""
    exif = Image.Exif()
    exif[SCENE] = PLACE.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: LATITUDE})
    return exif


PNG = saved(pixels(8, 6), "PNG")
