"""The plugin in whole builds: this project's, and another blog's with a theme of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import feedparser
import html5lib
import pytest
from sites import SITEURL, SmallSite, post

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
"""
STORIES: dict[str, str | bytes] = {
    "calls_to_action.toml": CALLS,
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
    call = page.find(".//aside[@class='call-to-action']")
    assert "".join(call.find("h2").itertext()) == "What builds\xa0trust?"
    assert call.find(".//a").get("href") == "/blog/about/"
    links = [a.get("href") for a in page.findall(".//nav[@class='related-stories']//h3/a")]
    assert len(links) == 3
    assert set(links[:2]) == {"/blog/dough/", "/blog/yeast/"}


def test_feeds_have_both_without_a_form_and_with_absolute_addresses(small_site: Make) -> None:
    site = small_site(STORIES)
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        feed = feedparser.parse(site.read(name))
        assert not feed.bozo
        entry = next(e for e in feed.entries if e.link == f"{SITEURL}/bread/")
        text = entry.content[0].value if "content" in entry else entry.description
        assert text.index("Baking") < text.index("What builds") < text.index("Read next")
        assert f'href="{SITEURL}/about/"' in text
        assert f'href="{SITEURL}/dough/"' in text
        assert "<form" not in text


def test_a_post_without_words_gets_both_in_the_feeds(small_site: Make) -> None:
    site = small_site({**STORIES, "posts/empty.md": "Title: Empty\nDate: 2025-01-01\n"})
    site.build()
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        entries = {e.link: e for e in feedparser.parse(site.read(name)).entries}
        entry = entries[f"{SITEURL}/empty/"]
        text = entry.content[0].value if "content" in entry else entry.description
        assert "Yes&nbsp;please" in text


def test_words_saved_by_windows_are_read(small_site: Make) -> None:
    site = small_site({**STORIES, "calls_to_action.toml": ("\ufeff" + CALLS).encode()})
    site.build()
    assert 'class="call-to-action"' in site.read("bread/index.html")
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
    assert ('class="call-to-action"' in bread, 'class="related-stories"' in bread) == (False, True)
    assert ('class="call-to-action"' in dough, 'class="related-stories"' in dough) == (True, False)
    entries = {e.link: e for e in feedparser.parse(site.read("feeds/all.atom.xml")).entries}
    assert "Yes please" not in entries[f"{SITEURL}/bread/"].content[0].value
    assert "Read next" not in entries[f"{SITEURL}/dough/"].content[0].value


def test_every_problem_stops_the_build_at_once_with_file_and_line(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            "calls_to_action.toml": CALLS.replace("heading", "headding"),
            "posts/trust/bread.md": post("Bread", Calls="nope"),
            "posts/trust/dough.md": post("Dough", Related="never"),
            "posts/trust/broken.md": "no front matter at all",
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    said = str(raised.value)
    assert 'calls_to_action.toml: call.weekly: unknown key "headding"; did you mean' in said
    assert 'bread.md:3: Calls: "nope" is unknown; write "Calls: none"' in said
    assert 'dough.md:3: Related: there is no story "never"; known: boats, bread' in said
    assert 'broken.md:1: no title; write "Title: …"' in said
    assert not site.output.exists()


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


def test_another_blog_takes_the_folder_one_plugins_line_and_one_include(tmp_path: Path) -> None:
    site = SmallSite(tmp_path / "content", tmp_path / "output")
    site.write(STORIES)
    shutil.copytree(ROOT / "plugins" / "engagement", tmp_path / "plugins" / "engagement")
    (tmp_path / "article.html").write_text(
        '{% extends "!simple/article.html" %}\n'
        '{% block content %}{{ super() }}{% include "engagement/after_story.html" %}{% endblock %}'
    )
    (tmp_path / "theirconf.py").write_text(
        f'SITEURL = "{SITEURL}"\n'
        'TIMEZONE = "UTC"\n'
        'THEME = "simple"\n'
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

    assert run().returncode == 0
    page = html5lib.parse(site.read("bread-butter.html"), namespaceHTMLElements=False)
    links = {"".join(a.itertext()): a.get("href") for a in page.iter("a")}
    assert links["Yes please"] == f"{SITEURL}/about/"
    assert links["Dough"] == f"{SITEURL}/dough.html"
    site.write({"calls_to_action.toml": CALLS.replace("button", "buton")})
    stopped = run()
    assert stopped.returncode == 1
    assert 'content/calls_to_action.toml: call.weekly: unknown key "buton"' in stopped.stderr
    assert "Traceback" not in stopped.stderr + stopped.stdout
