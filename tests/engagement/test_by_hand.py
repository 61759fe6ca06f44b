"""Calls to action that a writer places by hand, with a line of their own."""

import re
from itertools import pairwise, permutations

import pytest
from engagement.by_hand import (
    MARKER,
    CallsByHand,
    names_by_hand,
    stray_calls,
    with_calls_by_hand,
    without_calls_by_hand,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from pelican.utils import truncate_html_words
from typogrify.filters import typogrify

# The site's own, and those that know brackets, lines or raw HTML.
SITE = ("extra", "meta", "sane_lists", "toc")
MORE = (*SITE, "codehilite", "nl2br", "smarty", "admonition", "wikilinks")
DIV = '<div data-call-to-action="weekly"></div>'
# Some that would read on over a line; the others are before and after it.
NAMES = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="]"), min_size=1)


def rendered(source: str, extensions: tuple[str, ...] = SITE, *, typography: bool = True) -> str:
    html = Markdown(extensions=[*extensions, CallsByHand()], output_format="html").convert(source)
    return str(typogrify(html)) if typography else html


@pytest.mark.parametrize(
    "line",
    [
        "[[cta weekly]]",
        "[[CTA weekly]]",
        "[[ cta weekly ]]",
        "[[cta   weekly]]",
        "[[cta\tweekly]]",
        "[[cta\N{NO-BREAK SPACE}weekly]]",
        "   [[cta weekly]]",
        "[[cta weekly]]  ",
    ],
)
def test_a_line_becomes_a_marker(line: str) -> None:
    assert rendered(f"One.\n\n{line}\n\nTwo.") == f"<p>One.</p>\n{DIV}\n<p>Two.</p>"
    assert rendered(line) == DIV


def test_windows_line_ends_make_no_difference() -> None:
    assert rendered("One.\r\n[[cta weekly]]\r\nTwo.") == f"<p>One.</p>\n{DIV}\n<p>Two.</p>"


@pytest.mark.parametrize("above", ["", "\n"])
@pytest.mark.parametrize("below", ["", "\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One.", "Two."),
        ("# One", "# Two"),
        ("- one\n- two", "- three"),
        ("1. one", "1. two"),
        ("> One.", "> Two."),
        ("a | b\n--|--\n1 | 2", "Two."),
        ("Word\n:   What it means.", "Two."),
        ("```\ncode\n```", "```\ncode\n```"),
        ("<div>raw</div>", "<div>raw</div>"),
        ("<!-- a note -->", "<!-- a note -->"),
        ("* * *", "* * *"),
        ("[one]: https://example.org", "See [one]."),
        ("See[^1].\n\n[^1]: A note.", "Two."),
        ("*[CTA]: Call to action", "The CTA."),
        ("One `code`.", "Two `code`."),
        ("One \\` tick.", "Two \\` tick."),
        ("A `tick\n\nin two", "paragraphs`."),
        ("One ``tick", "is not two` ticks."),
        ("One `tick", "is not two`` ticks."),
        ("[[cta daily]]", "[[cta daily]]"),
    ],
)
def test_the_marker_ends_what_is_above_and_changes_nothing_else(
    before: str, after: str, above: str, below: str
) -> None:
    html = rendered(f"{before}\n{above}[[cta weekly]]\n{below}{after}")
    assert [name for name in names_by_hand(html) if name != "daily"] == ["weekly"]
    assert not stray_calls(html)
    raw = rendered(f"{before}\n\n{DIV}\n\n{after}")
    # Python-Markdown may leave an empty line beside raw HTML.
    assert re.sub("\n+", "\n", html) == re.sub("\n+", "\n", raw)


def test_what_looks_like_a_comment_over_paragraphs_hides_no_line() -> None:
    assert names_by_hand(rendered("An <!--\n\n[[cta weekly]]\n\n--> arrow.")) == ["weekly"]


@pytest.mark.parametrize("first", [CallsByHand(), None])
@pytest.mark.parametrize("extensions", list(permutations(MORE, 2)))
def test_it_works_with_other_extensions_in_any_order(
    extensions: tuple[str, ...], first: CallsByHand | None
) -> None:
    chosen = [*extensions, CallsByHand()] if first is None else [first, *extensions]
    html = Markdown(extensions=chosen).convert("One.\n[[cta weekly]]\nTwo.\n\n- [[cta daily]]")
    assert html.startswith(f"<p>One.</p>\n{DIV}\n<p>Two.</p>")
    assert names_by_hand(html) == ["weekly"]


def test_it_works_after_front_matter_and_beside_admonitions() -> None:
    assert rendered("Title: One\n[[cta weekly]]\n\nTwo.") == f"{DIV}\n<p>Two.</p>"
    html = rendered("!!! note\n    One.\n[[cta weekly]]\nTwo.", MORE)
    assert html.endswith(f"</div>\n{DIV}\n<p>Two.</p>")


@pytest.mark.parametrize(
    "source",
    [
        "```\n[[cta weekly]]\n```",
        "~~~ {.python}\n[[cta weekly]]\n~~~",
        "    [[cta weekly]]",
        "One.\n\n    [[cta weekly]]\n\nTwo.",
        "`[[cta weekly]]`",
        "One `and\n[[cta weekly]]\nmore` two.",
        "``and `\n[[cta weekly]]\n` more``",
        "  ```\n  [[cta weekly]]\n  ```",
        "<!--\n[[cta weekly]]\n-->",
        "One <!--\n[[cta weekly]]\n--> two.",
        "<pre>\n[[cta weekly]]\n</pre>",
        "<textarea>\n[[cta weekly]]\n</textarea>",
        '<script>\nlet x = [["a"]];\n[[cta weekly]]\n</script>',
        "<style>\n[[cta weekly]]\n</style>",
        "One <kbd>[[cta weekly]]</kbd> <samp>[[cta weekly]]</samp> two.",
    ],
)
def test_code_and_comments_keep_the_line_as_it_is(source: str) -> None:
    html = rendered(source)
    assert "[[cta weekly]]" in html
    assert not MARKER.search(html)
    assert not names_by_hand(html)
    assert not stray_calls(html)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("One [[cta weekly]] two.", ["[[cta weekly]]"]),
        ("One. [[cta weekly]]", ["[[cta weekly]]"]),
        ("[[cta weekly]].", ["[[cta weekly]]"]),
        ("[[CTA weekly]] two.", ["[[CTA weekly]]"]),
        ("[[ Cta  weekly ]] two.", ["[[ Cta weekly ]]"]),
        ("One [[cta\nweekly]] two.", ["[[cta weekly]]"]),
        ("One [[cta *weekly*]] two.", ["[[cta weekly]]"]),
        ("> [[cta weekly]]", ["[[cta weekly]]"]),
        ("- [[cta weekly]]", ["[[cta weekly]]"]),
        ("- one\n\n    [[cta weekly]]", ["[[cta weekly]]"]),
        ("Word\n:   [[cta weekly]]", ["[[cta weekly]]"]),
        ("a | b\n--|--\n1 | [[cta weekly]]", ["[[cta weekly]]"]),
        ("# [[cta weekly]]", ["[[cta weekly]]"]),
        ("<div>\n[[cta weekly]]\n</div>", ["[[cta weekly]]"]),
        ('<div markdown="1">\n[[cta weekly]]\n\n[[cta daily]]\n</div>', ["[[cta weekly]]"] * 2),
        ("<div>never closed\n\n[[cta weekly]]", ["[[cta weekly]]"]),
        ("[[cta weekly email]]", ["[[cta weekly email]]"]),
        ("[[cta]]", ["[[cta]]"]),
        ("[[ctas weekly]] [ctaweekly] [[actor]] [call me] [[", []),
        ("[cta weekly] [[call weekly]]", ["[cta weekly]", "[[call weekly]]"]),
        ("No call at all.", []),
    ],
)
def test_a_call_that_remained_as_text_is_found(source: str, texts: list[str]) -> None:
    html = rendered(source)
    assert [text.replace("daily", "weekly") for text in stray_calls(html)] == texts
    assert not names_by_hand(html)


def test_comments_and_code_that_never_end_hide_the_rest() -> None:
    assert stray_calls("<p>[[cta a]]</p> <!-- [[cta b]]") == ["[[cta a]]"]
    assert stray_calls("<p>[[cta a]]</p> <PRE class=x>[[cta b]]") == ["[[cta a]]"]
    assert stray_calls("<pre-view>[[cta a]]</pre-view>") == ["[[cta a]]"]


def test_names_come_in_order_and_as_often_as_they_stand_there() -> None:
    html = rendered("[[cta b]]\n[[cta a]]\n\nOne.\n[[cta b]]")
    assert names_by_hand(html) == ["b", "a", "b"]


@pytest.mark.parametrize("name", ["a--b", "...", "a&b", "&amp;", "<b>", 'a"b', "it's", "[x", "ABC"])
def test_an_odd_name_is_kept_for_whoever_reports_it(name: str) -> None:
    assert names_by_hand(rendered(f"One.\n[[cta {name}]]\nTwo.", MORE)) == [name]


@given(NAMES)
@settings(max_examples=60)
def test_typogrify_leaves_a_marker_as_it_is(name: str) -> None:
    source = f"One -- “1st” & two...\n[[cta {name}]]\nTWO & three -- 'four'"
    plain, typographic = rendered(source, typography=False), rendered(source)
    assert names_by_hand(plain) == names_by_hand(typographic) == [name]
    (marker,) = MARKER.finditer(plain)
    assert f"</p>\n{marker[0]}\n<p>" in typographic


def test_raw_html_of_the_writer_counts_the_same_at_the_top_level_only() -> None:
    assert names_by_hand(rendered(f"One.\n\n{DIV}\n\nTwo.")) == ["weekly"]
    for source in (
        f"<section>\n{DIV}\n</section>",
        f"One {DIV} two.",
        f"<!--\n{DIV}\n-->",
        f"<textarea>\n{DIV}\n</textarea>",
        f"```\n{DIV}\n```",
    ):
        html = rendered(source)
        assert names_by_hand(html) == []
        assert with_calls_by_hand(html, str.upper) == html
        assert without_calls_by_hand(html) == html


def test_broken_html_elsewhere_loses_no_call() -> None:
    html = rendered("One <b>two.\n[[cta weekly]]\nThree</b>.\n\n<!-- not this one: " + DIV + " -->")
    assert names_by_hand(html) == ["weekly"]
    assert with_calls_by_hand(html, str.upper).count("WEEKLY") == 1


def test_each_marker_gives_way_to_its_call() -> None:
    html = rendered("[[cta a&b]]\n\nOne.\n[[cta b]]\nTwo.\n\n[[cta b]]")
    assert with_calls_by_hand(html, lambda name: f"<aside>{name}\\1</aside>") == (
        "<aside>a&b\\1</aside>\n<p>One.</p>\n<aside>b\\1</aside>\n<p>Two.</p>\n<aside>b\\1</aside>"
    )


@given(st.lists(st.sampled_from(["One.", "# Two", "- three", "[[cta a]]", "[[cta b]]"])))
@settings(max_examples=60)
def test_without_its_markers_a_story_is_as_if_they_had_never_been(lines: list[str]) -> None:
    html = rendered("\n\n".join(lines))
    others = [line for line in lines if not line.startswith("[[")]
    # Two lists that only a call keeps apart remain two.
    if not any(a == b == "- three" for a, b in pairwise(others)):
        assert without_calls_by_hand(html) == rendered("\n\n".join(others))
    assert with_calls_by_hand(html, lambda name: f"[{name}]") == html.replace(
        '<div data-call-to-action="a"></div>', "[a]"
    ).replace('<div data-call-to-action="b"></div>', "[b]")


def test_without_markers_nothing_changes() -> None:
    for html in ("", "\n", "<p>One.</p>\n\n<p>Two.</p>\n", "<p>One"):
        assert with_calls_by_hand(html, str.upper) == html
        assert without_calls_by_hand(html) == html
        assert names_by_hand(html) == []


def test_a_marker_on_one_line_with_others_leaves_the_line() -> None:
    assert without_calls_by_hand(f"<p>a</p>{DIV}<p>b</p>\n{DIV}<p>c</p>") == (
        "<p>a</p><p>b</p><p>c</p>"
    )


def test_pelicans_summary_shows_nothing_of_a_marker() -> None:
    html = rendered("One.\n[[cta weekly]]\nTwo three four five.")
    summary = truncate_html_words(html, 3)
    assert without_calls_by_hand(summary) == "<p>One.</p>\n<p>Two three …</p>"
    assert summary.replace(DIV, "") == "<p>One.</p>\n\n<p>Two three …</p>"
