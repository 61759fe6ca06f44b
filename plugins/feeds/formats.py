"""The three formats: feedgenerator's RSS 2.0 and Atom with what they lack, and JSON Feed 1.1.

An item's ``content`` is the full text as HTML, ``description`` its summary as plain text.
"""

import json
from datetime import datetime
from typing import Any, TextIO

from feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from .markup import as_html, for_feed, printable, unmistakable


class _Feed(SyndicationFeed):  # type: ignore[misc]  # feedgenerator publishes no types.
    """What the three share; ``since`` is when the feed's ids began to be, ``icon`` an address."""

    def latest_post_date(self) -> datetime:
        """When the newest entry changed: a feed without entries is as old as its ids."""
        # Never the clock: the bytes change with an entry alone.
        newest: datetime = super().latest_post_date() if self.items else self.feed["since"]
        return newest

    def finish(self) -> None:
        """Make the texts fit for readers. Not before plugins have added to them what they wish."""
        for thing in (self.feed, *self.items):
            for key, value in thing.items():
                if isinstance(value, str):
                    thing[key] = printable(value)
                elif isinstance(value, list):
                    thing[key] = [printable(each) for each in value]
        for item in self.items:
            if item["content"] is not None:
                item["content"] = for_feed(item["content"], item["link"])


class _Xml(_Feed):
    """What the two of XML share: texts of which some readers, and the validator, expect HTML."""

    def write(self, outfile: TextIO, encoding: str) -> None:
        self.finish()
        for thing in (self.feed, *self.items):
            thing["title"] = unmistakable(thing["title"])
            thing["categories"] = [*map(unmistakable, thing["categories"])]
        self.feed["description"] = unmistakable(self.feed["description"])
        for item in self.items:
            item["description"] = as_html(item["description"])
        super().write(outfile, encoding)


class Rss(_Xml, Rss201rev2Feed):  # type: ignore[misc]
    """RSS 2.0 with the full text in ``content:encoded``."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if self.feed["icon"]:
            handler.startElement("image", {})
            handler.addQuickElement("url", self.feed["icon"])
            # The validator wants these two to be those of the channel.
            handler.addQuickElement("title", self.feed["title"])
            handler.addQuickElement("link", self.feed["link"])
            handler.endElement("image")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        names = ", ".join(item["authors"])
        super().add_item_elements(handler, item | {"author_name": names})
        if item["content"] is not None:
            handler.addQuickElement("content:encoded", item["content"])


class Atom(_Xml, Atom1Feed):  # type: ignore[misc]
    """Atom (RFC 4287) with an icon, each author, and the language of each entry."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if self.feed["icon"]:
            handler.addQuickElement("icon", self.feed["icon"])

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        other = item["language"] != self.feed["language"]
        return {"xml:lang": item["language"]} if other else {}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        # feedgenerator writes one author, a summary of HTML, and both texts if they are empty.
        first, *others = item["authors"]
        changed = {
            "description": item["description"] or None,
            "content": item["content"] or None,
            "author_name": first,
        }
        super().add_item_elements(handler, item | changed)
        for name in others:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")


class JsonFeed(_Feed):
    """JSON Feed 1.1 (jsonfeed.org)."""

    def write(self, outfile: TextIO, encoding: str) -> None:
        self.finish()
        head = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "icon": self.feed["icon"],
            "authors": [{"name": self.feed["author_name"]}],
            "language": self.feed["language"],
        }
        feed = {key: value for key, value in head.items() if value}
        feed["items"] = [*map(_json_item, self.items)]
        json.dump(feed, outfile, ensure_ascii=False, indent=2)
        outfile.write("\n")


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    found = {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": item["description"],
        "date_published": item["pubdate"].isoformat(),
        "date_modified": (item["updateddate"] or item["pubdate"]).isoformat(),
        "authors": [{"name": name} for name in item["authors"]],
        "tags": item["categories"],
        "language": item["language"],
    }
    # A text may be empty, and must be there.
    return {
        **{key: value for key, value in found.items() if value},
        "content_html": item["content"],
    }
