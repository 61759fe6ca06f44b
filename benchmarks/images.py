"""What photos and cards cost a build, and what readers save.

Run: .venv/bin/python benchmarks/images.py [PHOTOS]
"""

import os
import sys
import tempfile
import time
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parent.parent / "plugins"))

from images.cards import card
from images.pictures import original, picture, variants
from images.settings import ImageSettings

SIZE = (3000, 2000)


def photo(seed: int) -> bytes:
    """A JPEG with light that wanders, soft shapes and fine grain."""
    chance = np.random.default_rng(seed)
    shapes = Image.fromarray(chance.integers(0, 256, (14, 21, 3), np.uint8))
    soft = np.asarray(shapes.resize(SIZE, Image.Resampling.BICUBIC)).astype(np.float32)
    grain = chance.normal(0, 6, (SIZE[1], SIZE[0], 1)).astype(np.float32)
    buffer = BytesIO()
    Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def seconds() -> float:
    """CPU seconds of this process so far, all threads together."""
    return time.process_time()


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    photos = [photo(seed) for seed in range(count)]
    settings = ImageSettings()
    sizes: dict[str, list[int]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for when in ("first", "from the cache"):
            start = seconds()
            for data in photos:
                picture(original(data, ".jpg", folder), settings, folder)
            print(f"{count} photos, {when}: {seconds() - start:.1f} CPU seconds")
        for data in photos:
            sizes["original"].append(len(data))
            for variant, made in variants(original(data, ".jpg", folder), settings, folder):
                sizes[f"{variant.format} {variant.width}"].append(len(made))
        for kind, found in sizes.items():
            print(f"{kind:<10}{sum(found) // len(found) // 1000:>6} kB on average")
        for when in ("first", "from the cache"):
            start = seconds()
            made_cards = [
                card(f"A story about {n} giraffes", "A site", "", folder) for n in range(30)
            ]
            print(f"30 cards, {when}: {seconds() - start:.2f} CPU seconds")
        print(f"card      {sum(map(len, made_cards)) // 30 // 1000:>6} kB on average")
    print(f"{os.cpu_count()} cores")


if __name__ == "__main__":
    main()
