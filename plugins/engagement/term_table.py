"""The terms of many stories in few arrays, to which the next build adds what is new."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from .forms import forms_of
from .settings import FieldWeights
from .story import Story
from .terms import Floats32, Hashes, Ints32, TermCounts, term_counts

Ints = npt.NDArray[np.int64]
# A story's terms as plain data: uint64 keys, float32 counts, and ``forms_of`` them.
Packed = tuple[bytes, bytes, str]
# From so many new stories on it is worth to prepare the search for their terms.
_MANY = 100


@dataclass(frozen=True, slots=True)
class TermTable:
    """The terms of n stories: m entries of t terms.

    keys    uint64[t], ascending: their hashes
    start   int64[n + 1], where the entries of each story start
    term    int32[m], the number of an entry's term, ascending in each story
    count   float32[m], how much it counts there
    forms   n texts, see ``forms_of``
    """

    keys: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    start: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    term: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    count: Floats32 = field(default_factory=lambda: np.empty(0, np.float32))
    forms: Sequence[str] = ()


def packed_counts(weights: tuple[float, ...], text: str) -> Packed:
    """The terms of a story.

    ``weights`` are FieldWeights; ``text`` is a line of JSON, which has language, title, summary,
    category and tags, and then the body.
    """
    head, _, body = text.partition("\n")
    lang, title, summary, category, tags = json.loads(head)
    story = Story("", lang, title, summary, body, tuple(tags), category, datetime.min)
    return packed(term_counts(story, FieldWeights(*weights)))


def packed(counts: TermCounts) -> Packed:
    """The same of terms that are counted."""
    return counts.keys.tobytes(), counts.counts.tobytes(), forms_of(counts)


def table_of(earlier: TermTable, rows: Sequence[int], new: Sequence[Packed]) -> TermTable:
    """The terms of some stories: of each its place in an earlier table, or -1 for the next new."""
    fresh = [np.frombuffer(keys, np.uint64) for keys, _, _ in new]
    # A story may have left terms that no other has.
    used = np.zeros(len(earlier.keys), np.bool_)
    kept = [slice(*earlier.start[row : row + 2].tolist()) if row >= 0 else None for row in rows]
    for part in kept:
        if part:
            used[earlier.term[part]] = True
    keys = np.sort(np.concatenate((earlier.keys[used], *fresh)))
    keys = keys[np.diff(keys, prepend=np.uint64(0)) > 0]
    number = np.searchsorted(keys, earlier.keys).astype(np.int32)
    numbers, following = _numbers(keys, fresh), iter(new)
    terms: list[Ints32] = []
    counts: list[Floats32] = []
    forms: list[str] = []
    for row, part in zip(rows, kept, strict=True):
        if part:
            terms.append(number[earlier.term[part]])
            counts.append(earlier.count[part])
            forms.append(earlier.forms[row])
        else:
            _, its_counts, its_forms = next(following)
            terms.append(next(numbers).astype(np.int32))
            counts.append(np.frombuffer(its_counts, np.float32))
            forms.append(its_forms)
    return TermTable(
        keys,
        np.cumsum([0, *map(len, terms)]),
        np.concatenate([np.empty(0, np.int32), *terms]),
        np.concatenate([np.empty(0, np.float32), *counts]),
        forms,
    )


def _numbers(keys: Hashes, wanted: Sequence[Hashes]) -> Iterator[Ints]:
    """Where in ``keys`` those of each story are, all of which are there."""
    if len(wanted) < _MANY:
        yield from (np.searchsorted(keys, each) for each in wanted)
        return
    # Hashes are spread evenly: each is near where its first bits say.
    shift = np.uint64(64 - max(1, len(keys).bit_length()))
    many = np.bincount((keys >> shift).astype(np.int64), minlength=1 << (64 - int(shift)))
    first = np.cumsum(many) - many
    for each in wanted:
        at = first[each >> shift]
        later = np.flatnonzero(keys[at] < each)
        while len(later):
            at[later] += 1
            later = later[keys[at[later]] < each[later]]
        yield at
