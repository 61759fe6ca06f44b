"""Words that no dictionary knows, nor the writer's own."""

import gzip
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from importlib.resources import files

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

LETTERS = "'abcdefghijklmnopqrstuvwxyzàáâäåçèéêëíïñóôöûü"

# Words of the posts that were read before; finding that out takes ten times as long.
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
        near = suggestions(_base(word))
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


def usage(word: str) -> int:
    """How usual an English word in small letters is; 0 when no dictionary has it."""
    return int(_beginning_with(word[:3]).get(word, "0").strip(": ,\n"))


@cache
def _lines() -> str:
    """The words with their numbers, in order: the file of pyspellchecker, JSON of a line each.

    Loading it as the library does takes six times as long, which a writer who has changed one
    post would wait for.
    """
    file = files("spellchecker").joinpath("resources", "en.json.gz")
    text = gzip.decompress(file.read_bytes()).decode()
    return text.removeprefix("{").removesuffix("\n}") + ",\n"


@cache
def _beginning_with(letters: str) -> dict[str, str]:
    """The words that begin so, each with what stands behind it."""
    lines = _lines()

    def line(at: int) -> str:
        start = lines.rfind("\n", 0, at) + 1
        return lines[start : start + 4]  # A quotation mark and three letters.

    start, end = (
        bisect_left(range(1, len(lines)), f'"{each}', key=line) + 1
        for each in (letters, f"{letters}\uffff")
    )
    parts = lines[start:end].split('"')
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _is_known(word: str) -> bool:
    if len(word) > LONGEST or (not word.isascii() and "\u2019" not in word):
        # Letters with accents are another language's, or a name's.
        return True
    plain = word.lower().replace("\u2019", "'")
    return bool(
        usage(plain)
        or _base(word) in _YOUNG
        or usage(_base(word))
        or any(
            usage(plain.replace(british, american, 1))
            for british, american in _BRITISH
            if british in plain
        )
    )


def _base(word: str) -> str:
    """The word in small letters without what makes it a possessive."""
    plain = word.lower().replace("\u2019", "'")
    return plain.removesuffix("'s").removesuffix("'")


@lru_cache(maxsize=10_000)
def suggestions(word: str) -> tuple[str, ...]:
    """The nearest words that the dictionary has, the most usual first."""
    found = {each: number for each in _one_edit_away(word) if (number := usage(each))}
    return tuple(sorted(found, key=lambda each: (-found[each], each))[:MOST_SUGGESTED])


def _one_edit_away(word: str) -> set[str]:
    """What differs from the word by a letter, or by the order of two (Norvig 2007)."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in splits),
        *(left + right[1::-1] + right[2:] for left, right in splits),
        *(left + letter + right[1:] for left, right in splits for letter in LETTERS),
        *(left + letter + right for left, right in splits for letter in LETTERS),
    } - {word}


def _starts_a_sentence(text: str, at: int) -> bool:
    before = text[max(0, at - 20) : at].rstrip(" *_\"'“\u2018(>#-")
    return not before.strip() or before[-1] in ".!?:\n"
