"""Measure what related stories cost: .venv/bin/python benchmarks/related_stories.py [N …].

For each N (100, 1000, 5000 and 10000 by default) a blog of N made-up posts is ranked twice,
each time in a process of its own, as a build is:

first    CPU seconds of a first build: counting the terms of every post, ranking, reasons
terms    those of them that went into counting
rebuild  CPU seconds after one post was edited, by what the first build and the plugin
         "incremental" have remembered
ratio    rebuild / first
posts    memory before: Python, numpy and the posts themselves
peak     the most memory that the first build held, the posts included
again    the same of the rebuild
loop     CPU seconds of 5,000,000 additions in plain Python, before and after: machines differ,
         and a busy one is slower in everything

Making the posts is not counted, nor is anything that Pelican does. The posts are the same on
every machine, and post i is the same for every N.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "plugins"))

from engagement.cache import cached_related_stories
from engagement.related_stories import Blog
from engagement.settings import RelatedStoriesSettings
from engagement.stop_words import stop_words
from engagement.story import Story
from incremental.memory import Memory

SIZES = (100, 1000, 5000, 10_000)
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ADDITIONS = 5_000_000

VOCABULARY = 100_000
TOPIC_WORDS = 300
# A blog takes up a new topic every so many posts.
POSTS_A_TOPIC = 20
CATEGORIES = ("Bread", "Boats", "Clocks", "Gardens", "Letters", "Maps", "Music", "Tools")
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


def posts(count: int, words: int = 900) -> list[Story]:
    """The first ``count`` posts of the blog, of about so many words."""
    return [post(i, words) for i in range(count)]


def post(i: int, words: int = 900) -> Story:
    """Post ``i``: half stop words, as in English prose; a quarter from the language and a quarter
    from one topic, both by Zipf's law.
    """
    chance = Random(f"post {i}")
    topic = chance.randrange(2 + i // POSTS_A_TOPIC)
    length = max(20, int(chance.lognormvariate(0, 0.45) * words * 0.9))
    text = chance.choices(_stop_words(), k=length // 2)
    text += chance.choices(_vocabulary(), cum_weights=_zipf(VOCABULARY), k=length // 4)
    text += chance.choices(_topic(topic), cum_weights=_zipf(TOPIC_WORDS), k=length // 4)
    chance.shuffle(text)
    paragraphs = (text[j : j + 80] for j in range(0, length, 80))
    return Story(
        slug=f"post-{i:05}",
        lang="en",
        title=" ".join(text[:5]).capitalize(),
        summary=" ".join(text[5:25]),
        body="\n".join(f"<p>{' '.join(paragraph)}.</p>" for paragraph in paragraphs),
        tags=tuple(chance.sample(_topic(topic)[:6], 2)),
        category=CATEGORIES[topic % len(CATEGORIES)],
        date=datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=i),
    )


@cache
def _stop_words() -> tuple[str, ...]:
    return tuple(sorted(stop_words("en")))


@cache
def _vocabulary() -> tuple[str, ...]:
    chance = Random("vocabulary")
    return tuple(
        "".join(chance.choices(LETTERS, k=chance.randint(3, 10))) for _ in range(VOCABULARY)
    )


@cache
def _topic(number: int) -> tuple[str, ...]:
    return tuple(Random(f"topic {number}").sample(_vocabulary(), TOPIC_WORDS))


@cache
def _zipf(size: int) -> list[float]:
    """Cumulative weights of words by rank: Zipf's law in Mandelbrot's form.

    With this exponent 1,000 posts have some 25,000 different words, as blogs do.
    """
    return list(accumulate((rank + 2.7) ** -1.3 for rank in range(size)))


def measure(count: int, folder: Path, edited: bool) -> list[float]:
    """CPU seconds in all and of terms, MB before and at the peak, CPU seconds of the loop."""
    stories = posts(count)
    if edited:
        last = stories[-1]
        stories[-1] = replace(last, body=last.body + "<p>One sentence more.</p>")
    settings = RelatedStoriesSettings()
    memory = Memory(folder / "memory")
    counted = 0.0

    def apply(function: Callable[[str], Any], texts: Iterable[str]) -> list[Any]:
        nonlocal counted
        start = _cpu()
        found = memory.map(function, texts)
        counted = _cpu() - start
        return found

    before = _memory()
    start = _cpu()
    cached_related_stories(Blog(stories, len(stories)), settings, folder, apply)
    memory.save()
    ranked = _cpu()
    peak = _memory()
    total = 0
    for number in range(ADDITIONS):
        total += number
    return [ranked - start, counted, before, peak, _cpu() - ranked]


def _cpu() -> float:
    """CPU seconds so far, those of processes that have ended included."""
    return sum(os.times()[:4])


def _memory() -> float:
    """The most memory this process has held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _measured(count: int, folder: Path, edited: bool) -> list[float]:
    """``measure`` in a fresh process with one thread."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(count), str(folder), str(int(edited))],
        env=os.environ | dict.fromkeys(THREADS, "1"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(word) for word in done.stdout.split()]


def main(words: list[str]) -> None:
    """Print a line for each N."""
    if words[:1] == ["--measure"]:
        print(*measure(int(words[1]), Path(words[2]), words[3] == "1"))
        return
    print(
        f"{'N':>6}{'first s':>9}{'terms s':>11}{'rebuild s':>11}{'ratio':>7}"
        f"{'posts MB':>10}{'peak MB':>9}{'again MB':>10}{'loop s':>14}"
    )
    for count in map(int, words or SIZES):
        with tempfile.TemporaryDirectory() as folder:
            first, terms, before, peak, loop = _measured(count, Path(folder), False)
            rebuild, _, _, again, later = _measured(count, Path(folder), True)
        print(
            f"{count:>6}{first:>9.2f}{terms:>11.2f}{rebuild:>11.2f}"
            f"{rebuild / first:>7.2f}{before:>10.0f}{peak:>9.0f}{again:>10.0f}"
            f"{loop:>8.2f}{later:>6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
