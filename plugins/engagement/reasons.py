"""Say why two stories are related: the words and phrases that weigh most in their similarity."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .terms import EDGE, IDEOGRAPHS, TermCounts, as_shown, is_pair
from .vectors import Floats, Ints, Vectors, ranges

# Words and phrases in a reason.
MOST = 3
# The share of the similarity that a word or phrase must make up, and that the first must.
LEAST_SHARE = 0.012
LEAST_FIRST_SHARE = 0.03
# How much a term must count in both stories: three times in the text, or once in the title.
LEAST_COUNT = 3.0
# A word of more than this share of the stories tells nothing; it may still be in a phrase.
MOST_STORIES = 0.2
# A phrase that weighs this share of one of its words is said in the word's place.
PHRASE_FOR_WORD = 0.4
# Of a pair's terms, as many are looked at, the heaviest first.
LOOKED_AT = 14

# Of a word's other form: two words that part otherwise are taken for two.
ENDINGS = ("s", "es", "ies", "d", "ed", "ied", "ing", "n", "en", "e", "er", "r")

# One dot at most, and letters after it: cloud.gov and node.js, but no version and no path.
_READABLE = re.compile(r"[^'+#.]{1,25}(?:['.][^\d'+#.]{1,6})?[+#]*")
# Two letters out of a longer word: kana, Thai, Lao, Burmese, Khmer (of Han they are a word).
_PIECE = re.compile("[\u3040-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def telling(vectors: Vectors, offered: int) -> npt.NDArray[np.bool_]:
    """bool[t]: which terms are in so few of the offered stories that they tell something."""
    rare: npt.NDArray[np.bool_] = vectors.stories_of <= max(MOST_STORIES * offered, 5)
    return rare


class Reasons:
    """Reasons of pairs of stories, from their vectors and their terms."""

    def __init__(self, vectors: Vectors, counts: Sequence[TermCounts], offered: int) -> None:
        story, term, place = vectors.story, vectors.term, vectors.place
        self._counts, self._terms = counts, len(vectors.stories_of)
        often = np.concatenate([np.empty(0, np.float32), *(c.counts for c in counts)])
        first = np.cumsum([0, *(len(c.counts) for c in counts)])
        fit = (often[first[story] + place] >= LEAST_COUNT) & telling(vectors, offered)[term]
        self._term, self._value, self._place = (
            term[fit].astype(np.int64),
            vectors.value[fit],
            place[fit],
        )
        self._start = np.searchsorted(story[fit], np.arange(len(counts) + 1))
        self._form = lru_cache(maxsize=1 << 15)(self._find_form)

    def of(self, source: Ints, target: Ints, total: Floats) -> list[tuple[str, ...]]:
        """The reason for each pair: at most ``MOST`` phrases, the best first; () for none.

        ``source`` and ``target`` are int64[p]; ``total`` float64[p] is the product of their
        vectors, of which a term must make up its share; 0 where there can be no reason.
        """
        source_pair, source_entry = self._entries(source)
        target_pair, target_entry = self._entries(target)
        source_key = source_pair * self._terms + self._term[source_entry]
        target_key = target_pair * self._terms + self._term[target_entry]
        at = np.minimum(np.searchsorted(target_key, source_key), max(len(target_key) - 1, 0))
        shared = np.flatnonzero(target_key[at] == source_key) if len(target_key) else at[:0]
        pair, mine, its = source_pair[shared], source_entry[shared], target_entry[at[shared]]
        product = self._value[mine].astype(np.float64) * self._value[its]
        share = np.divide(product, total[pair], out=np.zeros(len(pair)), where=total[pair] > 0)
        heavy = np.flatnonzero(share >= LEAST_SHARE)
        heavy = heavy[np.lexsort((self._term[mine[heavy]], -share[heavy], pair[heavy]))]
        rows: list[list[tuple[float, int, int]]] = [[] for _ in range(len(source))]
        for number, weight, in_source, in_target in zip(
            pair[heavy].tolist(),
            share[heavy].tolist(),
            self._place[mine[heavy]].tolist(),
            self._place[its[heavy]].tolist(),
            strict=True,
        ):
            found = rows[number]
            if len(found) < LOOKED_AT and (found or weight >= LEAST_FIRST_SHARE):
                found.append((weight, in_source, in_target))
        return [
            self._reason(one, other, found) if found else ()
            for one, other, found in zip(source.tolist(), target.tolist(), rows, strict=True)
        ]

    def _entries(self, stories: Ints) -> tuple[Ints, Ints]:
        """For every entry of each of the stories, in order: the story's place here, the entry."""
        start, many = self._start[stories], self._start[stories + 1] - self._start[stories]
        place = np.repeat(np.arange(len(stories)), many)
        return place, ranges(start, many)

    def _reason(
        self, source: int, target: int, rows: Sequence[tuple[float, int, int]]
    ) -> tuple[str, ...]:
        """The best readable terms of the rows: share, and the places in source and target."""
        forms = [
            (weight, form)
            for weight, at_source, at_target in rows
            if (form := self._common_form(at_source, source, at_target, target))
        ]
        phrases = [(weight, form) for weight, form in forms if " " in form]
        chosen: list[str] = []
        said: set[str] = set()  # the beginnings of the words that are in chosen
        for weight, form in forms:
            for its_weight, phrase in phrases if " " not in form else ():
                of_phrase = form.lower() in phrase.lower().split()
                if of_phrase and its_weight >= PHRASE_FOR_WORD * weight:
                    form = phrase  # noqa: PLW2901 - said in the word's place
                    break
            beginnings = {word[:4] for word in form.lower().split()}
            if said.isdisjoint(beginnings):
                chosen.append(form)
                said |= beginnings
                if len(chosen) == MOST:
                    break
        return tuple(chosen)

    def _common_form(self, at_source: int, source: int, at_target: int, target: int) -> str:
        """How a term stands in both stories; empty when it is not one word, or unreadable."""
        one, other = self._form(at_source, source), self._form(at_target, target)
        if one == other or not one or not other:
            return one and other
        if one.lower() == other.lower():
            return max(one, other)  # small letters sort last
        shorter, longer = sorted((one, other), key=lambda form: (len(form), form))
        small = shorter.lower(), longer.lower()
        common = next(
            (n for n, pair in enumerate(zip(*small, strict=False)) if len({*pair}) > 1),
            len(shorter),
        )
        ends = small[0][common:], small[1][common:]
        # repository and repositories, not universe and university
        return shorter if ends[0] in ("", "e", "y") and ends[1] in ENDINGS else ""

    def _find_form(self, at: int, story: int) -> str:
        """A term as its story shows it, or empty when it does not read well."""
        counts = self._counts[story]
        start, text = int(counts.places[at]), counts.words
        if start < 0:
            return ""
        stop = text.find(" ", start)
        if is_pair(counts.keys[at]):
            stop = text.find(" ", stop + 1)
        words = text[start : stop if stop >= 0 else len(text)].split(" ")
        if len(words) > 1 and words[0] > IDEOGRAPHS:  # two pieces of a text without blanks
            return ""
        if not all(map(_is_readable, words)) or not any(map(_tells_something, words)):
            return ""
        return " ".join(map(as_shown, words)).removesuffix("'s")


@lru_cache(maxsize=1 << 16)
def _is_readable(word: str) -> bool:
    return bool(_READABLE.fullmatch(word.rstrip(EDGE))) and not _PIECE.search(word)


@lru_cache(maxsize=1 << 16)
def _tells_something(word: str) -> bool:
    """Whether a word has letters enough: three, two capitals, or one ideograph."""
    letters = sum(map(str.isalpha, word))
    return letters >= 3 or (letters == 2 and word.isupper()) or word > IDEOGRAPHS
