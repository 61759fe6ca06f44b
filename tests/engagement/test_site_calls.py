"""Calls to action in whole builds: which page shows which, where, and what comes with it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import feedparser
import html5lib
import pytest
import vobject
from sites import SITEURL, SmallSite, errors, post

from tools.build import ROOT, BuildError

Make = Callable[..., SmallSite]

PROVIDER = """
[provider.newsletter]
service = "buttondown"
action = "https://buttondown.com/api/emails/embed-subscribe/me"
"""
# Ten paragraphs of 60 words each.
NAMES = ["Anna", "Berta", "Carla", "Dora", "Emma", "Frida", "Greta", "Hanna", "Ida", "Jana"]
LONG = "\n\n".join(f"{name} went her way. " + "One more word. " * 18 + "So be." for name in NAMES)
FEEDS = ("feeds/all.atom.xml", "feeds/all.rss.xml")


def link(name: str, placements: str = "") -> str:
    """A call whose heading is its name, and which stands in the slots: ``"end, middle"``."""
    return (
        f'[call.{name}]\nkind = "link"\nheading = "{name}"\nbody = "Come."\nbutton = "Yes"\n'
        f'url = "https://x.example/{name}"\n'
        + "".join(placed(name, slot) for slot in placements.split(", ") if slot)
    )


def placed(name: str, slot: str, more: str = "") -> str:
    """A placement."""
    return f'[[placement]]\ncall = "{name}"\nslot = "{slot}"\n{more}\n'


def signup(name: str, keys: str = "") -> str:
    """A call with a form."""
    return (
        f'[call.{name}]\nkind = "signup"\nprovider = "newsletter"\nheading = "{name}"\n'
        f'body = "Weekly."\nbutton = "Join"\nurl = "/subscribe/"\n{keys}\n'
    )


def gathering(name: str, keys: str) -> str:
    """A weekly one that began before the tests' today."""
    return (
        f'[call.{name}]\nkind = "event"\nbody = "Come."\nbutton = "Join"\nurl = "/about/"\n'
        'starts = "2025-12-03 12:00"\ntime_zone = "America/New_York"\nrepeats = "weekly"\n'
        f"{keys}\n"
    )


def page(title: str, body: str = "Words.", **keys: str) -> str:
    """A page's Markdown."""
    lines = {"Title": title, **keys}
    return "\n".join(f"{key}: {value}" for key, value in lines.items()) + f"\n\n{body}\n"


def parsed(html: str) -> Element:
    return html5lib.parse(html, namespaceHTMLElements=False)


def text_of(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


def calls_in(html: str) -> list[tuple[str, str]]:
    """The slot and heading of each call, in the order of the page."""
    return [
        (each.get("data-slot", ""), text_of(each.find("h2")))
        for each in parsed(html).iter()
        if each.get("data-slot")
    ]


def calls_by_page(site: SmallSite) -> dict[str, list[tuple[str, str]]]:
    """The same of every page that shows any, by its file's name."""
    pages = {name: calls_in(site.read(name)) for name in site.files() if name.endswith(".html")}
    return {name: calls for name, calls in pages.items() if calls}


def story_body(site: SmallSite, slug: str) -> Element:
    """The element that holds a story's text."""
    (body,) = (
        each
        for each in parsed(site.read(f"{slug}/index.html")).iter("div")
        if "story-body" in each.get("class", "").split()
    )
    return body


def entries(site: SmallSite, feed: str) -> dict[str, str]:
    """The full texts in a feed by the addresses of their stories."""
    found = feedparser.parse(site.read(feed))
    assert not found.bozo
    return {
        entry.link: entry.content[0].value if "content" in entry else entry.description
        for entry in found.entries
    }


def conf(tmp_path: Path, calls_to_action: dict[str, object]) -> str:
    """The project's settings with others for calls."""
    file = tmp_path / "conf.py"
    file.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pelicanconf import *\n"
        f"THEME, PLUGIN_PATHS = {str(ROOT / 'theme')!r}, [{str(ROOT / 'plugins')!r}]\n"
        f"CALLS_TO_ACTION = {calls_to_action!r}\n"
    )
    return str(file)


def test_each_slot_shows_its_call_where_it_should_and_nowhere_else(small_site: Make) -> None:
    slots = ("end", "middle", "listing", "footer", "page", "404", "feed")
    site = small_site(
        {
            "calls_to_action.toml": "".join(link(f"in-{slot}", slot) for slot in slots),
            "posts/trust/long.md": post("Long", LONG, Tags="Listening"),
            "posts/trust/short.md": post("Short"),
            "posts/trust/hidden.md": post("Hidden", Status="hidden"),
            "posts/trust/draft.md": post("Draft", Status="draft"),
            "pages/about.md": page("About"),
            "pages/secret.md": page("Secret", Status="hidden"),
        }
    )
    site.build(drafts=True)
    footer = ("footer", "in-footer")
    listing = [("listing", "in-listing"), footer]
    story = [("end", "in-end"), footer]
    assert calls_by_page(site) == {
        "404.html": [("404", "in-404"), footer],
        "about/index.html": [("page", "in-page"), footer],
        "archives/index.html": [footer],
        "drafts/draft/index.html": story,
        "feeds/index.html": [footer],
        "hidden/index.html": story,
        "index.html": listing,
        "long/index.html": [("middle", "in-middle"), *story],
        "secret/index.html": [("page", "in-page"), footer],
        "search/index.html": [footer],
        "short/index.html": story,
        "tag/listening/index.html": listing,
        "tags/index.html": [footer],
        "topic/trust/index.html": listing,
        "topics/index.html": [footer],
    }
    # The preview has no feeds of topics.
    site.build()
    for feed in (*FEEDS, "feeds/topic/trust.atom.xml", "feeds/topic/trust.rss.xml"):
        texts = entries(site, feed)
        assert texts.keys() == {f"{SITEURL}/long/", f"{SITEURL}/short/"}
        for text in texts.values():
            assert [slot for slot in slots if f"in-{slot}" in text] == ["feed"]


def test_a_call_that_is_wanted_in_all_slots_shows_once_a_page(
    small_site: Make, tmp_path: Path
) -> None:
    everywhere = link("one", "footer, feed, 404, page, listing, middle, end")
    site = small_site(
        {
            "calls_to_action.toml": everywhere,
            "posts/long.md": post("Long", LONG),
            "posts/hand.md": post("Hand", f"One.\n\n[[cta one]]\n\n{LONG}"),
            "pages/about.md": page("About"),
            "pages/hand.md": page("By hand", "One.\n\n[[cta one]]", Slug="page-hand"),
        }
    )
    site.build()
    slots = {name: [slot for slot, _ in calls] for name, calls in calls_by_page(site).items()}
    assert slots == {
        "404.html": ["404"],
        "about/index.html": ["page"],
        "archives/index.html": ["footer"],
        "feeds/index.html": ["footer"],
        "hand/index.html": ["text"],
        "index.html": ["listing"],
        "long/index.html": ["end"],
        "page-hand/index.html": ["text"],
        "search/index.html": ["footer"],
        "tags/index.html": ["footer"],
        "topic/posts/index.html": ["listing"],
        "topics/index.html": ["footer"],
    }
    # The feed is another page.
    assert all(text.count("x.example/one") == 1 for text in entries(site, FEEDS[0]).values())
    site.build(conf=conf(tmp_path, {"same_call_limit": 2}))
    assert [slot for slot, _ in calls_in(site.read("long/index.html"))] == ["middle", "end"]
    assert [slot for slot, _ in calls_in(site.read("hand/index.html"))] == ["text", "end"]


def test_rules_choose_by_all_that_they_know_of_a_story(small_site: Make, tmp_path: Path) -> None:
    # In New York it is the last day of 2025.
    rules = {
        "topic": 'categories = ["TRUST"]',
        "tag": 'tags_any = ["nobody", "small steps"]',
        "series": 'series = ["Coming back, slowly"]',
        "author": 'authors = ["Bob"]',
        "length": "min_words = 500",
        "longer": "min_words = 700",
        "today": "from = 2025-12-31, until = 2025-12-31",
        "tomorrow": "from = 2026-01-01",
        "yesterday": "until = 2025-12-30",
        "both": 'categories = ["Trust"], tags_any = ["small steps"]',
        "page-tag": 'tags_any = ["imprint"]',
    }
    site = small_site(
        {
            "calls_to_action.toml": "".join(
                link(name) + placed(name, "end", f"when = {{ {rule} }}")
                for name, rule in rules.items()
            )
            + link("urgent")
            + placed("urgent", "end", "priority = 1")
            + link("all", "end"),
            "posts/trust/a.md": post("A", Tags="Small steps, other"),
            "posts/other/b.md": post("B", Tags="other, nobody", Series="Coming back, slowly"),
            "posts/other/c.md": post("C", LONG, Authors="Ann, Bob"),
            "pages/about.md": page("About", Tags="imprint"),
        }
    )
    site.build(conf=conf(tmp_path, {"end_limit": 20}))
    found = {name: [call for _, call in calls] for name, calls in calls_by_page(site).items()}
    # The highest priority, then the most conditions, then the first name.
    assert found == {
        "a/index.html": ["urgent", "both", "today", "tag", "topic", "all"],
        "b/index.html": ["urgent", "today", "series", "tag", "all"],
        "c/index.html": ["urgent", "today", "author", "length", "all"],
    }
    site.build()
    assert {tuple(calls) for calls in calls_by_page(site).values()} == {(("end", "urgent"),)}
    site.build(conf=conf(tmp_path, {"end_limit": 0}))
    assert calls_by_page(site) == {}


def test_a_rule_by_topic_or_tag_holds_on_its_own_list_too(small_site: Make) -> None:
    site = small_site(
        {
            "calls_to_action.toml": link("any", "listing")
            + link("trust")
            + placed("trust", "listing", 'when = { categories = ["trust"] }')
            + link("steps")
            + placed("steps", "listing", 'when = { tags_any = ["Steps"] }')
            + link("long")
            + placed("long", "listing", "priority = 1\nwhen = { min_words = 1 }"),
            "posts/trust/a.md": post("A", Tags="steps"),
            "posts/other/b.md": post("B", Tags="other"),
        }
    )
    site.build()
    assert calls_by_page(site) == {
        "index.html": [("listing", "any")],
        "tag/other/index.html": [("listing", "any")],
        "tag/steps/index.html": [("listing", "steps")],
        "topic/other/index.html": [("listing", "any")],
        "topic/trust/index.html": [("listing", "trust")],
    }


def test_a_call_in_the_middle_changes_nothing_else(small_site: Make) -> None:
    headings = LONG.replace("\n\nFrida", "\n\n## Halfway\n\nFrida")
    files: dict[str, str | bytes] = {
        "posts/long.md": post("Long", LONG),
        "posts/headed.md": post("Headed", headings),
        "posts/linked.md": post("Linked", LONG.replace("Berta", "[Berta]({filename}long.md)")),
        "posts/short.md": post("Short", LONG.replace("Jana ", "").rsplit(" ", 121)[0]),
        "posts/listed.md": post("Listed", LONG.replace("\n\n", "\n- ")),
    }
    site = small_site({"calls_to_action.toml": "", **files})
    site.build()
    plain = {name: site.read(name) for name in site.files() if name.endswith(".html")}
    site.write({"calls_to_action.toml": link("one", "middle")})
    site.build()
    for name, without in plain.items():
        html = site.read(name)
        if name not in ("long/index.html", "headed/index.html", "linked/index.html"):
            assert html == without, name
            continue
        assert calls_in(html) == [("middle", "one")]
        more = len(html) - len(without)
        taken = {
            html[at : at + more].strip()
            for at in range(len(without))
            if html[:at] + html[at + more :] == without
        }
        assert any(re.fullmatch(r"<aside\b.*</aside>", each, re.DOTALL) for each in taken), name
    tags = [each.tag for each in story_body(site, "headed")]
    assert tags == ["p"] * 5 + ["aside", "h2"] + ["p"] * 5


def test_settings_say_how_many_calls_the_middle_takes_and_where(
    small_site: Make, tmp_path: Path
) -> None:
    site = small_site(
        {
            "calls_to_action.toml": "".join(link(name, "middle") for name in ("a", "b", "c")),
            "posts/long.md": post("Long", LONG),
            "posts/short.md": post("Short", LONG.partition("Frida")[0]),
            "posts/hand.md": post("Hand", f"{LONG}\n\n[[cta c]]\n\nOne."),
            "posts/named.md": post("Named", LONG, Calls="b@middle"),
        }
    )

    def middle(name: str, **settings: object) -> list[str]:
        site.build(conf=conf(tmp_path, settings))
        return [f"{call}@{slot}" for slot, call in calls_in(site.read(f"{name}/index.html"))]

    near = {"min_words": 300, "after_words": 100, "before_words": 100}
    assert middle("long") == ["a@middle"]
    assert calls_in(site.read("short/index.html")) == []
    # A call by hand stands for the one in the middle.
    assert calls_in(site.read("hand/index.html")) == [("text", "c")]
    assert middle("long", middle_limit=0) == []
    assert middle("long", middle_limit=3, middle=near) == ["a@middle", "b@middle", "c@middle"]
    tags = "".join(each.tag[0] for each in story_body(site, "long"))
    assert sorted(map(len, tags.split("a"))) == [2, 2, 3, 3]
    # One that stands alone has the best place.
    assert [each.tag for each in story_body(site, "named")] == ["p"] * 5 + ["aside"] + ["p"] * 5
    assert len(calls_in(site.read("short/index.html"))) == 1
    hand = [("middle", "a"), ("middle", "b"), ("text", "c")]
    assert calls_in(site.read("hand/index.html")) == hand
    # Where there is room for fewer, the first stand there.
    assert middle("long", middle_limit=3, middle={"after_words": 250}) == ["a@middle"]
    assert middle("short", middle={"min_words": 300}) == []


def test_a_call_by_hand_shows_there_alone_and_leaves_no_trace(small_site: Make) -> None:
    body = "One.\n[[cta zebra]]\nTwo."
    site = small_site(
        {
            "calls_to_action.toml": "".join(map(link, ("zebra", "other", "two", "three")))
            + placed("two", "footer", "when = { min_words = 2 }")
            # It would hold, were the line counted.
            + placed("three", "footer", "priority = 1\nwhen = { min_words = 3 }"),
            "posts/a.md": post("A", body),
            "posts/b.md": post("B", "One."),
            "posts/c.md": post("C", f"{body}\n\n{LONG}"),
            "pages/about.md": page("About", f"{body}\n\n[[CTA  other]]"),
        }
    )
    site.build()
    assert calls_by_page(site) == {
        "a/index.html": [("text", "zebra"), ("footer", "two")],
        "about/index.html": [("text", "zebra"), ("text", "other"), ("footer", "two")],
        "c/index.html": [("text", "zebra"), ("footer", "three")],
    }
    assert [each.tag for each in story_body(site, "a")] == ["p", "aside", "p"]
    for name in ("a/index.html", "about/index.html"):
        (description,) = (
            each.get("content", "")
            for each in parsed(site.read(name)).iter("meta")
            if each.get("name") == "description"
        )
        assert description.split() == ["One.", "Two."]
    for name, content in site.files().items():
        text = content.decode("utf-8", "replace")
        assert "data-call-to-action" not in text, name
        if name.endswith((".html", ".xml")) and name not in calls_by_page(site):
            assert "zebra" not in text, name
            assert "cta" not in text.lower(), name
    for feed in FEEDS:
        assert entries(site, feed)[f"{SITEURL}/a/"].startswith("<p>One.</p>\n<p>Two.</p>")
    (entry,) = (e for e in feedparser.parse(site.read(FEEDS[0])).entries if e.link.endswith("/c/"))
    assert entry.summary.startswith("One. Two. Anna went her way.")
    assert len(entry.summary) < 300


def test_a_line_in_code_is_text_and_no_problem(small_site: Make) -> None:
    site = small_site(
        {
            "calls_to_action.toml": link("one", "end"),
            "posts/a.md": post("A", "Write:\n\n```\n[[cta nobody]]\n```\n\nOr `[[cta]]` there."),
        }
    )
    assert not errors(site.build())
    assert [slot for slot, _ in calls_in(site.read("a/index.html"))] == ["end"]
    assert "[[cta nobody]]" in text_of(parsed(site.read("a/index.html")).find(".//pre"))


# In the body of a post, whose first line is the fourth of its file.
WRONG_TEXTS = {
    "unknown": ("One.\n\n[[cta weakly]]", '6: there is no call "weakly"; did you mean "weekly"?'),
    "shouted": (
        "One.\n\n- [[CTA weekly]]",
        "6: [[CTA weekly]] must stand alone on a line, outside",
    ),
    "twice": (
        "[[cta weekly]]\n\nOne.\n\n[[cta weekly]]",
        "4: [[cta weekly]] stands there twice; take one out",
    ),
    "inline": (
        "[[cta weekly]]\n\nOne\n[[cta weekly]] two.",
        "7: [[cta weekly]] must stand alone on a line, outside of lists and quotations",
    ),
    "quoted": ("> One.\n>\n> [[cta weekly]]", "6: [[cta weekly]] must stand alone on a line"),
    "broken": ("One [[cta\nweekly]] two.", "4: [[cta weekly]] must stand alone on a line"),
    "words": (
        "One.\n\n[[cta week ly]]",
        "6: [[cta week ly]] must be written like [[cta weekly]]",
    ),
    "colon": ("One.\n\n[[cta: talk]]", "6: [[cta: talk]] must be written like [[cta talk]]"),
    "nameless": ("One.\n\n[[cta]]", "6: [[cta]] must be written like [[cta talk]]"),
    "starred": ("One.\n\n- [[cta *weekly*]]", "6: [[cta weekly]] must stand alone on a line"),
}


def test_a_call_by_hand_that_cannot_be_is_told_with_its_line(small_site: Make) -> None:
    site = small_site(
        {
            "calls_to_action.toml": link("weekly", "end") + link("talk", "end"),
            **{f"posts/{name}.md": post(name, body) for name, (body, _) in WRONG_TEXTS.items()},
            "posts/often.md": post(
                "Often", "Some `[[cta tea]]`.\n\n[[cta tea]]\n\n[[cta Tea]]\n\n[[cta tea]]"
            ),
            "posts/lists.md": post("Lists", "- [[cta talk]]\n\nA\n\n- [[cta talk]]"),
            "pages/about.md": page("About", "One.\n\n[[cta tlak]]"),
            "posts/good.md": post("Good", "One.\n\n[[cta talk]]"),
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    problems = [line.removeprefix(f"{site.content}/") for line in str(raised.value).splitlines()]
    for name, (_, problem) in WRONG_TEXTS.items():
        told = [line for line in problems if line.startswith(f"posts/{name}.md:")]
        assert len(told) == 1, told
        assert told[0].startswith(f"posts/{name}.md:{problem}")
    assert [line[:17] for line in problems if "lists.md" in line] == [
        "posts/lists.md:4:",
        "posts/lists.md:8:",
    ]
    assert [line.partition("; ")[0] for line in problems if "often.md" in line] == [
        'posts/often.md:6: there is no call "tea"',
        'posts/often.md:8: there is no call "Tea"',
        'posts/often.md:10: there is no call "tea"',
    ]
    assert 'pages/about.md:5: there is no call "tlak"; did you mean "talk"?' in problems
    assert len(problems) == len(WRONG_TEXTS) + 6
    assert not site.output.exists()
    # In the preview it leaves out what it cannot show.
    assert len(errors(site.build(keep_going=True, drafts=True))) == len(problems)
    assert ("text", "talk") in calls_in(site.read("good/index.html"))
    assert calls_in(site.read("unknown/index.html")) == [("end", "talk")]


def test_front_matter_names_calls_for_slots(small_site: Make) -> None:
    every = {"weekly": "end, footer, feed, page", "talk": "middle"}
    site = small_site(
        {
            "calls_to_action.toml": "".join(link(name, slots) for name, slots in every.items())
            + link("other"),
            "posts/none.md": post("None", f"{LONG}\n\n[[cta other]]\n\nOne.", Calls="None"),
            "posts/end.md": post("End", LONG, Calls="other@end"),
            "posts/not-end.md": post("Not end", LONG, Calls="none@end"),
            "posts/several.md": post(
                "Several", LONG, Calls="other@middle, talk@end\nCalls: other@feed , none@footer"
            ),
            "posts/two.md": post("Two", Calls="talk@end, other@end"),
            "pages/about.md": page("About", Calls="other@page"),
            "pages/bare.md": page("Bare", Calls="none"),
        }
    )
    site.build()
    found = {name.removesuffix("/index.html"): c for name, c in calls_by_page(site).items()}
    footer = ("footer", "weekly")
    assert {name: found.get(name) for name in ("none", "end", "not-end", "several", "two")} == {
        "none": [("text", "other")],
        "end": [("middle", "talk"), ("end", "other"), footer],
        "not-end": [("middle", "talk"), footer],
        "several": [("middle", "other"), ("end", "talk")],
        "two": [("end", "talk"), ("end", "other"), footer],
    }
    assert found["about"] == [("page", "other"), footer]
    assert "bare" not in found
    texts = {address.split("/")[-2]: text for address, text in entries(site, FEEDS[1]).items()}
    named = {name: re.findall(r"x\.example/(\w+)", text) for name, text in texts.items()}
    assert named == {
        "none": [],
        "several": ["other"],
        **{key: ["weekly"] for key in ("end", "not-end", "two")},
    }


WRONG_CALLS = {
    "weakly@end": '"weakly@end": there is no call "weakly"; did you mean "weekly"?',
    "weekly@edn": '"weekly@edn": there is no slot "edn" here; did you mean "end"?',
    "weekly": '"weekly" has no slot; write "weekly@end", or "none" alone',
    "none, weekly@end": '"none" has no slot; write "a-call@end", or "none" alone',
    "": 'is empty; write "none", or take the line out',
    "weekly@page": '"weekly@page": there is no slot "page" here; known: end, feed, footer, middle',
    "weekly@listing": '"weekly@listing": there is no slot "listing" here; known: end, feed, foot',
    "weekly@end, weekly@footer": '"weekly@footer": "weekly" is named for "end" already; take one',
    "none@end, weekly@end": '"none@end" leaves no place for "weekly@end"; take one out',
    "weekly@middle": 'the story has no natural pause for "weekly@middle"; write the line '
    "[[cta weekly]] where it belongs",
}


def test_front_matter_that_cannot_be_is_told_with_its_line(small_site: Make) -> None:
    site = small_site(
        {
            "calls_to_action.toml": link("weekly", "end") + link("talk", "end"),
            **{
                f"posts/n{number}.md": post("One", Tags="x", Calls=value)
                for number, value in enumerate(WRONG_CALLS)
            },
            "posts/hand.md": post("Hand", "One.\n\n[[cta talk]]", Calls="talk@end, none@middle"),
            "posts/crowd.md": post("Crowd", LONG, Calls="weekly@middle, talk@middle"),
            "posts/good.md": post("Good", Calls="talk@end"),
            "pages/about.md": page("About", Calls="weekly@end"),
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    problems = [line.removeprefix(f"{site.content}/") for line in str(raised.value).splitlines()]
    for number, problem in enumerate(WRONG_CALLS.values()):
        (told,) = (line for line in problems if line.startswith(f"posts/n{number}.md:"))
        assert told.startswith(f"posts/n{number}.md:4: Calls: {problem}")
    assert 'posts/hand.md:3: Calls: "talk" stands in the text too; take one out' in problems
    (told,) = (line for line in problems if line.startswith("posts/crowd.md:3: Calls: "))
    assert 'no natural pause for "talk@middle"' in told
    assert (
        'pages/about.md:2: Calls: "weekly@end": there is no slot "end" here; known: footer, page'
        in problems
    )
    assert len(problems) == len(WRONG_CALLS) + 3
    assert not site.output.exists()
    assert len(errors(site.build(keep_going=True, drafts=True))) == len(problems)
    assert calls_in(site.read("good/index.html")) == [("end", "talk")]
    assert calls_in(site.read("n0/index.html")) == [("end", "talk")]


def test_a_gathering_comes_with_a_calendar_and_data_for_search_engines(small_site: Make) -> None:
    heading = 'Lunch </script> & <!- "more"'
    site = small_site(
        {
            "calls_to_action.toml": gathering(
                "lunch", f"heading = '{heading}'\naddress = 'Kitchen & <co>'\n"
            )
            + placed("lunch", "end")
            + placed("lunch", "feed")
            + placed("lunch", "404"),
            "posts/a.md": post("A"),
            "posts/b.md": post("B", "One.\n\n[[cta lunch]]\n\nTwo."),
            "pages/about.md": page("About"),
        }
    )
    site.build()
    for name in ("a/index.html", "b/index.html", "404.html"):
        tree = parsed(site.read(name))
        (call,) = (each for each in tree.iter() if each.get("data-slot"))
        (data,) = call.iter("script")
        assert not set("<>&") & set(text_of(data))
        facts = json.loads(text_of(data))
        assert facts["name"].translate({0x201C: '"', 0x201D: '"', 0xA0: " "}) == heading
        assert facts["url"] == f"{SITEURL}/about/"
        assert facts["startDate"] == "2026-01-07T12:00:00-05:00"
        assert facts["location"]["name"] == "Kitchen & <co>"
        assert facts["organizer"]["name"] == "Outcome Giraffe"
        links = [each.get("href") for each in call.iter("a")]
        assert links == ["/blog/about/", "/blog/engagement/lunch.ics"]
        assert "Every Wednesday, 12:00 New\xa0York time, 60 minutes" in " ".join(
            text_of(call).replace("New York", "New\xa0York").split(" ")
        )
        assert "Kitchen & <co>" in text_of(call)
    entry = vobject.readOne(site.read("engagement/lunch.ics")).vevent
    assert entry.url.value == f"{SITEURL}/about/"
    assert entry.uid.value == "lunch@site.example"
    assert "</script> &" in entry.summary.value
    assert entry.description.value == "Come."
    assert f'href="{SITEURL}/about/"' in entries(site, FEEDS[1])[f"{SITEURL}/b/"]
    assert "very Wednesday, 12:00" in entries(site, FEEDS[1])[f"{SITEURL}/b/"]


def test_a_gathering_that_is_over_shows_nowhere_by_hand_neither(small_site: Make) -> None:
    over = gathering("over", 'heading = "Gone"\naddress = "Here"\nuntil = 2025-12-30\n')
    slots = ("end", "middle", "listing", "footer", "page", "404", "feed")
    site = small_site(
        {
            "calls_to_action.toml": over
            + "".join(placed("over", slot) for slot in slots)
            + link("next", "middle"),
            "posts/a.md": post("A"),
            "posts/hand.md": post("Hand", f"One.\n\n[[cta over]]\n\n{LONG}"),
            "posts/named.md": post("Named", LONG, Calls="over@middle, next@middle, over@feed"),
            "posts/end.md": post("End", LONG, Calls="over@end"),
            "pages/about.md": page("About", "[[cta over]]"),
        }
    )
    assert not errors(site.build())
    assert calls_by_page(site) == {
        f"{slug}/index.html": [("middle", "next")] for slug in ("end", "hand", "named")
    }
    assert not [name for name in site.files() if name.endswith(".ics")]
    for name, content in site.files().items():
        assert b"Gone" not in content, name
        assert b'"@type": "Event"' not in content, name
        assert b"data-call-to-action" not in content, name
    # In New York it is 19:00, and the last time has not ended.
    (site.content / "posts/named.md").unlink()
    until = over.replace("12:00", "18:01").replace("2025-12-30", "2025-12-31")
    site.write({"calls_to_action.toml": until + placed("over", "end") + link("next", "middle")})
    site.build()
    assert calls_in(site.read("a/index.html")) == [("end", "Gone")]
    assert "engagement/over.ics" in site.files()


def test_a_signup_is_a_form_on_pages_and_a_link_in_feeds(small_site: Make, tmp_path: Path) -> None:
    thanks = 'success_page = "/thanks/"\nthanks = "Thank you."\nconsent = "Leave any time."'
    toml = PROVIDER + signup("mail", thanks) + "".join(
        placed("mail", slot) for slot in ("end", "feed", "listing", "404", "page")
    )  # fmt: skip
    site = small_site(
        {
            "calls_to_action.toml": toml,
            "posts/trust/a.md": post("A", "One.", Tags="steps"),
            "posts/trust/hand.md": post("Hand", "One.\n\n[[cta mail]]"),
            "pages/subscribe.md": page("Subscribe"),
            "pages/thanks.md": page("Thanks", Calls="none"),
        }
    )
    site.build()

    def source(name: str) -> dict[str, str]:
        (form,) = parsed(site.read(name)).iter("form")
        assert form.get("method") == "post"
        assert form.get("action") == "https://buttondown.com/api/emails/embed-subscribe/me"
        fields = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
        assert {"email", "embed"} <= fields.keys()
        return {key: value for key, value in fields.items() if key.startswith("metadata")}

    for name, slug, slot in (
        ("a/index.html", "a", "end"),
        ("hand/index.html", "hand", "text"),
        ("subscribe/index.html", "subscribe", "page"),
        ("topic/trust/index.html", "trust", "listing"),
        ("tag/steps/index.html", "steps", "listing"),
        ("index.html", "home", "listing"),
    ):
        assert source(name) == {"metadata__story": slug, "metadata__slot": slot}, name
    assert not list(parsed(site.read("thanks/index.html")).iter("form"))
    tree = parsed(site.read("a/index.html"))
    (hidden,) = (each for each in tree.iter() if each.get("data-success-page"))
    assert (hidden.get("data-success-page"), text_of(hidden)) == ("/blog/thanks/", "Thank\xa0you.")
    (script,) = (each for each in tree.iter("script") if each.get("data-success-pages"))
    assert script.get("data-success-pages") == "/blog/thanks/"
    assert script.get("src") == "/blog/engagement/signups.js"
    assert (
        site.files()["engagement/signups.js"]
        == (ROOT / "plugins/engagement/signups.js").read_bytes()
    )
    for feed in FEEDS:
        text = entries(site, feed)[f"{SITEURL}/a/"]
        assert text.startswith("<p>One.</p>")
        tags = {each.tag for each in parsed(text).iter()}
        assert not tags & {"form", "input", "button", "script", "aside"}
        assert text.count(f'href="{SITEURL}/subscribe/"') == 1
        assert "Thank" not in text
    site.build(conf=conf(tmp_path, {"tell_source": False}))
    assert source("a/index.html") == {}
    # Without thanks no script; of mail no form either.
    site.write({"calls_to_action.toml": toml.replace('thanks = "Thank you."', "")})
    site.build()
    assert "engagement/signups.js" not in site.files()
    assert not [e for e in parsed(site.read("a/index.html")).iter("script") if e.get("src")]
    site.write(
        {"calls_to_action.toml": toml.replace('"buttondown"', '"mailto"').replace(
            "https://buttondown.com/api/emails/embed-subscribe/me", "me@site.example")}
    )  # fmt: skip
    site.build()
    tree = parsed(site.read("a/index.html"))
    assert not list(tree.iter("form"))
    assert "mailto:me@site.example" in {each.get("href") for each in tree.iter("a")}
    assert "engagement/signups.js" not in site.files()
    assert f'href="{SITEURL}/subscribe/"' in entries(site, FEEDS[0])[f"{SITEURL}/a/"]


HOSTILE = (
    """]]> <script>alert(1)</script> &amp; "q" 'a' <b>x</b> \N{GRINNING FACE} שלום \u202e abc"""
)
SEEN = ("]]>", "<script>alert(1)</script>", "<b>x</b>", "\N{GRINNING FACE}", "שלום", "\u202e")


def test_hostile_copy_is_text_on_pages_and_in_feeds(small_site: Make) -> None:
    def keys(*names: str) -> str:
        return "".join(f'{name} = """{name} {HOSTILE}"""\n' for name in names)

    mail = '[call.mail]\nkind = "signup"\nprovider = "newsletter"\nurl = "/subscribe/"\n'
    lunch = (
        '[call.lunch]\nkind = "event"\nurl = "/subscribe/"\nstarts = "2026-02-02 12:00"\n'
        'time_zone = "UTC"\n'
    )
    copy = ("heading", "body", "button", "consent")
    site = small_site(
        {
            "calls_to_action.toml": PROVIDER
            + f'{mail}success_page = "/subscribe/"\n{keys(*copy, "label", "thanks")}'
            + f"{lunch}{keys(*copy, 'calendar', 'address')}"
            + placed("mail", "end")
            + placed("mail", "feed")
            + placed("lunch", "footer"),
            "posts/a.md": post("A"),
            "posts/b.md": post("B", Calls="lunch@feed"),
            "pages/subscribe.md": page("Subscribe"),
        }
    )
    site.build()
    html = site.read("a/index.html")
    html5lib.HTMLParser(strict=True).parse(html)
    tree = parsed(html)
    assert all(
        script.get("src") or script.get("type") == "application/ld+json"
        for script in tree.iter("script")
    )
    for parent in [*tree.iter()]:
        for script in parent.findall("script"):
            parent.remove(script)
    calls = [text_of(each) for each in tree.iter() if each.get("data-slot")]
    assert len(calls) == 2
    for call, names in zip(
        calls, ((*copy, "label", "thanks"), (*copy, "calendar", "address")), strict=True
    ):
        for name in names:
            line = next(line for line in call.splitlines() if line.strip().startswith(name))
            for seen in SEEN:
                assert seen in line.replace("\xa0", " "), (name, line)
            assert name == "address" or "“q”" in line
    for feed in FEEDS:
        for text in entries(site, feed).values():
            inside = parsed(text)
            assert not list(inside.iter("script"))
            for seen in SEEN:
                assert text_of(inside).replace("\xa0", " ").count(seen) >= 3
    summary = vobject.readOne(site.read("engagement/lunch.ics")).vevent.summary.value
    assert "<script>alert(1)</script>" in summary.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("siteurl", "path"), [("https://site.example", ""), ("http://x.example/a/b", "/a/b")]
)
def test_links_start_where_the_site_is(small_site: Make, siteurl: str, path: str) -> None:
    keys = 'heading = "Lunch"\naddress = "Here"\n'
    site = small_site(
        {
            "calls_to_action.toml": gathering("lunch", keys).replace('"Come."', '"[In](/about/)."')
            + placed("lunch", "end")
            + placed("lunch", "feed")
            + PROVIDER
            + signup("mail", 'success_page = "/about/"\nthanks = "Yes."')
            + placed("mail", "footer"),
            "posts/a.md": post("A"),
            "pages/about.md": page("About"),
            "pages/subscribe.md": page("Subscribe"),
        }
    )
    site.build(siteurl=siteurl)
    tree = parsed(site.read("a/index.html"))
    (call,) = (each for each in tree.iter() if each.get("data-slot") == "end")
    assert [each.get("href") for each in call.iter("a")] == [
        f"{path}/about/",
        f"{path}/about/",
        f"{path}/engagement/lunch.ics",
    ]
    pages = [each.get("data-success-page") for each in tree.iter() if each.get("data-success-page")]
    assert pages == [f"{path}/about/"]
    (script,) = (e for e in tree.iter("script") if e.get("src"))
    assert script.get("data-success-pages") == f"{path}/about/"
    (text,) = entries(site, FEEDS[1]).values()
    assert [e.get("href") for e in parsed(text).iter("a")] == [f"{siteurl}/about/"] * 2
    entry = vobject.readOne(site.read("engagement/lunch.ics")).vevent
    assert entry.url.value == f"{siteurl}/about/"


def test_ids_on_a_page_are_its_own(small_site: Make) -> None:
    mail, thanks = 'consent = "Fine."', 'consent = "Fine."\nsuccess_page = "/b/"'
    toml = PROVIDER + signup("mail", mail) + signup("post", thanks)
    site = small_site(
        {
            "calls_to_action.toml": toml + placed("mail", "end") + placed("post", "footer"),
            "posts/a.md": post("A", "## Call mail end\n\nOne.\n\n[[cta mail]]", Calls="post@end"),
            "posts/b.md": post("B"),
            "pages/subscribe.md": page("Subscribe"),
        }
    )
    site.build()
    for name in ("a/index.html", "b/index.html"):
        tree = parsed(site.read(name))
        ids = [each.get("id") for each in tree.iter() if each.get("id")]
        assert len(ids) == len(set(ids))
        for each in tree.iter():
            for key in ("aria-labelledby", "aria-describedby", "for"):
                assert each.get(key) is None or each.get(key) in ids
        assert len(list(tree.iter("form"))) == 2
