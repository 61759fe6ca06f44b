"""Which feeds a site has: for all of it, for each topic, for each tag."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from xml.etree import ElementTree

KINDS = {
    "RSS": "application/rss+xml",
    "Atom": "application/atom+xml",
    "JSON": "application/feed+json",
}


class Named(Protocol):
    """A topic or a tag, of which Pelican's classes know this."""

    name: str
    slug: str
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One file: its kind, as in KINDS, and its path in the site."""

    kind: str
    path: str

    @property
    def type(self) -> str:
        """The media type."""
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Channel:
    """What can be followed: a topic or a tag, or the site, which has no name here.

    ``of`` is "site", "topic" or "tag"; ``url`` is the page that shows the same, from the site's
    root. There is a feed or more for each.
    """

    of: str
    name: str
    url: str
    feeds: tuple[Feed, ...]


def channels(
    settings: Mapping[str, Any], topics: Iterable[Named], tags: Iterable[Named]
) -> tuple[Channel, ...]:
    """The site, its topics and its tags, as far as Pelican's settings give them feeds."""

    def found() -> Iterator[Channel]:
        yield Channel("site", "", "", _feeds(settings, "FEED_ALL", ""))
        for of, key, named in (("topic", "CATEGORY_FEED", topics), ("tag", "TAG_FEED", tags)):
            for each in sorted(named, key=lambda each: (each.name.casefold(), each.name)):
                yield Channel(of, each.name, each.url, _feeds(settings, key, each.slug))

    return tuple(channel for channel in found() if channel.feeds)


def opml(title: str, siteurl: str, followed: Iterable[Channel]) -> str:
    """The channels as a list that readers import (OPML 2.0), in a folder with the title."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = title
    body = ElementTree.SubElement(root, "body")
    folder = ElementTree.SubElement(body, "outline", text=title, title=title)
    for channel in followed:
        ElementTree.SubElement(
            folder,
            "outline",
            type="rss",
            text=channel.name,
            title=f"{title}: {channel.name}",
            xmlUrl=f"{siteurl}/{channel.feeds[0].path}",
            htmlUrl=f"{siteurl}/{channel.url}",
        )
    ElementTree.indent(root)
    xml = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def _feeds(settings: Mapping[str, Any], key: str, slug: str) -> tuple[Feed, ...]:
    paths = {kind: settings.get(f"{key}_{kind.upper()}") for kind in KINDS}
    # Pelican itself knows no JSON, and of it there is one for the site alone.
    return tuple(
        Feed(kind, str(path).format(slug=slug))
        for kind, path in paths.items()
        if path and (kind != "JSON" or key == "FEED_ALL")
    )
