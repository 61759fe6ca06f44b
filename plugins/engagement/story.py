"""What ranking and choosing know of a post."""

import html
import re
from dataclasses import dataclass
from datetime import datetime

TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")
# The pace of careful reading on a screen; a figure for readers, not a measurement.
WORDS_A_MINUTE = 230


@dataclass(frozen=True)
class Story:
    """A post as text: no markup but in ``body``, which is HTML."""

    slug: str
    lang: str
    title: str
    summary: str
    body: str
    tags: tuple[str, ...]
    date: datetime


def text_of(markup: str) -> str:
    """The text of a piece of HTML: tags out, entities resolved."""
    return html.unescape(TAG.sub(" ", markup))


def reading_minutes(body: str) -> int:
    """Whole minutes, at least one, that reading the HTML ``body`` takes."""
    return max(1, round(len(WORD.findall(text_of(body))) / WORDS_A_MINUTE))
