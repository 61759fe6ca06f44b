"""Measure what the plugin adds to a build: .venv/bin/python benchmarks/build_cost.py [N [ROUNDS]].

A blog of N made-up posts (1000 by default) of about 900 words is built by plain Pelican with its
theme `simple`, three ways in turn, so that a busy machine is busy for all of them:

plain    without the plugin
related  with related stories, without calls to action
both     with a form at each story's end, a gathering in its middle, and both in the feeds

CPU seconds of whole processes, the least of ROUNDS (3 by default), and what each adds to plain.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from related_stories import post

ROOT = Path(__file__).resolve().parent.parent
PARAGRAPHS_A_SECTION = 4
CALLS = """
[provider.newsletter]
service = "buttondown"
action = "https://buttondown.com/api/emails/embed-subscribe/someone"

[call.weekly-email]
kind = "signup"
provider = "newsletter"
heading = "Want more of this?"
body = "Once a week I send an *email* with what never makes it onto the blog."
button = "Count me in"
url = "/subscribe.html"
consent = "Leave whenever you like."

[call.gathering]
kind = "event"
heading = "Lunch"
body = "Bring your own."
button = "Come along"
url = "/subscribe.html"
starts = "2026-12-02 12:00"
time_zone = "America/New_York"
repeats = "weekly"
minutes = 60
address = "The kitchen"
"""
PLACEMENTS = "".join(
    f'[[placement]]\ncall = "{call}"\nslot = "{slot}"\n'
    for call, slot in (("weekly-email", "end"), ("gathering", "middle"), ("weekly-email", "feed"))
)
CONF = """
SITEURL = "https://site.example"
TIMEZONE = "UTC"
THEME = "simple"
SUMMARY_MAX_LENGTH = 40
TYPOGRIFY = True
PAGE_URL = PAGE_SAVE_AS = "{slug}.html"
"""
PLUGIN = f"""
PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
PLUGINS = ["engagement"]
THEME_TEMPLATES_OVERRIDES = ["theme"]
"""
ARTICLE = """{% extends "!theme/article.html" %}
{% block content %}
{{ super()|with_calls(article) }}{% include "engagement/after_story.html" %}
{% endblock %}
"""


def write_blog(folder: Path, count: int) -> None:
    """The posts as Markdown, and the settings of each way to build."""
    content = folder / "content"
    (content / "pages").mkdir(parents=True)
    (content / "pages" / "subscribe.md").write_text("Title: Subscribe\n\nHere.\n")
    for i in range(count):
        story = post(i)
        blocks = story.body.replace("<p>", "").replace("</p>", "").split("\n")
        for j in range(PARAGRAPHS_A_SECTION, len(blocks), PARAGRAPHS_A_SECTION):
            blocks[j] = f"## {blocks[j][:40]}\n\n{blocks[j]}"
        head = (
            f"Title: {story.title}\nDate: {story.date:%Y-%m-%d %H:%M}\n"
            f"Category: {story.category}\nTags: {', '.join(story.tags)}\nSlug: {story.slug}\n"
        )
        (content / f"{story.slug}.md").write_text(f"{head}\n" + "\n\n".join(blocks) + "\n")
    (folder / "theme").mkdir()
    (folder / "theme" / "article.html").write_text(ARTICLE)
    (folder / "plain.py").write_text(CONF)
    (folder / "related.py").write_text(CONF + PLUGIN)
    (folder / "both.py").write_text(CONF + PLUGIN)


def cpu_seconds(folder: Path, way: str) -> float:
    """What one build costs, all processes and the start of Python included."""
    calls = folder / "content" / "calls_to_action.toml"
    calls.unlink(missing_ok=True)
    if way == "both":
        calls.write_text(CALLS + PLACEMENTS)
    for made in ("output", "cache"):
        shutil.rmtree(folder / made, ignore_errors=True)
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "pelican", "content", "-s", f"{way}.py", "-q"],
        cwd=folder,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    after = os.times()
    shown = (folder / "output" / "post-00000.html").read_text()
    if ("<form" in shown, "related-stories" in shown) != (way == "both", way != "plain"):
        raise SystemExit(f"{way}: the page does not show what is measured")
    return sum(after[2:4]) - sum(before[2:4])


def main(count: int = 1000, rounds: int = 3) -> None:
    """Build in turn and print the table."""
    seconds: dict[str, list[float]] = {"plain": [], "related": [], "both": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_blog(folder, count)
        for _ in range(rounds):
            for way, measured in seconds.items():
                measured.append(cpu_seconds(folder, way))
    plain = min(seconds["plain"])
    for way, measured in seconds.items():
        print(f"{way:<8} {min(measured):7.2f} s  {min(measured) / plain - 1:+.1%}")
    alone = min(seconds["both"]) - min(seconds["related"])
    print(f"calls to action alone: {alone / plain:+.1%} of plain")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
