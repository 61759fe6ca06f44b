"""Count the words and word pairs of a story: all that depends on its text alone.

A term is a word, folded (see ``fold``), a pair of neighbouring words, or a label: a tag or
the category as a whole, which the writer chose with care. Terms are kept as
64-bit hashes in arrays, not as strings: 10,000 stories have some ten million of them. The
words themselves are kept once, in reading order, so that a reason can be said as it stands
in the story.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from html import unescape
from itertools import groupby
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from .settings import FieldWeights
from .stop_words import stop_words
from .story import Story

Hashes = npt.NDArray[np.uint64]
Floats32 = npt.NDArray[np.float32]
Ints32 = npt.NDArray[np.int32]

# Letters of a word that count: stemming for any language that inflects at the end.
PREFIX = 6

_ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^'">])*"""
_UNREAD = re.compile(
    rf"<!--.*?-->|<(script|style|svg|math|template)\b{_ATTRIBUTES}>.*?</\1\s*>", re.I | re.S
)
_CODE = re.compile(rf"<(pre|code|kbd|samp)\b{_ATTRIBUTES}>(.*?)</\1\s*>", re.I | re.S)
# These may stand within a word.
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|del|dfn|em|font|i|ins|mark|q|s|small|span|strong|sub|u|wbr"
)
_WITHIN = re.compile(rf"</?(?:{_INLINE})\b{_ATTRIBUTES}>", re.I)
_TAG = re.compile(rf"</?[a-z]{_ATTRIBUTES}>", re.I)
_FOOTNOTE_MARK = re.compile(rf"<sup\b{_ATTRIBUTES}>.*?</sup\s*>", re.I | re.S)

# Combining marks are no word characters to re, though words of many scripts need them.
_MARKS = (
    "\u200c\u200d\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05c1\u05c2\u07a6-\u07b0\u0f71-\u0f84\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963"
    "\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u102b-\u103e\u17b4-\u17d3"
)
# A word (it's, node.js, C++), or else one sign, which ends a phrase.
_TOKEN = re.compile(rf"\w[\w'.+#{_MARKS}]*|[^\w\s'\-&/]|\n")
# The same for text in ASCII, many times as fast: what parts words, and what ends a phrase.
PHRASE_END = "|"
_PARTS = str.maketrans(
    "-&/_" + (_ENDS := '\n!"$%()*,:;<=>?@[\\]^`{}~'), "    " + PHRASE_END * len(_ENDS)
)
# With these signs of good typography most English text is ASCII.
_PLAIN = (
    ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u2013", "-"),
    ("\u2014", ","), ("\u2026", ","), ("\xa0", " "), ("\xad", ""), ("\u200b", ""),
)  # fmt: skip
_BEGINS = re.compile(r" ['.+#]")
_URL = re.compile(r"(?:https?://|www\.)\S+")
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")
# Scripts written without blanks: Han, kana, Thai, Lao, Burmese, Khmer.
_WITHOUT_BLANKS = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
IDEOGRAPHS = "\u2e80"
# What a token may begin or end with and a word does not.
EDGE = "'."
BEGINNING = "'.+#"

# Holds a label of several words together where blanks set words apart.
_BLANK = "\u00a0"
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(29)
_ODD = np.uint64(1)
_NONE = np.uint64(0)


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The terms of one story; they depend on nothing else, and so can be cached.

    keys    uint64[m], ascending, the hashes of its distinct terms
    counts  float32[m], how often each occurs, weighted by field
    places  int32[m], where in ``words`` an occurrence starts, in the case that most have;
            -1 when it is in code
    words   labels (each as one word), code, title, tags, summary and prose: words and signs,
            set apart by blanks
    """

    keys: Hashes
    counts: Floats32
    places: Ints32
    words: str


def term_counts(story: Story, weights: FieldWeights) -> TermCounts:
    """Count a story's terms; an occurrence counts as its field weighs."""
    prose, code = prose_and_code(story.body)
    labels = [
        *((f"tag:{tag.casefold()}", tag, weights.tags) for tag in story.tags),
        *([(f"category:{story.category.casefold()}", story.category, weights.category)]
          if story.category else []),
    ]  # fmt: skip
    # Prose last: a term's last occurrence is then there, in its usual form.
    fields = (
        (weights.code, code),
        (weights.title, story.title),
        (weights.tags, "\n".join(story.tags)),
        (weights.summary, story.summary),
        (weights.body, prose),
    )
    words: list[str] = [_one_word(label) for _, label, _ in labels]
    sizes = [len(words)]
    for _, text in fields:
        found = [*tokens(text), PHRASE_END]
        words += found
        sizes.append(len(found))
    known = _words(story.lang)
    numbers = np.fromiter(map(known.__getitem__, words), np.int64, len(words))
    singles = known.hashes[numbers]
    singles[: len(labels)] = [_hash(key) for key, _, _ in labels]
    pairs = _pair_hashes(singles)
    pairs[: len(labels)] = _NONE
    small = known.small[numbers]
    weight = np.repeat([0.0, *(each for each, _ in fields)], sizes)
    weight[: len(labels)] = [each for _, _, each in labels]
    at_single, at_pair = np.flatnonzero(singles), np.flatnonzero(pairs)
    at = np.concatenate((at_single, at_pair))
    keys = np.concatenate((singles[at_single], pairs[at_pair]))
    is_small = np.concatenate((small[at_single], small[at_pair] & small[at_pair + 1]))
    counted = weight[at] > 0
    keys, at, is_small = keys[counted], at[counted], is_small[counted]
    order = np.argsort(keys, kind="stable")
    keys, at, is_small = keys[order], at[order], is_small[order]
    starts = np.flatnonzero(np.diff(keys, prepend=_NONE))  # of each run of equal keys
    if not len(starts):
        empty = np.empty(0, np.int32)
        return TermCounts(keys, empty.astype(np.float32), empty, "")
    often = np.diff(starts, append=len(keys))
    mostly_small = 2 * np.add.reduceat(is_small, starts, dtype=np.int64) >= often
    shown = np.maximum.reduceat(
        np.where(is_small == np.repeat(mostly_small, often), at, -1), starts
    )
    ends = np.cumsum(known.lengths[numbers] + 1)
    in_code = (shown >= sizes[0]) & (shown < sizes[0] + sizes[1])
    return TermCounts(
        keys[starts],
        np.add.reduceat(weight[at], starts).astype(np.float32),
        np.where(in_code, -1, np.where(shown > 0, ends[shown - 1], 0)).astype(np.int32),
        " ".join(words),
    )


def is_pair(keys: Hashes) -> npt.NDArray[np.bool_]:
    """Which hashes are those of pairs of words: they are odd, those of words even."""
    odd: npt.NDArray[np.bool_] = (keys & _ODD) == _ODD
    return odd


def prose_and_code(html: str) -> tuple[str, str]:
    r"""The prose and the code of an HTML fragment, as plain text; a phrase ends at "\n"."""
    html = html.replace("\n", " ")
    if "<" not in html:
        return unescape(html), ""
    code: list[str] = []

    def take(match: re.Match[str]) -> str:
        code.append(match[2])
        return "\n"

    html = _CODE.sub(take, _FOOTNOTE_MARK.sub("", _UNREAD.sub("\n", html)))
    prose = _TAG.sub("\n", _WITHIN.sub("", html))
    return unescape(prose), unescape(_TAG.sub("", "\n".join(code)))


def tokens(text: str) -> list[str]:
    """The words of a plain text as they stand; signs and ends of lines, which end a phrase."""
    if "://" in text or "www." in text:
        text = _URL.sub("\n", text)
    if "@" in text:
        text = _MAIL.sub("\n", text)
    text = text.replace(". ", "\n")
    if not text.isascii():
        for sign, plain in _PLAIN:
            text = text.replace(sign, plain)
    if text.isascii():
        return _parted(text).split()
    text = normalize("NFC", text).replace("_", " ")
    found: list[str] = []
    for is_ascii, lines in groupby(text.split("\n"), str.isascii):
        part = "\n".join(lines)
        parted = _parted(part) if is_ascii else ""
        # The quick way and the other differ in what else begins a word.
        if is_ascii and parted.isprintable() and not _BEGINS.search(f" {parted}"):
            found += parted.split()
        else:
            # Two letters a word where words are not set apart (Manning, Raghavan and Schütze
            # 2008, Introduction to Information Retrieval, section 2.2.1).
            found += _TOKEN.findall(_WITHOUT_BLANKS.sub(_in_twos, part))
        found.append("\n")
    return found[:-1]


def _parted(text: str) -> str:
    """A text in ASCII with blanks around words, and ends of phrases as ``PHRASE_END``."""
    return text.translate(_PARTS).replace(PHRASE_END, f" {PHRASE_END} ")


def fold(word: str) -> str:
    """What is compared of a word: small letters, no possessive, the first ``PREFIX`` letters.

    Cutting words off finds inflected forms without knowing the language, about as well as
    stemming does (McNamee and Mayfield 2004, Character n-gram tokenization for European
    language text retrieval, Information Retrieval 7).
    """
    word = word.lower().rstrip(EDGE).lstrip(BEGINNING).removesuffix("'s")
    return word if "." in word else word[:PREFIX]


def as_shown(word: str) -> str:
    """A word of ``TermCounts.words`` as people write it; a label may hold blanks."""
    return word.rstrip(EDGE).lstrip(BEGINNING).replace(_BLANK, " ")


def _one_word(label: str) -> str:
    return _BLANK.join(label.split())


def _hash(term: str) -> int:
    """An even number of 64 bits: odd ones are left to pairs."""
    return int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()) & ~1


def _in_twos(match: re.Match[str]) -> str:
    run = match[0]
    return " " + " ".join(run[i : i + 2] for i in range(max(1, len(run) - 1))) + " "


class _Words(dict[str, int]):
    """The words of a language that were met, numbered as they come, and what is known of each.

    hashes   uint64, the same on every machine; 0 for what is no term
    small    bool, whether it is in small letters
    lengths  int64, letters
    """

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._stop_words = stop_words(lang)
        self.hashes = np.zeros(1 << 12, np.uint64)
        self.small = np.zeros(1 << 12, np.bool_)
        self.lengths = np.zeros(1 << 12, np.int64)

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        if number == len(self.hashes):
            self.hashes = np.concatenate((self.hashes, np.zeros_like(self.hashes)))
            self.small = np.concatenate((self.small, np.zeros_like(self.small)))
            self.lengths = np.concatenate((self.lengths, np.zeros_like(self.lengths)))
        self.hashes[number] = self._hash(word)
        self.small[number] = word.islower()
        self.lengths[number] = len(word)
        return number

    def _hash(self, word: str) -> int:
        plain = word.lower().rstrip(EDGE).lstrip(BEGINNING)
        if (
            plain in self._stop_words
            or plain.removesuffix("'s") in self._stop_words
            or not plain[:1].isalnum()
            or (len(plain) < 2 and plain < IDEOGRAPHS)
        ):
            return 0
        return _hash(fold(word))


@cache
def _words(lang: str) -> _Words:
    """One table for each language; it fills as it is asked."""
    return _Words(lang)


def _pair_hashes(words: Hashes) -> Hashes:
    """The hashes of neighbours in uint64[m] word hashes: uint64[m - 1], 0 where one is no term."""
    first, second = words[:-1], words[1:]
    mixed = ((first * _MIX) ^ (second + (first >> _HIGH))) | _ODD
    return np.where((first != _NONE) & (second != _NONE), mixed, _NONE)
