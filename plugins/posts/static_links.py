"""The files that a text shows or links to, and that are published as they are."""

import posixpath
import re
from urllib.parse import urlparse

# What such a link begins with.
KINDS = ("static", "attach")


def static_links(pattern: str, html: str) -> tuple[str, ...]:
    """The paths of the HTML's links with ``{static}`` or ``{attach}``, as written, each once.

    ``pattern`` is Pelican's for links, with the groups ``what`` and ``value``.
    """
    links = re.finditer(pattern, html, re.VERBOSE)
    found = (each["value"] for each in links if each["what"] in KINDS)
    return tuple(dict.fromkeys(urlparse(value).path for value in found))


def linked_file(link: str, folder: str) -> str:
    """The file that such a path leads to from a post in the folder, both from that of the content.

    As Pelican finds it: of escapes only that of a blank is undone.
    """
    path = link[1:] if link.startswith("/") else posixpath.normpath(posixpath.join(folder, link))
    return path.replace("%20", " ")
