"""Say what is wrong with an image in a story: its line, and the remedy."""

import re
from collections.abc import Collection
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

# Longer values, such as an image within its own address, are cut in messages.
LONGEST = 60


class NoEmptyAlt(Extension):
    """Python-Markdown's: ``![](x.png)`` has no alt attribute, so that it differs from HTML's.

    There ``alt=""`` says that an image only decorates; here nobody has said anything.
    """

    def extendMarkdown(self, md: Markdown) -> None:
        """Work after links and images are found, and after lists of attributes, at 20 and 8."""
        md.treeprocessors.register(_Images(md), "no_empty_alt", 5)


class _Images(Treeprocessor):
    def run(self, root) -> None:  # type: ignore[no-untyped-def]
        for image in root.iter("img"):
            if not image.get("alt", "").strip():
                image.attrib.pop("alt", None)


def without_words(address: str) -> str:
    """What to tell of an image without ``alt``: it says nothing to those who cannot see it."""
    return (
        f'"{shortened(address)}" has no words for readers who cannot see it; write between'
        ' the brackets what it shows, or as HTML <img src="…" alt=""> if it only decorates'
    )


def outside(address: str) -> str:
    """What to tell of an address that is no file of the site."""
    parts = urlsplit(address)
    where = "comes from another site" if parts.scheme or parts.netloc else "is no file of this site"
    return (
        f'"{shortened(address)}" {where}; put the file into your content folder, such as'
        " static/images, and write {static}/static/images/NAME"
    )


def shortened(address: str) -> str:
    """The address, or its beginning where it is long."""
    return address if len(address) <= LONGEST else f"{address[:LONGEST]}…"


def line_of(source: str, names: Collection[str], number: int) -> int:
    """The line (from 1) of a post's text where its image stands; 1 when that is not found.

    ``names`` are what the text may call its file; the image is number ``number`` (from 0)
    of those with these names.
    """
    written = {form for name in names if name for form in (name, quote(name), escape(name))}
    if not written:
        return 1
    name = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    images = rf"!\[[^\[\]]*\]\([^)\n]*?(?:{name})|<img\b[^>]*?(?:{name})"
    # The address of an image that names a reference stands elsewhere.
    for wanted in (images, name):
        found = [*re.finditer(wanted, source)]
        if number < len(found):
            return source.count("\n", 0, found[number].end()) + 1
    return 1


def file_name(address: str) -> str:
    """The last part of an address, or its beginning where that is long."""
    return PurePosixPath(unescape(address)).name[:LONGEST]
