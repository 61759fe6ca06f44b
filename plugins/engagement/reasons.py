"""Say why two stories are related: the words and phrases that weigh most in their similarity."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .terms import EDGE, IDEOGRAPHS, Floats32, Ints32, TermCounts, as_shown, is_pair

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

# One dot at most, and letters after it: cloud.gov and node.js, but no version and no path.
_READABLE = re.compile(r"[^'+#.]{1,25}(?:['.][^\d'+#.]{1,6})?[+#]*")
# Two letters out of a longer word: kana, Thai, Lao, Burmese, Khmer (of Han they are a word).
_PIECE = re.compile("[\u3040-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


class Reasons:
    """Reasons of pairs of stories, from the entries of their vectors.

    story, term  int32[m], ascending, the story and the term of each entry
    value        float32[m], the term's weight in the story
    place        int32[m], where the term is in the story's TermCounts
    stories_of   int64[t], in how many stories each term is
    """

    def __init__(
        self,
        story: Ints32,
        term: Ints32,
        value: Floats32,
        place: Ints32,
        stories_of: npt.NDArray[np.int64],
        counts: Sequence[TermCounts],
    ) -> None:
        self._start = np.searchsorted(story, np.arange(len(counts) + 1)).tolist()
        self._term, self._value, self._place, self._counts = term, value, place, counts
        self._telling = stories_of <= max(MOST_STORIES * len(counts), 5)
        self._weight = np.zeros(len(stories_of))  # of the source's terms
        self._at = np.zeros(len(stories_of), np.int64)  # where they are in its TermCounts
        self._form = lru_cache(maxsize=1 << 15)(self._find_form)

    def of(self, source: int, targets: Sequence[int]) -> list[tuple[str, ...]]:
        """The reason for each target: at most ``MOST`` phrases, the best first; () for none."""
        if not targets:
            return []
        mine = slice(self._start[source], self._start[source + 1])
        self._weight[self._term[mine]] = self._value[mine]
        self._at[self._term[mine]] = self._place[mine]
        slices = [slice(self._start[each], self._start[each + 1]) for each in targets]
        term = np.concatenate([self._term[each] for each in slices])
        place = np.concatenate([self._place[each] for each in slices])
        target = np.repeat(np.arange(len(targets)), [each.stop - each.start for each in slices])
        product = self._weight[term]
        shared = product > 0
        term, place, target, product = term[shared], place[shared], target[shared], product[shared]
        product *= np.concatenate([self._value[each] for each in slices])[shared]
        share = product / np.bincount(target, product)[target] if len(target) else product
        heavy = np.flatnonzero((share >= LEAST_SHARE) & self._telling[term])
        heavy = heavy[np.lexsort((-share[heavy], target[heavy]))]
        at = self._at[term[heavy]]
        self._weight[self._term[mine]] = 0
        phrase = is_pair(self._counts[source].keys[at])
        in_source = self._counts[source].counts[at].tolist()
        rows: list[list[tuple[float, int, int, bool]]] = [[] for _ in targets]
        looked_at = [0] * len(targets)
        for i, weight, mine_at, its_at, is_phrase, often in zip(
            target[heavy].tolist(),
            share[heavy].tolist(),
            at.tolist(),
            place[heavy].tolist(),
            phrase.tolist(),
            in_source,
            strict=True,
        ):
            looked_at[i] += 1
            if looked_at[i] > LOOKED_AT or (looked_at[i] == 1 and weight < LEAST_FIRST_SHARE):
                looked_at[i] = LOOKED_AT
                continue
            its_often = float(self._counts[targets[i]].counts[its_at])
            if min(often, its_often) >= LEAST_COUNT:
                rows[i].append((weight, mine_at, its_at, is_phrase))
        return [self._reason(source, each, rows[i]) for i, each in enumerate(targets)]

    def _reason(
        self, source: int, target: int, rows: Sequence[tuple[float, int, int, bool]]
    ) -> tuple[str, ...]:
        """The best readable terms of the rows: share, places in source and target, pair or not."""
        chosen: list[str] = []
        said: set[str] = set()  # the beginnings of the words that are in chosen
        for weight, at_source, at_target, is_phrase in rows:
            form = self._common_form(at_source, source, at_target, target)
            if form and not is_phrase:
                for its_weight, phrase_source, phrase_target, longer in rows:
                    if longer and its_weight >= PHRASE_FOR_WORD * weight:
                        phrase = self._common_form(phrase_source, source, phrase_target, target)
                        if form.lower() in phrase.lower().split():
                            form = phrase
                            break
            beginnings = {word[:4] for word in form.lower().split()}
            if beginnings and said.isdisjoint(beginnings):
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
        # repository and repositories, not universe and university
        same = len(longer) <= len(shorter) + 2 and longer.lower().startswith(shorter[:-1].lower())
        return shorter if same else ""

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
