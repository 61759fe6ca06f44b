"""Find the images in HTML, and write them so that they load fast and hold their place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlparse, urlsplit

from .pictures import FORMATS, Picture

# Nothing is tried twice (*+), so that hostile input takes linear time too.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?P<name>[^\s"'<>/=]++)
    (?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s"'=<>`]++)))?+""",
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <(?P<raw>script|style|textarea|template|xmp|title)(?=[\s/>]).*?(?:</(?P=raw)\s*>|\Z)
    | <(?P<end>/?)picture(?=[\s/>])[^>]*>
    | <img(?P<attributes>(?:[\s/]++(?:[^\s"'<>/=]++
        (?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+)?+)*+)>""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
# A slash right after a value without quotes belongs to the value.
_CLOSING = re.compile(r"""(?:(?<=["'])|\s+)/?>\Z|>\Z""")


@dataclass(frozen=True, slots=True)
class ImageTag:
    """An ``<img>`` in HTML: from ``start`` to ``end``, and its attributes without escapes.

    The first of two attributes with one name counts, and their names are in lower case. An
    ``own`` one stands in a picture element that the writer wrote.
    """

    start: int
    end: int
    attributes: dict[str, str]
    own: bool

    @property
    def address(self) -> str:
        """Where the image is."""
        return self.attributes.get("src", "").strip()


def image_tags(html: str) -> Iterator[ImageTag]:
    """The images in the HTML, in order; none in comments, scripts or the like."""
    inside = False
    for token in _TOKEN.finditer(html):
        if token["end"] is not None:
            inside = not token["end"]
        elif token["attributes"] is not None:
            attributes: dict[str, str] = {}
            for found in _ATTRIBUTE.finditer(token["attributes"]):
                value = found["double"] or found["single"] or found["bare"] or ""
                attributes.setdefault(found["name"].lower(), unescape(value))
            yield ImageTag(token.start(), token.end(), attributes, inside)


def links_and_images(
    pattern: str, html: str
) -> tuple[list[tuple[str, str, str]], list[tuple[str, bool, bool]]]:
    """What Pelican will put addresses for in the HTML, and its images, in order: plain data.

    ``pattern`` is Pelican's for links, with groups. A link is what it leads to (``static``), the
    path there, and all of it as written, in its quotation marks. An image is its address, or such
    a link; whether it is a link; and whether it has an ``alt``.

    Raises ValueError for a link that nobody can split.
    """
    links: list[tuple[str, str, str]] = []
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        quote = match["quote"]
        written = f"{quote}{match['path']}{quote}"
        links.append((match["what"], urlparse(match["value"]).path, written))
        # None that a writer would give.
        names[new := f"\0{len(links)}"] = written
        return f"{match['markup']}{quote}{new}{quote}"

    named = re.sub(pattern, name, html, flags=re.VERBOSE)
    images = [
        (names.get(tag.address, tag.address), tag.address in names, "alt" in tag.attributes)
        for tag in image_tags(named)
    ]
    return links, images


def file_address(address: str, base: str) -> str | None:
    """The path in the site of what an address leads to; None when it leads out of it.

    ``base`` is what addresses of the site begin with: ``/blog``, ``https://…`` or nothing.
    """
    prefix = f"{base}/"
    if not address.startswith(prefix) or address.startswith("//"):
        return None
    return unquote(urlsplit(address.removeprefix(prefix)).path)


def with_pictures(html: str, found: Callable[[str], Picture | None], base: str, sizes: str) -> str:
    """The HTML with each image that ``found`` knows, by its address, written in full.

    That is its size, smaller versions in newer formats (below ``base``), and for all but the
    first that it may load late. ``sizes`` says how wide the text is, as in HTML.
    """
    parts: list[str] = []
    end = 0
    for number, tag in enumerate(image_tags(html)):
        picture = found(tag.address)
        if not picture:
            continue
        added = {**_size(tag.attributes, picture), "decoding": "async"}
        if number:
            added["loading"] = "lazy"
        image = _with_attributes(html[tag.start : tag.end], tag.attributes, added)
        if picture.variants and not tag.own and "srcset" not in tag.attributes:
            sources = "".join(_sources(picture, base, sizes))
            image = f"<picture>{sources}{image}</picture>"
        parts += html[end : tag.start], image
        end = tag.end
    return "".join(parts) + html[end:]


def with_sizes(html: str, found: Callable[[str], Picture | None]) -> str:
    """The HTML with the size of each image that ``found`` knows, and no more: for feeds."""
    parts: list[str] = []
    end = 0
    for tag in image_tags(html):
        picture = found(tag.address)
        if picture:
            size = _size(tag.attributes, picture)
            image = _with_attributes(html[tag.start : tag.end], tag.attributes, size)
            parts += html[end : tag.start], image
            end = tag.end
    return "".join(parts) + html[end:]


def _size(attributes: dict[str, str], picture: Picture) -> dict[str, str]:
    """The width and height to add; where the writer gave one of them, the other follows."""
    width, height = attributes.get("width"), attributes.get("height")
    if width is None and height is None:
        return {"width": str(picture.width), "height": str(picture.height)}
    if height is None and width is not None and width.isdecimal():
        return {"height": str(max(1, round(int(width) * picture.height / picture.width)))}
    if width is None and height is not None and height.isdecimal():
        return {"width": str(max(1, round(int(height) * picture.width / picture.height)))}
    return {}


def _with_attributes(tag: str, given: dict[str, str], added: dict[str, str]) -> str:
    """The tag with the attributes added that it does not have; what the writer wrote stays."""
    new = "".join(f' {name}="{escape(v)}"' for name, v in added.items() if name not in given)
    return f"{_CLOSING.sub('', tag)}{new}>"


def _sources(picture: Picture, base: str, sizes: str) -> Iterator[str]:
    for format in FORMATS:
        offered = [each for each in picture.variants if each.format == format]
        if offered:
            srcset = ", ".join(f"{base}/images/{each.name} {each.width}w" for each in offered)
            yield (
                f'<source type="image/{format}" srcset="{escape(srcset)}" sizes="{escape(sizes)}">'
            )
