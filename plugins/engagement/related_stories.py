"""Rank the stories that share most with a given one."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .settings import RelatedStoriesSettings
from .story import WORD, Story, text_of


@dataclass(frozen=True)
class Link:
    """A way from one story to another: the other's place among the stories, and how near."""

    index: int
    score: float


def links(
    stories: Sequence[Story], offered: int, settings: RelatedStoriesSettings
) -> list[list[Link]]:
    """For each story the ``settings.limit`` nearest of the first ``offered``, nearest first.

    Nearness is the cosine of tf-idf vectors (Salton and Buckley 1988), from 0 to 1.
    Ties go to the newer story, then to the first slug.
    """
    counts = [Counter(_words(story)) for story in stories]
    frequency = Counter(word for count in counts for word in count)
    vectors = [
        {w: (1 + math.log(n)) * math.log(len(stories) / frequency[w]) for w, n in count.items()}
        for count in counts
    ]
    lengths = [math.sqrt(sum(x * x for x in vector.values())) or 1.0 for vector in vectors]

    def nearest(i: int) -> list[Link]:
        found = [
            Link(j, sum(x * vectors[j].get(w, 0) for w, x in vectors[i].items())
                 / (lengths[i] * lengths[j]))
            for j in range(offered) if stories[j].slug != stories[i].slug
        ]  # fmt: skip
        found.sort(
            key=lambda k: (-round(k.score, 9), -stories[k.index].date.timestamp(),
                           stories[k.index].slug)
        )  # fmt: skip
        return found[: settings.limit]

    return [nearest(i) for i in range(len(stories))]


def _words(story: Story) -> list[str]:
    text = " ".join((story.title, story.summary, *story.tags, text_of(story.body)))
    return [word for word in WORD.findall(text.lower()) if len(word) > 3]
