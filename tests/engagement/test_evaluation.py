"""Figures of quality on examples small enough to work out by hand."""

import math

import pytest
from engagement.evaluation import gini, quality, without_story_links

STORIES = {"/a/": 0, "/b/": 1, "/c/?x=1&amp;y": 2}


@pytest.mark.parametrize(
    ("body", "left", "found"),
    [
        ('See <a href="/b/">the other one</a> now.', "See  now.", [1]),
        ("<A class='x' HREF = '/b/' rel=z>the <em>other</em></A >!", "!", [1]),
        ('<a\nhref="/a/"\n>two\nlines</a>, <a href="/b/">b</a>', ", ", [0, 1]),
        ('<a href="/b/">b</a><a href="/b/">again</a>', "", [1, 1]),
        ('<a href="https://else.example/">else</a>', None, []),
        ('<a name="x">no href</a>, <abbr title="/b/">b</abbr>', None, []),
        ("no links, a < b", None, []),
        ('<a href="/z/">z</a> and <a href="/a/">a</a>', '<a href="/z/">z</a> and ', [0]),
        ('<a id="x">here</a> <a href="/a/">a</a>', '<a id="x">here</a> ', [0]),
    ],
)
def test_links_to_stories_go_with_their_words_and_others_stay(
    body: str, left: str | None, found: list[int]
) -> None:
    assert without_story_links(body, STORIES.get) == (body if left is None else left, found)


def test_recall_counts_hits_in_the_first_three_of_as_many_as_could_be_there() -> None:
    ranked = [[1, 2, 3, 4], [0, 2, 3], [0, 1, 3], [0, 1, 2], [3, 2, 1]]
    # 4 is fourth; one of two; one of four, of which three could be shown.
    assert quality(ranked, {0: {4}}).recall == 0
    assert quality(ranked, {0: {1, 4}}).recall == 1 / 2
    assert quality(ranked, {4: {1, 0, 5, 6}}).recall == 1 / 3
    assert quality(ranked, {0: {1, 4}, 1: {0}, 2: {4}}).recall == (1 / 2 + 1 + 0) / 3


def test_ndcg_discounts_hits_by_their_place_among_the_first_five() -> None:
    ranked = [[1, 2, 3, 4, 5, 6]]
    assert quality(ranked * 7, {0: {1}}).ndcg == 1
    assert quality(ranked * 7, {0: {2}}).ndcg == pytest.approx(1 / math.log2(3))
    assert quality(ranked * 7, {0: {5}}).ndcg == pytest.approx(1 / math.log2(6))
    assert quality(ranked * 7, {0: {6}}).ndcg == 0
    best = 1 + 1 / math.log2(3)
    assert quality(ranked * 7, {0: {1, 3}}).ndcg == pytest.approx((1 + 1 / 2) / best)
    assert quality(ranked * 7, {0: {1, 2, 3, 4, 5, 6}}).ndcg == pytest.approx(1)
    assert quality(ranked * 7, {0: {1}, 1: {6}}).ndcg == pytest.approx(1 / 2)


def test_coverage_inequality_and_filled_look_at_the_first_three_of_every_story() -> None:
    found = quality([[1, 2, 3, 0], [0, 2, 3], [0, 1], []], {0: {1}})
    # Recommended 2, 2, 2 and 2 times; two of four lists have three.
    assert (found.coverage, found.inequality, found.filled) == (1, 0, 0.5)
    found = quality([[1], [0], [0], [0]], {0: {1}})
    # Recommended 3, 1, 0 and 0 times.
    assert (found.coverage, found.filled) == (0.5, 0)
    assert found.inequality == pytest.approx(2 * (3 * 1 + 4 * 3) / (4 * 4) - 5 / 4)


@pytest.mark.parametrize(
    ("counts", "figure"),
    [([1, 1, 1], 0), ([5], 0), ([0, 0, 0, 4], 0.75), ([1, 0, 3, 0], 0.625), ([0, 0], 1), ([], 1)],
)
def test_gini_is_0_for_equals_and_nears_1_when_one_has_everything(
    counts: list[int], figure: float
) -> None:
    assert gini(counts) == pytest.approx(figure)


def test_without_links_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="no story links to another"):
        quality([[1], [0]], {})


def test_a_story_without_recommendations_finds_nothing() -> None:
    found = quality([[], [0]], {0: {1}, 1: {0}})
    assert (found.recall, found.ndcg) == (0.5, 0.5)


def test_a_sign_within_an_attribute_ends_no_link() -> None:
    links = without_story_links("<a title='x>y' href='/b/' rel='a>b'>b</a>", {"/b/": 1}.get)
    assert links == ("", [1])
