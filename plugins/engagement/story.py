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


def reading_minutes(body: str) -> int:
    """Whole minutes, at least one, that reading the HTML ``body`` takes."""
    return max(1, round(len(TAG.sub(" ", body).split()) / WORDS_A_MINUTE))
