"""Find the headings that a story's table of contents lists."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

_HEADING = re.compile(r'<h2\b[^>]*?\sid="(?P<id>[^"]+)"[^>]*>(?P<text>.*?)</h2>', re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->|<pre\b.*?</pre>|<aside\b.*?</aside>", re.DOTALL)
# What Python-Markdown puts into a heading besides its words.
_NOTE = re.compile(r"<sup\b.*?</sup>", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading by its id (as in HTML) and its text, which is safe HTML without tags."""

    id: str
    text: str


def headings(html: str) -> list[Heading]:
    """The second-level headings of a story's HTML that have an id, in order."""
    return [
        Heading(match["id"], escape(Markup(_NOTE.sub("", match["text"])).striptags()))
        for match in _HEADING.finditer(_HIDDEN.sub("", html))
    ]
