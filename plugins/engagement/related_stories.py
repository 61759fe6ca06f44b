"""Rank, for each story of a blog, the stories most related to it.

The score is the cosine of the stories' tf-idf vectors, scaled by how crowded the
neighbourhoods of both are, times a bonus for nearness in time. Last, a story that nobody
recommends takes the cheapest last place, so that a reader can reach every one.

Two runs agree byte for byte on any machine: stories are taken in the order of their slugs,
similarities are sums of whole numbers (exact in any order), and scores are rounded before
they are compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .reasons import Reasons
from .settings import RelatedStoriesSettings
from .story import Story
from .terms import TermCounts
from .vectors import LENGTH, Floats, Ints, Similarity, vectors_of

# How strongly crowded neighbourhoods count, and how many stories make one.
CROWD = 0.4
CROWD_SIZE = 5
# The bonus for the same day, and the days apart that halve it.
SAME_DAY_BONUS = 1.0
HALF_BONUS_DAYS = 365.0
# Stories looked at closely for each.
CANDIDATES = 50

# Similarities held at a time: this bounds the memory.
_CELLS = 1_000_000
_SECONDS_A_DAY = 86400.0


@dataclass(frozen=True)
class Blog:
    """What is to be ranked; numbers are places in ``stories``.

    The first ``offered`` stories may be recommended; the others only get recommendations.
    ``pinned`` stories come first, in the writer's order. ``barred`` ones are never
    recommended there. ``silent`` stories show no recommendations.
    """

    stories: Sequence[Story]
    offered: int
    pinned: Mapping[int, Sequence[int]] = field(default_factory=dict)
    barred: Mapping[int, Iterable[int]] = field(default_factory=dict)
    silent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Related:
    """One recommended story: its place among the stories, and why it is there.

    ``score`` compares within one blog; it is 0 for a story that shares nothing.
    ``adopted``: only the rule that every story is recommended somewhere put it there.
    """

    index: int
    score: float
    reason: tuple[str, ...]
    pinned: bool = False
    adopted: bool = False


def related_stories(
    blog: Blog,
    counts: Sequence[TermCounts],
    settings: RelatedStoriesSettings,
    count: int | None = None,
) -> list[list[Related]]:
    """The stories related to each story of the blog, best first, in its own language.

    ``counts`` has the terms of each story. Each list has ``count`` entries (by default
    ``settings.limit``, and never less than the pinned ones), or as many as there are; silent
    stories get none. Ties go to the newer story, then to the first slug.
    """
    found: list[list[Related]] = [[] for _ in blog.stories]
    languages = sorted({story.lang for story in blog.stories})
    for lang in languages:
        # Offered stories first, then by slug: the order of the input must not matter.
        order = sorted(
            (i for i, story in enumerate(blog.stories) if story.lang == lang),
            key=lambda i: (i >= blog.offered, blog.stories[i].slug),
        )
        ranking = _Ranking(blog, order, counts, settings, max(count or 0, settings.limit))
        for i, entries in ranking.lists().items():
            shown = max(settings.limit, len(blog.pinned.get(i, ())))
            found[i] = entries[: shown if count is None else count]
    return found


class _Ranking:
    """The ranking of one language's stories, numbered anew by ``order``."""

    def __init__(
        self,
        blog: Blog,
        order: Sequence[int],
        counts: Sequence[TermCounts],
        settings: RelatedStoriesSettings,
        count: int,
    ) -> None:
        self.order, self.settings, self.count = order, settings, count
        self.stories = [blog.stories[i] for i in order]
        self.counts = [counts[i] for i in order]
        self.offered = sum(i < blog.offered for i in order)
        new = {old: number for number, old in enumerate(order)}
        self.silent = {new[i] for i in blog.silent if i in new}
        self.pinned = {
            new[i]: [new[j] for j in pins if j in new]
            for i, pins in blog.pinned.items()
            if i in new
        }
        self.barred = [{number} for number in range(len(order))]
        for i, others in blog.barred.items():
            if i in new:
                self.barred[new[i]].update(new[j] for j in others if j in new)
        self.days = np.array([s.date.timestamp() / _SECONDS_A_DAY for s in self.stories])

    def lists(self) -> dict[int, list[Related]]:
        """Each story's recommendations, by the blog's own numbers."""
        vectors = vectors_of(self.counts, self.offered)
        pairs = self._candidates(Similarity(vectors, self.offered))
        tops, scores = self._tops(pairs)
        adopted = self._adopt(tops, scores, pairs)
        source = np.repeat(np.arange(len(tops)), [len(top) for top in tops])
        target = np.array([j for top in tops for j in top], np.int64)
        total = pairs.cosine_of(source, target, len(tops)) * LENGTH**2
        reasons = Reasons(vectors, self.counts, self.offered).of(source, target, total)
        found: dict[int, list[Related]] = {number: [] for number in self.order}
        for i, j, reason in zip(source.tolist(), target.tolist(), reasons, strict=True):
            found[self.order[i]].append(
                Related(
                    self.order[j],
                    scores[i].get(j, 0.0),
                    reason,
                    pinned=j in self.pinned.get(i, ()),
                    adopted=(i, j) in adopted,
                )
            )
        return found

    def _allowed(self, i: int, j: int) -> bool:
        older_only = not self.settings.include_newer
        return j not in self.barred[i] and not (older_only and self.days[j] > self.days[i])

    def _candidates(self, similarity: "Similarity") -> "_Pairs":
        """The pairs worth a closer look, some ``CANDIDATES`` a story, with their final scores.

        The score is s(a, b) / (r(a) r(b)) ** CROWD * bonus, where r is a story's mean
        similarity to its nearest few: local scaling (Zelnik-Manor and Perona 2004,
        Self-tuning spectral clustering) against hubs that are near to all.
        """
        rows_in_all, columns = len(self.stories), self.offered
        near, kept = min(CROWD_SIZE, columns), min(CANDIDATES, columns)
        if not kept:
            none = np.empty(0, np.int64)
            return _Pairs(none, none, np.empty(0), np.empty(0))
        crowd = np.zeros(rows_in_all)
        parts: list[_Pairs] = []
        block = min(256, _CELLS // columns + 1)
        for first in range(0, rows_in_all, block):
            last = min(rows_in_all, first + block)
            rows = similarity.block(first, last)
            own = np.arange(first, min(last, columns))
            rows[own - first, own] = 0
            best = np.partition(rows, columns - near, axis=1)[:, columns - near :]
            crowd[first:last] = np.sort(best, axis=1).sum(axis=1)
            for i in range(first, last):
                rows[i - first, [j for j in self.barred[i] if j < columns]] = 0
            cosine = rows.copy()
            rows *= _date_bonus(self.days[first:last], self.days[:columns])
            if not self.settings.include_newer:
                rows[self.days[None, :columns] > self.days[first:last, None]] = 0
            least = np.partition(rows, columns - kept, axis=1)[:, columns - kept]
            a, b = np.nonzero(rows >= np.maximum(least, 1e-9)[:, None])
            parts.append(_Pairs(a + first, b, rows[a, b], cosine[a, b]))
        source = np.concatenate([part.source for part in parts])
        target = np.concatenate([part.target for part in parts])
        score = np.concatenate([part.score for part in parts])
        cosine = np.concatenate([part.cosine for part in parts])
        # Python's own power: numpy's may differ in the last bit from machine to machine.
        scale = np.array([max(mean, 1e-6) ** CROWD for mean in (crowd / near).tolist()])
        score = np.round(score / (scale[source] * scale[target]), 6)
        good = score >= max(self.settings.threshold, 1e-6)
        return _Pairs(source[good], target[good], score[good], cosine[good])

    def _tops(self, pairs: "_Pairs") -> tuple[list[list[int]], list[dict[int, float]]]:
        """Each story's list, pins first and filled up, and the scores of the best pairs."""
        order = np.lexsort((pairs.target, -self.days[pairs.target], -pairs.score, pairs.source))
        target, score = pairs.target[order].tolist(), pairs.score[order].tolist()
        start = np.searchsorted(pairs.source, np.arange(len(self.stories) + 1)).tolist()
        tops: list[list[int]] = []
        scores: list[dict[int, float]] = []
        for i in range(len(self.stories)):
            part = slice(start[i], start[i + 1])
            scores.append(dict(zip(target[part], score[part], strict=True)))
            if i in self.silent:
                tops.append([])
                continue
            top = list(self.pinned.get(i, ()))
            for j in target[part]:
                if len(top) >= self.count:
                    break
                if j not in top:
                    top.append(j)
            if len(top) < self.count and not self.settings.threshold:
                self._fill(top, i)
            tops.append(top)
        return tops, scores

    def _fill(self, top: list[int], i: int) -> None:
        """Lengthen a short list with the stories nearest in time, then by slug."""
        apart = np.abs(self.days[: self.offered] - self.days[i])
        for j in np.argsort(apart, kind="stable").tolist():
            if len(top) >= self.count:
                return
            if j not in top and self._allowed(i, j):
                top.append(j)

    def _adopt(
        self, tops: list[list[int]], scores: list[dict[int, float]], pairs: "_Pairs"
    ) -> set[tuple[int, int]]:
        """Give each story that nobody shows the last place that costs least; return these.

        The cost is what the place's present story scores more than the orphan. A story that
        is recommended only there keeps its place (so a place changes hands once), and pins keep
        theirs. Drafts and other stories that are not offered adopt nobody.
        """
        shown = self.settings.limit
        inbound = Counter(
            j
            for i, top in enumerate(tops[: self.offered])
            for j in top[: max(shown, len(self.pinned.get(i, ())))]
        )
        orphans = {j for j in range(self.offered) if not inbound[j]}
        adopted: set[tuple[int, int]] = set()

        # Whose last place may change hands: pins keep theirs, and who shows nothing has none.
        able = np.array(
            [
                i < self.offered and len(top) >= shown > len(self.pinned.get(i, ()))
                for i, top in enumerate(tops)
            ]
        )
        last_score = np.array(
            [scores[i].get(top[shown - 1], 0.0) if able[i] else 0.0 for i, top in enumerate(tops)]
        )

        def settle(source: Ints, target: Ints, score: Floats) -> None:
            fit = able[source]
            source, target, score = source[fit], target[fit], score[fit]
            cost = np.round(last_score[source] - score, 6)
            order = np.lexsort((source, target, cost))
            for i, j, its_score in zip(
                source[order].tolist(), target[order].tolist(), score[order].tolist(), strict=True
            ):
                last = tops[i][shown - 1]
                if inbound[j] or inbound[last] < 2 or not self._allowed(i, j):
                    continue
                inbound[last] -= 1
                inbound[j] += 1
                scores[i][j] = its_score
                adopted.add((i, j))
                tops[i] = [other for other in tops[i] if other != j]
                tops[i].insert(shown - 1, j)
                del tops[i][self.count :]

        if orphans and shown and not self.settings.threshold:
            is_orphan = np.zeros(len(self.stories), np.bool_)
            is_orphan[list(orphans)] = True
            into, out = is_orphan[pairs.target], is_orphan[pairs.source]
            settle(
                np.concatenate((pairs.source[into], pairs.target[out])),
                np.concatenate((pairs.target[into], pairs.source[out])),
                np.concatenate((pairs.score[into], pairs.score[out])),
            )
            # Those that no candidate could take: any story will do.
            left = np.array([j for j in sorted(orphans) if not inbound[j]], np.int64)
            settle(
                np.tile(np.arange(self.offered), len(left)),
                np.repeat(left, self.offered),
                np.zeros(len(left) * self.offered),
            )
        return adopted


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Scored pairs: int64[p], int64[p], float64[p], float64[p]; ascending by source, target."""

    source: Ints
    target: Ints
    score: Floats
    cosine: Floats

    def cosine_of(self, source: Ints, target: Ints, stories: int) -> Floats:
        """float64[q]: the cosines of q pairs, given either way round; 0 where there is none."""
        found = np.zeros(len(source))
        keys = self.source * stories + self.target
        for one, other in ((source, target), (target, source)) if len(keys) else ():
            wanted = one * stories + other
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            found = np.where(keys[at] == wanted, self.cosine[at], found)
        return found


def _date_bonus(source: Floats, target: Floats) -> Floats:
    """float64[sources, targets] from days: 1 + SAME_DAY_BONUS / (1 + apart / HALF_BONUS_DAYS)."""
    bonus: Floats = np.abs(source[:, None] - target[None, :])
    bonus /= HALF_BONUS_DAYS
    bonus += 1
    np.divide(SAME_DAY_BONUS, bonus, out=bonus)
    bonus += 1
    return bonus
