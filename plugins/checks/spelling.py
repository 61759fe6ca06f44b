"""Words that no dictionary knows, nor the writer's own."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from spellchecker import SpellChecker

from .heads import Finding
from .source import Source

LONGEST = 40
# Who has more in one post writes another language, or no words.
MOST = 30
MOST_SUGGESTED = 2
# The library knows American English; a writer may well be British.
_BRITISH = (
    ("our", "or"), ("ise", "ize"), ("isa", "iza"), ("isi", "izi"), ("yse", "yze"), ("ysi", "yzi"),
    ("tre", "ter"), ("bre", "ber"), ("ogue", "og"), ("ll", "l"), ("ence", "ense"), ("amme", "am"),
    ("ae", "e"), ("oe", "e"), ("grey", "gray"), ("mme", "m"), ("que", "ck"), ("l", "ll"),
    ("gement", "gment"), ("isu", "izu"),
)  # fmt: skip

# Younger than the library's list.
_young = """
    app apps barista baristas blog blogs emoji emojis hashtag hashtags mentee mentees online
    onboarding podcast podcasts smartphone smartphones voicemail voicemails workflow workflows
"""
_YOUNG = frozenset(_young.split())

# Words of the posts that were read before; asking the library takes ten times as long.
_known: set[str] = set()


def misspelt(source: Source, own: Collection[str]) -> Iterator[Finding]:
    """Each word that neither the dictionary nor ``own`` has, in small letters, where it first is.

    A word in capitals, with a capital inside, or one that a capital begins in the middle of a
    sentence is a name.
    """
    text = source.prose
    found = 0
    for word in dict.fromkeys(source.prose_words):
        if word in _known:
            continue
        if _is_known(word):
            _known.add(word)
            continue
        if word.lower() in own or _base(word) in own:
            continue
        match = re.search(rf"(?<!\w){word}(?!\w)", text)
        at = match.start() if match else 0
        if not word.islower() and not (word.istitle() and _starts_a_sentence(text, at)):
            continue
        near = _suggestions(_base(word))
        if word.istitle() and not near:
            continue
        found += 1
        if found > MOST:
            return
        meant = " or ".join(f'"{each}"' for each in near)
        remedy = f"did you mean {meant}?" if near else "add it to content/dictionary.txt if it is"
        line = text.count("\n", 0, at) + 1
        yield line, "spelling", f'"{word}" is in no dictionary; {remedy}'


def own_words(text: str) -> frozenset[str]:
    """The words of the writer's own dictionary: one a line, ``#`` begins a comment."""
    lines = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return frozenset(line.replace("\u2019", "'") for line in lines if line)


@lru_cache(maxsize=1)
def _checker() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


def _is_known(word: str) -> bool:
    if len(word) > LONGEST or (not word.isascii() and "\u2019" not in word):
        # Letters with accents are another language's, or a name's.
        return True
    known = _checker().word_frequency
    plain = word.lower().replace("\u2019", "'")
    return (
        plain in known
        or _base(word) in _YOUNG
        or _base(word) in known
        or any(
            plain.replace(british, american, 1) in known
            for british, american in _BRITISH
            if british in plain
        )
    )


def _base(word: str) -> str:
    """The word in small letters without what makes it a possessive."""
    plain = word.lower().replace("\u2019", "'")
    return plain.removesuffix("'s").removesuffix("'")


@lru_cache(maxsize=10_000)
def _suggestions(word: str) -> tuple[str, ...]:
    """The nearest words that the dictionary has, the most usual first."""
    known = _checker()
    found = known.candidates(word) or set()
    usual = sorted(found, key=lambda each: (-known.word_frequency[each], each))
    return tuple(each for each in usual if each != word)[:MOST_SUGGESTED]


def _starts_a_sentence(text: str, at: int) -> bool:
    before = text[max(0, at - 20) : at].rstrip(" *_\"'“\u2018(>#-")
    return not before.strip() or before[-1] in ".!?:\n"
