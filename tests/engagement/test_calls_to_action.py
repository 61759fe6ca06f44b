"""Reading calls_to_action.toml and choosing a story's call."""

import pytest
from engagement.calls_to_action import choose, load
from engagement.errors import SettingsError

GOOD = """
[call.weekly]
kind = "link"
heading = "Fish & chips <b>now</b>"
body = "Come *along*.\\n\\n<script>alert(1)</script>"
button = "Yes"
url = "https://site.example/"

[[placement]]
call = "weekly"
slot = "end"
"""


def test_copy_is_text_until_markdown_says_otherwise() -> None:
    call = load(GOOD, "calls.toml").calls["weekly"]
    assert call.heading == "Fish &amp; chips &lt;b&gt;now&lt;/b&gt;"
    assert "<em>along</em>" in call.body
    assert "<script>" not in call.body
    assert "&lt;script&gt;" in call.body


def test_typography_applies_to_every_text() -> None:
    call = load(GOOD, "calls.toml", typography=lambda html: html.upper()).calls["weekly"]
    assert (call.heading, call.button) == ("FISH &AMP; CHIPS &LT;B&GT;NOW&LT;/B&GT;", "YES")
    assert "<EM>ALONG</EM>" in call.body


def test_higher_priority_wins_then_the_name() -> None:
    def call(name: str) -> str:
        return GOOD.split("[[placement]]", maxsplit=1)[0].replace("weekly", name)

    def placement(name: str, priority: int) -> str:
        return f'\n[[placement]]\ncall = "{name}"\nslot = "end"\npriority = {priority}\n'

    tables = call("a") + call("b") + call("c")
    first = load(tables + placement("c", 1) + placement("b", 2) + placement("a", 1), "calls.toml")
    tied = load(tables + placement("c", 1) + placement("b", 1), "calls.toml")
    assert choose(first)["end"].name == "b"
    assert choose(tied)["end"].name == "b"


def test_links_within_the_site_start_where_the_site_is() -> None:
    text = GOOD.replace("*along*", "[in](/about/) [out](https://x.example/)")
    call = load(text.replace('"https://site.example/"', '"/join/"'), "calls.toml").calls["weekly"]
    assert call.url_at("/blog") == "/blog/join/"
    assert 'href="/blog/about/"' in call.body_at("/blog")
    assert 'href="https://x.example/"' in call.body_at("/blog")
    assert 'href="/about/"' in call.body_at("")


def test_no_placement_no_call() -> None:
    assert choose(load(GOOD.split("[[placement]]", maxsplit=1)[0], "calls.toml")) == {}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("heading", "headding"), 'call.weekly: unknown key "headding"; did you mean "heading"?'),
        (("heading", "headding"), 'call.weekly: "heading" is missing; add heading = …'),
        (('"link"', '"lnk"'), 'call.weekly.kind: "lnk" is not one of the choices; did you mean'),
        (('"Yes"', "3"), "call.weekly.button: must be text in quotes, not 3"),
        (('"Yes"', '" "'), "call.weekly.button: is empty; give it a text"),
        (("https:", "javascript:"), 'url: "javascript://site.example/" must start with https://'),
        (("https://site", "//site"), 'call.weekly.url: "//site.example/" must start with https'),
        (("*along*", "[x](javascript:a)"), 'call.weekly.body: the link "javascript:a" must start'),
        (("*along*", "![x](https://x.example/)"), "call.weekly.body: a picture has no place"),
        (("call.weekly", 'call."Wee kly"'), "call.Wee kly: a name is made of small letters"),
        (("https:", "http:"), 'call.weekly.url: "http://site.example/" must start with https://'),
        (('call = "weekly"', 'call = "weakly"'), 'there is no call "weakly"; did you mean "week'),
        (('slot = "end"', 'slot = "top"'), 'placement 1.slot: "top" is not one of the choices'),
        (('slot = "end"', 'slot = "end"\npriority = 1.5'), "must be a whole number, not 1.5"),
        (("[[placement]]", "[placement]"), "write [[placement]] with two brackets"),
        (("[[placement]]", "[[placment]]"), 'unknown table "placment"; did you mean "placement"?'),
        (("[call.weekly]", "[call]"), "call.kind: must be a table of keys and values"),
        (('"Yes"', '"Yes'), "(at line 6"),
    ],
)
def test_each_problem_names_file_key_value_and_remedy(
    change: tuple[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load(GOOD.replace(*change), "calls.toml")
    assert all(line.startswith("calls.toml: ") for line in raised.value.problems)
    assert any(problem in line for line in raised.value.problems), raised.value.problems


def test_every_problem_is_told_at_once() -> None:
    bad = GOOD.replace("heading", "headding").replace('"Yes"', "3").replace('"end"', '"top"')
    with pytest.raises(SettingsError) as raised:
        load(bad, "calls.toml")
    assert len(raised.value.problems) == 4
