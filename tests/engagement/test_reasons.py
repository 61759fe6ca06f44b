"""What is said of why two stories are related."""

from datetime import UTC, datetime, timedelta

import pytest
from engagement.related_stories import Blog, related_stories
from engagement.settings import RelatedStoriesSettings
from engagement.story import Story
from engagement.terms import term_counts

SETTINGS = RelatedStoriesSettings()
# Words enough that nothing below is all that a story is about.
OTHERS = [
    "sailing boats harbour tide anchor",
    "winding clocks spring pendulum minutes",
    "writing letters envelope stamp paper",
    "pruning roses garden hedge thorns",
    "walking mountains valley summit rope",
    "singing choir chapel organ hymns",
]


def story(slug: str, body: str, lang: str = "en", **fields: object) -> Story:
    """A story of some words."""
    known = {"title": "", "summary": "", "tags": (), "category": "", **fields}
    day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=ord(slug[-1]))
    return Story(slug=slug, lang=lang, body=body, date=day, **known)  # type: ignore[arg-type]


def reason(one: Story, other: Story, *more: Story) -> tuple[str, ...]:
    """Why the second story stands below the first, on a blog with six of other matters."""
    others = [story(f"z{i}", f"{text} " * 4, one.lang) for i, text in enumerate(OTHERS)]
    stories = [one, other, *more, *others]
    counts = [term_counts(each, SETTINGS.weights) for each in stories]
    lists = related_stories(Blog(stories, len(stories)), counts, SETTINGS, len(stories))
    return next(each.reason for each in lists[0] if each.index == 1)


def both(body: str, lang: str = "en", **fields: object) -> tuple[str, ...]:
    """Why a story stands below one of the same words."""
    return reason(story("a", body, lang, **fields), story("b", body, lang, **fields))


def test_a_reason_names_the_tag_that_both_have() -> None:
    one = story("a", "Baking bread and rolls. " * 4, tags=("Sourdough",), category="Food")
    other = story("b", "Feeding the yeast at night. " * 4, tags=("sourdough",), category="Food")
    assert reason(one, other) == ("Food", "sourdough")
    assert reason(other, one) == ("Food", "sourdough")


def test_a_label_of_several_words_is_said_as_it_is_written() -> None:
    fields = {"tags": ("Open Source",), "category": "Staying in Touch"}
    one, other = story("a", "Baking. " * 4, **fields), story("b", "Kneading. " * 4, **fields)
    assert reason(one, other) == ("Staying in Touch", "Open Source")


def test_a_phrase_is_said_in_place_of_its_words() -> None:
    assert both("The rye flour mill. Rye flour keeps. Fresh rye flour! ") == ("rye flour",)
    # Unless the word weighs far more.
    loose = "Flour first, flour then, flour last, more flour, all flour. Flour! Rye flour. "
    assert both(loose * 3) == ("flour",)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Bread", "bread", "bread"),
        ("NASA", "NASA", "NASA"),
        ("NASA", "Nasa", "Nasa"),
        ("repository", "repositories", "repository"),
        ("baker's", "baker's", "baker"),
        ("node.js", "node.js", "node.js"),
        ("C++", "C++", None),
        ("universal", "universities", None),
        ("gardening", "gardeners", None),
        ("UI", "UI", "UI"),
        ("ui", "ui", None),
        ("cloud.gov", "cloud.gov", "cloud.gov"),
        ("a/b.c.d", "a/b.c.d", None),
        ("honorificabilitudinitatibus", "honorificabilitudinitatibus", None),
        ("x86", "x86", None),
        ("2024", "2024", None),
        ("v1.2.3", "v1.2.3", None),
    ],
)
def test_a_word_is_said_when_it_reads_well_in_a_form_of_both(
    one: str, other: str, said: str | None
) -> None:
    found = reason(story("a", f"{one}, " * 5), story("b", f"{other}, " * 5))
    assert found == ((said,) if said else ())


def test_a_word_is_said_in_its_most_common_case() -> None:
    one = story("a", "Bread. Bread. Bread rises; bread, bread, bread, bread falls.")
    other = story("b", "Bread. Bread. Bread! Bread! Stale bread.")
    assert reason(one, other) == ("bread",)
    assert reason(other, story("c", "Bread! Bread! Bread.")) == ("Bread",)


def test_stories_that_share_nothing_have_no_reason() -> None:
    assert reason(story("a", "Baking bread. " * 5), story("b", "Feeding yeast. " * 5)) == ()
    assert reason(story("a", ""), story("b", "")) == ()


@pytest.mark.parametrize(
    "body",
    [
        "1984, 2024, 100, 3rd " * 5,
        "https://bread.example/flour me@bread.example www.bread.example " * 5,
        "<pre>bread flour yeast</pre><code>knead()</code>" * 5,
        "the of and with " * 5,
        "of, to, go, me, ox, " * 5,
    ],
)
def test_numbers_addresses_code_and_small_words_are_no_reason(body: str) -> None:
    assert both(body) == ()


def test_a_code_word_that_prose_has_too_is_a_reason() -> None:
    assert both("Numpy <code>other</code>. " * 4) == ("Numpy",)


def test_at_most_three_things_are_said_the_weightiest_first() -> None:
    body = "yeast, " * 30 + "flour, " * 20 + "water, " * 12 + "salt, " * 6 + "oven, " * 4
    assert both(body) == ("yeast", "flour", "water")


def test_one_word_is_not_said_twice_in_two_forms() -> None:
    found = both("gathering, gathered, gatherings, gather, gathers, kettle, " * 4)
    assert len([word for word in found if word.startswith("gather")]) == 1
    assert "kettle" in found
    found = both("kettle. ", tags=("Kettle",), category="Kettles")
    assert len(found) == 1


def test_what_is_said_once_or_twice_in_the_text_is_no_reason() -> None:
    assert both("yeast, yeast, " + "flour, " * 3) == ("flour",)
    one, other = story("a", "yeast, " * 9), story("b", "yeast, yeast")
    assert reason(one, other) == ()
    assert reason(story("a", "", title="Yeast"), story("b", "", summary="yeast")) == ("yeast",)


def test_a_word_of_many_stories_tells_nothing() -> None:
    # On a small blog, one of more than five.
    bodies = [f"yeast, {text}, " * 4 for text in OTHERS]
    more = [story(f"m{i}", body) for i, body in enumerate(bodies)]
    assert reason(more[0], more[1], *more[2:5]) == ("yeast",)
    assert reason(more[0], more[1], *more[2:6]) == ()


def test_a_trifle_among_all_that_is_shared_is_no_reason() -> None:
    # Words of two letters tell nothing, but they are what the stories share.
    small = [f"{one}{two}" for one in "bcdfghjklmnp" for two in "vwxz"]
    assert both(", ".join(small[:8] * 4) + ", yeast" * 3) == ("yeast",)
    assert both(", ".join(small[:20] * 4) + ", yeast" * 5) == ("yeast",)
    # The first of all weighs too little, or too many weigh more, or it weighs next to nothing.
    assert both(", ".join(small * 4) + ", yeast" * 5) == ()
    assert both(", ".join(small[:20] * 4) + ", yeast" * 3) == ()
    assert both(", ".join(small[:8] * 90) + ", yeast" * 3) == ()


def test_other_scripts_are_said_in_whole_words() -> None:
    assert both("Новые книги. " * 4, "ru") == ("Новые книги",)
    assert both("हिन्दी कविता। " * 4, "hi") == ("हिन्दी कविता",)
    assert both("移行、" * 4, "ja") == ("移行",)
    assert both("データベース、" * 4, "ja") == ()
    assert both("ภาษาไทย " * 4, "th") == ()


def test_pinned_stories_and_fillers_have_the_reason_that_they_have_or_none() -> None:
    stories = [story(f"s{i}", f"{text} " * 4) for i, text in enumerate(OTHERS)]
    stories += [story("t", "sailing, harbour, " * 4)]
    counts = [term_counts(each, SETTINGS.weights) for each in stories]
    blog = Blog(stories, len(stories), pinned={0: [3, 6]})
    first = related_stories(blog, counts, SETTINGS)[0]
    assert [(each.index, bool(each.reason)) for each in first[:2]] == [(3, False), (6, True)]


def test_words_that_only_begin_alike_are_no_reason() -> None:
    assert reason(story("a", "university, " * 5), story("b", "universe, " * 5)) == ()


def test_a_tag_with_a_small_word_in_it_is_said_whole() -> None:
    tags = ("Rye and Oats",)
    found = reason(story("a", "Baking. " * 4, tags=tags), story("b", "Kneading. " * 4, tags=tags))
    assert found == ("Rye and Oats",)
