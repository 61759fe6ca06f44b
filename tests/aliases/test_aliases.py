"""Old addresses that lead to new ones, in whole builds."""

import json
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest
from aliases.redirects import aliases_of, redirect_file
from playwright.sync_api import Page
from sites import SITEURL, SmallSite, post

from tools.build import BuildError
from tools.check import check

Make = Callable[..., SmallSite]


@pytest.mark.parametrize(
    ("alias", "file"),
    [
        ("old/", "old/index.html"),
        ("/old", "old/index.html"),
        ("2019/05/old.html", "2019/05/old.html"),
        ("old.php", "old.php/index.html"),
        ("caf%C3%A9/", "café/index.html"),
        (f"{SITEURL}/old/", "old/index.html"),
        (f"{SITEURL}/old.htm", "old.htm"),
    ],
)
def test_a_file_answers_at_each_old_address(alias: str, file: str) -> None:
    assert redirect_file(alias, SITEURL) == file


@pytest.mark.parametrize(
    ("alias", "problem"),
    [
        ("https://elsewhere.org/old/", "is on another site; give what follows https://site"),
        ("//elsewhere.org/old/", "is on another site"),
        ("?p=12", "holds a . or #"),
        ("old/#part", "holds a . or #"),
        ("a b/", "holds ' '; write it like old-name/"),
        ("a%00b", "holds '\\\\x00'"),
        ("C:\\old", "holds ':' '\\\\\\\\'"),
        ("../old/", "is no address of a page"),
        ("a//b/", "is no address of a page"),
        ("%2e%2e/old", "is no address of a page"),
        (".git/config.html", "is no address of a page"),
        ("/", "is no address of a page"),
        ("x" * 300, "is too long"),
        ("feeds/all.atom.xml", "is a file, at which no page can answer; take it out"),
        ("good/index.html/x", "is a file"),
        ("CNAME", "is a file"),
    ],
)
def test_an_address_that_no_file_can_answer_is_told(alias: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        redirect_file(alias, SITEURL)


def test_aliases_stand_on_one_line_or_on_several() -> None:
    assert aliases_of("a/, b/") == aliases_of(["a/", "b/,"]) == ["a/", "b/"]
    assert aliases_of("") == aliases_of(" , ") == []


def test_old_addresses_lead_to_the_new_one(small_site: Make, serve: Callable[[Path, str], str],
                                           page: Page) -> None:  # fmt: skip
    site = small_site(
        {
            "posts/new.md": post(
                'Fish & "chips" <b>',
                Aliases="old/, 2019/older.html\n    oldest",
                Allow="bad-title (to see it)",
            ),
            "pages/about.md": "Title: About\nAliases: who/\n\nWe.\n",
            "posts/draft.md": post("Not yet", Status="draft", Aliases="soon/"),
        }
    )
    site.build(drafts=True)
    redirect = html5lib.parse(site.read("old/index.html"), namespaceHTMLElements=False)
    (canonical,) = redirect.findall(".//link[@rel='canonical']")
    assert canonical.get("href") == f"{SITEURL}/new/"
    assert {"2019/older.html", "oldest/index.html", "who/index.html"} <= site.files().keys()
    assert "soon/index.html" not in site.files()
    address = serve(site.output, "/blog")
    for old in ("old/", "2019/older.html", "oldest/"):
        page.goto(f"{address}/{old}")
        page.wait_for_url(f"{address}/new/")
    page.goto(f"{address}/who/")
    page.wait_for_url(f"{address}/about/")


def test_every_wrong_alias_is_told_in_one_run(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", Aliases="b/, ?p=1"),
            "posts/b.md": post("B", Aliases="once/\n    once/\n    B/"),
            "posts/c.md": post("C", Aliases="Once/"),
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    said = str(raised.value).replace(f"{site.content}/posts/", "").splitlines()
    assert said == [
        'a.md:3: Aliases: "b/" leads to b.md already; take it out',
        'a.md:3: Aliases: "?p=1" holds a ? or #, which no file can answer; take it out',
        'b.md:3: Aliases: "once/" leads to b.md already; take it out',
        'b.md:3: Aliases: "B/" leads to b.md already; take it out',
        'c.md:3: Aliases: "Once/" leads to b.md already; take it out',
    ]


@pytest.mark.parametrize("alias", ["archives/", "index.html", "topic/bread/", "search/"])
def test_an_alias_never_takes_the_place_of_the_sites_own_files(
    small_site: Make, alias: str
) -> None:
    site = small_site({"posts/a.md": post("A", Aliases=alias, Category="Bread")})
    found = check(site.content).problems
    (told,) = [str(each) for each in found if each.rule == "bad-alias"]
    assert "a.md:3: error: Aliases: " in told
    assert "is a page of the site; take it out" in told


def test_what_only_the_build_finds_taken_keeps_no_other_story_back(small_site: Make) -> None:
    texts = {f"posts/p{n}.md": post(f"P{n}") for n in range(13)}
    site = small_site({**texts, "posts/a.md": post("A", Aliases="page/2/")})
    with pytest.raises(BuildError, match=r"a.md:3: Aliases: .* is a page of the site; take it out"):
        site.build()
    built = site.build(keep_going=True)
    assert "bad-alias" in {each.rule for each in built.problems}
    assert "p1/index.html" in site.files()
    assert "refresh" not in site.read("page/2/index.html")


def test_a_list_names_each_public_story_by_its_id_and_its_address(small_site: Make) -> None:
    site = small_site(
        {
            "posts/b.md": post("B", Slug="elsewhere"),
            "posts/a.md": post("A", Id="for-ever"),
            "posts/a-de.md": post("A", Lang="de", Slug="a"),
            "posts/draft.md": post("Draft", Status="draft"),
            "posts/hidden.md": post("Hidden", Status="hidden"),
        }
    )
    site.build()
    assert json.loads(site.read("addresses.json")) == {
        "a-de": "de/a/",
        "b": "elsewhere/",
        "for-ever": "a/",
    }
