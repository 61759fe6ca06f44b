"""Ways from a story to its parts and its neighbours, in whole builds."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

import html5lib
import pytest
from navigation.headings import headings
from sites import SmallSite, post

Make = Callable[..., SmallSite]


def page(site: SmallSite, slug: str) -> Element:
    """A story's page."""
    return html5lib.parse(site.read(f"{slug}/index.html"), namespaceHTMLElements=False)


def links(element: Element | None) -> list[tuple[str, str | None]]:
    """The words and addresses of the links within."""
    return (
        []
        if element is None
        else [
            ("".join(a.itertext()).replace("\xa0", " "), a.get("href")) for a in element.iter("a")
        ]
    )


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>x</p>", []),
        ('<h2 id="a">A</h2><h3 id="b">B</h3><h2 id="c">C <em>d</em></h2>', ["a A", "c C d"]),
        ('<h2 id="a">A &amp; B<sup id="f"><a href="#fn">1</a></sup></h2>', ["a A & B"]),
        ('<h2>No id</h2><!-- <h2 id="a">A</h2> -->', []),
        ('<pre><h2 id="a">A</h2></pre><h2 class="x" id="b">\nB\n</h2>', ["b B"]),
    ],
)
def test_headings_of_the_second_level_are_found(html: str, found: list[str]) -> None:
    assert [f"{id} {text}" for id, text in headings(html)] == found


def test_a_long_story_lists_its_headings_and_a_short_one_does_not(small_site: Make) -> None:
    sections = "\n\n".join(f"## Part {n} & <b>more</b>\n\nWords." for n in range(1, 5))
    site = small_site(
        {
            "posts/long.md": post("Long", sections),
            "posts/short.md": post("Short", sections.rpartition("## Part 4")[0]),
        }
    )
    site.build()
    (contents,) = page(site, "long").findall(".//details[@class='contents']")
    assert [words for words, _ in links(contents)] == [f"Part {n} & more" for n in range(1, 5)]
    ids = {element.get("id") for element in page(site, "long").iter("h2")}
    assert all(href and href[1:] in ids for _, href in links(contents))
    assert not page(site, "short").findall(".//details")


def test_stories_lead_to_those_before_and_after_in_their_language(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", Date="2025-01-01"),
            "posts/b.md": post("B & b", Date="2025-01-02"),
            "posts/c.md": post("C", Date="2025-01-03"),
            "posts/d.md": post("D", Date="2025-01-02 10:00", Lang="de"),
            "posts/e.md": post("E", Date="2025-01-02 11:00", Status="draft"),
            "posts/f.md": post("F", Date="2025-01-02 12:00", Status="hidden"),
        }
    )
    site.build(drafts=True)

    def neighbours(slug: str) -> list[tuple[str, str | None]]:
        return links(page(site, slug).find(".//nav[@class='story-neighbours']"))

    assert neighbours("a") == [("B & b", "/blog/b/")]
    assert neighbours("b") == [("A", "/blog/a/"), ("C", "/blog/c/")]
    assert neighbours("c") == [("B & b", "/blog/b/")]
    assert neighbours("de/d") == neighbours("f") == neighbours("drafts/e") == []


def test_a_series_lists_its_parts_oldest_first_and_names_this_one(small_site: Make) -> None:
    site = small_site(
        {
            "posts/b.md": post("Second", Date="2025-01-02", Series="Coming & going"),
            "posts/a.md": post("First", Date="2025-01-01", Series="Coming & going"),
            "posts/alone.md": post("Alone", Series="Only one"),
        }
    )
    site.build()
    nav = page(site, "b").find(".//nav[@class='series']")
    assert nav is not None
    assert "".join(nav.find("h2").itertext()) == "Part 2 of 2: Coming & going"
    assert links(nav) == [("First", "/blog/a/")]
    assert ["".join(e.itertext()) for e in nav.findall(".//*[@aria-current]")] == ["Second"]
    assert page(site, "alone").find(".//nav[@class='series']") is None


def test_a_story_can_be_sent_on_by_plain_links(small_site: Make) -> None:
    site = small_site({"posts/a.md": post('Fish & "chips"?')})
    site.build()
    ((_, mail), (_, other)) = links(page(site, "a").find(".//p[@class='share']"))
    assert mail == (
        "mailto:?subject=Fish%20%26%20%E2%80%9Cchips%E2%80%9D%3F&body=https%3A//site.example/blog/a/"
    )
    assert other and other.endswith("?url=https%3A//site.example/blog/a/")
