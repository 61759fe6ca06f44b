"""The project's own site, built for a sub-path: every address resolves, every file parses."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import feedparser
import html5lib
import pytest
from sites import SITEURL

ADDRESSES = {"href", "src", "action", "poster"}
# A mail program and other sites are not ours to look into.
OUTSIDE = ("mailto:", "https://www.linkedin.com/sharing/")


def pages(site: Path) -> Iterator[tuple[str, Element]]:
    """Each HTML page by its name, parsed as a browser would, refusing any error."""
    for path in sorted(site.rglob("*.html")):
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        yield path.relative_to(site).as_posix(), parser.parse(path.read_text("utf-8"))


def address_of(name: str) -> str:
    """The public address of an output file."""
    return f"{SITEURL}/{name.removesuffix('index.html')}"


def test_every_page_is_well_formed_with_one_h1_and_title_and_description_of_its_own(
    real_site: Path,
) -> None:
    titles: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    for name, page in pages(real_site):
        title = page.findtext("head/title") or ""
        assert title not in titles, (name, titles.get(title))
        titles[title] = name
        (description,) = [
            meta.get("content", "")
            for meta in page.iter("meta")
            if meta.get("name") == "description"
        ]
        assert description, name
        assert description not in descriptions, (name, descriptions.get(description))
        descriptions[description] = name
        assert len(page.findall(".//h1")) == 1, name
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), name
    assert len(titles) > 20


def test_every_link_anchor_and_asset_resolves(real_site: Path) -> None:
    ids = {
        address_of(name): {element.get("id") for element in page.iter()}
        for name, page in pages(real_site)
    }
    checked = 0
    for name, page in pages(real_site):
        for element in page.iter():
            for key in ADDRESSES & set(element.keys()):
                value = element.get(key, "")
                if value.startswith(OUTSIDE):
                    continue
                target = urljoin(address_of(name), value)
                plain, anchor = target.partition("#")[::2]
                assert plain.startswith(SITEURL + "/"), f"{name}: {value} leaves the site"
                if anchor:
                    assert unquote(anchor) in ids[plain], f"{name}: no {value}"
                path = real_site / unquote(plain.removeprefix(SITEURL + "/"))
                file = path / "index.html" if plain.endswith("/") else path
                assert file.is_file(), f"{name}: {value} leads nowhere"
                checked += 1
    assert checked > 500


def test_every_page_but_the_404_has_its_own_canonical_address(real_site: Path) -> None:
    for name, page in pages(real_site):
        canonical = [e.get("href") for e in page.iter("link") if e.get("rel") == "canonical"]
        assert canonical == ([] if name == "404.html" else [address_of(name)])


def test_nothing_comes_from_another_origin(real_site: Path) -> None:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(SITEURL))
    for name, page in pages(real_site):
        for element in page.iter():
            source = element.get("src") or element.get("data") or ""
            assert urljoin(SITEURL, source).startswith(origin), name
        for link in page.iter("link"):
            assert urljoin(SITEURL, link.get("href", "")).startswith(origin), name
    for css in real_site.rglob("*.css"):
        assert "//" not in css.read_text("utf-8").replace("/*", ""), css


def test_every_story_ends_with_a_call_and_three_related_stories(real_site: Path) -> None:
    stories = [page for _, page in pages(real_site) if page.find(".//article//time") is not None]
    assert len(stories) >= 6
    for page in stories:
        assert page.find(".//aside[@class='call-to-action']") is not None
        assert len(page.findall(".//nav[@class='related-stories']/ul/li")) == 3


def test_feeds_parse_and_every_page_announces_them(real_site: Path) -> None:
    feeds = sorted((real_site / "feeds").rglob("*.xml"))
    assert len(feeds) >= 14
    for path in feeds:
        feed = feedparser.parse(path.read_text("utf-8"))
        assert not feed.bozo, path
        assert feed.entries, path
        for entry in feed.entries:
            assert entry.link.startswith(SITEURL), path
            text = entry.content[0].value if "content" in entry else entry.description
            assert len(text) > 2000, path
    for name, page in pages(real_site):
        announced = {
            urljoin(SITEURL, link.get("href", ""))
            for link in page.iter("link")
            if link.get("rel") == "alternate"
        }
        assert {f"{SITEURL}/feeds/all.rss.xml", f"{SITEURL}/feeds/all.atom.xml"} <= announced, name
        if name.startswith("topic/"):
            topic = name.split("/")[1]
            assert f"{SITEURL}/feeds/topic/{topic}.rss.xml" in announced, name


@pytest.mark.parametrize("name", ["404.html", "robots.txt", ".nojekyll", "about/index.html"])
def test_what_the_host_expects_is_there(real_site: Path, name: str) -> None:
    assert (real_site / name).is_file()
