"""Find for each story those worth a closer look, anew only where a vector has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .term_table import Ints
from .terms import Floats32, Ints32
from .vectors import LENGTH, Floats, Similarity, Vectors

# How many stories make a neighbourhood.
CROWD_SIZE = 5
# Stories looked at closely for each.
CANDIDATES = 50
# The bonus for the same day, and the days apart that halve it.
SAME_DAY_BONUS = 1.0
HALF_BONUS_DAYS = 365.0

# Kept beyond these, so that a story that falls back leaves no gap that others might fill.
_SPARE_NEAR, _SPARE = 3, 10
# Similarities held at a time: this bounds the memory.
_CELLS = 500_000
_LEAST = 1e-9

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What one ranking has found out, for the next one.

    digests         of all that is known of each story by itself
    vectors         theirs
    source, target  int32[p], ascending: pairs of stories, by their places in ``digests``
    dot             float32[p], the product of their vectors: whole
    near, best      float64[n]: of each story all pairs are here whose cosine is at least ``near``,
                    and all allowed ones whose cosine with its bonus is at least ``best``
    reasons         by source, target and product: why pairs that were shown are related
    """

    digests: Sequence[bytes] = ()
    vectors: Vectors = field(default_factory=Vectors)
    source: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    target: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    dot: Floats32 = field(default_factory=lambda: np.empty(0, np.float32))
    near: Floats = field(default_factory=lambda: np.empty(0))
    best: Floats = field(default_factory=lambda: np.empty(0))
    reasons: dict[tuple[int, int, int], tuple[str, ...]] = field(default_factory=dict)


NOTHING = Found()


class Candidates:
    """The best pairs of some stories, the first ``offered`` of which may be targets.

    ``barred`` has for each story those that it must not lead to, itself among them.

    source, target  int64[p], ascending
    dot             float64[p], the product of their vectors
    near, best      see ``Found``
    """

    def __init__(
        self,
        vectors: Vectors,
        offered: int,
        days: Floats,
        barred: Sequence[set[int]],
        include_newer: bool,
    ) -> None:
        self._vectors, self._offered, self._days = vectors, offered, days
        self._include_newer = include_newer
        stories = len(days)
        self._barred = np.array(
            sorted(i * stories + j for i, others in enumerate(barred) for j in others), np.int64
        )
        self.near, self.best = np.full(stories, _LEAST), np.full(stories, _LEAST)
        self.source, self.target = np.empty(0, np.int64), np.empty(0, np.int64)
        self.dot = np.empty(0)

    def find(self, earlier: Found, place: Ints) -> None:
        """Find the pairs; ``place`` has where in ``earlier`` each story stands unchanged, or -1.

        All is as without ``earlier``: of two stories that have not changed the product has not;
        and of a story that has not changed all pairs are known that reach its bounds.
        """
        if not self._offered:
            return
        # Of a story that is not offered nobody else's row tells anything.
        held = (place >= 0) & (np.arange(len(place)) < self._offered)
        self.near[held], self.best[held] = earlier.near[place[held]], earlier.best[place[held]]
        now = np.full(len(earlier.digests), -1)
        now[place[held]] = np.flatnonzero(held)
        source, target = now[earlier.source], now[earlier.target]
        both = (source >= 0) & (target >= 0)
        self._add([(source[both], target[both], earlier.dot[both].astype(np.float64))])
        self._measure(np.flatnonzero(~held), held[: self._offered])
        # Where too many have fallen back, others may have come in their place.
        value = self._value(self.source, self.target, self.dot)
        cosine = self.dot / LENGTH**2
        short = (self.near > _LEAST) & (self._many(cosine, self.near) < CROWD_SIZE)
        short |= (self.best > _LEAST) & (self._many(value, self.best) < CANDIDATES)
        if short.any():
            self._keep(~short[self.source])
            self._measure(np.flatnonzero(short), np.zeros(self._offered, np.bool_))
        self._trim()

    def nearest(self) -> Floats:
        """float64[n, CROWD_SIZE]: the highest cosines of each story, ascending."""
        return np.sort(_table(self.source, self.dot / LENGTH**2, len(self._days)), axis=1)[
            :, -CROWD_SIZE:
        ]

    def closest(self) -> tuple[Ints, Ints, Floats, Floats]:
        """The best ``CANDIDATES`` pairs of each story and those as good as the last of them.

        Source, target, cosine times bonus, cosine; ascending by source, target.
        """
        value = self._value(self.source, self.target, self.dot)
        least = bound(self.source, value, CANDIDATES, len(self._days))
        good = value >= np.maximum(least, _LEAST)[self.source]
        return self.source[good], self.target[good], value[good], self.dot[good] / LENGTH**2

    def _measure(self, rows: Ints, held: Bools) -> None:
        """Add the pairs of the rows, all measured anew, and those of stories ``held`` to them."""
        columns, block = self._offered, min(256, _CELLS // self._offered + 1)
        others, stories = np.flatnonzero(held), len(self._days)
        similarity = Similarity(self._vectors, self._offered, rows)
        found: list[tuple[Ints, Ints, Floats]] = []
        for start in range(0, len(rows), block):
            part = rows[start : start + block]
            dot = similarity.block(part)
            own = part < columns
            dot[np.flatnonzero(own), part[own]] = 0
            cosine = dot / LENGTH**2
            value = cosine * _date_bonus(self._days[part, None], self._days[None, :columns])
            if len(others):
                # To columns only: from a story to one that is not offered there is no way.
                into = (cosine[own][:, others] >= self.near[others]) | (
                    value[own][:, others] >= self.best[others]
                )
                row, column = np.nonzero(into)
                its = part[own][row]
                found.append((others[column], its, dot[own][row, others[column]]))
            if not self._include_newer:
                value[self._days[None, :columns] > self._days[part, None]] = 0
            first = np.searchsorted(self._barred, part * stories)
            last = np.searchsorted(self._barred, (part + 1) * stories)
            for k in range(len(part)):
                barred = self._barred[first[k] : last[k]] % stories
                value[k, barred[barred < columns]] = 0
            for bounds, cells, many in (
                (self.near, cosine, CROWD_SIZE + _SPARE_NEAR),
                (self.best, value, CANDIDATES + _SPARE),
            ):
                at = max(0, columns - many)
                bounds[part] = np.maximum(np.partition(cells, at, axis=1)[:, at], _LEAST)
            row, column = np.nonzero(
                (cosine >= self.near[part, None]) | (value >= self.best[part, None])
            )
            found.append((part[row], column, dot[row, column]))
        self._add(found)

    def _add(self, found: Sequence[tuple[Ints, Ints, Floats]]) -> None:
        self.source = np.concatenate((self.source, *(source for source, _, _ in found)))
        self.target = np.concatenate((self.target, *(target for _, target, _ in found)))
        self.dot = np.concatenate((self.dot, *(dot for _, _, dot in found)))
        # Stable: much of it is in order.
        self._keep(np.argsort(self.source * len(self._days) + self.target, kind="stable"))

    def _keep(self, kept: Bools | Ints) -> None:
        self.source, self.target, self.dot = self.source[kept], self.target[kept], self.dot[kept]

    def _value(self, source: Ints, target: Ints, dot: Floats) -> Floats:
        """float64[p]: the cosines with their bonus; 0 for pairs that are not allowed."""
        value: Floats = dot / LENGTH**2 * _date_bonus(self._days[source], self._days[target])
        keys = source * len(self._days) + target
        at = np.searchsorted(keys, self._barred)
        inside = at < len(keys)
        at, barred = at[inside], self._barred[inside]
        value[at[keys[at] == barred]] = 0
        if not self._include_newer:
            value[self._days[target] > self._days[source]] = 0
        return value

    def _many(self, values: Floats, bounds: Floats) -> Ints:
        """int64[n]: how many pairs of each story reach its bound."""
        return np.bincount(self.source[values >= bounds[self.source]], minlength=len(bounds))

    def _trim(self) -> None:
        """Keep what is within the bounds, which rise to what is needed."""
        cosine = self.dot / LENGTH**2
        value = self._value(self.source, self.target, self.dot)
        self.near = np.maximum(
            self.near, bound(self.source, cosine, CROWD_SIZE + _SPARE_NEAR, len(self._days))
        )
        self.best = np.maximum(
            self.best, bound(self.source, value, CANDIDATES + _SPARE, len(self._days))
        )
        self._keep((cosine >= self.near[self.source]) | (value >= self.best[self.source]))


def _date_bonus(source: Floats, target: Floats) -> Floats:
    """From days: 1 + SAME_DAY_BONUS / (1 + apart / HALF_BONUS_DAYS)."""
    bonus: Floats = np.abs(source - target)
    bonus /= HALF_BONUS_DAYS
    bonus += 1
    np.divide(SAME_DAY_BONUS, bonus, out=bonus)
    bonus += 1
    return bonus


def bound(source: Ints, values: Floats, many: int, stories: int) -> Floats:
    """float64[n]: the value that so many pairs of each story reach; 0 where there are fewer.

    ``source`` ascends.
    """
    table = _table(source, values, stories)
    at = table.shape[1] - many
    return np.partition(table, at, axis=1)[:, at] if at >= 0 else np.zeros(len(table))


def _table(source: Ints, values: Floats, stories: int) -> Floats:
    """The pairs' values, a row for each story, filled up with zeros."""
    start = np.searchsorted(source, np.arange(stories))
    column = np.arange(len(source)) - start[source]
    table = np.zeros((stories, max(CROWD_SIZE, column.max(initial=0) + 1)))
    table[source, column] = values
    return table
