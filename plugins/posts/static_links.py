"""What a text links to: files that are published as they are, and what is no address."""

import posixpath
import re
from urllib.parse import urlparse, urlsplit

# What such a link begins with.
KINDS = ("static", "attach")
# Only with these signs an address can be one that nobody can split.
_IN_HTML = re.compile(
    r"""\b(?:action|cite|data|href|poster|src|srcset)\s*=\s*["']?(?:[{|]\w+[}|])?([^"'>]*//[^"'>]*)"""
)
_IN_SOURCE = re.compile(r"""(?:[{|]\w+[}|])?([^\s"'()<>{}|]*//[^\s"'()<>]*)""")


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


def no_address(html: str) -> str:
    """The first link in the HTML that cannot be split into its parts; empty when all can."""
    return next((link for link in _IN_HTML.findall(html) if not _is_address(link)), "")


def line_without_address(text: str) -> tuple[int, str]:
    """The line (from 1) of such a link in a post's source, and the link; 0 when there is none."""
    for number, line in enumerate(text.split("\n"), 1):
        for link in _IN_SOURCE.findall(line):
            if not _is_address(link):
                return number, link
    return 0, ""


def _is_address(link: str) -> bool:
    try:
        urlsplit(link)
    except ValueError:
        return False
    return True
