"""The plugin in whole builds: this project's, and another blog's with a theme of its own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import feedparser
import html5lib
import pytest
from sites import NOW, SITEURL, SmallSite, post

from tools.build import ROOT, BuildError

CALLS = """
[call.weekly]
kind = "link"
heading = "What builds trust?"
body = "Come along."
button = "Yes please"
url = "/about/"

[[placement]]
call = "weekly"
slot = "end"

[[placement]]
call = "weekly"
slot = "feed"
"""
# A form and a gathering, in the middle and at the foot.
WHOLE = """
[provider.post]
service = "buttondown"
action = "https://buttondown.com/api/emails/embed-subscribe/me"

[call.mail]
kind = "signup"
provider = "post"
heading = "Mail & more"
body = "Weekly, or *rarer*."
button = "Join"
url = "/subscribe/"
consent = "Leave any time."
success_page = "/subscribe/"
thanks = "Thank you."

[call.lunch]
kind = "event"
heading = "Lunch"
body = "Come."
button = "Join"
url = "/about/"
starts = "2025-12-03 12:00"
time_zone = "America/New_York"
repeats = "weekly"
address = "Here"

[[placement]]
call = "mail"
slot = "middle"

[[placement]]
call = "lunch"
slot = "footer"
"""
STORIES: dict[str, str | bytes] = {
    "calls_to_action.toml": CALLS,
    "pages/about.md": "Title: About\n\nWords.\n",
    "posts/trust/bread.md": post("Bread & butter", "Baking bread with flour and yeast. " * 9),
    "posts/trust/dough.md": post("Dough", "Kneading dough of flour and yeast. " * 9),
    "posts/trust/boats.md": post("Boats", "Sailing boats across the harbour. " * 9),
    "posts/trust/ships.md": post("Ships", "Big ships enter the harbour slowly. " * 9),
    "posts/trust/yeast.md": post("Yeast", "Feeding yeast with flour at night. " * 9),
}

Make = Callable[..., SmallSite]


def test_every_story_ends_with_the_call_and_three_related_stories(small_site: Make) -> None:
    site = small_site(STORIES)
    site.build()
    page = html5lib.parse(site.read("bread/index.html"), namespaceHTMLElements=False)
    (call,) = (each for each in page.iter() if each.get("data-slot") == "end")
    assert "".join(call.find("h2").itertext()) == "What builds\xa0trust?"
    assert call.find(".//a").get("href") == "/blog/about/"
    links = [a.get("href") for a in page.findall(".//nav[@class='related-stories']//h3/a")]
    assert len(links) == 3
    assert set(links[:2]) == {"/blog/dough/", "/blog/yeast/"}


def test_feeds_have_both_without_a_form_and_with_absolute_addresses(small_site: Make) -> None:
    older = post("Dough", "Kneading dough of flour and yeast. " * 9, Date="2025-04-01")
    site = small_site({**STORIES, "posts/trust/dough.md": older})
    site.build()
    without = CALLS.replace('"feed"', '"footer"')
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        feed = feedparser.parse(site.read(name))
        assert not feed.bozo
        entry = next(e for e in feed.entries if e.link == f"{SITEURL}/bread/")
        text = entry.content[0].value if "content" in entry else entry.description
        assert text.index("Baking") < text.index("What builds") < text.index("Read next")
        assert f'href="{SITEURL}/about/"' in text
        assert f'href="{SITEURL}/dough/"' in text
        assert "<form" not in text
    site.write({"calls_to_action.toml": without})
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        assert "What builds" not in site.read(name)
        assert "Read next" in site.read(name)


def test_feeds_lead_to_older_stories_alone(small_site: Make) -> None:
    body = "Baking bread with flour and yeast. " * 9
    dates = ["2025-01-01", "2025-02-01", "2025-03-01"]
    site = small_site(
        {f"posts/{n}.md": post(f"Story {n}", body, Date=date) for n, date in enumerate(dates)}
    )
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        for entry in feedparser.parse(site.read(name)).entries:
            own = int(entry.link.rstrip("/")[-1])
            linked = re.findall(rf'href="{SITEURL}/(\d)/"', entry.content[0].value)
            assert sorted(map(int, linked)) == [*range(own)]
            assert ("Read next" in entry.content[0].value) == bool(own)


def test_a_story_whose_address_is_not_ascii_has_both_in_feeds(small_site: Make) -> None:
    site = small_site({**STORIES, "posts/g.md": post("Green", Slug="grün")})
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        (entry,) = (e for e in feedparser.parse(site.read(name)).entries if e.title == "Green")
        assert "Yes\u00a0please" in entry.content[0].value


def test_a_feed_of_summaries_has_neither(small_site: Make, tmp_path: Path) -> None:
    conf = tmp_path / "conf.py"
    conf.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pelicanconf import *\n"
        f"THEME, PLUGIN_PATHS = {str(ROOT / 'theme')!r}, [{str(ROOT / 'plugins')!r}]\n"
        "RSS_FEED_SUMMARY_ONLY = FEED_APPEND_REF = True\n"
    )
    site = small_site({**STORIES, "posts/a.md": post("A", "One.\n\n[[cta weekly]]\n\nTwo.")})
    site.build(conf=str(conf))
    rss, atom = (site.read(f"feeds/all.{kind}.xml") for kind in ("rss", "atom"))
    assert "What builds" not in rss + atom.partition("<content")[0]
    assert "data-call-to-action" not in rss + atom
    for entry in feedparser.parse(atom).entries:
        assert entry.link.endswith("/?ref=feed")
        assert "What builds" in entry.content[0].value


def test_a_post_without_words_gets_both_in_the_feeds(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            "posts/empty.md": "Title: Empty\nDate: 2025-01-01\nAllow: empty-body (it is a test)\n",
        }
    )
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        entries = {e.link: e for e in feedparser.parse(site.read(name)).entries}
        entry = entries[f"{SITEURL}/empty/"]
        text = entry.content[0].value if "content" in entry else entry.description
        assert "Yes\u00a0please" in text


def test_words_saved_by_windows_are_read(small_site: Make) -> None:
    site = small_site({**STORIES, "calls_to_action.toml": ("\ufeff" + CALLS).encode()})
    site.build()
    assert "data-slot" in site.read("bread/index.html")
    site.write({"calls_to_action.toml": CALLS.replace("Come", "Caf\xe9").encode("latin-1")})
    with pytest.raises(BuildError, match=r"calls_to_action.toml:5: byte 0xe9 is not UTF-8; save"):
        site.build()


def test_a_post_opts_out_of_each_and_of_nothing_else(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            "posts/trust/bread.md": post("Bread", "Flour and yeast.", Calls="none"),
            "posts/trust/dough.md": post("Dough", "Flour and yeast.", Related="None"),
        }
    )
    site.build()
    bread, dough = site.read("bread/index.html"), site.read("dough/index.html")
    assert ("data-slot" in bread, 'class="related-stories"' in bread) == (False, True)
    assert ("data-slot" in dough, 'class="related-stories"' in dough) == (True, False)
    entries = {e.link: e for e in feedparser.parse(site.read("feeds/all.atom.xml")).entries}
    assert "Yes please" not in entries[f"{SITEURL}/bread/"].content[0].value
    assert "Read next" not in entries[f"{SITEURL}/dough/"].content[0].value


def test_every_problem_stops_the_build_at_once_with_file_and_line(small_site: Make) -> None:
    site = small_site(STORIES)
    site.build()
    before = site.files()
    site.write(
        {
            "calls_to_action.toml": """
[provider.mail]
service = "mailto"
action = "nobody"
[call.weekly]
kind = "link"
headding = "x"
body = "x"
button = "x"
url = "/about/"
[call.join]
kind = "signup"
provider = "mail"
heading = "x"
body = "Two **stars"
button = "x"
url = "/subscribe"
success_page = "/thanks/"
[call.lunch]
kind = "event"
heading = "x"
body = "x"
button = "x"
url = "/lunch/"
starts = "soon"
time_zone = "UTC"
address = "Here"
[[placement]]
call = "weekly"
slot = "ende"
[[placement]]
call = "join"
slot = "end"
when = { categories = ["Turst"], tags_any = ["listning"], series = ["S"], authors = ["A"] }
""",
            "posts/trust/bread.md": post("Bread", Calls="nope, weekly@ende, joyn@end"),
            "posts/trust/dough.md": post("Dough", Related="never", Tags="Listening"),
            "posts/trust/boats.md": post("Boats", "One.\n\n[[cta weakly]]", Calls="weekly@end"),
            "posts/trust/broken.md": "no front matter at all",
            "pages/subscribe.md": "Title: Subscribe\n\n[[cta lunhc]]",
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    author = "TODO: your name"
    toml = "calls_to_action.toml:"
    expected = [
        f'{toml} provider.mail.action: "nobody" is no mail address',
        f'{toml} call.weekly: unknown key "headding"; did you mean "heading"?',
        f'{toml} call.weekly: "heading" is missing',
        f'{toml} call.join.body: "**" has no partner',
        f'{toml} call.lunch.starts: "soon"',
        f'{toml} placement 1.slot: "ende" is not one of the choices; did you mean "end"?',
        f'{toml} placement 2.when.categories: no story has "Turst"; did you mean "trust"?',
        f'{toml} placement 2.when.tags_any: no story has "listning"; did you mean "Listening"?',
        f'{toml} placement 2.when.series: no story has "S"',
        f'{toml} placement 2.when.authors: no story has "A"; known: {author}',
        f'{toml} call.join.url: there is no page "/subscribe"; did you mean "/subscribe/"?',
        f'{toml} call.join.success_page: there is no page "/thanks/"',
        'pages/subscribe.md:3: there is no call "lunhc"; did you mean "lunch"?',
        'posts/trust/boats.md:7: there is no call "weakly"; did you mean "weekly"?',
        'posts/trust/bread.md:3: Calls: "nope" has no slot; write "a-call@end"',
        'posts/trust/bread.md:3: Calls: "weekly@ende": there is no slot "ende" here; did you mean',
        'posts/trust/bread.md:3: Calls: "joyn@end": there is no call "joyn"; did you mean "join"?',
        'posts/trust/broken.md:1: no title; write "Title: …"',
        'posts/trust/dough.md:3: Related: there is no story "never"; known: boats, bread',
    ]
    said = [line.removeprefix(f"{site.content}/") for line in str(raised.value).splitlines()]
    located = [line for line in said if re.match(r"calls_to_action\.toml:\d+: ", line)]
    assert len(located) == 12
    said = [re.sub(r"^(calls_to_action\.toml:)\d+:", r"\1", line) for line in said]
    for problem in expected:
        assert sum(line.startswith(problem) for line in said) == 1, problem
    assert len(said) == len(expected) + 1, said  # "heading" is missing, and so is "headding"
    assert site.files() == before


def test_drafts_hidden_and_future_stories_are_offered_to_nobody(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", "Flour and yeast."),
            "posts/b.md": post("B", "Flour and yeast.", Status="draft"),
            "posts/c.md": post("C", "Flour and yeast.", Status="hidden"),
            "posts/d.md": post("D", "Flour and yeast.", Date="2026-01-01 00:00"),
        }
    )
    site.build(drafts=True)
    assert "related-stories" not in site.read("a/index.html")
    for page in ("drafts/b/index.html", "c/index.html", "drafts/d/index.html"):
        assert 'href="/blog/a/"' in site.read(page)


def test_settings_and_calls_that_are_wrong_are_told_together(
    small_site: Make, tmp_path: Path
) -> None:
    conf = tmp_path / "conf.py"
    conf.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pelicanconf import *\n"
        f"THEME, PLUGIN_PATHS = {str(ROOT / 'theme')!r}, [{str(ROOT / 'plugins')!r}]\n"
        'CALLS_TO_ACTION = {"end_limt": 1}\n'
    )
    site = small_site({**STORIES, "calls_to_action.toml": CALLS.replace("button", "buton")})
    with pytest.raises(BuildError) as raised:
        site.build(conf=str(conf))
    assert 'CALLS_TO_ACTION: unknown key "end_limt"; did you mean "end_limit"?' in str(raised.value)
    assert 'call.weekly: unknown key "buton"' in str(raised.value)
    # Nothing is known of the calls then, so a post cannot be blamed.
    site.write({"calls_to_action.toml": CALLS + '"', "posts/a.md": post("A", Calls="weekly@end")})
    with pytest.raises(BuildError) as raised:
        site.build()
    (line,) = str(raised.value).splitlines()
    assert "calls_to_action.toml:16: " in line


def test_without_a_file_there_are_no_calls_and_a_warning(
    small_site: Make, caplog: pytest.LogCaptureFixture
) -> None:
    site = small_site({"posts/a.md": post("A")})
    site.build()
    assert "data-slot" not in site.read("a/index.html")
    (warning,) = (r.getMessage() for r in caplog.records if r.name.startswith("engagement"))
    assert warning.endswith("calls_to_action.toml is not there; no story shows a call to action")
    site.write({"posts/b.md": post("B", "[[cta x]]")})
    with pytest.raises(BuildError, match=r'b.md:4: there is no call "x"$'):
        site.build()


def test_a_call_that_nothing_places_is_told(
    small_site: Make, caplog: pytest.LogCaptureFixture
) -> None:
    calls = "".join(
        CALLS.partition("[[")[0].replace("call.weekly", f"call.{name}")
        for name in ("unplaced", "placed-by-hand", "placed-by-name", "placed")
    )
    site = small_site(
        {
            "calls_to_action.toml": calls + '[[placement]]\ncall = "placed"\nslot = "404"\n',
            "posts/a.md": post("A", "[[cta placed-by-hand]]"),
            "pages/about.md": "Title: About\n\nWords.",
            "posts/b.md": post("B", Calls="placed-by-name@feed"),
        }
    )
    site.build()
    assert [r.getMessage() for r in caplog.records if r.name.startswith("engagement")] == [
        'the call "unplaced" shows nowhere; give it a [[placement]], or take it out'
    ]


def test_two_builds_of_a_site_agree_byte_for_byte(tmp_path: Path) -> None:
    long = "\n\n".join(f"{letter} paragraph. " + "One more word. " * 19 for letter in "ABCDEFGHIJ")
    outputs = []
    for seed in ("1", "2"):
        site = SmallSite(tmp_path / "content", tmp_path / seed)
        site.write(
            {
                "calls_to_action.toml": CALLS + WHOLE,
                "posts/a.md": post("A", f"One.\n\n[[cta lunch]]\n\n{long}", Tags="x, y"),
                "posts/b.md": post("B", long, Authors="Ann, Bob"),
                "pages/subscribe.md": "Title: Subscribe\n\nWords.",
                "pages/about.md": "Title: About\n\nWords.",
            }
        )
        words = ["build", "--content", str(site.content), "--output", str(site.output)]
        subprocess.run(
            [sys.executable, "-m", "invoke", *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": NOW},
            check=True,
            capture_output=True,
        )
        outputs.append(site.files())
    assert outputs[0] == outputs[1]
    assert b"weekly" in outputs[0]["b/index.html"]
    assert {"engagement/lunch.ics", "engagement/signups.js"} <= outputs[0].keys()


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_another_blog_takes_the_folder_one_plugins_line_and_one_template(
    tmp_path: Path, theme: str
) -> None:
    site = SmallSite(tmp_path / "content", tmp_path / "output")
    long = "\n\n".join(f"{letter} paragraph. " + "One more word. " * 19 for letter in "ABCDEFGHIJ")
    site.write(
        {
            **STORIES,
            "calls_to_action.toml": CALLS + WHOLE.replace('"/subscribe/"', '"/pages/join.html"'),
            "posts/trust/long.md": post("Long", long),
            "posts/trust/hand.md": post("Hand", "One.\n\n[[cta mail]]\n\nTwo."),
            "pages/join.md": "Title: Join\n\nWords.",
            "pages/about.md": "Title: About\nURL: about/\nSave_as: about/index.html\n\nWords.",
        }
    )
    shutil.copytree(ROOT / "plugins" / "engagement", tmp_path / "plugins" / "engagement")
    readme = (ROOT / "plugins/engagement/README.md").read_text("utf-8")
    (override,) = (text for text in readme.split("```") if "!theme/article.html" in text)
    (tmp_path / "article.html").write_text(override.strip())
    (tmp_path / "theirconf.py").write_text(
        f'SITEURL = "{SITEURL}"\n'
        'TIMEZONE = "UTC"\n'
        f'THEME = "{theme}"\n'
        f"THEME_TEMPLATES_OVERRIDES = [{str(tmp_path)!r}]\n"
        'PLUGIN_PATHS = ["plugins"]\n'
        'PLUGINS = ["engagement"]\n'
    )

    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pelican", "content", "-s", "theirconf.py"],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )

    done = run()
    assert done.returncode == 0, done.stderr

    def calls(name: str) -> dict[str, Element]:
        page = html5lib.parse(site.read(name), namespaceHTMLElements=False)
        return {each.get("data-slot", ""): each for each in page.iter() if each.get("data-slot")}

    page = html5lib.parse(site.read("bread-butter.html"), namespaceHTMLElements=False)
    links = {"".join(a.itertext()): a.get("href") for a in page.iter("a")}
    assert links["Yes please"] == f"{SITEURL}/about/"
    assert links["Dough"] == f"{SITEURL}/dough.html"
    assert calls("long.html").keys() == {"middle", "end"}
    assert calls("long.html")["middle"].find(".//form/input[@value='long']") is not None
    hand = calls("hand.html")
    assert hand.keys() == {"text", "end"}
    assert hand["text"].find(".//form//input[@type='email']") is not None
    assert "data-call-to-action" not in site.read("hand.html")
    text = site.read("hand.html")
    assert text.index(">One.<") < text.index("<form") < text.index(">Two.<")
    feed = feedparser.parse(site.read("feeds/all.atom.xml"))
    assert not feed.bozo
    assert "data-call-to-action" not in site.read("feeds/all.atom.xml")
    assert "What builds" in next(e for e in feed.entries if e.title == "Hand").content[0].value
    # Of the page's own templates nobody can say that they are sound.
    whole = site.read("long.html") + site.read("hand.html")
    for aside in re.findall("<aside.*?</aside>", whole, re.DOTALL):
        html5lib.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>x</title>{aside}")

    site.write({"calls_to_action.toml": CALLS.replace("button", "buton")})
    stopped = run()
    assert stopped.returncode == 1
    assert 'content/calls_to_action.toml:2: call.weekly: unknown key "buton"' in stopped.stderr
    assert "Traceback" not in stopped.stderr + stopped.stdout


def test_a_link_to_no_page_of_the_site_is_told_wherever_it_stands(
    small_site: Make, caplog: pytest.LogCaptureFixture
) -> None:
    body = "[a](/bread/) [b](/topic/trust/) [c](/tags/) [d](/nix/) [e](/abuot/#x) [f](/about/?y#z)"
    text = CALLS.replace('"Come along."', f'"{body}"').replace('"/about/"', '"/static/a.txt"')
    site = small_site({**STORIES, "calls_to_action.toml": text, "static/a.txt": "x"})
    site.build()
    said = [r.getMessage() for r in caplog.records if r.name.startswith("engagement")]
    assert [line.partition(".toml: ")[2] for line in said] == [
        'call.weekly.body: there is no page "/nix/"; known: /about/, /boats/, /bread/, '
        "/dough/, /ships/, /yeast/",
        'call.weekly.body: there is no page "/abuot/"; did you mean "/about/"?',
    ]


def test_what_is_over_is_told(small_site: Make, caplog: pytest.LogCaptureFixture) -> None:
    over = CALLS.replace('slot = "end"', 'slot = "end"\nwhen = { until = 2025-12-30 }')
    over += """
[call.lunch]
kind = "event"
heading = "Lunch"
body = "Come."
button = "Come"
url = "/about/"
starts = "2025-12-03 12:00"
time_zone = "UTC"
address = "Here"
[[placement]]
call = "lunch"
slot = ["end", "feed"]
"""
    site = small_site({**STORIES, "calls_to_action.toml": over})
    site.build()
    said = [r.getMessage() for r in caplog.records if r.name.startswith("engagement")]
    assert [line.rpartition("/")[2] for line in said] == [
        'the call "lunch" shows no more: the gathering is over',
        "calls_to_action.toml: placement 1 is over: until 2025-12-30",
    ]
    assert 'class="call-to-action"' not in site.read("bread/index.html")


def test_one_placement_serves_several_slots(small_site: Make) -> None:
    text = CALLS.replace('slot = "end"', 'slot = ["end", "listing", "feed"]')
    site = small_site({**STORIES, "calls_to_action.toml": text})
    site.build()
    for page in ("bread/index.html", "index.html"):
        assert 'class="call-to-action"' in site.read(page)
    assert "Yes\u00a0please" in site.read("feeds/all.rss.xml")
    site.write({"calls_to_action.toml": CALLS.replace('slot = "end"', 'slot = ["end", "lsting"]')})
    with pytest.raises(
        BuildError, match='placement 1.slot: "lsting" is not one of the choices; di'
    ):
        site.build()
