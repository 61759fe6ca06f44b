"""Stories as tf-idf vectors, and how similar they are: exact on any machine."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .term_table import Ints, TermTable

Floats = npt.NDArray[np.float64]

# Length of the whole-number vectors: their products stay below 2**24, exact in float32.
LENGTH = 3000.0
# A term of more than this share of the stories tells nothing; it may still be in a phrase.
MOST_STORIES = 0.2
TELLING = 1 << 15
# Terms in more than this share of the stories go through a dense product.
_FREQUENT = 1 / 25
# Stories weighted at a time: this bounds the memory.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Vectors:
    """The stories' tf-idf vectors, in whole numbers; only terms of two offered stories or more.

    table   the terms
    value   uint16[m], an entry's weight: a story's vector has length LENGTH. ``TELLING`` is
            added where the term is in so few stories that it tells something
    """

    table: TermTable = field(default_factory=TermTable)
    value: npt.NDArray[np.uint16] = field(default_factory=lambda: np.empty(0, np.uint16))


def ranges(start: Ints, many: Ints) -> Ints:
    """int64[sum of many]: for each start the numbers from it on, as many as told, in a row."""
    numbers: Ints = np.repeat(start - np.cumsum(many) + many, many)
    numbers += np.arange(len(numbers))
    return numbers


def vectors_of(table: TermTable, offered: int) -> Vectors:
    """Weights sqrt(tf) * ln(1 + (N - df + .5) / (df + .5)), every vector of the same length.

    N and df count the offered stories. The idf is that of BM25 (Robertson and Zaragoza 2009,
    The Probabilistic Relevance Framework, section 3.1) with 1 added, as in Lucene, so that it
    is never negative. A term of one story relates it to none, but counts in its length. There
    is no other cut by document frequency: it would be a cliff, and would empty a small blog.
    """
    stories_of = np.bincount(table.term[: table.start[offered]], minlength=len(table.keys))
    idf = np.array(
        [math.log(1 + (offered - d + 0.5) / (d + 0.5)) for d in (1, *range(1, offered + 1))]
    )[stories_of]
    shared = stories_of > 1
    value = np.zeros(len(table.term), np.uint16)
    stories = len(table.start) - 1
    for first in range(0, stories, _BATCH):
        start = table.start[first : min(first + _BATCH, stories) + 1]
        part = slice(start[0], start[-1])
        term, sizes = table.term[part], np.diff(start)
        weight = np.sqrt(table.count[part].astype(np.float64))
        weight *= idf[term]
        story = np.repeat(np.arange(len(sizes)), sizes)
        length = np.sqrt(np.bincount(story, weight * weight, len(sizes)))
        weight /= length[story]
        weight *= LENGTH
        weight *= shared[term]
        value[part] = np.rint(weight, out=weight)
    value |= (TELLING * (stories_of <= max(MOST_STORIES * offered, 5))).astype(np.uint16)[
        table.term
    ]
    return Vectors(table, value)


class Similarity:
    """Some rows of the cosine matrix: frequent terms by a dense product, the others by postings.

    The whole matrix is never held.
    """

    def __init__(self, vectors: Vectors, offered: int, rows: Ints) -> None:
        table = vectors.table
        self.offered, stories = offered, len(table.start) - 1
        # No other term can make a product with one of the rows.
        wanted = np.zeros(len(table.keys), np.bool_)
        wanted[table.term[ranges(table.start[rows], table.start[rows + 1] - table.start[rows])]] = 1
        entries = np.flatnonzero(wanted[table.term])
        entries = entries[vectors.value[entries] % TELLING > 0]
        story = (np.searchsorted(table.start, entries, side="right") - 1).astype(np.int32)
        term, value = table.term[entries], (vectors.value[entries] % TELLING).astype(np.float32)
        stories_of = np.bincount(term[story < offered], minlength=len(table.keys))
        frequent = stories_of > max(_FREQUENT * offered, 8)
        number = np.cumsum(frequent) - 1
        dense = frequent[term]
        self.dense = np.zeros((stories, int(frequent.sum())), np.float32)
        self.dense[story[dense], number[term[dense]]] = value[dense]
        self.story, self.term, self.value = story[~dense], term[~dense], value[~dense]
        self.start = np.searchsorted(self.story, np.arange(stories + 1))
        among = slice(0, self.start[offered])
        order = np.argsort(self.term[among], kind="stable")  # the postings: stories by term
        self.post_story, self.post_value = self.story[among][order], self.value[among][order]
        self.post_start = np.zeros(len(table.keys) + 1, np.int64)
        np.cumsum(np.where(frequent, 0, stories_of), out=self.post_start[1:])

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
