"""What the checks accept, how a rule is switched off, and how all of it is told."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from checks.problems import Problem, in_order, said
from checks.rules import RULES
from checks.spelling import LETTERS, suggestions, usage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from remembering import Remembering
from sites import NOW, SmallSite, post
from spellchecker import SpellChecker

from tools.build import ROOT, BuildError, read_site, site_settings
from tools.check import Report, check, lines
from tools.ids import written_ids

Make = Callable[..., SmallSite]
SUMMARY = {"Summary": "One sentence."}


def told(site: SmallSite, **options: bool) -> list[str]:
    """What the checks say, without the content folder's own path."""
    report = check(site.content, **options)
    # The plugin "feeds" has it tested.
    found = [each for each in report.problems if each.rule != "no-id"]
    return [str(each).removeprefix(f"{site.content}/") for each in found]


def test_the_projects_own_content_is_right(today: None) -> None:
    assert [str(each) for each in check(strict=True).problems] == []


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + post(**SUMMARY).encode(),
        post(**SUMMARY).replace("\n", "\r\n").encode(),
        post(**SUMMARY).replace("\n", "\r").encode(),
        f"---\n{post(**SUMMARY)}".replace("\n\n", "\n---\n\n").encode(),
        post(Status="Published", **SUMMARY).encode(),
        post("Über uns", body="Wörter, die keins kennt.", Lang="de", **SUMMARY).encode(),
        post(body="The colour of the grey harbour is organised behaviour.", **SUMMARY).encode(),
        post(body="A `<script>` and `{{ x }}`, and `the the`.", **SUMMARY).encode(),
        post(body="```\n<div>\n# x\n{{ teh }}\n```\n\nWords.", **SUMMARY).encode(),
        post(body="Words.\n\n    teh </main>\n\nMore words.", **SUMMARY).encode(),
        post(body="She had had enough of New York, New York.", **SUMMARY).encode(),
        post(body="Look at [these opening hours](https://x.example/a_b).", **SUMMARY).encode(),
        post(body="<ul>\n<li>One\n<li>Two\n</ul>\n\nWords.", **SUMMARY).encode(),
        post(body="| a | b |\n|---|---|\n| `x|y` | 2 \\| 3 |", **SUMMARY).encode(),
        post(body="A word.[^n] Another.[^n]\n\n[^n]: Its note.", **SUMMARY).encode(),
        post(Date="1 May 2025", **SUMMARY).encode(),
        post(Date="2025/05/01", **SUMMARY).encode(),
        post(Date="20250501", **SUMMARY).encode(),
        post(Modified="2025-05-01", **SUMMARY).encode(),
        post(body='<a name="x"></a>Words, and [a part](#x).', **SUMMARY).encode(),
        post(body="In words: a[i][j], and [0][1] is one.", **SUMMARY).encode(),
        post(body="Words <!-- teh {{ x }}\n--> and more.", **SUMMARY).encode(),
        post(body="- One\n\n        teh {{ x }}\n\n- Two", **SUMMARY).encode(),
        post(body="It was the month of May\n19. A good day.", **SUMMARY).encode(),
        post(body="- One that\ngoes on\n- Two", **SUMMARY).encode(),
        post(body="- One\n    - Two\n- Three", **SUMMARY).encode(),
        post(body="So! [Look](https://x.example/a_b), she said: 2 ** 3 ** 4.", **SUMMARY).encode(),
        post(body="Words, **bold\nand bold** (see https://x.example/).", **SUMMARY).encode(),
        post(body="One [part\nof it](https://x.example/\n'Its title') here.", **SUMMARY).encode(),
        post(body="One\n\n---\n\nTwo \\`tick.\n\n***Both***", **SUMMARY).encode(),
        post(body="A mentee's app shows podcasts &gt; emoji.", **SUMMARY).encode(),
        post(Date="2025-05-01T09:00:00+02:00", **SUMMARY).encode(),
    ],
)
def test_what_is_plain_is_accepted(small_site: Make, text: bytes) -> None:
    site = small_site({"posts/a.md": text})
    assert told(site, strict=True) == []
    site.build()
    assert any(name.endswith("a/index.html") for name in site.files())


def test_a_rule_is_switched_off_for_one_post_with_a_reason(small_site: Make) -> None:
    long = "A title that goes on and on, and on, until nobody remembers how it began"
    reasons = (
        "long-title (it is the joke, all of it), spelling (in dialect),\n    no-summary (none)"
    )
    site = small_site(
        {
            "posts/a.md": post(long, "He is teh one.", Allow=reasons, Id="a"),
            "posts/b.md": post(long),
        }
    )
    assert [line.partition(" ")[0] for line in told(site)] == ["posts/b.md:1:", "posts/b.md:1:"]
    (site.content / "posts/b.md").unlink()
    site.build(strict=True)


def test_warnings_pass_unless_they_are_errors(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(Id="a")})
    (warning,) = site.build().problems
    assert (warning.severity, warning.rule) == ("warning", "no-summary")
    with pytest.raises(BuildError, match="no summary"):
        site.build(strict=True)
    assert told(site, strict=True)[0].startswith("posts/a.md:1: error: no summary")


def test_the_writers_own_words_are_known(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(body="A gezellig evening, unputdownable.", **SUMMARY)})
    assert len(told(site)) == 2
    site.write({"dictionary.txt": "# Dutch\ngezellig  # cosy\nUnputdownable\n"})
    assert told(site) == []


def test_a_draft_may_be_unfinished_but_for_its_front_matter(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(body="teh <div>", Status="draft", Tgas="x")})
    assert [line.rpartition(" ")[2] for line in told(site)] == ["[unknown-key]"]


def test_a_story_dated_ahead_is_checked_and_said_aloud(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(body="<div>", Date="2026-06-01", **SUMMARY)})
    report = check(site.content)
    assert {each.rule for each in report.problems} == {"unbalanced-html"}
    said_aloud = "\n".join(lines(report))
    assert "a.md (waits for 2026-06-01 00:00)" in said_aloud


def test_a_problem_post_shows_in_the_preview_beside_the_rest(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(Id="a", **SUMMARY),
            "posts/b.md": post(body="<div>Words", Id="b", **SUMMARY),
        }
    )
    built = site.build(drafts=True, keep_going=True)
    assert {each.rule for each in built.problems} == {"unbalanced-html"}
    assert {"a/index.html", "b/index.html"} <= site.files().keys()


def test_a_post_that_links_to_one_left_out_is_left_out_too(small_site: Make) -> None:
    site = small_site(
        {
            "posts/bad.md": post("Bad", body="<div>", Id="bad", **SUMMARY),
            "posts/last.md": post("Last", body="[A link]({filename}middle.md)", **SUMMARY),
            "posts/middle.md": post("Middle", body="[A link]({filename}bad.md)", **SUMMARY),
            "posts/good.md": post("Good", Id="good", **SUMMARY),
        }
    )
    built = site.build(keep_going=True)
    assert {Path(each.file).stem for each in built.problems if each.rule == "dead-link"} == {
        "last",
        "middle",
    }
    assert not {"bad/index.html", "last/index.html", "middle/index.html"} & site.files().keys()
    assert "good/index.html" in site.files()


PROBLEMS = (
    Problem("b.md", 2, "a % sign, and\nan end", "spelling", "warning"),
    Problem("a.md", 9, "one", "dead-link"),
    Problem("a.md", 9, "two", "spelling", "warning"),
    Problem("a.md", 1, "an \x1b[31m escape", "bad-title"),
)


def test_problems_stand_in_the_order_of_files_lines_and_severity() -> None:
    ordered = [(each.file, each.line, each.severity) for each in in_order(PROBLEMS)]
    assert ordered == [
        ("a.md", 1, "error"),
        ("a.md", 9, "error"),
        ("a.md", 9, "warning"),
        ("b.md", 2, "warning"),
    ]


def test_many_of_one_kind_are_counted() -> None:
    many = [Problem("a.md", n, f"number {n}", "spelling", "warning") for n in range(1, 5000)]
    found = in_order(many)
    assert len(found) == 21
    assert found[-1].words == "and 4979 more like those above"


def test_each_format_says_all() -> None:
    report = Report(tuple(in_order(PROBLEMS)))
    text = list(lines(report))
    assert text[0] == "a.md:1: error: an �[31m escape [bad-title]"
    assert text[-1] == "2 errors, 2 warnings"
    assert "\x1b[1;31merror:\x1b[0m one" in list(lines(report, colours=True))[1]
    (whole,) = lines(report, "json")
    assert json.loads(whole)[3] == {
        "file": "b.md",
        "line": 2,
        "words": "a % sign, and\nan end",
        "rule": "spelling",
        "severity": "warning",
    }
    github = list(lines(report, "github"))
    assert github[3] == "::warning file=b.md,line=2,title=spelling::a %25 sign, and an end"


@pytest.mark.parametrize("problem", [*PROBLEMS[1:3], Problem("", 0, "SITEURL: wrong")])
def test_what_is_told_is_understood_again(problem: Problem) -> None:
    assert said(str(problem)) == problem


def test_a_line_end_in_a_files_name_ends_no_message(small_site: Make) -> None:
    body = f"[[cta gone]]\n\nA teh. ![A pot]({{static}}/static/pot.png)\n\n{'b ' * 9}"
    site = small_site(
        {
            "posts/a\nb.md": post(body=body, Aliases="../up"),
            "posts/c\nd.md": post(Title="", Date="soon"),
            "posts/e\nf.md": post(Status="draft"),
            "static/pot.png": "no picture",
            "calls_to_action.toml": '[call.a]\nkind = "link"\nheading = "A"\nbody = "A"\n'
            'button = "A"\nurl = "/"\n[[placement]]\ncall = "a"\nslot = "end"\n',
        }
    )
    (site.content / "posts/link\nto").symlink_to("/no\nwhere")
    report = check(site.content)
    rules: dict[str, set[str]] = {}
    for each in report.problems:
        assert str(each).startswith(f"{each.file}:{each.line}: ") and each.line
        rules.setdefault(each.file.removeprefix(f"{site.content}/"), set()).add(each.rule)
    every = {"bad-alias", "engagement", "no-id", "picture", "spelling"}
    assert rules["posts/a\\nb.md"] >= every
    assert rules["posts/c\\nd.md"] >= {"bad-date", "no-title"}
    assert "is a link to /no\\nwhere, which" in str(
        next(each for each in report.problems if each.file.endswith("link\\nto"))
    )
    assert [file for file, _ in report.held_back] == [f"{site.content}/posts/e\\nf.md"]
    assert next(iter(written_ids(site.content))).startswith("posts/a\\nb.md: Id: ")


def test_the_task_ends_with_1_on_errors_alone(small_site: Make) -> None:
    site = small_site({"posts/a.md": post()})

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "invoke", "check", "--content", str(site.content), *words],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )

    warned = run()
    assert (warned.returncode, "warning: no summary" in warned.stdout) == (0, True)
    assert "\x1b" not in warned.stdout
    assert run("--strict").returncode == 1
    assert run("--format", "xml").returncode == 1
    assert not site.output.exists()


def test_the_page_about_the_rules_and_the_rules_are_equal() -> None:
    page = Path(ROOT, "docs", "checks.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| ([a-z, ]+) \| (\S.*?) \| (.*) \|$", page, re.MULTILINE
    )
    always = {False: ", always", True: ""}
    assert [(name, severity) for name, severity, *_ in rows] == [
        (name, rule.severity + (always[rule.can_be_allowed] if rule.severity == "error" else ""))
        for name, rule in RULES.items()
    ]


HOSTILE = [
    *("<a " * 5_000, '<a "' * 5_000, "<!--" * 5_000, "<b>" * 5_000, "</b>" * 5_000),
    *("[" * 12_500, "[^" * 5_000, "](" * 5_000, "`" * 12_500, "`a``b" * 5_000, "*a **b" * 5000),
    *("{{" * 5_000, "|" * 5_000, "a|" * 5_000, "- " * 5_000, "> " * 2_500, "a" * 1_000_000),
    *("word " * 50_000, "a\n- b\n" * 5_000, "&" * 12_500, "'" * 12_500, "a-" * 12_500),
    *("x\0" * 5_000, "<![CDATA[" * 5000, "{" * 12_500, "http://" * 5_000, "a@" * 12_500),
]


def test_pathological_posts_are_read_in_bounded_time_and_none_gets_lost(small_site: Make) -> None:
    site = small_site(
        {
            **{f"posts/p{n}.md": post(body=text, **SUMMARY) for n, text in enumerate(HOSTILE)},
            "posts/nested.md": post(body="<div>" * 5000 + "</p>" * 5000, **SUMMARY),
            "posts/head.md": post(Allow="(" * 50_000, Tags="," * 50_000, Slug="x", **SUMMARY),
            "posts/title.md": post("<" * 20_000, Summary="[" * 20_000),
            "posts/large.md": post(body="Words and words. " * 700_000),
        }
    )
    words = [sys.executable, "-m", "invoke", "check", "--content", str(site.content)]
    # Far more than it takes; what grows with the square of a post takes hours.
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True, timeout=240)
    assert "Traceback" not in done.stdout + done.stderr
    assert "This should not happen" not in done.stderr
    assert done.returncode == 1
    assert "large.md:1: error: the file has 11.9 MB" in done.stdout


SIGNS = st.sampled_from(
    [
        *"abcdeXYZ 0123456789\n\n\t:;,.-_#*`[](){}<>/\\|&%'\"!?=^~+@$\x00\x1b\u202e\ufeff🎉ß漢",
        "<script>",
        "</main>",
        "<!--",
        "-->",
        "{filename}",
        "{static}../",
        "javascript:",
        "]]>",
        "\n---\n",
        "\n    ",
        "Title: x\n",
        "Date: 2025-01-01\n",
        "Status: draft\n",
        "../",
        "{{",
        "```",
    ]
)
KEYS = st.sampled_from(
    [
        "Title",
        "Date",
        "Modified",
        "Status",
        "Tags",
        "Category",
        "Slug",
        "Save_as",
        "Url",
        "Lang",
        "Template",
        "Author",
        "Summary",
        "Allow",
        "Related",
        "Calls",
        "Translation",
        "Stauts",
        "Id",
    ]
)
TEXTS = st.lists(SIGNS, max_size=12).map("".join)
POSTS = st.builds(
    lambda keys, body: "".join(f"{key}: {value}\n" for key, value in keys) + "\n" + body,
    st.lists(st.tuples(KEYS, TEXTS), max_size=5).map(
        lambda keys: [("Title", "NAME"), ("Date", "2025-01-01"), *keys]
    ),
    TEXTS,
)


def test_of_posts_only_those_that_changed_are_read_again(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site(
        {
            "posts/a.md": post("One", "It is teh one.", **SUMMARY),
            "posts/b.md": post("Two", "It is teh [other](a.md).", **SUMMARY),
            "posts/c.md": post("Three", "teh", Status="draft"),
        }
    )
    memory = Remembering()
    monkeypatch.setattr("incremental.memory.Memory.map", lambda _, *given: memory(*given))

    def read_again() -> list[str]:
        memory.new.clear()
        given = site_settings("pelicanconf.py", content=site.content, keep_going=True)
        problems = read_site(given).problems
        assert [str(each) for each in problems] == [
            str(each) for each in check(site.content).problems
        ]
        return sorted(item.source.split("\n")[0] for name, item in memory.new if name == "proof_of")

    assert len(read_again()) == 3
    # A minute later.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW) + 60))
    assert read_again() == []
    site.write({"posts/b.md": post("Two", "It is not teh [other](a.md).", **SUMMARY)})
    assert read_again() == ["Title: Two"]
    (site.content / "posts/a.md").unlink()
    assert read_again() == []
    site.write({"dictionary.txt": "teh\n"})
    assert len(read_again()) == 2
    assert not [each for each in told(site) if "[spelling]" in each]
    # Whether a date is far off depends on the year.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW) + 366 * 86400))
    assert len(read_again()) == 2


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(POSTS, min_size=20, max_size=20))
def test_whatever_posts_hold_each_is_published_or_told(
    small_site: Make, tmp_path: Path, texts: list[str]
) -> None:
    site = small_site(
        {f"posts/p{n}.md": text.replace("NAME", f"Story{n}x") for n, text in enumerate(texts)}
    )
    built = site.build(keep_going=True)
    files = {each.file for each in built.problems if each.severity == "error"}
    held = {file for file, _ in built.held_back}
    pages = {name: site.read(name) for name in site.files() if name.endswith(".html")}
    for n in range(len(texts)):
        shown = any(f"Story{n}x" in page for page in pages.values())
        assert shown or str(site.content / f"posts/p{n}.md") in files | held
    for name, page in pages.items():
        assert "<script>" not in page, name
    for name in ("feeds/all.atom.xml", "feeds/all.rss.xml"):
        if (site.output / name).exists():
            ElementTree.fromstring(site.read(name))
    assert {path.name for path in tmp_path.iterdir()} == {"my content", "my output"}


def test_all_words_of_the_library_are_known_with_their_numbers() -> None:
    library = SpellChecker(language="en", distance=1)
    words = dict(library.word_frequency.items())
    assert {word: usage(word) for word in words} == words
    assert not any(map(usage, ("", "zq", "zqz", "concx", "zürichx")))
    assert set("".join(words)) == set(LETTERS)


@pytest.mark.parametrize("word", ["teh", "recieve", "hous", "caf", "xylophonee", "zqzqzq"])
def test_suggestions_are_those_of_the_library(word: str) -> None:
    library = SpellChecker(language="en", distance=1)
    found = sorted(library.candidates(word) or (), key=lambda each: (-library[each], each))
    assert suggestions(word) == tuple(found[:2])
