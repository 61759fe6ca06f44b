"""The files at a site's root, through whole builds."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from sites import SITEURL, SmallSite, post

from tools import build as build_module
from tools.build import ROOT

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
Make = Callable[..., SmallSite]


def changes(xml: str) -> dict[str, str | None]:
    """The sitemap's addresses below the site's, each with its day of change; strict as to form."""
    root = ElementTree.fromstring(xml)
    assert root.tag == f"{NAMESPACE}urlset"
    found = {}
    for url in root:
        assert url.tag == f"{NAMESPACE}url"
        keys = [each.tag.removeprefix(NAMESPACE) for each in url]
        assert keys in (["loc"], ["loc", "lastmod"])
        loc, changed = url[0].text or "", url[1].text if len(url) > 1 else None
        assert loc.startswith(f"{SITEURL}/")
        if changed:
            assert datetime.fromisoformat(changed).tzinfo
        assert loc not in found
        found[loc.removeprefix(SITEURL)] = changed
    assert [*found] == sorted(found)
    return found


def test_the_sitemap_lists_what_is_public_and_when_it_changed(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", Category="Trust", Tags="tea", Date="2025-05-01 09:00"),
            "posts/b.md": post(
                "B", Category="Trust", Date="2025-04-01 09:00", Modified="2025-07-02 10:30"
            ),
            "posts/c.md": post("C", Category="Tea & more", Tags="tea", Date="2025-03-01 09:00"),
            "posts/c-de.md": post("C", Slug="c", Lang="de", Date="2025-03-02 09:00"),
            "posts/g.md": post("G", Slug="grün&gut", Category="Trust", Date="2025-02-01 09:00"),
            "posts/d.md": post("D", Status="draft", Tags="only drafts"),
            "posts/e.md": post("E", Status="hidden", Category="Only hidden"),
            "posts/f.md": post("F", Date="2031-01-01 09:00"),
            "pages/about.md": "Title: About\n\nI bake.",
            "pages/news.md": "Title: News\nDate: 2025-01-02 03:04\n\nI bake.",
            "pages/thanks.md": "Title: Thanks\nStatus: hidden\n\nThank you.",
        }
    )
    site.build()
    assert changes(site.read("sitemap.xml")) == {
        "/": "2025-07-02T10:30:00-04:00",
        "/a/": "2025-05-01T09:00:00-04:00",
        "/about/": None,
        "/archives/": "2025-07-02T10:30:00-04:00",
        "/b/": "2025-07-02T10:30:00-04:00",
        "/c/": "2025-03-01T09:00:00-05:00",
        "/de/c/": "2025-03-02T09:00:00-05:00",
        "/feeds/": "2025-07-02T10:30:00-04:00",
        "/gr%C3%BCn%26gut/": "2025-02-01T09:00:00-05:00",
        "/news/": "2025-01-02T03:04:00-05:00",
        "/tag/tea/": "2025-05-01T09:00:00-04:00",
        "/tags/": "2025-07-02T10:30:00-04:00",
        "/topic/tea-more/": "2025-03-01T09:00:00-05:00",
        "/topic/trust/": "2025-07-02T10:30:00-04:00",
        "/topics/": "2025-07-02T10:30:00-04:00",
    }


def test_the_sitemap_names_each_page_as_the_page_names_itself(real_site: Path) -> None:
    listed = {f"{SITEURL}{path}" for path in changes((real_site / "sitemap.xml").read_text())}
    canonical = set()
    for page in real_site.rglob("*.html"):
        found = re.search(r'rel="canonical" href="([^"]+)"', page.read_text("utf-8"))
        canonical |= {found[1]} if found else set()
    assert listed < canonical
    # But later pages of lists, the one to search, and one for those who are sent there.
    others = {address.removeprefix(SITEURL) for address in canonical - listed}
    assert {path for path in others if "/page/" not in path} == {"/search/", "/thanks/"}


def test_an_empty_site_has_a_sitemap_without_changes(small_site: Make) -> None:
    site = small_site({})
    site.build()
    assert changes(site.read("sitemap.xml")) == dict.fromkeys(
        ["/", "/archives/", "/feeds/", "/tags/", "/topics/"]
    )


def test_robots_find_the_sitemap(small_site: Make) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    assert site.read("robots.txt").splitlines() == [
        "User-agent: *",
        "Allow: /",
        "",
        f"Sitemap: {SITEURL}/sitemap.xml",
    ]


def test_the_writers_own_robots_txt_wins(small_site: Make) -> None:
    own = "User-agent: *\nDisallow: /secret/\n"
    site = small_site({"posts/a.md": post(), "static/robots.txt": own})
    site.build()
    assert site.read("robots.txt") == own


@pytest.mark.parametrize("siteurl", ["https://site.example", SITEURL], ids=["root", "sub-path"])
def test_the_manifest_leads_to_the_site_and_to_its_icons(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, siteurl: str
) -> None:
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {**given(conf, **options), "SITENAME": 'Tea & "more" für 2'},
    )
    site = small_site({"posts/a.md": post()})
    site.build(siteurl=siteurl)
    path = siteurl.removeprefix("https://site.example")
    assert f'<link rel="manifest" href="{path}/site.webmanifest">' in site.read("a/index.html")
    manifest = json.loads(site.read("site.webmanifest"))
    assert manifest["name"] == manifest["short_name"] == 'Tea & "more" für 2'
    assert manifest["start_url"] == manifest["scope"] == f"{path}/"
    assert manifest["theme_color"] == manifest["background_color"] == "#fcf8f1"
    for icon in manifest["icons"]:
        file = site.output / icon["src"].removeprefix(f"{path}/")
        assert file.is_file()
        if icon["sizes"] != "any":
            with Image.open(file) as image:
                assert "{}x{}".format(*image.size) == icon["sizes"]
                assert image.format == "PNG"


def test_browsers_frame_the_page_in_the_colours_of_its_paper(small_site: Make) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    framed = re.findall(
        r'theme-color"\s+media="\(prefers-color-scheme: (\w+)\)"\s+content="([^"]+)"',
        site.read("index.html"),
    )
    css = (ROOT / "theme" / "css" / "tokens.css").read_text()
    assert framed == [*zip(("light", "dark"), re.findall(r"--paper: (#\w+);", css), strict=True)]
