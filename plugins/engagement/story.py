"""What ranking and choosing know of a post."""

import re
from dataclasses import dataclass
from datetime import datetime

TAG = re.compile(r"<[^>]*>")
# The pace of careful reading on a screen; a figure for readers, not a measurement.
WORDS_A_MINUTE = 230


@dataclass(frozen=True, slots=True)
class Story:
    """A post as text: no markup but in ``body``, which is HTML. ``date`` is aware."""

    slug: str
    lang: str
    title: str
    summary: str
    body: str
    tags: tuple[str, ...]
    category: str
    date: datetime


def word_count(body: str) -> int:
    """How many words the HTML ``body`` has."""
    # Typography joins the last words of a paragraph by a space that does not break.
    return len(TAG.sub(" ", body).replace("&nbsp;", " ").split())


def reading_minutes(words: int) -> int:
    """Whole minutes, at least one, that reading so many words takes."""
    return max(1, round(words / WORDS_A_MINUTE))
