"""Rules of JSON Feed 1.1."""

from collections.abc import Iterator
from typing import Any

from .common import (
    TAG_URI,
    URI,
    Rule,
    bad_characters,
    html_problems,
    repeated,
    rule_of,
    wrong_dates,
)

RULES: dict[str, Rule] = {}
HEAD_KEYS = {"version", "title", "items", "home_page_url", "feed_url", "description", "icon"}
HEAD_KEYS |= {"authors", "language"}
ITEM_KEYS = {"id", "url", "title", "summary", "content_html", "date_published", "date_modified"}
ITEM_KEYS |= {"authors", "tags", "language"}


@rule_of(RULES)
def version_is_one_point_one(feed: dict[str, Any]) -> Iterator[object]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield feed.get("version")


@rule_of(RULES)
def the_feed_says_what_it_must(feed: dict[str, Any]) -> Iterator[object]:
    for key in ("title", "home_page_url", "feed_url", "description", "language"):
        if not isinstance(feed.get(key), str) or not feed[key].strip():
            yield key
    if not isinstance(feed.get("items"), list):
        yield "items"


@rule_of(RULES)
def keys_are_known(feed: dict[str, Any]) -> Iterator[object]:
    yield from {*feed} - HEAD_KEYS
    yield from {key for item in _items(feed) for key in item} - ITEM_KEYS


@rule_of(RULES)
def urls_are_whole(feed: dict[str, Any]) -> Iterator[object]:
    own = [feed[key] for key in ("home_page_url", "feed_url", "icon") if key in feed]
    urls = [*own, *(item.get("url", "") for item in _items(feed))]
    yield from (each for each in urls if not URI.fullmatch(str(each)))


@rule_of(RULES)
def items_have_an_id_of_their_own(feed: dict[str, Any]) -> Iterator[object]:
    ids = [item.get("id") for item in _items(feed)]
    yield from (each for each in ids if not isinstance(each, str) or not TAG_URI.fullmatch(each))
    yield from repeated(iter(map(str, ids)))


@rule_of(RULES)
def items_have_a_text_that_readers_keep(feed: dict[str, Any]) -> Iterator[object]:
    for item in _items(feed):
        if not isinstance(item.get("content_html"), str):
            yield item.get("id")
        else:
            yield from html_problems(item["content_html"])


@rule_of(RULES)
def moments_are_of_rfc_3339(feed: dict[str, Any]) -> Iterator[object]:
    for item in _items(feed):
        for key in ("date_published", "date_modified"):
            yield from wrong_dates(str(item.get(key)))


@rule_of(RULES)
def authors_are_named(feed: dict[str, Any]) -> Iterator[object]:
    for each in (feed, *_items(feed)):
        authors = each.get("authors")
        if not authors or not all(author.get("name", "").strip() for author in authors):
            yield authors


@rule_of(RULES)
def plain_values_are_plain(feed: dict[str, Any]) -> Iterator[object]:
    for item in _items(feed):
        for value in (item.get("title", ""), item.get("summary", ""), *item.get("tags", ())):
            if not isinstance(value, str):
                yield value
            else:
                yield from bad_characters(value)


def _items(feed: dict[str, Any]) -> list[dict[str, Any]]:
    items = feed.get("items")
    return items if isinstance(items, list) else []
