"""Stories as tf-idf vectors, and how similar they are: exact on any machine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .terms import Floats32, Ints32, TermCounts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Length of the whole-number vectors: their products stay below 2**24, exact in float32.
LENGTH = 3000.0
# Terms in more than this share of the stories go through a dense product.
_FREQUENT = 1 / 25
# Stories weighted at a time: this bounds the memory.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Vectors:
    """The stories' tf-idf vectors, in whole numbers; only terms of two offered stories or more.

    story, term  int32[m], ascending: the story and the term of each entry
    value        float32[m], its weight: whole, a story's vector having length LENGTH
    place        int32[m], where the term is in the story's TermCounts
    stories_of   int64[t], in how many offered stories each term is
    """

    stories: int
    story: Ints32
    term: Ints32
    value: Floats32
    place: Ints32
    stories_of: Ints


def ranges(start: Ints, many: Ints) -> Ints:
    """int64[sum of many]: for each start the numbers from it on, as many as told, in a row."""
    numbers: Ints = np.repeat(start - np.cumsum(many) + many, many)
    numbers += np.arange(len(numbers))
    return numbers


def vectors_of(counts: Sequence[TermCounts], offered: int) -> Vectors:
    """Weights sqrt(tf) * ln(1 + (N - df + .5) / (df + .5)), every vector of the same length.

    N and df count the offered stories. The idf is that of BM25 (Robertson and Zaragoza 2009,
    The Probabilistic Relevance Framework, section 3.1) with 1 added, as in Lucene, so that it
    is never negative. A term of one story relates it to none, but counts in its length. There
    is no other cut by document frequency: it would be a cliff, and would empty a small blog.
    """
    every = np.sort(np.concatenate([np.empty(0, np.uint64), *(c.keys for c in counts[:offered])]))
    first = np.flatnonzero(np.diff(every, prepend=np.uint64(0)))  # of each run of one key
    df = np.diff(first, append=len(every))
    shared, df = every[first[df > 1]], df[df > 1]
    idf = np.array(
        [0.0, *(math.log(1 + (offered - d + 0.5) / (d + 0.5)) for d in range(1, offered + 1))]
    )
    alone = math.log(1 + (offered - 0.5) / 1.5)
    stories, terms, values, places = [], [], [], []
    for start in range(0, len(counts), _BATCH):
        batch = counts[start : start + _BATCH]
        sizes = np.array([len(c.keys) for c in batch], np.int64)
        keys = np.concatenate([c.keys for c in batch])
        tf = np.concatenate([c.counts for c in batch]).astype(np.float64)
        story = np.repeat(np.arange(len(batch)), sizes)
        place = ranges(np.zeros_like(sizes), sizes)
        term = np.minimum(np.searchsorted(shared, keys), max(len(shared) - 1, 0))
        kept = shared[term] == keys if len(shared) else np.zeros(len(keys), np.bool_)
        weight = np.sqrt(tf) * (np.where(kept, idf[df[term]], alone) if len(shared) else alone)
        length = np.sqrt(np.bincount(story, weight * weight, len(batch)))
        story, term, place, weight = story[kept], term[kept], place[kept], weight[kept]
        stories.append((story + start).astype(np.int32))
        terms.append(term.astype(np.int32))
        values.append(np.rint(weight / length[story] * LENGTH).astype(np.float32))
        places.append(place.astype(np.int32))
    none = np.empty(0, np.int32)
    return Vectors(
        len(counts),
        np.concatenate([none, *stories]),
        np.concatenate([none, *terms]),
        np.concatenate([none.astype(np.float32), *values]),
        np.concatenate([none, *places]),
        df,
    )


class Similarity:
    """Rows of the cosine matrix: frequent terms by a dense product, the others by postings.

    The whole matrix is never held.
    """

    def __init__(self, vectors: Vectors, offered: int) -> None:
        self.offered = offered
        frequent = vectors.stories_of > max(_FREQUENT * offered, 8)
        number = np.cumsum(frequent) - 1
        dense = frequent[vectors.term]
        self.dense = np.zeros((vectors.stories, int(frequent.sum())), np.float32)
        self.dense[vectors.story[dense], number[vectors.term[dense]]] = vectors.value[dense]
        self.story, self.term = vectors.story[~dense], vectors.term[~dense]
        self.value = vectors.value[~dense]
        self.start = np.searchsorted(self.story, np.arange(vectors.stories + 1))
        among = slice(0, self.start[offered])
        order = np.argsort(self.term[among], kind="stable")  # the postings: stories by term
        self.post_story, self.post_value = self.story[among][order], self.value[among][order]
        self.post_start = np.zeros(len(vectors.stories_of) + 1, np.int64)
        np.cumsum(np.where(frequent, 0, vectors.stories_of), out=self.post_start[1:])

    def block(self, rows: Ints) -> Floats:
        """float64[rows, offered]: products of the vectors of some stories with all; whole.

        All products are whole numbers below 2**24, and so are their sums but for the rounding
        of the vectors' lengths, which LENGTH leaves room for: float32 and float64 are exact.
        """
        columns, size = self.offered, len(rows)
        many_terms = self.start[rows + 1] - self.start[rows]
        entries = ranges(self.start[rows], many_terms)
        term = self.term[entries]
        start, stop = self.post_start[term], self.post_start[term + 1]
        many = stop - start
        posting = ranges(start, many)
        cell = np.repeat(np.repeat(np.arange(size) * columns, many_terms), many)
        cell += self.post_story[posting]
        product = np.repeat(self.value[entries], many)
        product *= self.post_value[posting]
        sums: Floats = np.bincount(cell, product, size * columns).astype(np.float64, copy=False)
        sums = sums.reshape(size, columns)
        sums += self.dense[rows] @ self.dense[:columns].T
        return sums
