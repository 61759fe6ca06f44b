"""What is counted of a story's text: fields, words, phrases and labels."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from engagement.settings import FieldWeights
from engagement.story import Story
from engagement.terms import (
    TermCounts,
    as_shown,
    fold,
    is_pair,
    prose_and_code,
    term_counts,
    tokens,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

WEIGHTS = FieldWeights()
EMPTY = Story("a", "en", "", "", "", (), "", datetime(2025, 1, 1, tzinfo=UTC))


def counted(body: str = "", weights: FieldWeights = WEIGHTS, **fields: object) -> TermCounts:
    """The terms of a story with these fields and no others."""
    return term_counts(replace(EMPTY, body=body, **fields), weights)  # type: ignore[arg-type]


def key(term: str, lang: str = "en") -> int:
    """The hash of a word, or of a phrase of two."""
    counts = counted(title=term, lang=lang)
    (found,) = counts.keys[is_pair(counts.keys) == (" " in term)].tolist()
    return int(found)


def often(counts: TermCounts, term: str, lang: str = "en") -> float:
    """How often a term counts there."""
    return dict(zip(counts.keys.tolist(), counts.counts.tolist(), strict=True)).get(
        key(term, lang), 0.0
    )


def shown(counts: TermCounts, term: str) -> str:
    """A word as it stands in the story."""
    start = counts.places[counts.keys.tolist().index(key(term))]
    return as_shown(counts.words[start:].split(" ")[0])


def read(html: str) -> tuple[str, str]:
    """Prose and code, with a blank for whatever sets words apart."""
    prose, code = prose_and_code(html)
    return " ".join(prose.split()), " ".join(code.split())


@pytest.mark.parametrize(
    ("html", "prose"),
    [
        ("", ""),
        ("no markup at all", "no markup at all"),
        ("plain &amp; simple", "plain & simple"),
        ("<p>It&#39;s&nbsp;caf&eacute;, 3 &lt; 5 &amp;amp;</p>", "It's café, 3 < 5 &amp;"),
        ("<p>a < b and c > d</p>", "a < b and c > d"),
        ("<p>one</p><p>two</p>three<br>four<hr/>five", "one two three four five"),
        ("<h2>Head</h2><ul><li>x<li>y</ul>", "Head x y"),
        ("<b>pan</b>ic, <em>re</em>do, <a href='/x>y/' rel=\"p>q\">li</a>nk", "panic, redo, link"),
        ('<span class="caps">NASA</span> <span class="amp">&amp;</span>', "NASA &"),
        ('<p>the <span class="dquo">&#8220;</span>end<wbr>ing', "the “ending"),
        ('flour<sup id="fnref:1"><a href="#fn:1">1</a></sup>, water', "flour, water"),
        ("<SCRIPT>if (a<b) alert()</SCRIPT>x<style>p{}</style>", "x"),
        ("<script data-x='>'>no</script ><svg><text>no</text></svg><math>no</math>x", "x"),
        ("<template>no</template><!-- <p>no</p> -->x<!-- no\n-->", "x"),
        ('<img src="a.png" alt="a cat"><p title="a>b">x', "x"),
        ("<address>lane</address><section>part</section><bold>big</bold>", "lane part big"),
    ],
)  # fmt: skip
def test_prose_is_what_a_reader_reads(html: str, prose: str) -> None:
    assert read(html) == (prose, "")


@pytest.mark.parametrize(
    ("html", "prose", "code"),
    [
        ("<p>Say <code>x &lt; y</code> now</p>", "Say now", "x < y"),
        ('<pre class="a>b"><code><span class="k">def</span> f():</code></pre>z', "z", "def f():"),
        ("<PRE>one\ntwo</PRE><kbd>Ctrl</kbd><samp>out</samp>", "", "one two Ctrl out"),
        ("<pre>tail</pre ><prelude>x</prelude>", "x", "tail"),
    ],
)
def test_code_is_set_apart(html: str, prose: str, code: str) -> None:
    assert read(html) == (prose, code)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's co-operation and/or R&D", "It's co operation and or R D"),
        ("node.js, C++ and C#", "node.js | C++ and C#"),
        ("One. Two; three… 'four' “five”", "One | Two | three | 'four' | five |"),
        ("snake_case_name", "snake case name"),
        ("see https://a.example/b?c=d#e now", "see | now"),
        ("see www.a.example/b now", "see | now"),
        ("mail me@post.example now", "mail | now"),
        ("Anna\u2019s soft\xadhyphen zero\u200bwidth", "Anna's softhyphen zerowidth"),
        ("cafe\u0301", "café"),
        ("Größe über Straße", "Größe über Straße"),
        ("Новые книги про войну", "Новые книги про войну"),
        ("हिन्दी कविता", "हिन्दी कविता"),
        ("מִלִּים בְּעִבְרִית", "מִלִּים בְּעִבְרִית"),
        ("日本語 と 本", "日本 本語 と 本"),
        ("データ移行2", "デー ータ タ移 移行 2"),
        ("ไทย", "ไท ทย"),
    ],
)
def test_words_of_many_scripts_and_what_ends_a_phrase(text: str, words: str) -> None:
    found = tokens(text)
    shown = " ".join(word if word.strip("'")[:1].isalnum() else "|" for word in found)
    assert shown.replace("| | |", "|").replace("| |", "|") == words


SIGNS = [*"abc'.+#-&/_@(!, ", ". ", "it's ", "bread ", "\u2019", "\u201c", "\u2026"]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(SIGNS)).map("".join))
def test_a_letter_of_another_script_nearby_changes_no_word(text: str) -> None:
    alone, mixed = counted(text), counted(f"{text} ! \u0436")
    words, same = ~is_pair(alone.keys), ~is_pair(mixed.keys)
    assert alone.keys[words].tolist() == mixed.keys[same].tolist()
    assert alone.counts[words].tolist() == mixed.counts[same].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bread", "bread"),
        ("baker's", "baker"),
        ("bakers'", "bakers"),
        ("connection", "connected"),
        ("Häuserzeile", "HÄUSERn"),
        ("книгами", "книгам"),
        ("end.", "end"),
    ],
)
def test_forms_of_one_word_are_one_term(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("bread", "breath"), ("node.js", "node.py"), ("c++", "c"), ("c#", "c++")]
)
def test_different_words_are_different_terms(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_hashes_are_the_same_on_every_run_and_machine() -> None:
    assert key("bread") == 7446750128894866984
    assert key("книги", "ru") == 14078382013857282444
    assert key("bread flour") == 15194687150314924965
    assert counted(tags=("bread",)).keys.tolist() == [7446750128894866984, 14217607906380904910]


def test_a_word_counts_as_its_field_weighs_and_fields_add_up() -> None:
    fields: dict[str, object] = {
        "title": "bread",
        "tags": ("bread",),
        "summary": "bread",
        "body": "<p>bread, bread</p><code>bread</code>",
    }
    each = {name: often(counted(**{name: text}), "bread") for name, text in fields.items()}  # type: ignore[arg-type]
    assert each == {"title": 3, "tags": 3, "summary": 3, "body": 2.5}
    weights = FieldWeights(title=5, tags=7, category=11, summary=13, body=17, code=19)
    assert often(counted(**fields, weights=weights), "bread") == 5 + 7 + 13 + 2 * 17 + 19  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["title", "tags", "category", "summary", "body", "code"])
def test_a_field_of_weight_zero_is_not_there(name: str) -> None:
    whole: dict[str, object] = {
        "title": "alpha beta",
        "tags": ("gamma delta",),
        "category": "Epsilon",
        "summary": "zeta eta",
        "body": "theta iota <code>kappa lambda</code>",
    }
    without = dict(whole)
    if name == "code":
        without["body"] = "theta iota <code></code>"
    elif name == "body":
        without["body"] = "<code>kappa lambda</code>"
    else:
        without[name] = () if name == "tags" else ""
    found = counted(weights=replace(WEIGHTS, **{name: 0.0}), **whole)  # type: ignore[arg-type]
    expected = counted(**without)  # type: ignore[arg-type]
    assert found.keys.tolist() == expected.keys.tolist()
    assert found.counts.tolist() == expected.counts.tolist()
    assert len(found.keys) < len(counted(**whole).keys)  # type: ignore[arg-type]


def test_neighbours_are_a_phrase_unless_something_stands_between() -> None:
    assert often(counted("<p>Rye flour, rye flour</p>"), "rye flour") == 2
    apart = ["rye, flour", "rye (flour)", "<p>rye</p><p>flour</p>", "rye. flour", "rye of flour"]
    for body in [*apart, "flour rye", "rye <code>x</code> flour", "rye 7 flour"]:
        assert not often(counted(body), "rye flour"), body
    assert often(counted("rye-flour <b>rye</b> flour"), "rye flour") == 2
    assert not often(counted(title="rye", summary="flour", body="flour"), "rye flour")
    assert not often(counted(tags=("rye", "flour")), "rye flour")


def test_lone_letters_and_signs_are_no_terms_but_one_ideograph_is() -> None:
    assert counted("a b 7 ! + — x").keys.tolist() == []
    assert often(counted("ox 42"), "42") == 1
    assert often(counted("本", lang="ja"), "本", "ja") == 1


def test_the_commonest_words_of_its_own_language_are_no_terms() -> None:
    text = "die Katze und the cat"
    assert often(counted(text, lang="en"), "die") == 1
    assert often(counted(text, lang="en"), "und") == 1
    assert len(counted("Die and The and They've", lang="en").keys) == 1
    assert often(counted(text, lang="de"), "the", "de") == 1
    assert len(counted("die Und THE", lang="de").keys) == 1
    assert len(counted("that's the cat's", lang="en").keys) == 1


@pytest.mark.parametrize(
    ("lang", "left"), [("de-AT", 1), ("de_CH", 1), ("DE", 1), ("xx", 2), ("", 2), ("deutsch", 2)]
)
def test_a_language_tag_may_name_a_region_and_may_be_unknown(lang: str, left: int) -> None:
    assert len(counted("die, Katze", lang=lang).keys) == left


def test_tags_and_the_category_count_as_wholes_too() -> None:
    plain = counted(title="Rye Bread")
    tagged = counted(tags=("Rye Bread",))
    filed = counted(category="Rye Bread")
    # Two words, their phrase, and the label.
    assert len(plain.keys) == 3
    assert len(tagged.keys) == 4
    assert set(plain.keys.tolist()) < set(tagged.keys.tolist())
    # A category counts as a whole only.
    assert filed.counts.tolist() == [6]
    labels = set(tagged.keys.tolist()) - set(plain.keys.tolist())
    assert labels.isdisjoint(filed.keys.tolist())
    assert counted(tags=("RYE bread",)).keys.tolist() == tagged.keys.tolist()
    assert counted(category="rye BREAD").keys.tolist() == filed.keys.tolist()
    assert set(counted(tags=("Rye",)).keys.tolist()) & labels == set()
    assert sorted(counted(tags=("Rye", "Oats")).counts.tolist()) == [3, 3, 3, 3]


def test_a_label_is_shown_whole() -> None:
    counts = counted("Some text.", category="Staying in  touch")
    (at,) = np.flatnonzero(counts.counts == 6)
    assert as_shown(counts.words[counts.places[at] :].split(" ")[0]) == "Staying in touch"


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("Baking. Baking is baking, baking!", "baking"),
        ("BAKING and Baking", "Baking"),
        ("baking, Baking and Bakings", "Bakings"),
        ("Baking and bakings", "bakings"),
        ("bakings, baking's", "baking's"),
        ("baking <code>Baking</code>", "baking"),
    ],
)
def test_a_word_is_shown_as_it_mostly_stands_last_first(body: str, form: str) -> None:
    assert shown(counted(body), "baking") == form


def test_a_phrase_is_shown_in_small_letters_when_both_its_words_mostly_are() -> None:
    counts = counted("Rye flour, rye flour, rye Flour")
    at = counts.places[counts.keys.tolist().index(key("rye flour"))]
    assert counts.words[at:].startswith("rye Flour")
    counts = counted("Rye flour, rye flour, rye flour, rye Flour")
    at = counts.places[counts.keys.tolist().index(key("rye flour"))]
    assert counts.words[at:].startswith("rye flour | rye Flour")


def test_a_word_that_stands_in_code_only_is_not_shown() -> None:
    counts = counted("Oats <code>bread</code>", category="C", tags=("rye",))
    at = dict(zip(counts.keys.tolist(), counts.places.tolist(), strict=True))
    assert [term for term in ("bread", "oats", "rye") if at[key(term)] < 0] == ["bread"]


@pytest.mark.parametrize("body", ["", "   ", "<p></p>", "<!-- x -->", "!?", "the of and"])
def test_a_story_without_words_has_no_terms(body: str) -> None:
    counts = counted(body)
    assert (len(counts.keys), len(counts.counts), len(counts.places)) == (0, 0, 0)


def test_a_very_long_story_is_counted_like_any_other() -> None:
    words = [f"x{i}" for i in range(30_000)]
    counts = counted(f"<p>{' '.join(words * 3)}</p>")
    assert len(counts.keys) == 30_000 + 30_000
    assert set(counts.counts[~is_pair(counts.keys)].tolist()) == {3.0}


def test_half_a_letter_from_a_broken_program_does_no_harm() -> None:
    assert len(counted("rye \ud800flour \udfff").keys) == 2


def test_arrays_are_ascending_without_repeats_and_of_the_types_that_are_kept() -> None:
    for counts in (counted("rye flour rye water " * 9, category="Bread"), counted()):
        assert (np.diff(counts.keys.astype(object)) > 0).all()
        types = (counts.keys.dtype, counts.counts.dtype, counts.places.dtype)
        assert types == (np.uint64, np.float32, np.int32)


def test_a_subscript_belongs_to_its_word() -> None:
    assert prose_and_code("H<sub>2</sub>O")[0] == "H2O"


@pytest.mark.parametrize("word", ["מִשְׁפָּט", "ދިވެހި", "ශ්\u200dරී", "نمی\u200cخواهم", "བོད"])
def test_a_word_with_marks_and_joiners_stays_one(word: str) -> None:
    assert tokens(f"{word} ж")[:-1] == [word]


@example(["'a +b .c #d"], 0)
@example(["a\x00b"], 1)
@given(
    st.lists(st.text("aB9_ '.+#-&/|,;!\t\r\x00\x7f\x85\u0301é日", max_size=12), max_size=4),
    st.integers(0, 3),
)
def test_a_letter_elsewhere_does_not_change_the_words_of_a_line(lines: list[str], at: int) -> None:
    text = "\n".join([*lines[:at], "ж", *lines[at:]])
    words = [token for token in tokens(text) if token[0].isalnum()]
    # With such a letter in it a line takes the other way.
    slow = [token for line in lines for token in tokens(f"{line},ж")[:-2] if token[0].isalnum()]
    assert sorted(words) == sorted([*slow, "ж"])
