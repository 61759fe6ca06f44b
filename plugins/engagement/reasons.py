"""Say why two stories are related: the words and phrases that weigh most in their similarity."""

from collections.abc import Sequence

import numpy as np

from .forms import LEAST_COUNT, SEPARATOR
from .term_table import Ints
from .vectors import TELLING, Floats, Vectors, ranges

# Words and phrases in a reason.
MOST = 3
# The share of the similarity that a word or phrase must make up, and that the first must.
LEAST_SHARE = 0.012
LEAST_FIRST_SHARE = 0.03
# A phrase that weighs this share of one of its words is said in the word's place.
PHRASE_FOR_WORD = 0.4
# Of a pair's terms, as many are looked at, the heaviest first.
LOOKED_AT = 14

# Of a word's other form: two words that part otherwise are taken for two.
ENDINGS = ("s", "es", "ies", "d", "ed", "ied", "ing", "n", "en", "e", "er", "r")


class Reasons:
    """Reasons of pairs of stories, from their vectors and their terms."""

    def __init__(self, vectors: Vectors) -> None:
        table = vectors.table
        self._forms, self._terms = table.forms, len(table.keys)
        often = table.count >= LEAST_COUNT
        fit = np.flatnonzero(often & (vectors.value > TELLING))
        self._term = table.term[fit].astype(np.int64)
        self._value = (vectors.value[fit] % TELLING).astype(np.float64)
        self._start = np.searchsorted(fit, table.start)
        # Of a story's forms, which are of the terms that count so often.
        before = np.concatenate(([0], np.cumsum(often)))
        story = np.repeat(np.arange(len(table.forms)), np.diff(self._start))
        self._place = before[fit] - before[table.start[story]]

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
        product = self._value[mine] * self._value[its]
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
        ours, theirs = self._forms[source].split(SEPARATOR), self._forms[target].split(SEPARATOR)
        forms = [
            (weight, form)
            for weight, at_source, at_target in rows
            if (form := _common_form(ours[at_source], theirs[at_target]))
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


def _common_form(one: str, other: str) -> str:
    """How a term stands in both stories; empty when it is not one word, or unreadable."""
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
