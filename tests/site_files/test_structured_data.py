"""What pages say of themselves to programs: as JSON-LD in the head, as classes in the body."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
import pytest
from sites import SITEURL, SmallSite, post

from tools import build as build_module

Make = Callable[..., SmallSite]


def parsed(html: str) -> Element:
    """The page as a browser reads it."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def text_of(element: Element) -> str:
    """The element's text, without the blanks around it."""
    return "".join(element.itertext()).strip()


def said_in(page: Element) -> dict[str, dict[str, Any]]:
    """What the page's head says, by type; strict as to form."""
    found: dict[str, dict[str, Any]] = {}
    for script in page.findall("head/script[@type='application/ld+json']"):
        text = script.text or ""
        assert not set("<>&") & set(text)
        document = json.loads(text)
        assert document["@context"] == "https://schema.org"
        for thing in document["@graph"]:
            assert thing["@type"] not in found
            found[thing["@type"]] = thing
    return found


def trail(things: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Names and addresses of a page's breadcrumbs."""
    steps = things["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == [*range(1, len(steps) + 1)]
    return [(step["name"], step["item"].removeprefix(SITEURL)) for step in steps]


def test_every_page_of_the_real_site_says_what_it_is(real_site: Path) -> None:
    kinds: dict[str, int] = {}
    for path in sorted(real_site.rglob("*.html")):
        name = path.relative_to(real_site).as_posix()
        page = parsed(path.read_text("utf-8"))
        things = said_in(page)
        url = f"{SITEURL}/{name.removesuffix('index.html')}"
        if page.find(".//article") is not None:
            assert [*things] == ["BlogPosting", "BreadcrumbList"], name
            story = things["BlogPosting"]
            assert [story["headline"]] == [text_of(each) for each in page.iter("h1")], name
            assert story["url"] == story["mainEntityOfPage"]["@id"] == url
            assert len(story["description"]) > 20, name
            for key in ("datePublished", "dateModified"):
                assert datetime.fromisoformat(story[key]).tzinfo, name
            assert [author["name"] for author in story["author"]], name
            assert story["publisher"]["name"] == "Outcome Giraffe"
            logo = story["publisher"]["logo"]["url"]
            assert (real_site / logo.removeprefix(f"{SITEURL}/")).is_file()
            assert story["inLanguage"] == "en"
            home, (topic, address), last = trail(things)
            assert home == ("Outcome Giraffe", "/")
            assert (topic, address) == (
                story["articleSection"],
                address if (real_site / address[1:] / "index.html").is_file() else "",
            )
            assert last == (story["headline"], f"/{name.removesuffix('index.html')}")
        elif name.startswith(("topic/", "tag/")):
            assert [*things] == ["BreadcrumbList"], name
            assert trail(things)[0] == ("Outcome Giraffe", "/")
            assert trail(things)[1][1] == f"/{'/'.join(name.split('/')[:2])}/"
        elif name == "index.html":
            site = things["WebSite"]
            assert site["name"] == "Outcome Giraffe"
            assert site["url"] == f"{SITEURL}/"
            action = site["potentialAction"]
            assert action["@type"] == "SearchAction"
            assert action["target"]["urlTemplate"] == f"{SITEURL}/search/?q={{search_term_string}}"
            assert (real_site / "search/index.html").is_file()
        else:
            assert things == {}, name
        for kind in things:
            kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds["BlogPosting"] >= 30
    assert kinds["WebSite"] == 1


def test_a_storys_facts_are_the_writers(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(
                "A",
                Category="Trust",
                Tags="tea, cake",
                Summary="All of the good *tea* there is.",
                Modified="2025-06-02 10:00",
                Authors="Ann, Bo",
                Lang="de",
            ),
            "posts/b.md": post("B"),
        }
    )
    site.build()
    story = said_in(parsed(site.read("de/a/index.html")))["BlogPosting"]
    assert story["description"] == "All of the good *tea* there\xa0is."
    assert story["datePublished"] == "2025-05-01T09:00:00-04:00"
    assert story["dateModified"] == "2025-06-02T10:00:00-04:00"
    assert [author["name"] for author in story["author"]] == ["Ann", "Bo"]
    assert (story["articleSection"], story["keywords"]) == ("Trust", ["tea", "cake"])
    assert story["inLanguage"] == "de"
    assert story["image"] == f"{SITEURL}/cards/de/a.png"
    assert "cards/de/a.png" in site.files()
    other = said_in(parsed(site.read("b/index.html")))["BlogPosting"]
    assert other["dateModified"] == other["datePublished"] == "2025-05-01T09:00:00-04:00"
    assert other["keywords"] == []


# With the rules that would stop them.
HOSTILE = [
    ("</script><script>alert(1)</script>", ("bad-title", "tag-list", "template-markup")),
    (
        "<!-- <script> and \"quotes\" & 'more' &amp; ]]> <b>",
        ("bad-title", "tag-list", "template-markup"),
    ),
    ("{{ SITEURL }} \\u003c \\ % ü 🫖", ("bad-title", "tag-list", "template-markup")),
]


@pytest.mark.parametrize(("words", "rules"), HOSTILE)
def test_a_hostile_title_is_nothing_but_a_title(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, words: str, rules: tuple[str, ...]
) -> None:
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {
            **given(conf, **options),
            "SITENAME": words,
            "SITESUBTITLE": words,
            "AUTHOR": words,
            "TYPOGRIFY": False,
        },
    )
    tag = words.replace(";", "")  # which would end a tag
    allow = ", ".join(f"{rule} (hostile)" for rule in rules)
    front = {"Summary": words, "Category": words, "Tags": tag, "Allow": allow}
    site = small_site({"posts/a.md": post(words, **front)})
    site.build()
    story = said_in(parsed(site.read("a/index.html")))
    assert story["BlogPosting"]["headline"] == story["BlogPosting"]["description"] == words
    assert story["BlogPosting"]["articleSection"] == words
    assert story["BlogPosting"]["keywords"] == [tag]
    assert story["BlogPosting"]["author"][0]["name"] == words
    assert [name for name, _ in trail(story)] == [words] * 3
    home = said_in(parsed(site.read("index.html")))["WebSite"]
    assert home["name"] == home["description"] == words


def test_a_draft_says_nothing(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A", Status="draft"), "posts/b.md": post("B")})
    site.build(drafts=True)
    assert said_in(parsed(site.read("drafts/a/index.html"))) == {}


def properties(entry: Element) -> dict[str, list[Element]]:
    """An entry's elements by the names of its properties, without those of things inside it."""
    found: dict[str, list[Element]] = {}

    def walk(element: Element) -> None:
        for child in element:
            names = child.get("class", "").split()
            for name in names:
                if name.startswith(("p-", "u-", "dt-", "e-")):
                    found.setdefault(name, []).append(child)
            if not any(name.startswith("h-") for name in names):
                walk(child)

    walk(entry)
    return found


def entries(page: Element) -> Iterator[dict[str, list[Element]]]:
    for element in page.iter():
        if "h-entry" in element.get("class", "").split():
            yield properties(element)


def test_a_program_that_reads_pages_finds_the_story(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(
                "Tea & cake", "Boil it.", Category="Trust", Tags="tea", Modified="2025-06-02 10:00"
            )
        }
    )
    site.build()
    (story,) = entries(parsed(site.read("a/index.html")))
    assert [text_of(each) for each in story["p-name"]] == ["Tea &\xa0cake"]
    assert [each.get("href") for each in story["u-url"]] == [f"{SITEURL}/a/"]
    assert [each.get("datetime") for each in story["dt-published"]] == ["2025-05-01T09:00:00-04:00"]
    assert [each.get("datetime") for each in story["dt-updated"]] == ["2025-06-02T10:00:00-04:00"]
    assert [text_of(each) for each in story["e-content"]] == ["Boil\xa0it."]
    assert [text_of(each) for each in story["p-category"]] == ["Trust", "tea"]
    (author,) = story["p-author"]
    assert "h-card" in author.get("class", "").split()
    assert text_of(author) == "TODO: your name"


@pytest.mark.parametrize("name", ["index.html", "tag/tea/index.html", "b/index.html"])
def test_a_program_that_reads_pages_finds_each_card(small_site: Make, name: str) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", "Words.", Tags="tea", Summary="All of tea.", Authors="Ann, Bo"),
            "posts/b.md": post("B", Date="2025-06-01 09:00", Tags="tea"),
        }
    )
    site.build()
    card = [*entries(parsed(site.read(name)))][-1]
    assert [text_of(each) for each in card["p-name"]] == ["A"]
    assert [urljoin(SITEURL, each.get("href", "")) for each in card["u-url"]] == [f"{SITEURL}/a/"]
    assert [each.get("datetime") for each in card["dt-published"]] == ["2025-05-01T09:00:00-04:00"]
    assert [text_of(each) for each in card["p-summary"]] == ["All of\xa0tea."]
    assert [text_of(each) for each in card["p-author"]] == ["Ann", "Bo"]
