"""Rules of Atom, besides the schema of RFC 4287."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from lxml import etree

from .common import (
    ATOM,
    LANGUAGE,
    MARKUP,
    RFC_3339,
    TAG_URI,
    URI,
    Rule,
    blank_or_lost,
    html_problems,
    repeated,
    rule_of,
    texts,
    wrong_dates,
)

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
RULES: dict[str, Rule] = {}


@rule_of(RULES)
def follows_the_schema_of_rfc_4287(feed: Element) -> Iterator[object]:
    document = etree.fromstring(ElementTree.tostring(feed))
    if not SCHEMA.validate(document):
        yield SCHEMA.error_log.last_error.message


@rule_of(RULES)
def feed_links_to_itself_and_to_its_page(feed: Element) -> Iterator[object]:
    found = Counter(each.get("rel", "alternate") for each in feed.iterfind(f"{ATOM}link"))
    if found != {"self": 1, "alternate": 1}:
        yield found
    for entry in feed.iterfind(f"{ATOM}entry"):
        if [each.get("rel") for each in entry.iterfind(f"{ATOM}link")] != ["alternate"]:
            yield entry.findtext(f"{ATOM}id")


@rule_of(RULES)
def links_are_whole(feed: Element) -> Iterator[object]:
    links = [each.get("href", "") for each in feed.iter(f"{ATOM}link")]
    icons = [each.text or "" for each in feed.iter(f"{ATOM}icon")]
    yield from (each for each in (*links, *icons) if not URI.fullmatch(each))


@rule_of(RULES)
def ids_are_tag_uris(feed: Element) -> Iterator[object]:
    yield from (e.text for e in feed.iter(f"{ATOM}id") if not TAG_URI.fullmatch(e.text or ""))


@rule_of(RULES)
def ids_differ(feed: Element) -> Iterator[object]:
    yield from repeated(each.text or "" for each in feed.iter(f"{ATOM}id"))


@rule_of(RULES)
def every_author_has_a_name(feed: Element) -> Iterator[object]:
    for entry in (feed, *feed.iterfind(f"{ATOM}entry")):
        names = [*texts(entry, f"{ATOM}author/{ATOM}name")]
        if not names or not all(each.strip() for each in names):
            yield entry.findtext(f"{ATOM}id")


@rule_of(RULES)
def dates_are_of_rfc_3339(feed: Element) -> Iterator[object]:
    for name in ("updated", "published"):
        for date in feed.iter(f"{ATOM}{name}"):
            yield from wrong_dates(date.text or "")


@rule_of(RULES)
def updated_when_the_newest_entry_was(feed: Element) -> Iterator[object]:
    entries = [*texts(feed, f"{ATOM}entry/{ATOM}updated")]
    own = feed.findtext(f"{ATOM}updated") or ""
    dates = [*filter(RFC_3339.fullmatch, entries)]
    if dates and RFC_3339.fullmatch(own):
        newest = max(map(datetime.fromisoformat, dates))
        if datetime.fromisoformat(own) != newest:
            yield own


@rule_of(RULES)
def its_language_is_said(feed: Element) -> Iterator[object]:
    if not LANGUAGE.fullmatch(feed.get(LANG, "")):
        yield feed.get(LANG)


@rule_of(RULES)
def plain_texts_are_plain(feed: Element) -> Iterator[object]:
    for name in ("title", "subtitle"):
        for text in feed.iter(f"{ATOM}{name}"):
            if text.get("type", "text") == "text" and MARKUP.search(text.text or ""):
                yield text.text


@rule_of(RULES)
def html_is_what_readers_keep(feed: Element) -> Iterator[object]:
    for name in ("summary", "content"):
        for text in feed.iter(f"{ATOM}{name}"):
            if text.get("type") != "html":
                yield f"{name} of type {text.get('type')}"
            yield from html_problems(text.text or "")


@rule_of(RULES)
def nothing_is_blank_or_lost(feed: Element) -> Iterator[object]:
    yield from blank_or_lost(feed)
