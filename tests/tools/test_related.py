"""The related stories of small blogs in whole runs: what the writer says, and what she is told."""

import csv
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from xml.etree.ElementTree import Element

import html5lib
import pytest
from engagement.story import Story
from sites import SITEURL, SmallSite, errors, post

from tools.build import ROOT, BuildError
from tools.related import Ranked, evaluated, ranked, report, rows

Make = Callable[..., SmallSite]
Files = Mapping[str, str | bytes]

# Two kinds of story: of bread and of boats.
STORIES: dict[str, str | bytes] = {
    "posts/food/bread.md": post("Bread", "Baking bread with flour and yeast. " * 6),
    "posts/food/dough.md": post("Dough", "Kneading dough of flour and yeast. " * 6),
    "posts/food/rolls.md": post("Rolls", "Warm rolls of flour and yeast. " * 6),
    "posts/sea/boats.md": post("Boats", "Sailing boats across the harbour. " * 6),
    "posts/sea/ships.md": post("Ships", "Big ships enter the harbour. " * 6),
}


def bread(body: str = "Baking bread with flour and yeast. " * 6, **keys: str) -> dict[str, str]:
    """The story about bread with further lines of front matter, the first of them line 3."""
    return {"posts/food/bread.md": post("Bread", body, **keys)}


def lists(found: Ranked) -> dict[str, list[str]]:
    """The recommended slugs of each story by its slug."""
    stories = found.blog.stories
    return {
        _named(story): [_named(stories[each.index]) for each in entries]
        for story, entries in zip(stories, found.lists, strict=True)
    }


def _named(story: Story) -> str:
    return story.slug if story.lang == "en" else f"{story.lang}/{story.slug}"


def shown(site: SmallSite, page: str) -> list[str]:
    """The addresses under a page's story, in their order."""
    return [
        link.get("href", "")
        for link in _parsed(site.read(page)).findall(".//nav[@class='related-stories']//h3/a")
    ]


def _parsed(html: str) -> Element:
    return html5lib.parse(html, namespaceHTMLElements=False)


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """The task, as the writer runs it."""
    return subprocess.run(
        [sys.executable, "-m", "invoke", "related", *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "pins",
    [
        "ships, boats",
        "{filename}../sea/ships.md, {filename}/posts/sea/boats.md",
        "posts/sea/ships.md, boats",
        "ships\nRelated: boats",
    ],
)
def test_pins_by_slug_and_by_path_stand_first_in_the_writers_order(
    small_site: Make, pins: str
) -> None:
    site = small_site({**STORIES, **bread(Related=pins)})
    site.build()
    found = shown(site, "bread/index.html")
    assert found[:2] == ["/blog/ships/", "/blog/boats/"]
    assert found[2] in {"/blog/dough/", "/blog/rolls/"}
    assert set(shown(site, "dough/index.html")[:2]) == {"/blog/bread/", "/blog/rolls/"}


def test_more_pins_than_the_limit_all_stand_on_the_page(small_site: Make) -> None:
    site = small_site({**STORIES, **bread(Related="ships, rolls, boats, dough")})
    site.build()
    pins = [f"/blog/{slug}/" for slug in ("ships", "rolls", "boats", "dough")]
    assert shown(site, "bread/index.html") == pins


def test_unrelated_stories_never_stand_below_that_one(small_site: Make) -> None:
    site = small_site({**STORIES, **bread(Unrelated="dough, {filename}rolls.md")})
    site.build()
    assert set(shown(site, "bread/index.html")) == {"/blog/ships/", "/blog/boats/"}
    assert "/blog/bread/" in shown(site, "dough/index.html")


def test_related_none_shows_nothing_but_is_recommended(small_site: Make) -> None:
    site = small_site({**STORIES, **bread(Related="none", Unrelated="ships")})
    site.build()
    assert "related-stories" not in site.read("bread/index.html")
    assert "/blog/bread/" in shown(site, "dough/index.html")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"Related": "doug"}, ':3: Related: there is no story "doug"; did you mean "dough"?'),
        ({"Unrelated": "Ships"}, ':3: Unrelated: there is no story "Ships"; did you mean "ships"?'),
        ({"Tags": "x", "Related": "none, dough"}, ':4: Related: there is no story "none"'),
        ({"Related": "bread"}, ':3: Related: "bread" is this story itself; take it out'),
        ({"Related": "draft"}, ':3: Related: "draft" is not published; take it out until it is'),
        ({"Related": "hidden"}, ':3: Related: "hidden" is not published; take it out until it is'),
        ({"Unrelated": "ahead"}, ':3: Unrelated: "ahead" is not published; take it out'),
        (
            {"Related": "{filename}dogh.md"},
            ':3: Related: there is no story "posts/food/dogh.md"; did you mean "posts/food/dough',
        ),
        (
            {"Related": "{filename}bread.md"},
            ':3: Related: "posts/food/bread.md" is this story itself; take it out',
        ),
        (
            {"Related": "{filename}/posts/draft.md"},
            ':3: Related: "posts/draft.md" is not published; take it out until it is',
        ),
    ],
)
def test_a_name_that_is_no_story_to_recommend_stops_the_build(
    small_site: Make, keys: dict[str, str], problem: str
) -> None:
    site = small_site(
        {
            **STORIES,
            **bread(**keys),
            "posts/draft.md": post("Draft", Status="draft"),
            "posts/hidden.md": post("Hidden", Status="hidden"),
            "posts/ahead.md": post("Ahead", Date="2026-02-01"),
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    assert f"posts/food/bread.md{problem}" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert not site.output.exists()


def test_every_wrong_name_is_told_at_once_and_left_out_on_request(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            **bread(Related="bots, ships, doug", Unrelated="rols"),
            "posts/sea/boats.md": post("Boats", Related="shps"),
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    said = str(raised.value).splitlines()
    assert [line.split('"')[1] for line in said] == ["bots", "doug", "rols", "shps"]
    assert errors(site.build(keep_going=True, drafts=True)) == said
    assert shown(site, "bread/index.html")[0] == "/blog/ships/"


def test_drafts_hidden_future_stories_and_translations_are_recommended_nowhere(
    small_site: Make,
) -> None:
    same = "Baking bread with flour and yeast. " * 6
    site = small_site(
        {
            **STORIES,
            "posts/draft.md": post("Draft", same, Status="draft"),
            "posts/hidden.md": post("Hidden", same, Status="hidden"),
            "posts/ahead.md": post("Ahead", same, Date="2026-02-01"),
            "posts/food/bread-de.md": post("Brot", same, Slug="bread", Lang="de"),
            "posts/food/dough-de.md": post("Teig", same, Slug="dough", Lang="de"),
        }
    )
    site.build(drafts=True)
    hidden = {"draft", "hidden", "ahead"}
    for page in ("bread/", "dough/", "boats/", "drafts/draft/", "hidden/", "drafts/ahead/"):
        found = shown(site, f"{page}index.html")
        assert len(found) == 3, page
        assert not [a for a in found if a.startswith("/blog/de/") or a.split("/")[-2] in hidden]
    assert shown(site, "drafts/draft/index.html")[0] == "/blog/bread/"
    assert shown(site, "de/bread/index.html") == ["/blog/de/dough/"]


SERIES: dict[str, str | bytes] = {
    f"posts/part-{n}.md": post(
        f"Part {n}",
        "Tides and anchors, anchors and tides. " * 6,
        Date=f"2025-0{n}-01",
        Series="The harbour",
    )
    for n in (1, 2, 3, 4)
}


def test_the_parts_before_and_after_in_a_series_are_not_recommended(small_site: Make) -> None:
    site = small_site({**STORIES, **SERIES})
    found = lists(ranked(site.content))
    assert not {"part-1", "part-3"} & set(found["part-2"])
    assert found["part-2"][0] == "part-4"
    assert set(found["part-1"][:2]) == {"part-3", "part-4"}
    # A translation is no part of its own.
    site.write(
        {
            f"posts/part-{n}-de.md": post(
                f"Teil {n}", Slug=f"part-{n}", Lang="de", Date=f"2025-0{n}-01", Series="The harbour"
            )
            for n in (1, 2, 3)
        }
    )
    translated = lists(ranked(site.content))
    assert not {"part-1", "part-3"} & set(translated["part-2"])
    assert (translated["de/part-1"], translated["de/part-2"]) == (["de/part-3"], [])
    site.write({"posts/part-2.md": post("Part 2", Series="The harbour", Related="part-3")})
    assert lists(ranked(site.content))["part-2"][0] == "part-3"


def test_series_neighbours_are_recommended_on_request(
    small_site: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = tmp_path / "conf.py"
    conf.write_text(
        (ROOT / "pelicanconf.py").read_text("utf-8")
        + f"THEME, PLUGIN_PATHS = {str(ROOT / 'theme')!r}, [{str(ROOT / 'plugins')!r}]\n"
        'RELATED_STORIES = {"include_series_neighbours": True}\n'
    )
    monkeypatch.setattr("tools.related.CONF", str(conf))
    site = small_site({**STORIES, **SERIES})
    assert set(lists(ranked(site.content))["part-2"]) == {"part-1", "part-3", "part-4"}


def test_the_report_says_who_shows_whom_why_and_who_is_left_out(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            **bread(Related="ships"),
            "posts/draft.md": post("Draft", "Feeding the yeast. " * 6, Status="draft"),
        }
    )
    found = ranked(site.content)
    assert not site.output.exists()
    said = list(report(found))
    heads = [line.split("  (")[0] for line in said if line[0] != " "]
    assert heads[:-1] == ["boats", "bread", "dough", "draft", "rolls", "ships"]
    at = said.index(next(line for line in said if line.startswith("bread  (")))
    assert said[at].endswith(" inbound)")
    assert [line.split()[0] for line in said[at + 1 : at + 4]] == ["1", "2", "3"]
    assert said[at + 1].split()[2:] == ["ships", "pinned"]
    assert {line.split(None, 3)[3] for line in said[at + 2 : at + 4]} == {"food, flour, yeast"}
    assert said[heads.index("draft") * 4] == "draft  (not public)"
    assert said[-1] == "5 stories, 0 adopted, 0 recommended nowhere"


def test_the_report_names_adopted_stories_and_those_that_nobody_recommends(
    small_site: Make,
) -> None:
    site = small_site({f"posts/{n}.md": post(f"S {n}", f"Word{n} alone.") for n in range(9)})
    said = list(report(ranked(site.content)))
    adopted = [line for line in said if "adopted: it would be recommended nowhere else" in line]
    assert said[-1] == f"9 stories, {len(adopted)} adopted, 0 recommended nowhere"
    assert adopted
    assert all(line.startswith("  3 ") for line in adopted)
    everywhere = {"Related": "1"}
    site.write({f"posts/{n}.md": post(f"S {n}", Unrelated="0", **everywhere) for n in (2, 3, 4)})
    site.write({"posts/1.md": post("S 1", Unrelated="0")})
    for n in (5, 6, 7, 8):
        site.write({f"posts/{n}.md": post(f"S {n}", Related="none")})
    said = list(report(ranked(site.content)))
    assert said[-2].endswith(", 1 recommended nowhere")
    assert said[-1] == "  0"


def test_rows_are_source_rank_target_score_and_reason(small_site: Make, tmp_path: Path) -> None:
    site = small_site({**STORIES, "posts/draft.md": post("Draft", Status="draft")})
    file = tmp_path / "rows.tsv"
    done = run("--content", str(site.content), "--output", str(file), "--limit", "4")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with file.open(encoding="utf-8", newline="") as opened:
        found = list(csv.reader(opened, delimiter="\t"))
    assert len(found) == 5 * 4
    assert {len(row) for row in found} == {5}
    for n in range(5):
        mine = found[4 * n : 4 * n + 4]
        assert len({row[0] for row in mine}) == 1
        assert [row[1] for row in mine] == ["1", "2", "3", "4"]
        assert len({row[2] for row in mine} | {mine[0][0]}) == 5
        scores = [float(row[3]) for row in mine]
        assert scores == sorted(scores, reverse=True)
        assert all(len(row[3].split(".")[1]) == 6 for row in mine)
    first = next(row for row in found if row[:2] == ["boats", "1"])
    assert (first[2], first[4]) == ("ships", "harbour, sea")
    three = list(rows(ranked(site.content)))
    assert three == ["\t".join(row) for row in found if row[1] in "123"]


def test_unusable_posts_are_told_and_the_rest_is_ranked(small_site: Make) -> None:
    site = small_site(
        {
            **STORIES,
            **bread(Related="doug, ships"),
            "posts/broken.md": "no front matter",
            "posts/latin.md": post("Caf\xe9").encode("latin-1"),
        }
    )
    done = run("--content", str(site.content))
    assert done.returncode == 0
    told = [line.partition(": ")[0].rpartition("/")[2] for line in done.stderr.splitlines()]
    assert sorted(set(told)) == ["bread.md:3", "broken.md:1", "latin.md:1"]
    assert 'there is no story "doug"; did you mean "dough"?' in done.stderr
    assert "5 stories, " in done.stdout
    assert "pinned" in done.stdout


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("--content", str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [f"there is no folder {tmp_path / 'nowhere'}"]


LINKED: dict[str, str | bytes] = {
    **STORIES,
    # Its own words are of boats.
    **bread("Sailing boats across the harbour. [x]({filename}dough.md)"),
    "posts/food/dough.md": post("Dough", "Kneading dough of flour and yeast. [x](/rolls/)"),
    "posts/draft.md": post("Draft", "[ships]({filename}sea/ships.md)", Status="draft"),
}


def test_the_choice_is_measured_with_the_authors_own_links(small_site: Make) -> None:
    site = small_site({**STORIES, **bread("Flour and yeast. " * 9 + "[x]({filename}dough.md)")})
    assert evaluated(site.content).recall == 1
    site.write(LINKED)
    found = evaluated(site.content)
    # Dough and rolls find each other; bread shows boats and ships first.
    assert (found.coverage, found.filled) == (1, 1)
    assert 1 / 2 < found.ndcg < 1
    # The words of a link are no merit of the ranking, nor is what the writer says of a story.
    words = "[" + "dough of flour and yeast, " * 9 + "]({filename}dough.md) [I](/bread/)"
    site.write(bread("Sailing boats across the harbour. " + words, Related="dough"))
    site.write({"posts/sea/ships.md": post("Ships", "Big ships enter the harbour. " * 6,
                                           Unrelated="boats, bread", Related="dough")})  # fmt: skip
    assert evaluated(site.content) == found


def test_a_blog_without_links_cannot_measure(small_site: Make) -> None:
    site = small_site(STORIES)
    with pytest.raises(BuildError, match="nothing to measure with: no story links to another"):
        evaluated(site.content)


def test_a_file_of_pairs_counts_in_place_of_links(small_site: Make, tmp_path: Path) -> None:
    site = small_site(STORIES)
    file = tmp_path / "links.tsv"
    file.write_text("boats\tships\nbread\tdough\n")
    done = run("--content", str(site.content), "--evaluate", "--links", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[:2] == ["recall", "1.000"]
    file.write_text("boats\tdough\nboats\trolls\nships\tbread\n")
    assert evaluated(site.content, file).ndcg < 1


def test_every_wrong_line_of_pairs_is_told(small_site: Make, tmp_path: Path) -> None:
    site = small_site(LINKED)
    file = tmp_path / "links.tsv"
    file.write_text("bread\tdough\nbread dough\nbots\tships\nbread\tdraft\na\tb\nx\ty\tz\n")
    done = run("--content", str(site.content), "--evaluate", "--links", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{file}:2: write two slugs, set apart by a tab",
        f'{file}:3: there is no story "bots"',
        f'{file}:4: there is no story "draft"',
        f'{file}:5: there is no story "a"',
        f'{file}:5: there is no story "b"',
        f"{file}:6: write two slugs, set apart by a tab",
    ]


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_with_another_theme_every_story_ends_with_the_whole_list(
    tmp_path: Path, theme: str
) -> None:
    site = SmallSite(tmp_path / "content", tmp_path / "output")
    site.write(STORIES)
    site.write({"posts/ahead.md": post("Ahead", "Flour, harbour. " * 9, Date="2999-01-01")})
    parent = "!theme/article.html" if theme == "notmyidea" else "!simple/article.html"
    (tmp_path / "article.html").write_text(
        f'{{% extends "{parent}" %}}{{% block content %}}{{{{ super() }}}}'
        '{% include "engagement/after_story.html" %}{% endblock %}'
    )
    (tmp_path / "theirconf.py").write_text(
        dedent(
            f"""\
            SITEURL = "{SITEURL}"
            TIMEZONE = "UTC"
            DEFAULT_LANG = "en"
            THEME = "{theme}"
            THEME_TEMPLATES_OVERRIDES = [{str(tmp_path)!r}]
            PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
            PLUGINS = ["engagement"]
            """
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "content", "-s", "theirconf.py"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name in ("bread", "dough", "rolls", "boats", "ships"):
        page = _parsed(site.read(f"{name}.html"))
        navs = page.findall(".//nav[@class='related-stories']")
        assert len(navs) == 1, name
        heading = navs[0].find("h2")
        assert "".join(heading.itertext()) == "Read next"
        assert navs[0].get("aria-labelledby") == heading.get("id")
        entries = navs[0].findall("ul/li")
        assert len(entries) == 3
        for entry in entries:
            title = "".join(entry.find("a").itertext())
            assert title in {"Bread", "Dough", "Rolls", "Boats", "Ships"} - {name.title()}
            assert entry.find("a").get("href") == f"{SITEURL}/{title.lower()}.html"
            assert entry.find("time").get("datetime") == "2025-05-01T09:00:00+00:00"
            assert entry.find("time").text == "1 May 2025"
        said = [" ".join("".join(entry.itertext()).split()) for entry in entries]
        assert all("1 min read" in text for text in said)
        why = "harbour and sea" if name in ("boats", "ships") else "food, flour and yeast"
        assert said[0].endswith(f"1 min read Also about {why}"), said
        assert said[2].endswith("1 min read")


def test_a_story_both_wanted_and_unwanted_is_told(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", Related="b", Unrelated="b"),
            "posts/b.md": post("B"),
            "posts/c.md": post("C"),
        }
    )
    with pytest.raises(BuildError, match=r'a.md:4: Unrelated: "b" is also in Related; take it'):
        site.build()


def test_a_pin_in_another_language_is_told(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A", Related="b"), "posts/b.md": post("B", Lang="de")})
    with pytest.raises(BuildError, match=r'Related: "b" is in another language \(de\); take it'):
        site.build()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--evaluate", "--links", "no/such"), "no/such cannot be read"),
        (("--output", "no/such/file.tsv"), "no/such/file.tsv cannot be written"),
        (("--limit", "-1"), '--limit is "-1"; give a whole number from 1'),
        (("--limit", "abc"), '--limit is "abc"; give a whole number from 1'),
    ],
)
def test_wrong_arguments_are_told_in_a_line(words: tuple[str, ...], problem: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "related", *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_pairs_name_the_original_of_translations(small_site: Make, tmp_path: Path) -> None:
    words = {"a": "rye flour ", "b": "rye flour ", "c": "boats ", "d": "clocks ", "e": "boats "}
    site = small_site({f"posts/{slug}.md": post(slug, text * 9) for slug, text in words.items()})
    site.write({"posts/a-de.md": post("A", "rye flour " * 9, Slug="a", Lang="de")})
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("a\tb\n")
    assert evaluated(site.content, pairs).recall == 1


def test_a_report_of_another_length_counts_what_the_site_shows(small_site: Make) -> None:
    site = small_site({f"posts/{n}.md": post(f"S {n}", f"Word{n}.") for n in range(8)})
    lines = [line for count in (None, 1, 5) for line in report(ranked(site.content, count))]
    (shown,) = {line for line in lines if " adopted," in line}
    assert shown.endswith(", 0 recommended nowhere")
    inbound = [line for line in lines if " inbound)" in line]
    assert inbound == inbound[:8] * 3
