"""Find the headings that a story's table of contents lists."""

import re
from dataclasses import dataclass

from markupsafe import Markup

_HEADING = re.compile(r'<h2\b[^>]*?\sid="(?P<id>[^"]+)"[^>]*>(?P<text>.*?)</h2>', re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->|<pre\b.*?</pre>|<aside\b.*?</aside>", re.DOTALL)
# What Python-Markdown puts into a heading besides its words.
_NOTE = re.compile(r"<sup\b.*?</sup>", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading by its id (as in HTML) and its text, which is safe HTML without tags."""

    id: str
    text: Markup


def headings(html: str) -> list[tuple[str, str]]:
    """The ids and texts of the second-level headings of a story's HTML that have an id, in order.

    The texts have no markup.
    """
    return [
        (match["id"], str(Markup(_NOTE.sub("", match["text"])).striptags()))
        for match in _HEADING.finditer(_HIDDEN.sub("", html))
    ]
