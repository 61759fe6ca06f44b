"""The report on calls to action: what shows where and why, for small blogs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import NOW, SmallSite, errors, files_below, post

from tools.build import ROOT, BuildError
from tools.calls import report, shown_calls

Make = Callable[..., SmallSite]

# Ten paragraphs of 60 words each.
LONG = "\n\n".join(f"{letter} paragraph. " + "One more word. " * 19 for letter in "ABCDEFGHIJ")


def link(name: str) -> str:
    """A call."""
    return f'[call.{name}]\nkind = "link"\nheading = "x"\nbody = "x"\nbutton = "x"\nurl = "/"\n'


def placed(name: str, slot: str, more: str = "") -> str:
    """A placement."""
    return f'[[placement]]\ncall = "{name}"\nslot = "{slot}"\n{more}\n'


OVER = """
[call.over]
kind = "event"
heading = "x"
body = "x"
button = "x"
url = "/"
starts = "2025-12-03 12:00"
time_zone = "UTC"
address = "x"
"""
SITE: dict[str, str | bytes] = {
    "calls_to_action.toml": "".join(
        map(link, ("by-hand", "in-draft", "in-lists", "rule", "talk", "unused"))
    )
    + OVER
    + placed("rule", "end", 'priority = 2\nwhen = { categories = ["Trust"], min_words = 500 }')
    + placed("talk", "end", 'when = { categories = ["Trust"] }')
    + placed("talk", "middle")
    + placed("talk", "feed")
    + placed("rule", "page")
    + placed("in-lists", "listing")
    + placed("over", "footer"),
    "posts/trust/long.md": post("Long", f"One.\n\n[[cta by-hand]]\n\n{LONG}"),
    "posts/trust/middle.md": post("Middle", LONG),
    "posts/trust/short.md": post("Short", Calls="none@feed"),
    "posts/other/bare.md": post("Bare", Calls="none"),
    "posts/other/draft.md": post("Draft", Status="draft", Calls="in-draft@end"),
    "posts/other/ahead.md": post("Ahead", Date="2026-02-01"),
    "posts/other/hidden.md": post("Hidden", Status="hidden"),
    "posts/trust/kurz.md": post("Kurz", Slug="short", Lang="de"),
    "pages/about.md": "Title: About\n\nWords.",
    "pages/soon.md": "Title: Soon\nStatus: draft\nCalls: none\n\nWords.",
}


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """The task, as the writer runs it."""
    return subprocess.run(
        [sys.executable, "-m", "invoke", "calls", *words],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": NOW},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_report_says_what_each_page_shows_and_why(small_site: Make, tmp_path: Path) -> None:
    site = small_site(SITE)
    before = files_below(tmp_path)
    assert list(report(shown_calls(site.content))) == [
        "ahead  (not public)",
        "  talk@feed: priority 0, no conditions",
        "bare",
        "draft  (not public)",
        "  in-draft@end: named in front matter",
        "  talk@feed: priority 0, no conditions",
        "hidden",
        "  talk@feed: priority 0, no conditions",
        "long",
        "  by-hand@text: by hand",
        "  rule@end: priority 2, matches category trust, has 500 words or more",
        "  talk@feed: priority 0, no conditions",
        "middle",
        "  talk@middle: priority 0, no conditions",
        "  rule@end: priority 2, matches category trust, has 500 words or more",
        "  talk@feed: priority 0, no conditions",
        "short",
        "  talk@end: priority 0, matches category trust",
        "  talk@feed: priority 0, no conditions",
        "short",
        "  talk@end: priority 0, matches category trust",
        "about  (page)",
        "  rule@page: priority 0, no conditions",
        "soon  (page, not public)",
        "8 stories, 1 without a call",
        "  bare",
        "7 calls, 3 of them on no public page",
        "  in-draft",
        "  over (the gathering is over)",
        "  unused",
    ]
    assert files_below(tmp_path) == before


def test_a_blog_without_calls_has_a_report_too(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A"), "calls_to_action.toml": ""})
    assert list(report(shown_calls(site.content))) == [
        "a",
        "1 story, 1 without a call",
        "  a",
        "0 calls, 0 of them on no public page",
    ]


def test_every_problem_is_told(small_site: Make, tmp_path: Path) -> None:
    site = small_site(
        {
            "calls_to_action.toml": link("talk").replace("heading", "headding"),
            "posts/a.md": post("A", Calls="tolk@end"),
            "posts/bad.md": "no front matter",
        }
    )
    with pytest.raises(BuildError) as raised:
        shown_calls(site.content)
    said = [line.removeprefix(f"{site.content}/") for line in errors(raised.value)]
    assert [line.partition(": ")[0] for line in said] == [
        "calls_to_action.toml:1",
        "calls_to_action.toml:1",
        "posts/a.md:3",
        "posts/bad.md:1",
        "posts/bad.md:1",
    ]
    site.write({"calls_to_action.toml": link("talk"), "posts/a.md": post("A")})
    with pytest.raises(
        BuildError, match=r'posts/bad.md:1: error: no title; write "Title: …" at'
    ) as raised:
        shown_calls(site.content)
    with pytest.raises(BuildError, match="there is no folder"):
        shown_calls(tmp_path / "none")


def test_the_task_prints_the_report_or_what_is_wrong(small_site: Make) -> None:
    site = small_site(SITE)
    done = run("--content", str(site.content))
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        list(report(shown_calls(site.content))),
    )
    said = [line for line in done.stderr.splitlines() if ": no Id, " not in line]
    assert said == [
        'warning: the call "unused" shows nowhere; give it a [[placement]], or take it out',
        'warning: the call "over" shows no more: the gathering is over',
    ]
    site.write({"posts/a.md": post("A", Calls="tolk@end")})
    stopped = run("--content", str(site.content))
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert 'a.md:3: error: Calls: "tolk@end": there is no call "tolk"; did you mean "talk"?' in (
        stopped.stderr
    )
    assert "Traceback" not in stopped.stderr
    site.write({"posts/a.md": "no front matter"})
    stopped = run("--content", str(site.content))
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert 'a.md:1: error: no title; write "Title: …" at the top' in stopped.stderr


def test_the_task_ends_in_peace_when_nobody_reads_on(small_site: Make) -> None:
    site = small_site(SITE)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "calls", "--content", str(site.content)],
        cwd=ROOT,
        check=False,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert (done.returncode, "Broken" in done.stderr, "Traceback" in done.stderr) == (
        0,
        False,
        False,
    )
