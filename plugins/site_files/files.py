"""The files at a site's root: what they say, from what the site has."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Place:
    """A public page: its path below the site's address, and when it last changed, if known."""

    path: str
    changed: datetime | None = None


def sitemap(siteurl: str, places: Iterable[Place]) -> str:
    """The sitemap as sitemaps.org defines it, in the order of addresses."""
    urlset = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for place in sorted({*places}, key=lambda place: place.path):
        url = ElementTree.SubElement(urlset, "url")
        # An address may come with its escapes, and they stay.
        loc = f"{siteurl}/{quote(place.path, safe='/%')}"
        ElementTree.SubElement(url, "loc").text = loc
        if place.changed:
            ElementTree.SubElement(url, "lastmod").text = place.changed.isoformat()
    ElementTree.indent(urlset)
    xml = ElementTree.tostring(urlset, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def robots(siteurl: str) -> str:
    """Everybody may read everything, and here is the list."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {siteurl}/sitemap.xml\n"


def manifest(name: str, description: str, lang: str, root: str, theme: str, colour: str) -> str:
    """What a phone shows of the site on its home screen, as JSON.

    ``root`` is the path of the site's address, ``theme`` that of the theme's files, and
    ``colour`` that of the page.
    """
    icons = [
        {"src": f"{theme}/icon.svg", "type": "image/svg+xml", "sizes": "any"},
        {"src": f"{theme}/apple-touch-icon.png", "type": "image/png", "sizes": "180x180"},
    ]
    data = {
        "name": name,
        "short_name": name,
        "description": description,
        "lang": lang,
        "start_url": f"{root}/",
        "scope": f"{root}/",
        "display": "browser",
        "icons": icons,
        "theme_color": colour,
        "background_color": colour,
    }
    return f"{json.dumps(data, ensure_ascii=False, indent=2)}\n"
