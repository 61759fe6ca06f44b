"""Typogrify in less time: byte for byte what the library makes of the same HTML."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import smartypants
from incremental import typography
from incremental.typography import FILTERS, typogrify
from markdown import Markdown
from markupsafe import Markup
from smartypants import Attr
from typogrify import filters

from pelicanconf import MARKDOWN

CONTENT = Path(__file__).parents[2] / "content"
# As Pelican has them, one for each value of TYPOGRIFY_DASHES.
DASHES = [Attr.set1 | Attr.w, Attr.set2 | Attr.w, Attr.set3 | Attr.w]
ATTRS = [*DASHES, 0, *(1 << bit for bit in range(10)), Attr.B, Attr.set1, 1023]

# Whatever a rule looks at, the edges of what it looks for, and what may stand around those.
SIGNS = r"""
' " '' "" ''' '" "' ` `` \ \\ \' \" \. \- \` "!\B '!\B - -- --- ---- . .. ... .... ! ? , ; : ( ) [ ]
{ } = # / | ~ ^ _ > < << $ & && &quot; &quot &amp; &#38; &nbsp; &#160; &mdash; &ndash; &#8211;
&#8212; &#x2013; &&#x2014; &ldquo; &lsquo; &#8220; &#8216; &#8217; &#39; &lt; &gt; &#8
a b s t 7 word don't it's '80s 80s 1990s l' é ß 中 ٣
A B I KU NASA K2U U.S. U.S.A. A.B A. JIMMY'S A1B2 AÉ É٣A A٣B ABc
<p> </p> <p </p <a> <a </a> <em> </em> <b> </b> <br> <i> </i> <span> </span> <strong> </strong>
<abbr> <article> <h1> </h2> </h7> <li> </li> <dt> </dt> <dd> </dd> <div> </div> </P> <EM> <td> </td>
<code> </code> <pre> </pre> <kbd> </kbd> <KBD> <script> </script> <style> </style> <math> </math>
<samp> </samp> <tt> </tt> <prefix> <!-- --> <!----> <!DOCTYPE <? ?>
"""
WITH_BLANKS = [
    *('<a href="x y">', "<a title='it's me'>", '<img alt="A & B -- C"/>', "</em >", "<!-- a -->"),
    *("<!-- a -- b -->", "<p>\n", ". . .", r"\. . .", "A. B. ", "' s ", ' "'),
]
BLANKS = [*[" "] * 8, "  ", "\n", "\n\n", "\t", "\r\n", "\f", "\v", "\x1c", "\xa0", "\u2003"]
ODD = ["\u2013", "\u2019", "\u201c", "\u2026", "\u200b", "\ufeff", "\ud800", "\0"]
PIECES = [*SIGNS.split(), *WITH_BLANKS, *BLANKS, *ODD]

CASES = [
    "",
    "\n",
    "word",
    "<p>",
    "<p>One two three.</p>",
    "<p>“Done” already — no more…</p>",
    # Quotation marks around tags, and what ends the text before.
    '"<em>a</em>"',
    '<p>a "<a href="b">c</a>" d</p>',
    "<p>a '<b>c</b>' d</p>",
    "a<b></b>'<i></i>'",
    "a <b></b>' <i></i>'",
    "a\xa0<b>'</b>\u200b<b>'</b>",
    "<em>word</em>'s",
    '<em>word</em>&quot;<b>&quot;</b> <b>"</b>',
    "'<b>\"</b>'",
    # Nested, doubled, at the edges of words and of texts.
    "\"'a' b\" '\"a\" b'",
    """'" "' '"a "'a" b'" c"'""",
    "'a' 'b' \"c\" \"d\"\n'e'\n\"f\"",
    "a' 's b's c's d '80s '80s' 'tis 'Tis",
    "a'\xa0'b\xa0\"c\"\u2003\"d\"\t'e'\x0b'f'",
    "'!\\B \"!\\B a '!\\B \"! '!",
    "--'a --\"b &mdash;'c &#8212;\"d &nbsp;'e &&#x2014;'f",
    "``a'' `b' ''c'' ``d``",
    # Escapes.
    r'\\ \" \' \. \- \` \\" \\\' \\-- a\\b \&quot;',
    r"\. . . . . . \. .. \... .\..",
    # Dashes and dots.
    "a--b a---b a----b -- --- a -- b a- -b",
    "a...b a....b a . . . b a. . .b .. . ..",
    # Ampersands.
    "a & b &amp; c &#38; d&nbsp;&amp;&nbsp;e &&amp; f&g &amp;h",
    '<a title="a & b">c & d</a> <a title=">" class="a & b">',
    "a&nbsp;&amp;&nbsp;b",
    # Capitals.
    "A.BC. d",
    "A. BC. d",
    "NASA K2U JIMMY'S U.S. U.S.A. in the U.S. I. A.B A. B. C . D. 2KU2 aNASA NASAa",
    "<p>A.\nB. NASA</p> THE <b>US</b>A <a title='NASA'>NASA</a>",
    "<kbd>CTRL</kbd> CTRL <kbd><b>CTRL</b> CTRL</kbd> <KBD>CTRL",
    # Words whose tags are skipped.
    *(
        f"""a "b" <{tag}>"c" -- ... 'D.E.F.' GH</{tag}> "i" -- JK l'm"""
        for tag in ("code", "pre", "script", "style", "kbd", "samp", "tt", "math", "PRE", "prefix")
    ),
    "<math><tt>'a'</math>'b'</tt>'c'</math>'d'",
    "<code>'a' <p>'b'</p>",
    "</code>'a' <pre>'b'</pre>",
    # Comments and tags without an end.
    "<!-- 'a' -->'b'<!-- 'c' -- 'd' -->'e'<!-- <b>'f'</b> -->",
    "<!-- 'a' <b> -- 'c'> NASA",
    "<!DOCTYPE html>'a'<?php 'b' ?>'c'",
    "<p>'a' <b 'c' NASA",
    "'a' > 'b' < 'c' > 'd' < NASA 'e'",
    "<<<a 'b'>>'c'",
    # The first quotation mark of a block.
    "<p>\n <em> <b>'a'</b></em></p><div>'b'</div><li>\"c</li>",
    "\n 'a' <p>&ldquo;a</p><p>&lsquo;a</p><p>&#8220;a</p><p>&#8216;a</p><p>&rsquo;a</p>",
    # The last blanks of a block.
    "<p>a b </p><h2>a  \n b</h2><h7>a b</h7><li> a</li><dd>a b<br></dd>",
    "<p>a <em>b</em> </p><p><em>a</em> b</p><p><br> b</p><p><abbr> b</p><p></abbr> b</p>",
    "<p>a > b</p><p>a < b</p><p>< b</p><p>></p><p> b</p>",
    "a <b x</p> b</p>",
    "<a </p> b</p> <a <b> c</p> <p <i> d</p>",
    "<a title='b c</p>'> d</p>",
    "<p>a b</em></p> c",
    "<h1>a b</h1><h6>a b</h6>",
    "a b\n",
    "a b</em> \n\n",
    "a b</em>\x1c</i>",
]  # fmt: skip


def expected(text: str, ignore_tags: list[str], omit_filters: list[str], attr: int) -> str:
    """What the library makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attr, "default", attr)
        library: Callable[..., str] = filters.typogrify
        return library(text, ignore_tags, **dict.fromkeys(omit_filters, False))


def refuse(text: str, *options: object, **filters: object) -> str:
    raise AssertionError(f"the library was given {text!r}")


def test_these_are_the_versions_that_it_was_written_for() -> None:
    """When this fails: read what has changed in them, mend typography.py, renew its SOURCES."""
    assert typography._are_known()


@pytest.mark.parametrize("text", CASES)
def test_nasty_cases_come_out_the_same(text: str) -> None:
    for attr in ATTRS:
        assert typogrify(text, [], [], attr) == expected(text, [], [], attr)


@pytest.mark.parametrize("omitted", sorted(FILTERS))
def test_a_filter_can_be_left_out(omitted: str) -> None:
    for omit in ([omitted], sorted(FILTERS - {omitted})):
        for text in CASES:
            assert typogrify(text, [], omit, DASHES[0]) == expected(text, [], omit, DASHES[0])


def test_tags_can_be_ignored() -> None:
    text = "<p>'a'</p><p class='b'>'b'</p><h1>c d</h1><code>'e'</code><math>'f'</math>'g'"
    for ignore in (["p"], ["p.b", "math"], [".b"], [" h1 "]):
        made = typogrify(text, ignore, [], DASHES[0])
        assert made == expected(text, ignore, [], DASHES[0]) != typogrify(text, [], [], DASHES[0])


def test_generated_texts_come_out_the_same() -> None:
    chance = Random("typography")
    for _ in range(2000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 50)))
        ignore = chance.choice([[], [], ["p"], ["div", "a.x"]])
        omit = [name for name in sorted(FILTERS) if chance.random() < 0.1]
        attr = chance.choice([*DASHES, *DASHES, chance.choice(ATTRS)])
        made = typogrify(text, ignore, omit, attr)
        assert made == expected(text, ignore, omit, attr), (text, ignore, omit, attr)


@pytest.mark.parametrize("attr", DASHES)
def test_the_blogs_own_posts_come_out_the_same(attr: int) -> None:
    files = sorted(CONTENT.rglob("*.md"))
    assert files
    for file in files:
        html = Markdown(**MARKDOWN).convert(file.read_text("utf-8"))
        assert typogrify(html, [], [], attr) == expected(html, [], [], attr)


def test_what_typogrify_refuses_is_refused_in_its_words() -> None:
    for omit in (["ampersand"], ["amp", "ignore_tags"], ["text"]):
        with pytest.raises(TypeError) as theirs:
            expected("a", [], omit, DASHES[0])
        with pytest.raises(TypeError) as ours:
            typogrify("a", [], omit, DASHES[0])
        assert str(ours.value) == str(theirs.value)
    # It does not look at them where there is nothing to change.
    assert typogrify("<pre>a</pre>", [], ["ampersand"], DASHES[0]) == "<pre>a</pre>"


def test_markup_comes_out_as_typogrify_has_it() -> None:
    for text in (Markup("<p>'a' & b</p>"), Markup("<p>a</p><pre>b</pre>"), Markup("<pre>b</pre>")):
        made, theirs = typogrify(text, [], [], DASHES[0]), expected(text, [], [], DASHES[0])
        assert (type(made), made) == (type(theirs), theirs)


def test_smartypants_own_default_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attr, "default", Attr.set1)
    for text in ("a -- b --- 'c'", Markup("a -- b")):
        assert "&#8211;" in typogrify(text, [], [], Attr.set2)
        assert Attr.default == Attr.set1
    with pytest.raises(TypeError):
        typogrify("a", [], ["ampersand"], Attr.set2)
    assert Attr.default == Attr.set1


def test_the_library_is_given_only_the_words_that_may_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[str] = []

    def note(text: str, attr: int) -> str:
        given.append(text)
        return text

    for name in FILTERS - {"smartypants"}:
        monkeypatch.setattr(filters, name, refuse)
    monkeypatch.setattr(smartypants, "smartypants", note)
    typography._smart_word.cache_clear()
    text = (
        '<p class="x">A word, it\'s said,\nand "more of them" &amp;c. &#160;\u21a9</p>'
        "<p>The <b>very</b> end.</p>"
    )
    typogrify(text, [], [], DASHES[0])
    typography._smart_word.cache_clear()
    assert given == [" it's ", ' "more ', ' them" ']


def test_another_version_does_it_all_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "typogrify", lambda text, tags: f"{Attr.default}: {text}")
    for module in typography.SOURCES:
        with monkeypatch.context() as patch:
            patch.setattr(typography, "SOURCES", {**typography.SOURCES, module: "another"})
            typography._are_known.cache_clear()
            assert typogrify("a -- b", [], [], Attr.set2) == f"{Attr.set2}: a -- b"
    typography._are_known.cache_clear()
    assert typogrify("a -- b", [], [], Attr.set2) == "a &#8211;&nbsp;b"
