"""How the terms of a story read, where a reason can be made of them."""

import re
from functools import lru_cache

from .terms import EDGE, IDEOGRAPHS, TermCounts, as_shown, is_pair

# How much a term must count in both stories: three times in the text, or once in the title.
LEAST_COUNT = 3.0
# Stands between the forms of a story, none of which has one.
SEPARATOR = "\n"

# One dot at most, and letters after it: cloud.gov and node.js, but no version and no path.
_READABLE = re.compile(r"[^'+#.]{1,25}(?:['.][^\d'+#.]{1,6})?[+#]*")
# Two letters out of a longer word: kana, Thai, Lao, Burmese, Khmer (of Han they are a word).
_PIECE = re.compile("[\u3040-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def forms_of(counts: TermCounts) -> str:
    """Of each term that counts ``LEAST_COUNT`` how its story shows it, joined by ``SEPARATOR``.

    They are in the order of the keys; empty is what does not read well.
    """
    often = counts.counts >= LEAST_COUNT
    starts, pairs = counts.places[often].tolist(), is_pair(counts.keys[often]).tolist()
    return SEPARATOR.join(map(_form_at, [counts.words] * len(starts), starts, pairs))


def _form_at(text: str, start: int, is_phrase: bool) -> str:
    """The form of the word, or of the two of a phrase, that starts there; empty below 0."""
    if start < 0:
        return ""
    stop = text.find(" ", start)
    if is_phrase:
        stop = text.find(" ", stop + 1)
    return _form(text[start : stop if stop >= 0 else len(text)])


@lru_cache(maxsize=1 << 16)
def _form(term: str) -> str:
    """A word or phrase as it is shown; empty when it does not read well."""
    words = term.split(" ")
    if len(words) > 1 and words[0] > IDEOGRAPHS:  # two pieces of a text without blanks
        return ""
    if not all(map(_is_readable, words)) or not any(map(_tells_something, words)):
        return ""
    return " ".join(map(as_shown, words)).removesuffix("'s")


def _is_readable(word: str) -> bool:
    return bool(_READABLE.fullmatch(word.rstrip(EDGE))) and not _PIECE.search(word)


def _tells_something(word: str) -> bool:
    """Whether a word has letters enough: three, two capitals, or one ideograph."""
    letters = sum(map(str.isalpha, word))
    return letters >= 3 or (letters == 2 and word.isupper()) or word > IDEOGRAPHS
