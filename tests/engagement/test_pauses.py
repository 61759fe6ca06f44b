"""Where a call to action may stand in the middle of a story."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from engagement.pauses import MiddleSettings, best_pauses, offset_after, pauses_of
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import markdown
from typogrify.filters import typogrify

ANYWHERE = MiddleSettings(min_words=0, after_words=0, before_words=0)
SEED = Path(__file__).parents[3] / "shared/seed-post.txt"
INLINE = (
    "a abbr b bdi bdo br cite code data del dfn em i ins kbd mark q s samp small span strong sub"
    " sup time u var wbr"
)
PLAIN = {*INLINE.split()}
UNSEEN = {"script", "style", "textarea", "title", "iframe", "noembed", "noframes", "xmp"}


def words(count: int, first: str = "Word", end: str = ".") -> str:
    return " ".join([first, *["word"] * (count - 1)]) + end


def paragraph(count: int, first: str = "Word", end: str = ".") -> str:
    return f"<p>{words(count, first, end)}</p>"


def story(*parts: str) -> str:
    return "\n".join(parts)


def pauses(html: str, limit: int, settings: MiddleSettings) -> list[int]:
    """The offsets of the best pauses."""
    found = best_pauses(pauses_of(html), settings)[:limit]
    return [offset_after(html, each.tags) for each in sorted(found)]


def places(html: str, limit: int = 1, settings: MiddleSettings = ANYWHERE) -> list[int]:
    """The pauses, as numbers of the lines before which they are."""
    return [html[:offset].count("\n") for offset in pauses(html, limit, settings)]


def apart(*counts: int) -> str:
    """Paragraphs of so many words, no two of which begin alike."""
    return story(*[paragraph(count, f"Word{n}") for n, count in enumerate(counts)])


# What may be a pause at all.


@pytest.mark.parametrize("following", ["<p>Two.</p>", *[f"<h{n}>Two</h{n}>" for n in range(2, 7)]])
def test_a_pause_is_between_a_paragraph_and_another_or_a_heading(following: str) -> None:
    assert pauses(f"<p>One.</p>\n{following}", 1, ANYWHERE) == [12]
    assert pauses(f"<p>One.</p>{following}", 1, ANYWHERE) == [11]


FORBIDDEN = [
    '<p><img src="a.jpg" alt=""></p>',
    '<p>One <a href="/"><img src="a.jpg" alt=""></a></p>',
    '<p><svg viewBox="0 0 1 1"><path d="M0 0"/></svg></p>',
    "<p><em><button>One</button></em></p>",
    "<p><picture><source><img></picture></p>",
    "<p><video></video></p>",
    "<p><audio></audio></p>",
    "<p><iframe></iframe></p>",
    "<p><object></object></p>",
    "<p><input></p>",
    "<p><my-chart>One</my-chart></p>",
    "<p></p>",
    "<p>&nbsp;</p>",
    "<h1>One</h1>",
    "<figure><p>One</p></figure>",
    "<blockquote><p>One</p></blockquote>",
    "<ul><li>One</li></ul>",
    "<ol><li><p>One</p></li></ol>",
    "<dl><dt>One</dt><dd>Two</dd></dl>",
    "<table><tr><td>One</td></tr></table>",
    "<pre><code>One</code></pre>",
    "<hr>",
    "<hr />",
    "<aside>One</aside>",
    "<details><summary>One</summary><p>Two</p></details>",
    "<div><p>One</p></div>",
    '<div data-call-to-action="weekly"></div>',
    "<section><p>One</p></section>",
    "<my-chart></my-chart>",
    "<!-- One -->",
    "<script>One</script>",
    "<em>One</em>",
    "<br>",
    "One",
    "&nbsp;",
    "\N{NO-BREAK SPACE}",
]


@pytest.mark.parametrize("block", FORBIDDEN)
def test_nothing_else_may_be_on_either_side(block: str) -> None:
    assert pauses(f"<p>One.</p>\n{block}\n<p>Two.</p>", 9, ANYWHERE) == []
    # The rest of the story keeps its pauses.
    assert places(f"<p>One.</p>\n<p>Two.</p>\n{block}", 9) == [1]
    assert places(f"{block}\n<p>One.</p>\n<p>Two.</p>", 9) == [2]


@pytest.mark.parametrize("heading", [f"<h{n}>One</h{n}>" for n in range(1, 7)])
def test_it_is_never_right_after_a_heading(heading: str) -> None:
    assert pauses(f"{heading}\n<p>Two.</p>", 9, ANYWHERE) == []


@pytest.mark.parametrize("tag", ["strong", "b", "em", "i", "EM"])
def test_a_paragraph_all_in_bold_or_italics_is_a_heading_too(tag: str) -> None:
    html = story(
        paragraph(60, "A"), paragraph(60, "B"), f"<p><{tag}>How so</{tag}></p>", paragraph(80, "C")
    )
    assert places(html) == [2]
    assert places(html, 9) == [1, 2]


def test_a_paragraph_that_is_bold_in_part_is_none() -> None:
    part = "<p><strong>One.</strong> Two <strong>three.</strong></p>"
    assert places(f"{part}\n<p>Four.</p>") == [1]


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p>One<br>two<br />three<wbr>four.</p>",
        '<p class="lead" title="a > b" id=x hidden>One.</p>',
        "<P>One <EM>two</em>.</P >",
        "<p>One <!-- a note --> two.</p>",
        '<p>One <a\nhref="/">two</a><sup id="fn"><a href=\'#\'>1</a></sup>.</p>',
        "<p>One <code>&lt;b&gt;</code> <kbd>two</kbd> <mark>three</mark>.</p>",
        '<p><span class="dquo">&#8220;</span>One,&#8221; she&nbsp;said.</p>',
    ],
)
def test_inline_elements_leave_a_paragraph_plain(paragraph: str) -> None:
    assert places(f"{paragraph}\n<p>Next.</p>".replace("a\nh", "a h")) == [1]
    assert pauses(f"<p>Next.</p>{paragraph}", 1, ANYWHERE) == [12]


@pytest.mark.parametrize(
    "block",
    [
        "<script>if (a < b) { '</p>' }</script>",
        "<SCRIPT>'<div>'</script >",
        "<style>p > a {}</style>",
        "<style-guide><p>Not raw text.</p></style-guide>",
        "<textarea><p></textarea>",
        "<pre>a\n\n  b</pre>",
        "<!-- <div> -->",
        "<!---->",
        '<svg><g><circle r="1"/><PATH d=""/></g></svg>',
        '<img alt="<p>">',
    ],
)
def test_legal_html_elsewhere_is_understood(block: str) -> None:
    html = f"{block}<p>One.</p><p>Two.</p>"
    assert pauses(html, 1, ANYWHERE) == [len(html) - len("<p>Two.</p>")]


@pytest.mark.parametrize(
    "junk",
    [
        "<div>",
        "</div>",
        "</p>",
        "<b>",
        "<p>never closed",
        "<p><b>crossing</p></b>",
        "<div/>",
        "<p/>",
        "<b/>",
        "<!-- never closed",
        "<!-->",
        "<!---> -->",
        "<!-- a --!> -->",
        "<script>",
        "<script><!-- </script>",
        "<style></style",
        "<textarea>",
        '<p class="never closed>One.</p>',
        "<p class='never closed>One.</p>",
        '<p a="b"c="d">One.</p>',
        "<p a=it's>One.</p>",
        "<p =a>One.</p>",
        "<p <b>One.</p>",
        "<p",
        "<",
        "3 < 4",
        "<3",
        "<>",
        "</>",
        "</ p>",
        "<o:p></o:p>",
        "<p\xa0>One</p\xa0>",
        "<!doctype html>",
        "<?php ?>",
        "<![CDATA[ ]]>",
        "</br>",
        "</img>",
        "<ul><li>One<li>Two</ul>",
        "<\N{KELVIN SIGN}bd>One</\N{KELVIN SIGN}bd>",
    ],
)
def test_a_story_that_is_not_sound_has_no_pause_at_all(junk: str) -> None:
    two = "<p>One.</p>\n<p>Two.</p>"
    assert pauses(f"{junk}\n{two}", 9, ANYWHERE) == []
    assert pauses(f"{two}\n{junk}", 9, ANYWHERE) == []
    assert pauses(f"<div>{junk}</div>\n{two}", 9, ANYWHERE) == []


# How far from the ends.


def test_by_default_a_story_has_500_words_200_before_and_150_after() -> None:
    assert MiddleSettings() == MiddleSettings(500, 200, 150)


@pytest.mark.parametrize(("total", "found"), [(499, []), (500, [1])])
def test_a_short_story_has_none(total: int, found: list[int]) -> None:
    assert places(apart(300, total - 300), settings=MiddleSettings()) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [(200, 300, [1]), (199, 301, []), (350, 150, [1]), (351, 149, [])],
)
def test_it_keeps_its_distance_from_both_ends(before: int, after: int, found: list[int]) -> None:
    assert places(apart(before, after), settings=MiddleSettings()) == found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one two&nbsp;three&#160;four\N{NO-BREAK SPACE}five", 5),
        ("one <em>two</em>, <b>th</b>ree", 3),
        ("one<br>two<br/>three", 3),
        ("<a href='one two'>one</a>", 1),
        ("one <!-- two --> three", 2),
        ("&#8220;one&#8221; &#8212; two", 3),
    ],
)
def test_words_are_what_a_reader_would_count(text: str, count: int) -> None:
    html = f"<p>{text}</p><p>last</p>"
    assert pauses(html, 1, MiddleSettings(0, count, 0))
    assert not pauses(html, 1, MiddleSettings(0, count + 1, 0))


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("<ul><li>one</li><li>two</li></ul>", 2),
        ("<h2>one two</h2>", 2),
        ("<pre><code>one two\nthree</code></pre>", 3),
        ("<table><tr><td>one</td><td>two</td></tr></table>", 2),
        ("bare text", 2),
        ("<script>one two</script>", 0),
        ("<style>one two</style>", 0),
        ("<!-- one two -->", 0),
    ],
)
def test_the_words_of_all_blocks_count(block: str, count: int) -> None:
    html = f"{block}<p>one</p><p>last</p>"
    assert pauses(html, 1, MiddleSettings(count + 2, count + 1, 0))
    assert not pauses(html, 1, MiddleSettings(count + 3, 0, 0))
    assert not pauses(html, 1, MiddleSettings(0, count + 2, 0))
    html = f"<p>first</p><p>one</p>{block}"
    assert pauses(html, 1, MiddleSettings(0, 0, count + 1))
    assert not pauses(html, 1, MiddleSettings(0, 0, count + 2))


# Which is best.


def test_the_pause_nearest_to_the_middle_is_best() -> None:
    assert places(apart(50, 50, 50, 50, 50, 50)) == [3]
    assert places(apart(50, 50, 50, 50, 150)) == [3]


def test_of_two_that_are_equally_good_the_earlier_wins() -> None:
    assert places(apart(50, 50, 50)) == [1]


def test_a_heading_wins_unless_it_is_far_from_the_middle() -> None:
    near = [paragraph(50, f"Word{n}") for n in range(8)]
    near.insert(2, "<h2>Next</h2>")
    assert places(story(*near)) == [2]
    far = [paragraph(50, f"Word{n}") for n in range(8)]
    far.insert(1, "<h2>Next</h2>")
    assert places(story(*far)) == [5]


@pytest.mark.parametrize("end", [":", ":</em>", ":&#8221;", ":)", ":&nbsp;"])
def test_it_is_never_after_a_colon(end: str) -> None:
    start = "<em>" if end.endswith("</em>") else ""
    announced = f"<p>{start}{words(50, end=end)}</p>"
    assert places(story(announced, paragraph(50, "Next")), 9) == []
    assert places(story(announced, "<h2>Next</h2>", paragraph(50)), 9) == []


@pytest.mark.parametrize("end", ["?", "?&#8221;", "?</em>"])
def test_an_answer_stays_with_its_question(end: str) -> None:
    start = "<em>" if end.endswith("</em>") else ""
    question = f"<p>One {start}{words(49, end=end)}</p>"
    html = story(paragraph(50, "A"), question, paragraph(50, "B"), paragraph(50, "C"))
    assert places(html) == [1]
    assert places(html.replace("?", ".")) == [2]
    assert places(story(question, paragraph(50, "B"))) == [1]


@pytest.mark.parametrize("first", ["Did", "&#8220;Did", "<em>Did</em>", "DID"])
def test_two_that_begin_alike_stay_together(first: str) -> None:
    html = story(paragraph(50, "A"), paragraph(50, "Did"), paragraph(50, first), paragraph(50, "B"))
    assert places(html) == [1]
    assert places(html.replace("Did", "Does", 1)) == [2]


@pytest.mark.parametrize("count", [1, 3, 11])
def test_short_paragraphs_stay_with_their_neighbours(count: int) -> None:
    html = apart(100, 100, count, 100, 100, 100, 100)
    assert places(html) == [4]
    # On both of its sides the cost is more than a hundred words.
    assert places(apart(100, 100, count, 100, 100)) == [1]


def test_a_short_one_before_a_heading_costs_too() -> None:
    html = story(
        *[paragraph(60, f"Word{n}") for n in range(3)],
        paragraph(3, "Short"),
        "<h2>Next</h2>",
        *[paragraph(60, f"More{n}") for n in range(3)],
    )
    assert places(html) == [2]
    assert places(html.replace("Short word word", words(33))) == [4]


@pytest.mark.parametrize(
    "first", ["And", "But", "So", "This", "That&#8217;s", "These", "Because", "Which", "Then"]
)
def test_a_paragraph_that_leans_on_the_last_is_worse(first: str) -> None:
    html = story(*[paragraph(30, name) for name in ("A", "B", first, "D")])
    assert places(html) == [1]
    assert places(html.replace(first, "Now")) == [2]


def test_so_is_one_that_begins_in_lower_case() -> None:
    html = story(*[paragraph(30, name) for name in ("A", "B", "you", "D")])
    assert places(html) == [1]
    assert places(html.replace("you", "You")) == [2]


def test_a_paragraph_of_marks_alone_is_no_trouble() -> None:
    assert places("<p>&#8212;</p>\n<p>* * *</p>\n<p>?</p>", 9) == [1, 2]


def test_the_first_story_of_all_has_its_pause_where_an_editor_puts_it() -> None:
    if not SEED.exists():
        pytest.skip(f"the text of the first story is not here: {SEED}")
    html = story(*[f"<p>{line}</p>" for line in SEED.read_text("utf-8").splitlines()])
    assert places(html, 9, MiddleSettings()) == [7]
    assert places(typogrify(html), 9, MiddleSettings()) == [7]


# More than one.


def test_a_limit_of_none_is_none() -> None:
    assert pauses(apart(50, 50), 0, ANYWHERE) == []
    assert pauses(apart(50, 50), -1, ANYWHERE) == []


def test_further_ones_are_the_next_best_at_a_distance_and_in_order() -> None:
    html = apart(*[50] * 20)
    spaced = MiddleSettings(0, 200, 150)
    assert places(html, 1, spaced) == [10]
    assert places(html, 2, spaced) == [6, 10]
    assert places(html, 3, spaced) == [6, 10, 14]
    assert places(html, 9, spaced) == [6, 10, 14]


# Anything.

COUNTS = st.sampled_from([1, 2, 5, 11, 12, 20, 40, 80])
FIRSTS = st.sampled_from(["One", "Two", "And", "the", "&#8220;Three", "<em>Four</em>"])
ENDS = st.sampled_from([".", ".", ":", "?", "!&#8221;", ".<sup>1</sup>", "&nbsp;end."])
PARAGRAPHS = st.builds(paragraph, COUNTS, FIRSTS, ENDS)
TEXTS = st.builds(words, COUNTS, FIRSTS, ENDS)
HEADINGS = st.builds(lambda n, text: f"<h{n}>{text}</h{n}>", st.integers(1, 6), TEXTS)
OTHERS = st.one_of(
    st.sampled_from(FORBIDDEN),
    st.builds(
        lambda wrap, text: wrap.replace("One", text),
        st.sampled_from([each for each in FORBIDDEN if "One" in each]),
        TEXTS,
    ),
    st.builds(lambda text: f"<p><strong>{text}</strong></p>", TEXTS),
)
BLOCKS = st.one_of(PARAGRAPHS, PARAGRAPHS, PARAGRAPHS, HEADINGS, OTHERS)
JOINTS = st.sampled_from(["\n", "\n", "\n\n", "", " \n "])
SOUND = st.builds(
    lambda blocks, joints: "".join(a + b for a, b in zip(blocks, joints, strict=False)),
    st.lists(BLOCKS, max_size=25),
    st.lists(JOINTS, min_size=25, max_size=25),
)
TAGS = "p b em a div ul li h2 table td tr svg path pre button form select option script style"
JUNK = st.one_of(
    st.builds("".join, st.lists(st.sampled_from("<>/!-\"'= pab\n&"), max_size=8)),
    st.builds(
        lambda name, pattern: pattern.format(name),
        st.sampled_from([*TAGS.split(), "template", "body", "html", "head", "nobr", "math"]),
        st.sampled_from(["<{}>", "</{}>", "<{0}>One</{0}>", "<{}/>", "<p><{0}>One</{0}></p>"]),
    ),
)
UNSOUND = st.builds(story, SOUND, JUNK, SOUND, JUNK, SOUND)
SOURCES = st.lists(
    st.one_of(
        st.builds(words, COUNTS, st.sampled_from(["One", "*Two*", "And", '"Three"'])),
        st.builds(words, COUNTS, st.sampled_from(["## One", "> One", "- one", "1. one"])),
        st.sampled_from(
            [
                "![One](a.jpg)",
                "- one\n\n    two\n- three",
                "```\ncode\n```",
                "    code",
                "a | b\n--|--\n1 | 2",
                "* * *",
                "Word\n:   What it means.",
                "<div>raw</div>",
                "<div>raw",
                "<!-- a note -->",
                "One[^1] *[CTA]\n\n[^1]: A note.",
                "**Bold?**",
                "<b>One",
                '<p markdown="1">One *two*</p>',
            ]
        ),
    ),
    max_size=25,
).map("\n\n".join)
WRITTEN = st.builds(
    lambda source: str(typogrify(markdown(source, extensions=["extra", "sane_lists", "toc"]))),
    SOURCES,
)
SETTINGS = st.builds(
    MiddleSettings, st.just(0), st.sampled_from([0, 10, 50]), st.sampled_from([0, 10, 50])
)


def seen_words(element: ElementTree.Element) -> int:
    """What a browser shows of an element, in words; none of it is within others' words."""

    def text(each: ElementTree.Element) -> str:
        inner = "" if each.tag in UNSEEN or not isinstance(each.tag, str) else each.text or ""
        parts = [inner, *[text(child) + (child.tail or "") for child in each]]
        return "".join(parts) if each.tag in PLAIN - {"br"} else f" {''.join(parts)} "

    return len(text(element).split())


def judged(html: str, offset: int, chosen: MiddleSettings) -> int:
    """The words before a call in this place, of which a browser's parser finds nothing wrong."""
    probed = f"{html[:offset]}<aside id='probe'></aside>{html[offset:]}"
    document = html5lib.parse(f"<!doctype html><body>{probed}", namespaceHTMLElements=False)
    body = document.find("body")
    children = list(body)
    (at,) = [n for n, each in enumerate(children) if each.get("id") == "probe"]
    last, probe, following = children[at - 1 : at + 2]
    assert not (last.tail or "").strip(" \t\n\f\r")
    assert not (probe.tail or "").strip(" \t\n\f\r")
    for each in (last, following):
        assert each.tag == "p" or (each is following and each.tag in ("h2", "h3", "h4", "h5", "h6"))
        if each.tag == "p":
            assert {child.tag for child in each.iter() if isinstance(child.tag, str)} <= PLAIN | {
                "p"
            }
    assert not "".join(last.itertext()).strip("\xa0 \n\"”'").endswith(":")
    before, after = ElementTree.Element("body"), ElementTree.Element("body")
    before.text = body.text
    before.extend(children[:at])
    after.extend(children[at + 1 :])
    words_before = seen_words(before)
    assert words_before >= chosen.after_words
    assert seen_words(after) >= chosen.before_words
    # Nor does the call change anything of the story.
    body.remove(probe)
    unprobed = html5lib.parse(f"<!doctype html><body>{html}", namespaceHTMLElements=False)
    assert ElementTree.tostring(body) == ElementTree.tostring(unprobed.find("body"))
    return words_before


@given(st.one_of(SOUND, SOUND, WRITTEN, UNSOUND), st.integers(0, 5), SETTINGS)
@settings(max_examples=150, deadline=None)
def test_no_pause_is_in_a_forbidden_place(html: str, limit: int, chosen: MiddleSettings) -> None:
    found = pauses(html, limit, chosen)
    assert len(found) <= limit
    assert found == sorted(set(found)) == pauses(html, limit, chosen)
    counts = [judged(html, offset, chosen) for offset in found]
    assert all(b - a >= chosen.after_words for a, b in pairwise(counts))
    called = html
    for offset in reversed(found):
        called = f"{called[:offset]}<aside>A call.</aside>{called[offset:]}"
    assert called.count("<aside>A call.</aside>") == len(found)
    assert called.replace("<aside>A call.</aside>", "") == html


@given(SOUND, SOUND)
@settings(max_examples=30, deadline=None)
def test_two_plain_paragraphs_together_are_always_enough(before: str, after: str) -> None:
    html = story(before, "<p>One.</p>", "<p>Two.</p>", after)
    assert pauses(html, 1, ANYWHERE)


@pytest.mark.parametrize(
    "junk",
    [
        "<",
        "<p ",
        "<p a ",
        "<p a=",
        '<p a="',
        "<!--",
        "<!-- -->",
        "<!--<!",
        "\"'",
        "<p a='\"' b=\"'\"",
        "<script>",
        "<script></script>",
        "<textarea></textare",
        "<p>",
        "</p>",
        "<p></p>",
        "<p><em>",
        "<p><em>One</em> </p>",
        "&nbsp;",
        "&#160",
        "\x00",
    ],
)
@pytest.mark.parametrize("before", ["", "<p>", "<p><em>", "<script>", '<p a="'])
def test_hostile_input_comes_to_an_end(before: str, junk: str) -> None:
    html = before + junk * (200_000 // len(junk))
    assert len(pauses(html, 3, ANYWHERE)) <= 3
