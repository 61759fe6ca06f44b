"""What every ranking must be, whatever the blog; and which story comes first, and why not."""

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from engagement.related_stories import Blog, Related, related_stories
from engagement.settings import FieldWeights, RelatedStoriesSettings
from engagement.story import Story
from engagement.terms import term_counts
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.related_stories import posts
from tools.build import ROOT

DEFAULTS = RelatedStoriesSettings()
DAY = datetime(2024, 1, 1, tzinfo=UTC)
Lists = list[list[Related]]


def story(slug: str, body: str = "", day: float = 0, **fields: object) -> Story:
    """A story of some words, dated so many days after the first of January."""
    given = {"lang": "en", "title": "", "summary": "", "tags": (), "category": "", **fields}
    return Story(slug=slug, body=body, date=DAY + timedelta(days=day), **given)  # type: ignore[arg-type]


def ranked(
    stories: Sequence[Story],
    settings: RelatedStoriesSettings = DEFAULTS,
    count: int | None = None,
    offered: int | None = None,
    **chosen: object,
) -> Lists:
    """The recommendations on a blog of these stories, all offered if not told."""
    blog = Blog(stories, len(stories) if offered is None else offered, **chosen)  # type: ignore[arg-type]
    counts = [term_counts(each, settings.weights) for each in stories]
    return related_stories(blog, counts, settings, count)


def places(lists: Lists) -> list[list[int]]:
    """The numbers of the recommended stories."""
    return [[each.index for each in entries] for entries in lists]


def inbound(lists: Lists) -> Counter[int]:
    """How often each story is recommended."""
    return Counter(index for found in places(lists) for index in found)


def by_slug(stories: Sequence[Story], lists: Lists) -> dict[str, list[tuple[object, ...]]]:
    """The lists in words that do not depend on the order of the stories."""
    return {
        each.slug: [
            (stories[r.index].slug, r.score, r.reason, r.pinned, r.adopted) for r in entries
        ]
        for each, entries in zip(stories, lists, strict=True)
    }


def digest(size: int) -> str:
    """A hash of all that is said of a blog of so many posts."""
    return sha256(repr(ranked(posts(size, words=150), count=10)).encode()).hexdigest()


# Five stories, two pairs of which are plainly of one matter.
FIVE = [
    story("bread", "Baking bread with flour and yeast. " * 5, 0),
    story("boats", "Sailing boats across the harbour at night. " * 5, 3),
    story("dough", "Kneading dough of flour and yeast. " * 5, 6),
    story("letters", "Writing letters by hand. " * 5, 9),
    story("ships", "Big ships enter the harbour at night. " * 5, 12),
]
BREAD, BOATS, DOUGH, LETTERS, SHIPS = range(5)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 6, 11, 20, 30, 100])
@pytest.mark.parametrize("limit", [1, 3, 5])
def test_lists_are_full_without_repeats_and_every_story_is_in_one(size: int, limit: int) -> None:
    stories = posts(size, words=150)
    lists = ranked(stories, replace(DEFAULTS, limit=limit))
    assert len(lists) == size
    for i, found in enumerate(places(lists)):
        assert i not in found
        assert len(set(found)) == len(found) == min(limit, size - 1)
    if size > 1:
        assert set(inbound(lists)) == set(range(size))


@pytest.mark.parametrize("size", [5, 30, 100])
def test_the_order_of_the_input_does_not_matter(size: int) -> None:
    stories = posts(size, words=150)
    lists = by_slug(stories, ranked(stories, count=8))
    for seed in range(3):
        other = Random(seed).sample(stories, size)
        assert by_slug(other, ranked(other, count=8)) == lists


def test_every_run_is_the_same_to_the_last_digit_whatever_the_hash_seed() -> None:
    code = "import test_related_stories as t; print(t.digest(40))"
    path = os.pathsep.join(map(str, (ROOT, ROOT / "plugins", ROOT / "tests/engagement")))
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert said == digest(40) == digest(40)


def test_stories_of_one_matter_find_each_other_on_a_blog_of_five() -> None:
    first = [found[0] for found in places(ranked(FIVE))]
    assert (first[BREAD], first[DOUGH], first[BOATS], first[SHIPS]) == (DOUGH, BREAD, SHIPS, BOATS)


def test_a_tag_relates_stories_of_different_words() -> None:
    stories = [
        story("a", "Baking bread. " * 5, 0, tags=("Patience",)),
        story("b", "Sailing boats. " * 5, 1),
        story("c", "Writing letters. " * 5, 2, tags=("patience",)),
        story("d", "Winding clocks. " * 5, 3),
    ]
    lists = ranked(stories)
    assert places(lists)[0][0] == 2
    assert lists[1][0].score == 0


@pytest.mark.parametrize("size", [20, 300])
def test_the_score_is_what_the_documentation_says(size: int) -> None:
    # Independently, in plain terms; 300 go through the similarities in several blocks.
    stories = posts(size, words=60)
    counts = [term_counts(each, FieldWeights()) for each in stories]
    tf = [dict(zip(c.keys.tolist(), c.counts.tolist(), strict=True)) for c in counts]
    df = Counter(term for each in tf for term in each)
    weights = [
        {t: math.sqrt(n) * math.log(1 + (size - df[t] + 0.5) / (df[t] + 0.5)) for t, n in e.items()}
        for e in tf
    ]
    terms = {term: column for column, term in enumerate(df)}
    matrix = np.zeros((size, len(terms)))
    for row, each in enumerate(weights):
        matrix[row, [terms[t] for t in each]] = list(each.values())
    matrix /= np.sqrt((matrix * matrix).sum(axis=1, keepdims=True))
    cosine = matrix @ matrix.T
    np.fill_diagonal(cosine, 0)
    crowd = np.sort(cosine, axis=1)[:, -5:].mean(axis=1) ** 0.4
    days = np.array([each.date.timestamp() for each in stories]) / 86400
    bonus = 1 + 1 / (1 + np.abs(days[:, None] - days) / 365)
    score = cosine * bonus / crowd[:, None] / crowd
    compared = 0
    for i, entries in enumerate(ranked(stories, count=10)):
        mine = [each for each in entries if not each.adopted]
        assert [e.score for e in mine] == pytest.approx(score[i, [e.index for e in mine]], abs=3e-3)
        best = np.sort(score[i])[::-1][: len(mine)]
        if len(mine) == len(entries):
            assert [each.score for each in mine] == pytest.approx(best, abs=3e-3)
            compared += 1
    assert compared > size / 2


def test_scores_fall_and_ties_go_to_the_newer_story_then_to_the_first_slug() -> None:
    for entries in ranked(posts(30, words=150), count=29):
        kept = [each.score for each in entries if not each.adopted]
        assert all(one >= next_one for one, next_one in pairwise(kept))
        assert all(each.score == round(each.score, 6) for each in entries)
    same = [story(slug, "one text only", 0) for slug in "dbca"]
    assert by_slug(same, ranked(same))["b"][0][0] == "a"
    assert [each[0] for each in by_slug(same, ranked(same))["c"]] == ["a", "b", "d"]
    around = [story("m", "one text", 0), story("a", "one text", -9), story("z", "one text", 9)]
    assert places(ranked(around))[0] == [2, 1]


def test_of_equal_texts_the_nearer_in_time_comes_first() -> None:
    stories = [story(str(day), "one text only", day) for day in (0, 400, 10, 4000, 100)]
    assert places(ranked(stories, count=4))[0] == [2, 4, 1, 3]


def test_stories_that_share_nothing_are_filled_up_with_the_nearest_in_time() -> None:
    words = ["alpha", "beta", "gamma", "delta", "epsilon"]
    stories = [story(w, w * 2, day) for w, day in zip(words, (0, 50, 3, 20, 100), strict=True)]
    lists = ranked(stories, replace(DEFAULTS, limit=4))
    assert places(lists)[0] == [2, 3, 1, 4]
    assert {(each.score, each.reason) for each in lists[0]} == {(0.0, ())}


def test_identical_empty_and_wordless_stories_do_no_harm() -> None:
    stories = posts(12, words=60)
    odd = [
        *stories,
        story("empty", ""),
        story("empty-too", ""),
        story("short", "<p>Hi!</p>", title="Hi"),
        story("long", "<p>" + " ".join(f"w{i % 60000:x}" for i in range(120_000)) + "</p>"),
        story("twin-1", "<p>zebra quagga okapi</p>" * 9),
        story("twin-2", "<p>zebra quagga okapi</p>" * 9, 900),
    ]
    lists = ranked(odd)
    assert {len(entries) for entries in lists} == {3}
    assert set(inbound(lists)) == set(range(len(odd)))
    assert places(lists)[-1][0] == len(odd) - 2
    assert places(lists)[-2][0] == len(odd) - 1
    for same in ([story(f"x{i}", "one text", i) for i in range(12)], [story(s) for s in "abcdefg"]):
        lists = ranked(same)
        assert {len(entries) for entries in lists} == {3}
        assert set(inbound(lists)) == set(range(len(same)))


def test_a_threshold_shortens_lists_and_neither_fills_nor_adopts() -> None:
    stories = posts(60, words=150)
    everything = ranked(stories, count=59)
    threshold = everything[0][1].score
    lists = ranked(stories, replace(DEFAULTS, threshold=threshold))
    assert {len(entries) for entries in lists} == {0, 1, 2, 3}
    assert len(inbound(lists)) < len(stories)
    for entries, whole in zip(lists, everything, strict=True):
        assert not any(each.adopted for each in entries)
        good = [e for e in whole if e.score >= threshold and not e.adopted][:3]
        assert [each.index for each in entries][: len(good)] == [each.index for each in good]
        assert all(each.score >= threshold for each in entries)
    assert lists[0][1].score == threshold


def test_older_stories_only_on_request() -> None:
    stories = [*posts(40, words=150), replace(posts(1, words=150)[0], slug="same-day")]
    older = replace(DEFAULTS, include_newer=False)
    lists = places(ranked(stories, older))
    for i, found in enumerate(lists):
        assert all(stories[j].date <= stories[i].date for j in found)
        assert len(found) == min(3, sum(s.date <= stories[i].date for s in stories) - 1)
    assert lists[0] == [40]
    assert any(j > i for i, found in enumerate(places(ranked(stories[:40]))) for j in found)


def test_pins_come_first_in_their_order_and_the_list_is_topped_up() -> None:
    lists = ranked(FIVE, pinned={BREAD: [SHIPS, LETTERS]})
    assert places(lists)[BREAD] == [SHIPS, LETTERS, DOUGH]
    assert [each.pinned for each in lists[BREAD]] == [True, True, False]
    assert not any(each.pinned for entries in lists[1:] for each in entries)
    whole = ranked(FIVE, count=4)
    scores = {each.index: each.score for each in whole[BREAD]}
    assert all(each.score == scores[each.index] for each in lists[BREAD])
    assert places(ranked(FIVE, pinned={BREAD: [DOUGH]}))[BREAD][0] == DOUGH


def test_a_pinned_story_has_its_own_score_wherever_it_would_stand() -> None:
    stories = posts(40, words=150)
    every = ranked(stories, count=39)[0]
    last = [each for each in every if each.score][-1]
    assert every.index(last) > DEFAULTS.limit
    pin, *_ = ranked(stories, pinned={0: [last.index]})[0]
    assert (pin.index, pin.score, pin.pinned) == (last.index, last.score, True)


def test_more_pins_than_the_limit_are_all_shown_and_a_threshold_spares_them() -> None:
    pins = [LETTERS, SHIPS, BOATS, DOUGH]
    assert places(ranked(FIVE, pinned={BREAD: pins}))[BREAD] == pins
    strict = replace(DEFAULTS, threshold=99.0)
    assert places(ranked(FIVE, strict, pinned={BREAD: pins[:2]})) == [pins[:2], [], [], [], []]


def test_a_pin_does_not_lose_its_place_to_a_story_that_nobody_recommends() -> None:
    stories = posts(60, words=150)
    lists = ranked(stories, count=4)
    adopters = [i for i, entries in enumerate(lists) if entries[2].adopted]
    assert adopters
    for i in adopters:
        orphan = lists[i][2].index
        before = [lists[i][0].index, lists[i][1].index, lists[i][3].index]
        again = ranked(stories, pinned={i: before})
        assert places(again)[i] == before
        assert any(e.adopted for entries in again for e in entries if e.index == orphan)


def test_a_barred_story_is_never_recommended_there_and_elsewhere_as_before() -> None:
    assert DOUGH in places(ranked(FIVE))[BREAD]
    lists = places(ranked(FIVE, barred={BREAD: [DOUGH, LETTERS]}))
    assert sorted(lists[BREAD]) == [BOATS, SHIPS]
    assert lists[DOUGH][0] == BREAD
    # Not even where it would be recommended nowhere else.
    stories = posts(12, words=150)
    barred = {i: [0] for i in range(1, 12) if i != 7}
    assert [i for i, found in enumerate(places(ranked(stories, barred=barred))) if 0 in found] == [
        7
    ]
    assert not inbound(ranked(stories, barred={i: [0] for i in range(1, 12)}))[0]


def test_a_silent_story_recommends_nobody_but_may_be_recommended() -> None:
    lists = ranked(FIVE, silent=frozenset({BREAD}), pinned={BREAD: [SHIPS]})
    assert lists[BREAD] == []
    assert places(lists)[DOUGH][0] == BREAD
    stories = posts(20, words=150)
    lists = ranked(stories, silent=frozenset(range(5, 20)), count=10)
    assert [len(entries) for entries in lists] == [10] * 5 + [0] * 15


def test_stories_not_offered_get_lists_and_change_nobody_elses() -> None:
    stories = posts(60, words=150)
    alone = ranked(stories[:40])
    # Of the same words as a public story: a tempting neighbour, and a change of how rare words are.
    drafts = [*stories[40:], *(replace(s, slug=f"a-draft-{s.slug}") for s in stories[:20])]
    lists = ranked([*stories[:40], *drafts], offered=40)
    assert {len(entries) for entries in lists} == {3}
    assert max(inbound(lists)) < 40
    assert [[(e.index, e.score, e.adopted) for e in entries] for entries in lists[:40]] == [
        [(e.index, e.score, e.adopted) for e in entries] for entries in alone
    ]
    assert not any(each.adopted for entries in lists[40:] for each in entries)
    assert [found[0] for found in places(lists)[60:]] == list(range(20))
    assert ranked(stories[:3], offered=0) == [[], [], []]


def test_languages_do_not_mix() -> None:
    german = [replace(each, lang="de") for each in FIVE]
    lists = places(ranked([*FIVE, *german], count=9))
    assert all(
        sorted(found) == [j for j in range(5) if j != i] for i, found in enumerate(lists[:5])
    )
    assert lists[5:] == [[j + 5 for j in found] for found in lists[:5]]
    alone = ranked(posts(12, words=100))
    mixed = ranked([*posts(12, words=100), *german])
    assert mixed[:12] == alone
    assert places(ranked([*FIVE, german[0]], pinned={0: [5, SHIPS]}))[0][0] == SHIPS


def test_a_story_recommended_nowhere_takes_the_cheapest_last_place() -> None:
    stories = posts(100, words=150)
    lists = ranked(stories, count=99)
    shown = Counter(index for found in places(lists) for index in found[:3])
    adopted = {i: entries[2] for i, entries in enumerate(lists) if entries[2].adopted}
    assert 3 <= len(adopted) < 40
    assert sum(each.adopted for entries in lists for each in entries) == len(adopted)
    # What a place costs is what its story scores more; the story that left stands next there.
    for i, each in adopted.items():
        assert shown[each.index] == 1
        assert shown[lists[i][3].index] >= 1
        paid = lists[i][3].score - each.score
        for j, entries in enumerate(lists):
            free = j not in adopted and j != each.index and shown[entries[2].index] > 1
            if free:
                score = next((e.score for e in entries if e.index == each.index), 0.0)
                assert score == 0 or paid <= entries[2].score - score + 2e-6


def test_a_story_that_no_story_has_among_its_nearest_is_adopted_with_the_score_it_has() -> None:
    # Sixty are so alike that each has fifty nearer ones.
    alike = "Tides and anchors, ropes and knots. " * 9
    stories = [story(f"s{i:02}", alike + " lantern" * 3 * (i % 8 == 0), i) for i in range(60)]
    stories.append(story("loner", "gravel lichen marble pebble " * 9 + "lantern " * 3, 900))
    stories += posts(100, words=60)
    lists = ranked(stories)
    (adopter,) = [i for i, found in enumerate(places(lists)) if 60 in found]
    adopted = lists[adopter][2]
    assert (adopted.index, adopted.adopted, adopted.reason) == (60, True, ("lantern",))
    scores = {each.index: each.score for each in ranked(stories, count=60)[60]}
    assert adopted.score == scores[adopter] > 0


def test_a_longer_list_begins_with_the_shorter_one() -> None:
    for size in (3, 6, 30, 100):
        stories = posts(size, words=150)
        short = ranked(stories)
        for count in (4, 10):
            long = ranked(stories, count=count)
            assert [entries[:3] for entries in long] == short
            assert {len(entries) for entries in long} == {min(count, size - 1)}
            assert all(len(set(found)) == len(found) for found in places(long))
    assert ranked(posts(6, words=150), count=2) == [e[:2] for e in ranked(posts(6, words=150))]


def test_a_limit_of_none_shows_nothing() -> None:
    assert ranked(FIVE, replace(DEFAULTS, limit=0)) == [[]] * 5


WORDS = st.lists(st.sampled_from(["rye", "oats", "boat", "sail", "clock", "letter"]), max_size=6)


@st.composite
def blogs(draw: st.DrawFn) -> tuple[Blog, RelatedStoriesSettings]:
    """A small blog with pins, bars, silent stories, drafts and two languages."""
    size = draw(st.integers(0, 9))
    slugs = draw(st.permutations("abcdefghi"))
    stories = [
        story(
            slug,
            " ".join(draw(WORDS)),
            draw(st.integers(0, 3)) * 200,
            lang=draw(st.sampled_from(["en", "en", "de"])),
            tags=tuple(draw(WORDS)[:1]),
        )
        for slug in slugs[:size]
    ]
    offered = draw(st.integers(0, size))
    pinned: dict[int, list[int]] = {}
    barred: dict[int, list[int]] = {}
    for i in range(size):
        others = draw(st.permutations([j for j in range(offered) if j != i]))
        split = draw(st.sampled_from([0, 0, 0, 1, 2, 4]))
        mine = [j for j in others[:split] if stories[j].lang == stories[i].lang]
        if mine:
            pinned[i] = mine
        barred[i] = list(others[split : split + draw(st.sampled_from([0, 0, 1, 3]))])
    silent = draw(st.frozensets(st.integers(0, size - 1), max_size=2)) if size else frozenset()
    knobs = RelatedStoriesSettings(
        limit=draw(st.integers(1, 4)), include_newer=draw(st.sampled_from([True, True, False]))
    )
    return Blog(stories, offered, pinned, barred, silent), knobs


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(blogs(), st.randoms(use_true_random=False))
def test_on_any_blog_the_writers_word_and_the_rules_hold(
    made: tuple[Blog, RelatedStoriesSettings], chance: Random
) -> None:
    blog, knobs = made
    stories = blog.stories
    counts = [term_counts(each, knobs.weights) for each in stories]
    lists = related_stories(blog, counts, knobs)
    for i, found in enumerate(places(lists)):
        pins = list(blog.pinned.get(i, ()))
        allowed = {
            j
            for j in range(blog.offered)
            if j != i
            and stories[j].lang == stories[i].lang
            and j not in blog.barred[i]
            and (knobs.include_newer or stories[j].date <= stories[i].date)
        }
        if i in blog.silent:
            assert found == []
            continue
        assert found[: len(pins)] == pins
        assert len(set(found)) == len(found)
        assert set(found) <= allowed | set(pins)
        assert len(found) == max(len(pins), min(knobs.limit, len(allowed | set(pins))))
        assert [each.pinned for each in lists[i]] == [j in pins for j in found]
        if i >= blog.offered:
            assert not any(each.adopted for each in lists[i])

    plain = replace(blog, pinned={}, barred={}, silent=frozenset())
    found = related_stories(plain, counts, replace(knobs, include_newer=True))
    reached = inbound(found[: blog.offered])
    for lang in ("en", "de"):
        public = [i for i in range(blog.offered) if stories[i].lang == lang]
        assert len(public) < 2 or all(reached[i] for i in public)

    order = chance.sample(range(blog.offered), blog.offered)
    order += chance.sample(range(blog.offered, len(stories)), len(stories) - blog.offered)
    new = {old: number for number, old in enumerate(order)}
    other = Blog(
        [stories[i] for i in order],
        blog.offered,
        {new[i]: [new[j] for j in pins] for i, pins in blog.pinned.items()},
        {new[i]: [new[j] for j in bars] for i, bars in blog.barred.items()},
        frozenset(new[i] for i in blog.silent),
    )
    again = related_stories(other, [counts[i] for i in order], knobs)
    assert by_slug(other.stories, again) == by_slug(stories, lists)


def test_drafts_change_no_reason() -> None:
    stories = posts(60, 200)
    assert ranked(stories, offered=20)[:20] == ranked(stories[:20])
