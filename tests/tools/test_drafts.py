"""A story from its title to the day it is public, as the writer's tasks make it."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from checks.rules import UNFINISHED
from sites import SmallSite, files_below, post

from tools.build import ROOT
from tools.drafts import SUMMARY, DraftError, file_name, new_draft, publish_draft

Make = Callable[..., SmallSite]
TRUST: dict[str, str | bytes] = {
    "posts/trust/old.md": post("Old", Category="Trust"),
    "posts/following-up/other.md": post("Other", Category="Following up"),
}


def run(site: SmallSite, *words: str, **options: object) -> "subprocess.CompletedProcess[str]":
    """A task, as the writer runs it, on the site's content; without a terminal."""
    given = {"stdin": subprocess.DEVNULL, "capture_output": True, **options}
    environment = {**os.environ, "VISUAL": "", "EDITOR": ""} | given.pop("env", {})  # type: ignore[operator]
    return subprocess.run(  # type: ignore[no-any-return, call-overload]
        [sys.executable, "-m", "invoke", *words, "--content", str(site.content)],
        cwd=ROOT,
        check=False,
        text=True,
        env=environment,
        **given,
    )


def test_a_new_story_is_a_whole_draft_that_publish_draft_makes_public(small_site: Make) -> None:
    site = small_site(TRUST)
    file = new_draft(" Grüße: either/or,\n don't! ", lambda _: "trust", content=site.content)
    assert file == site.content / "posts/trust/grusse-either-or-dont.md"
    assert file.read_bytes().decode() == (
        "Title: Grüße: either/or, don't!\nDate: 2025-12-31 19:00\nCategory: Trust\nTags:\n"
        "Summary: TODO: one or two sentences for lists and search engines\nStatus: draft\n"
        "Id: grusse-either-or-dont\n\n"
    )
    built = site.build()
    assert not [each for each in built.problems if each.file.endswith(file.name)]
    assert [Path(name).name for name, _ in built.held_back] == [file.name]
    told = [str(each) for each in site.build(drafts=True).problems if each.file == str(file)]
    empty = f"{file}:9: warning: no words; write some below the empty line [empty-body]"
    assert told == [empty]
    with pytest.raises(DraftError, match=re.escape(empty)):
        publish_draft("grusse-either-or-dont", site.content)
    written = file.read_text("utf-8") + "Words.\n"
    file.write_text(written, "utf-8")
    with pytest.raises(DraftError, match="dont.md:5: decide, and write it in place of: TODO: one"):
        publish_draft("grusse-either-or-dont", site.content)
    file.write_text(written.replace(SUMMARY, "One sentence."), "utf-8")
    done = publish_draft("grusse-either-or-dont", site.content)
    assert done == (file, "https://outcome-giraffe.example/grusse-either-or-dont/")
    assert "Status" not in file.read_text("utf-8")
    assert not site.build().held_back
    assert "don\u2019t!" in site.read("grusse-either-or-dont/index.html")


def test_a_new_page_needs_no_topic_and_no_date(small_site: Make) -> None:
    site = small_site({})
    file = new_draft("Who I am", lambda _: pytest.fail("asked"), page=True, content=site.content)
    assert file.relative_to(site.content).as_posix() == "pages/who-i-am.md"
    assert [line.partition(":")[0] for line in file.read_text().split("\n")] == [
        *("Title", "Summary", "Status"),
        *("", ""),
    ]
    file.write_text(f"{file.read_text().replace(SUMMARY, 'Me.')}I am.\n")
    assert publish_draft("pages/who-i-am.md", site.content)[1].endswith("/who-i-am/")
    assert file.read_text().count("Date") == 0
    site.build()
    assert "who-i-am/index.html" in site.files()


@pytest.mark.parametrize(
    ("title", "topic", "told"),
    [
        ("", "Trust", 'the title "" has no letter for an address'),
        ("\N{PARTY POPPER} /..", "Trust", 'the title "\N{PARTY POPPER} /.." has no letter'),
        ("A", "../trust", 'there is no topic "../trust"; did you mean "Trust"? (a new one begins'),
        ("A", "", 'there is no topic ""; known: Following up, Trust (a new'),
        ("A", "3", 'there is no topic "3"'),
        ("Old!", "Trust", "posts/trust/old.md has that name already; choose another title"),
        ("Other", "Trust", "posts/following-up/other.md has that name already"),
        ("Taken", "Trust", "pages/about.md has that name already"),
    ],
)
def test_what_cannot_be_begun_is_told_in_a_line_and_nothing_is_written(
    small_site: Make, title: str, topic: str, told: str
) -> None:
    site = small_site({**TRUST, "pages/about.md": "Title: About\nSlug: taken\n\nWords."})
    before = files_below(site.content)
    with pytest.raises(DraftError) as raised:
        new_draft(title, lambda _: topic, content=site.content)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert files_below(site.content) == before


def test_a_folder_is_the_topic_that_its_stories_name(small_site: Make) -> None:
    site = small_site({"posts/trust/x.md": post(Category="Faith"), "posts/old-times/b.txt": "b"})
    asked: list[str] = []
    new_draft("A", lambda known: asked.extend(known) or "old-times", False, site.content)  # type: ignore[func-returns-value]
    assert asked == ["Old times", "Faith"]
    assert "Category: Old times" in (site.content / "posts/old-times/a.md").read_text()
    (site.content / "posts").rename(site.content / "none")
    with pytest.raises(DraftError, match="there is no topic; make a folder for the first one"):
        new_draft("B", lambda _: "", content=site.content)


def test_a_long_title_has_a_short_address() -> None:
    assert file_name("word " * 60) == "-".join(["word"] * 16)
    assert file_name("a" * 1_000_000) == "a" * 80
    assert file_name("Trust, C++ & <b>me</b>") == "trust-c-b-me-b"


def test_publishing_changes_two_lines_and_no_other_byte(small_site: Make) -> None:
    draft = b"\xef\xbb\xbfTitle: A\r\nstatus: Draft\r\nDATE: 2025-01-01\r\nTags: b\r\n\r\nHe is c"
    site = small_site({"posts/a.md": draft})
    publish_draft("A.md".lower(), site.content)
    assert (site.content / "posts/a.md").read_bytes() == (
        b"\xef\xbb\xbfTitle: A\r\nDate: 2025-12-31 19:00\r\nTags: b\r\nId: a\r\n\r\nHe is c"
    )


def test_that_a_draft_has_no_title_yet_is_no_error_until_it_is_public(small_site: Make) -> None:
    files = {"posts/a.md": post("Untitled", Status="draft"), "posts/b.md": post("Untitled")}
    site = small_site({"posts/later.md": post("Later", "", Date="2026-03-01"), **files})
    told = {
        str(each).partition("posts/")[2]
        for each in site.build(drafts=True, keep_going=True).problems
        if each.rule in UNFINISHED
    }
    wrong = 'the title "Untitled" is no title yet; write one'
    assert told == {
        f"a.md:1: warning: {wrong} [bad-title]",
        f"b.md:1: error: {wrong}, or wait: Status: draft [bad-title]",
        "later.md:4: error: no words; write some below the empty line, or wait: Status: draft"
        " [empty-body]",
    }
    with pytest.raises(DraftError, match="is no title yet; write one"):
        publish_draft("a", site.content)


def test_a_draft_that_cannot_be_public_stays_one_and_the_reason_is_told(small_site: Make) -> None:
    site = small_site(
        {
            "posts/public.md": post("Public"),
            "posts/ahead.md": post("Ahead", Date="2026-03-01"),
            "posts/map.md": post("A map", Status="draft", Slug="the-map", Id="own"),
            "posts/one/twin.md": post("Twin", Status="draft"),
            "posts/two/twin.md": post("Twin", Status="draft", Slug="twin-two", Id="twin-two"),
            "posts/same.md": post("Same", Status="draft", Slug="public"),
            "posts/dead.md": post("Dead", "[A]({filename}gone.md)", Status="draft"),
            "posts/bad.md": "Status: draft\n\nNo title.",
        }
    )
    before = files_below(site.content)
    for name, told in (
        ("posts/public.md", "posts/public.md is no draft"),
        ("ahead", "posts/ahead.md is no draft; it waits for 2026-03-01 00:00"),
        ("mapp", 'there is no draft "mapp"; did you mean map?'),
        ("../../etc/passwd", 'there is no draft "../../etc/passwd"; '),
        ("twin", '"twin" may be any of posts/one/twin.md, posts/two/twin.md; give the path'),
        ("same.md", "posts/same.md would have the address of "),
        ("dead", "posts/dead.md:5: error: {filename}gone.md leads to no file"),
        ("bad", "posts/bad.md:1: error: no title"),
    ):
        with pytest.raises(DraftError) as raised:
            publish_draft(name, site.content)
        assert told in str(raised.value)
        assert files_below(site.content) == before
    publish_draft("the-map", site.content)
    assert "Id: own" in (site.content / "posts/map.md").read_text()
    publish_draft(str(site.content / "posts/two/twin.md"), site.content)
    assert "Status" not in (site.content / "posts/two/twin.md").read_text()


def test_the_task_asks_for_the_topic_on_a_terminal_and_opens_the_editor(small_site: Make) -> None:
    site = small_site(TRUST)
    quiet = run(site, "new", "A map")
    assert quiet.returncode == 1
    assert quiet.stderr.strip() == (
        'say which topic, like --topic "Following up"; known: Following up, Trust'
    )
    ours, theirs = pty.openpty()
    editor = f"\"{sys.executable}\" -c \"import sys; open(sys.argv[1], 'a').write('Edited.')\""
    os.write(ours, b"2\n")
    done = run(site, "new", "A map", stdin=theirs, env={"EDITOR": editor})
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "  1  Following up\n  2  Trust\nWhich topic?" in done.stdout
    assert (site.content / "posts/trust/a-map.md").read_text().endswith("Id: a-map\n\nEdited.")
    gone = run(site, "new", "B", "--topic", "trust", env={"VISUAL": "no-such-editor"})
    assert gone.returncode == 1
    assert 'the editor "no-such-editor" cannot be run' in gone.stderr
    assert "Traceback" not in gone.stderr
    file = site.content / "posts/trust/a-map.md"
    file.write_text(file.read_text().replace(SUMMARY, "A map."))
    again = run(site, "publish-draft", "a-map")
    assert "Once published it is at https://outcome-giraffe.example/a-map/" in again.stdout


def typed(site: SmallSite, keys: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """The task "new", as the writer runs it and answers it at a terminal."""
    ours, theirs = pty.openpty()
    os.write(ours, keys.encode())
    done = run(site, *words, stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def new_files(site: SmallSite) -> set[str]:
    """The content's files that were not there from the start."""
    return {*files_below(site.content)} - {*TRUST}


def test_a_topic_that_is_none_is_asked_for_again_but_not_for_ever(small_site: Make) -> None:
    site = small_site(TRUST)
    never = typed(site, "7\n\nTrsut\n2\n", "new", "A map")
    assert (never.returncode, never.stdout.count("Which topic?")) == (1, 3)
    assert 'there is no topic "7"; known: Following up, Trust' in never.stdout
    assert 'there is no topic "Trsut"; did you mean "Trust"?' in never.stderr
    assert new_files(site) == set()
    done = typed(site, "7\ntrust\n", "new", "A map")
    assert (done.returncode, done.stdout.count("Which topic?")) == (0, 2)
    assert new_files(site) == {"posts/trust/a-map.md"}


def test_a_title_left_out_is_asked_for(small_site: Make) -> None:
    site = small_site(TRUST)
    quiet = run(site, "new", "--topic", "trust")
    assert quiet.returncode == 1
    assert quiet.stderr.strip() == (
        'say what it is called: python3 bootstrap.py new "The map in your head"'
    )
    empty = typed(site, "\n", "new", "-o", "trust")
    assert (empty.returncode, empty.stderr) == (
        1, 'the title "" has no letter for an address; write a word or two\n',
    )  # fmt: skip
    assert new_files(site) == set()
    assert typed(site, "A map\n2\n", "new").returncode == 0
    assert typed(site, "Who I am\n", "new", "--page").returncode == 0
    assert new_files(site) == {"posts/trust/a-map.md", "pages/who-i-am.md"}
    assert typed(site, "", "new", "--page", "Last").returncode == 0
    assert "pages/last.md" in new_files(site)


@pytest.mark.parametrize(
    ("words", "question"), [(("new",), "called?"), (("new", "A"), "Which topic?")]
)
def test_who_would_rather_not_answer_is_told_that_nothing_is_written(
    small_site: Make, words: tuple[str, ...], question: str
) -> None:
    site = small_site(TRUST)
    told = "Stopped; nothing was written."
    ended = typed(site, "\x04", *words)
    assert (ended.returncode, ended.stderr.strip()) == (130, told)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "invoke", *words, "--content", str(site.content)],
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    said = b""
    while question.encode() not in said:
        said += os.read(process.stdout.fileno(), 1000)
    stderr = b""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        # Between its question and its waiting for an answer, Python takes it as read.
        with suppress(subprocess.TimeoutExpired):
            stderr = process.communicate(timeout=10)[1]
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, stderr.decode().strip()) == (130, told)
    assert new_files(site) == set()
