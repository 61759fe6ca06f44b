"""Fetch the pictures of an export, or only list them."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from PIL import Image

from ..drafts import file_name

FOLDER = "static/images/imported"
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
MOST_BYTES = 50_000_000
SECONDS = 30


class Pictures:
    """The pictures of an export: ``addresses`` in order, ``problems`` of those not fetched."""

    def __init__(self, content: Path, base: Callable[[str], str], fetch: bool) -> None:
        self.addresses: dict[str, str] = {}
        self.problems: list[str] = []
        self._folder, self._base, self._fetch = content / FOLDER, base, fetch

    def link_to(self, src: str) -> str:
        """The picture's file here, or else its address on the web; empty when it has none."""
        address = self._base(src)
        if address not in self.addresses:
            self.addresses[address] = self._fetched(address) if self._fetch else ""
        name = self.addresses[address]
        return f"{{static}}/{FOLDER}/{name}" if name else address

    def _fetched(self, address: str) -> str:
        """The name of the picture's file, which is here now; empty when it cannot be."""
        try:
            if urlsplit(address).scheme not in ("https", "http"):
                raise ValueError("it has no address on the web")
            stem = file_name(unquote(PurePosixPath(urlsplit(address).path).stem)) or "picture"
            name = f"{stem}-{sha256(address.encode()).hexdigest()[:8]}"
            here = sorted(self._folder.glob(f"{name}.*"))
            if here:
                return here[0].name
            request = Request(address, headers={"User-Agent": "Mozilla/5.0 (import)"})
            with urlopen(request, timeout=SECONDS) as answer:
                content = answer.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise ValueError(f"it is larger than {MOST_BYTES // 1_000_000} MB")
            with Image.open(BytesIO(content)) as image:
                ending = ENDINGS.get(image.format or "", "")
                image.load()  # As only a whole picture can be.
            if not ending:
                raise ValueError("it is of a kind that browsers do not all show")
        except (URLError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            self.problems.append(f"{address}: {' '.join(str(error).split())}")
            return ""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{name}{ending}").open("xb") as file:
            file.write(content)
        return f"{name}{ending}"
