"""Reading calls_to_action.toml, and saying everything that is wrong with it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from engagement.calls_file import read, unknown_names
from engagement.errors import SettingsError
from engagement.placements import CallsToAction

LINK = """
[call.weekly]
kind = "link"
heading = "Fish & chips <b>now</b>"
body = "Come *along*.\\n\\n<script>alert(1)</script>"
button = "Yes"
url = "https://site.example/"
"""
PLACEMENT = """
[[placement]]
call = "weekly"
slot = "end"
"""
SIGNUP = """
[provider.post]
service = "buttondown"
action = "https://buttondown.com/api/emails/embed-subscribe/me"

[call.mail]
kind = "signup"
provider = "post"
heading = "Mail & more"
body = "Weekly."
button = "Sign up"
url = "/subscribe/"
success_page = "/thanks/"
thanks = "You are <in>."
"""
EVENT = """
[call.lunch]
kind = "event"
heading = "Lunch"
body = "Come."
button = "Come along"
url = "/lunch/"
starts = "2026-12-02 12:00"
time_zone = "America/New_York"
repeats = "weekly"
address = "Kitchen <3>"
"""
GOOD = LINK + SIGNUP + EVENT + PLACEMENT


def load(toml: str, typography: Callable[[str], str] = str) -> CallsToAction:
    """What a file without problems offers."""
    file = read(toml, "calls.toml", typography)
    assert file.problems == ()
    return file.offers


def problems_of(toml: str) -> tuple[str, ...]:
    """What reading says."""
    try:
        return read(toml, "calls.toml").problems
    except SettingsError as error:
        return error.problems


def test_copy_is_text_until_markdown_says_otherwise() -> None:
    calls = load(GOOD).calls
    assert calls["weekly"].heading == "Fish &amp; chips &lt;b&gt;now&lt;/b&gt;"
    assert "<em>along</em>" in calls["weekly"].body
    assert "<script>" not in calls["weekly"].body
    assert "&lt;script&gt;" in calls["weekly"].body
    assert calls["mail"].thanks == "You are &lt;in&gt;."


def test_typography_applies_to_every_text() -> None:
    calls = load(GOOD, typography=lambda html: html.upper()).calls
    call = calls["weekly"]
    assert (call.heading, call.button) == ("FISH &AMP; CHIPS &LT;B&GT;NOW&LT;/B&GT;", "YES")
    assert "<EM>ALONG</EM>" in call.body
    assert (calls["mail"].label, calls["mail"].thanks) == (
        "YOUR EMAIL ADDRESS",
        "YOU ARE &LT;IN&GT;.",
    )
    assert calls["lunch"].calendar == "ADD IT TO YOUR CALENDAR"


def test_links_within_the_site_start_where_the_site_is() -> None:
    text = LINK.replace("*along*", "[in](/about/) [out](https://x.example/)")
    call = load(text.replace('"https://site.example/"', '"/join/"')).calls["weekly"]
    assert call.url_at("/blog") == call.button_url_at("/blog") == "/blog/join/"
    assert 'href="/blog/about/"' in call.body_at("/blog")
    assert 'href="https://x.example/"' in call.body_at("/blog")
    assert 'href="/about/"' in call.body_at("")


def test_a_signup_has_its_providers_form_and_a_mail_link_where_there_is_none() -> None:
    call = load(SIGNUP).calls["mail"]
    form = call.form(("a-story", "end"))
    assert form is not None
    assert form.action == "https://buttondown.com/api/emails/embed-subscribe/me"
    assert ("metadata__story", "a-story") in form.hidden
    mail = SIGNUP.replace('"buttondown"', '"mailto"').replace(
        "https://buttondown.com/api/emails/embed-subscribe/me", "me@site.example"
    )
    call = load(mail).calls["mail"]
    assert call.form(("a-story", "end")) is None
    assert call.button_url_at("/blog") == "mailto:me@site.example"
    assert call.url_at("/blog") == "/blog/subscribe/"


def test_an_event_says_when_it_is_and_when_it_is_over() -> None:
    toml = EVENT + "until = 2026-12-09\n"
    call = load(toml).calls["lunch"]
    assert call.when == "every Wednesday, 12:00 New York time, until 9 December 2026"
    assert not call.is_over(datetime(2026, 12, 9, 17, 59, tzinfo=UTC))
    assert call.is_over(datetime(2026, 12, 9, 18, 0, tzinfo=UTC))


def test_placements_have_conditions_a_priority_and_days() -> None:
    toml = LINK + PLACEMENT + 'priority = 3\nwhen = { tags_any = ["a", "b"], from = 2026-01-01 }\n'
    (placement,) = load(toml).placements
    assert placement.priority == 3
    assert placement.when.tags_any == ("a", "b")
    assert (placement.when.first_day, placement.when.last_day) == (date(2026, 1, 1), None)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ("heading =", "headding ="),
            'call.weekly: unknown key "headding"; did you mean "heading"',
        ),
        (("button =", "# "), 'call.weekly: "button" is missing; add button = …'),
        (('"link"', '"lnik"'), 'call.weekly: kind "lnik" is unknown; did you mean "link"?'),
        (('kind = "link"', ""), 'call.weekly: "kind" is missing; known: event, link, signup'),
        (('"Yes"', '" "'), "call.weekly.button: is empty; give it a text"),
        (('"Yes"', "3"), "call.weekly.button: must be text in quotes, not 3"),
        (("https://site", "//site"), 'call.weekly.url: "//site.example/" must start with https'),
        (("https:", "http:"), 'call.weekly.url: "http://site.example/" must start with https://'),
        (("https://site.example/", "javascript:a()"), 'url: "javascript:a()" must start with'),
        (("*along*", "[x](javascript:a)"), 'call.weekly.body: the link "javascript:a" must start'),
        (("*along*", "![x](https://x.example/)"), "call.weekly.body: a picture has no place"),
        (("*along*", "**along"), 'call.weekly.body: "**" has no partner; close it, or put'),
        (("*along*", "[along](/a"), 'call.weekly.body: "](" has no partner'),
        (("*along*", "`along"), 'call.weekly.body: "`" has no partner'),
        (("call.weekly", 'call."Wee kly"'), "call.Wee kly: a name is made of small letters"),
        (("[call.weekly]", "[call]"), "call.kind: must be a table of keys and values"),
        (("[call.weekly]", "[[call]]"), "call must be tables like [call.weekly-email], not [{"),
        (('"Yes"', '"Yes'), "calls.toml:6: "),
        (("[call.weekly]", "[call.weekly]\n[call.weekly]"), "calls.toml:3: Cannot declare"),
        (("[call.weekly]", "[call.weekly]\n[call.weekly]"), "this name is there twice: rename"),
        (("[[placement]]", "[[placement"), "calls.toml:"),
        (('call = "weekly"', 'call = "weakly"'), 'there is no call "weakly"; did you mean "week'),
        (('slot = "end"', 'slot = "top"'), 'placement 1.slot: "top" is not one of the choices'),
        (('slot = "end"', 'slot = "end"\npriority = 1.5'), "must be a whole number, not 1.5"),
        (("[[placement]]", "[placement]"), "write [[placement]] with two brackets"),
        (("[[placement]]", "[[placment]]"), 'unknown table "placment"; did you mean "placement"?'),
        (('provider = "post"', 'provider = "pots"'), 'no provider "pots"; did you mean "post"?'),
        (('"buttondown"', '"butondown"'), 'provider.post.service: "butondown" is not one of the'),
        (("https://buttondown", "http://buttondown"), "provider.post.action: "),
        (("[provider.post]", "[provider]"), "provider.service: must be a table"),
        (('"/subscribe/"', '"https://x.example/"'), "call.mail.url: "),
        (('"/thanks/"', '"//x.example/"'), 'call.mail.success_page: "//x.example/" must be a page'),
        (("2026-12-02 12:00", "soon"), 'call.lunch.starts: "soon"'),
        (('"2026-12-02 12:00"', "2026-12-02"), "call.lunch.starts: "),
        (("America/New_York", "America/NewYork"), "America/New_York"),
        (('"weekly"\naddress', '"daily"\naddress'), 'call.lunch.repeats: "daily" is not one of'),
        (("address", "minutes = 0\naddress"), "call.lunch.minutes: must be at least 1, not 0"),
        (("address", "until = 2026-12-01\naddress"), "call.lunch.until: "),
    ],
)
def test_each_problem_names_file_key_value_and_remedy(
    change: tuple[str, str], problem: str
) -> None:
    assert change[0] in GOOD
    problems = problems_of(GOOD.replace(*change))
    assert all(line.startswith("calls.toml:") for line in problems)
    assert any(problem in line for line in problems), problems


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ('tags_any = "a"', 'when.tags_any: must be a list like ["one", "two"], not'),
        ("tags_any = [1]", 'when.tags_any: must be a list like ["one", "two"], not [1]'),
        ('tags_any = [" "]', "when.tags_any: must be a list"),
        ('tag = ["a"]', 'when: unknown key "tag"; known: authors'),
        ('from = "2026-01-01"', "when.from: must be a date like 2026-12-31, without quotes, not"),
        ("from = 2026-01-01T10:00:00", "when.from: must be a date like 2026-12-31, without quot"),
        ("first_day = 2026-01-01", 'when: unknown key "first_day"'),
        (
            "from = 2026-02-01, until = 2026-01-31",
            "from 2026-02-01 is after until 2026-01-31; swap",
        ),
        ("min_words = -1", "when.min_words: must be at least 0, not -1"),
        ("min_words = true", "when.min_words: must be a whole number, not True"),
    ],
)
def test_each_problem_of_a_condition_names_it(when: str, problem: str) -> None:
    (line,) = problems_of(LINK + PLACEMENT + f"when = {{ {when} }}\n")
    assert line.startswith("calls.toml:12: placement 1.when")
    assert problem in line


def test_a_window_of_one_day_is_good() -> None:
    load(LINK + PLACEMENT + "when = { from = 2026-01-01, until = 2026-01-01 }\n")


def test_stars_and_ticks_that_close_or_are_code_are_good() -> None:
    text = r"**So** it `a ** b` is \*\* [here](/a/) and 2 * 3 and snake_case"
    call = load(LINK.replace("Come *along*.", text.replace("\\", "\\\\")))
    assert "<strong>So</strong>" in call.calls["weekly"].body


def test_every_problem_is_told_at_once() -> None:
    bad = GOOD.replace("heading =", "headding =", 1).replace('"Yes"', "3")
    bad = (
        bad.replace('"end"', '"top"')
        .replace("America/New_York", "Nowhere")
        .replace('"post"', '"x"')
    )
    problems = problems_of(bad)
    for word in ("call.weekly", "call.mail", "call.lunch", "call.lunch.time_zone", "placement 1"):
        assert any(re.match(rf"calls.toml:\d+: {word}", line) for line in problems), word
    assert len(problems) == len(set(problems)) == 6


def test_names_in_rules_that_no_story_has_are_told_with_the_nearest() -> None:
    toml = LINK + PLACEMENT + 'when = { categories = ["Turst"], tags_any = ["LISTENING", "x"] }\n'
    known = {"categories": {"Trust"}, "tags_any": {"listening"}, "series": set[str]()}
    assert [*unknown_names(load(toml), known)] == [
        'calls.toml: placement 1.when.categories: no story has "Turst"; did you mean "Trust"?',
        'calls.toml: placement 1.when.tags_any: no story has "x"; known: listening',
    ]
