"""How easily a text reads, by Rudolf Flesch's formula."""

import re
from functools import lru_cache

from .source import Source

_SENTENCE = re.compile(r"[.!?…]++(?=[\s\"'”\u2019)*_]|$)")
_VOWELS = re.compile(r"[aeiouy]++")


def reading_ease(source: Source) -> float | None:
    """Flesch's reading ease: 100 is very easy, 60 plain English, 30 hard; None without words.

    206.835 - 1.015 x words a sentence - 84.6 x syllables a word (Flesch 1948, "A new readability
    yardstick"); syllables are counted as groups of vowels, without a silent e.
    """
    words = source.prose_words
    if not words:
        return None
    sentences = max(1, len(_SENTENCE.findall(source.prose)))
    syllables = sum(map(_syllables, words))
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


@lru_cache(maxsize=200_000)
def _syllables(word: str) -> int:
    low = word.lower()
    silent = low.endswith("e") and not low.endswith(("le", "ee"))
    return max(1, len(_VOWELS.findall(low)) - silent)
