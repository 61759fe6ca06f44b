"""The word that somebody meant."""

from collections.abc import Iterable
from difflib import get_close_matches

# Nobody means a word as long as this, and comparing takes the square of it.
LONGEST = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``'; did you mean "heading"?'`` for the known word nearest to this one; else empty."""
    as_written = {each.lower(): each for each in known}
    near = get_close_matches(word[:LONGEST].lower(), as_written, n=1)
    return f'; did you mean "{as_written[near[0]]}"?' if near else ""
