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
from dataclasses import dataclass, field, fields

import numpy as np

from .candidates import CROWD_SIZE, NOTHING, Candidates, Found, bound
from .reasons import Reasons
from .settings import RelatedStoriesSettings
from .story import Story
from .term_table import Ints, Packed, packed, table_of
from .terms import TermCounts
from .vectors import LENGTH, Floats, Vectors, vectors_of

# How strongly crowded neighbourhoods count.
CROWD = 0.4
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
    new = {number: packed(its) for number, its in enumerate(counts)}
    unknown = [b""] * len(counts)
    return related_stories_again(blog, unknown, new, settings, {}, count)[0]


def related_stories_again(
    blog: Blog,
    digests: Sequence[bytes],
    new: Mapping[int, Packed],
    settings: RelatedStoriesSettings,
    earlier: Mapping[str, Found],
    count: int | None = None,
) -> tuple[list[list[Related]], dict[str, Found]]:
    """The same, by what an earlier ranking has found out under the same settings.

    It is by language, as is what this one has found out, which is returned too. ``digests`` are
    ``digests_of`` the stories; ``new`` has the terms of those that no earlier one is of.
    """
    lists: list[list[Related]] = [[] for _ in blog.stories]
    found: dict[str, Found] = {}
    for lang in sorted({story.lang for story in blog.stories}):
        # Offered stories first, then by slug: the order of the input must not matter.
        order = sorted(
            (i for i, story in enumerate(blog.stories) if story.lang == lang),
            key=lambda i: (i >= blog.offered, blog.stories[i].slug),
        )
        ranking = _Ranking(blog, order, settings, max(count or 0, settings.limit))
        its_digests, its_new = [digests[i] for i in order], [new[i] for i in order if i in new]
        entries_of, found[lang] = ranking.lists(its_digests, its_new, earlier.get(lang, NOTHING))
        for i, entries in entries_of.items():
            shown = max(settings.limit, len(blog.pinned.get(i, ())))
            lists[i] = entries[: shown if count is None else count]
    return lists, found


class _Ranking:
    """The ranking of one language's stories, numbered anew by ``order``."""

    def __init__(
        self,
        blog: Blog,
        order: Sequence[int],
        settings: RelatedStoriesSettings,
        count: int,
    ) -> None:
        self.order, self.settings, self.count = order, settings, count
        self.stories = [blog.stories[i] for i in order]
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

    def lists(
        self, digests: Sequence[bytes], new: Sequence[Packed], earlier: Found
    ) -> tuple[dict[int, list[Related]], Found]:
        """Each story's recommendations, by the blog's own numbers, and what was found out.

        ``new`` are the terms of the stories of whose ``digests`` the earlier ranking has none.
        """
        row = {digest: number for number, digest in enumerate(earlier.digests)}
        rows = [row.get(digest, -1) for digest in digests]
        vectors = vectors_of(table_of(earlier.vectors.table, rows, new), self.offered)
        place = self._known(vectors, rows, earlier)
        candidates = Candidates(
            vectors, self.offered, self.days, self.barred, self.settings.include_newer
        )
        candidates.find(earlier, place)
        pairs = self._scored(candidates)
        tops, scores = self._tops(pairs)
        adopted = self._adopt(tops, scores, pairs)
        source = np.repeat(np.arange(len(tops)), [len(top) for top in tops])
        target = np.array([j for top in tops for j in top], np.int64)
        total = pairs.cosine_of(source, target, len(tops)) * LENGTH**2
        shares = np.rint(total).astype(np.int64).tolist()
        before = zip(place[source].tolist(), place[target].tolist(), shares, strict=True)
        said = [earlier.reasons.get(key) for key in before]
        unsaid = [number for number, reason in enumerate(said) if reason is None]
        made = iter(
            Reasons(vectors).of(source[unsaid], target[unsaid], total[unsaid]) if unsaid else ()
        )
        reasons = [next(made) if reason is None else reason for reason in said]
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
        return found, Found(
            digests,
            vectors,
            candidates.source.astype(np.int32),
            candidates.target.astype(np.int32),
            candidates.dot.astype(np.float32),
            candidates.near,
            candidates.best,
            dict(
                zip(
                    zip(source.tolist(), target.tolist(), shares, strict=True), reasons, strict=True
                )
            ),
        )

    def _known(self, vectors: Vectors, rows: Sequence[int], earlier: Found) -> Ints:
        """Where each story stands unchanged among the earlier; -1 if it does not.

        ``rows`` says where it stands with the same text.
        """
        # Of two that are the same only one is taken for what it was.
        place = np.full(len(rows), -1)
        rows_of, numbers = np.unique(np.array(rows, np.int64), return_index=True)
        place[numbers] = rows_of
        now, then = vectors.value.data, earlier.vectors.value.data
        start, start_then = vectors.table.start.tolist(), earlier.vectors.table.start.tolist()
        for number, row in enumerate(place.tolist()):
            part = slice(start[number], start[number + 1])
            if row >= 0 and now[part] != then[start_then[row] : start_then[row + 1]]:
                place[number] = -1
        return place

    def _allowed(self, i: int, j: int) -> bool:
        older_only = not self.settings.include_newer
        return j not in self.barred[i] and not (older_only and self.days[j] > self.days[i])

    def _scored(self, candidates: Candidates) -> "_Pairs":
        """The pairs worth a closer look, some fifty a story, with their final scores.

        The score is s(a, b) / (r(a) r(b)) ** CROWD * bonus, where r is a story's mean
        similarity to its nearest few: local scaling (Zelnik-Manor and Perona 2004,
        Self-tuning spectral clustering) against hubs that are near to all.
        """
        crowd = candidates.nearest().sum(axis=1) / max(1, min(CROWD_SIZE, self.offered))
        source, target, score, cosine = candidates.closest()
        # Python's own power: numpy's may differ in the last bit from machine to machine.
        scale = np.array([max(mean, 1e-6) ** CROWD for mean in crowd.tolist()])
        score = np.round(score / (scale[source] * scale[target]), 6)
        good = score >= max(self.settings.threshold, 1e-6)
        return _Pairs(source[good], target[good], score[good], cosine[good])

    def _tops(self, pairs: "_Pairs") -> tuple[list[list[int]], list[dict[int, float]]]:
        """Each story's list, pins first and filled up, and the scores of what is in it."""
        pairs = self._best(pairs)
        order = np.lexsort((pairs.target, -self.days[pairs.target], -pairs.score, pairs.source))
        target, score = pairs.target[order].tolist(), pairs.score[order].tolist()
        start = np.searchsorted(pairs.source, np.arange(len(self.stories) + 1)).tolist()
        tops: list[list[int]] = []
        scores: list[dict[int, float]] = []
        for i in range(len(self.stories)):
            pins = self.pinned.get(i, ())
            part = slice(start[i], start[i + 1])
            scores.append(dict(zip(target[part], score[part], strict=True)))
            if i in self.silent:
                tops.append([])
                continue
            top = list(pins)
            for j in target[part]:
                if len(top) >= self.count:
                    break
                if j not in top:
                    top.append(j)
            if len(top) < self.count and not self.settings.threshold:
                self._fill(top, i)
            tops.append(top)
        return tops, scores

    def _best(self, pairs: "_Pairs") -> "_Pairs":
        """The pairs that may get into a list; of a story with pins all, which may be the pins."""
        bounds = bound(pairs.source, pairs.score, max(1, self.count), len(self.stories))
        bounds[list(self.pinned)] = 0
        good = pairs.score >= bounds[pairs.source]
        return _Pairs(*(getattr(pairs, each.name)[good] for each in fields(_Pairs)))

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
