"""Measure related stories against the links that a blog's own author wrote."""

import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from statistics import mean

# How many of a story's recommendations a reader sees, and how far down we look.
SHOWN = 3
DEPTH = 10

_ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^'">])*?"""
_LINK = re.compile(
    rf"""<a\b{_ATTRIBUTES}\bhref\s*=\s*(["'])(?P<href>.*?)\1{_ATTRIBUTES}>.*?</a\s*>""",
    re.I | re.S,
)


@dataclass(frozen=True)
class Quality:
    """How well recommendations find the author's links; all figures from 0 to 1.

    recall           hits in the first three / min(3, links), mean of the linked stories (R3c)
    ndcg             normalised discounted cumulative gain in the first five (Järvelin and
                     Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques)
    coverage         share of all stories that stand in some story's first three
    inequality       Gini coefficient of how often the stories stand there
    filled           share of stories with three recommendations
    """

    recall: float
    ndcg: float
    coverage: float
    inequality: float
    filled: float


def without_story_links(body: str, story_at: Callable[[str], int | None]) -> tuple[str, list[int]]:
    """The body without its links to stories and their words, and the stories they led to.

    ``story_at`` tells which story has an address, or None.
    """
    found: list[int] = []

    def taken_out(match: re.Match[str]) -> str:
        story = story_at(match["href"])
        if story is None:
            return match[0]
        found.append(story)
        return ""

    return _LINK.sub(taken_out, body), found


def quality(ranked: Sequence[Sequence[int]], linked: Mapping[int, Set[int]]) -> Quality:
    """The quality of ``ranked``, each story's recommendations, best first.

    ``linked`` has for each story with a link, either way, the stories at the other end.
    Raises ValueError when there are none.
    """
    if not linked:
        raise ValueError("no story links to another")
    recalls, gains = [], []
    for story, targets in linked.items():
        hits = [target in targets for target in ranked[story][:DEPTH]]
        recalls.append(sum(hits[:SHOWN]) / min(SHOWN, len(targets)))
        gain = sum(hit / math.log2(place + 1) for place, hit in enumerate(hits[:5], 1))
        best = sum(1 / math.log2(place + 1) for place in range(1, min(5, len(targets)) + 1))
        gains.append(gain / best)
    inbound = [0] * len(ranked)
    for targets_shown in ranked:
        for target in targets_shown[:SHOWN]:
            inbound[target] += 1
    return Quality(
        recall=mean(recalls),
        ndcg=mean(gains),
        coverage=mean(count > 0 for count in inbound),
        inequality=gini(inbound),
        filled=mean(len(targets_shown) >= SHOWN for targets_shown in ranked),
    )


def gini(counts: Sequence[int]) -> float:
    """The Gini coefficient: 0 when all counts are alike, near 1 when one has everything."""
    total = sum(counts)
    if not total:
        return 1.0
    weighted = sum(place * count for place, count in enumerate(sorted(counts), 1))
    return 2 * weighted / (len(counts) * total) - (len(counts) + 1) / len(counts)
