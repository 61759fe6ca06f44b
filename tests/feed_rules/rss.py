"""Rules of RSS 2.0 with content:encoded and dc:creator."""

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from .common import (
    ATOM,
    LANGUAGE,
    MARKUP,
    TAG_URI,
    URI,
    Rule,
    blank_or_lost,
    html_problems,
    repeated,
    rule_of,
    texts,
    wrong_moment,
)

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
RFC_2822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
RULES: dict[str, Rule] = {}
CHANNEL = {"title", "link", "description", f"{ATOM}link", "language", "lastBuildDate", "image"}
ITEM = {"title", "link", "description", CREATOR, "pubDate", "guid", "category", CONTENT}


@rule_of(RULES)
def version_is_two(rss: Element) -> Iterator[object]:
    if rss.tag != "rss" or rss.get("version") != "2.0":
        yield rss.get("version")


@rule_of(RULES)
def channel_has_what_it_must_once(rss: Element) -> Iterator[object]:
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        found = [*texts(rss, f"channel/{name}")]
        if len(found) != 1 or not found[0].strip():
            yield name


@rule_of(RULES)
def elements_are_known(rss: Element) -> Iterator[object]:
    yield from ({each.tag for each in rss.iterfind("channel/*")} - CHANNEL - {"item"})
    yield from ({each.tag for each in rss.iterfind("channel/item/*")} - ITEM)


@rule_of(RULES)
def items_come_last(rss: Element) -> Iterator[object]:
    tags = [each.tag for each in rss.iterfind("channel/*")]
    if "item" in tags and {*tags[tags.index("item") :]} != {"item"}:
        yield tags


@rule_of(RULES)
def channel_links_to_itself(rss: Element) -> Iterator[object]:
    links = [each for each in rss.iterfind(f"channel/{ATOM}link") if each.get("rel") == "self"]
    if [bool(re.match("https?://", each.get("href", ""))) for each in links] != [True]:
        yield len(links)


@rule_of(RULES)
def addresses_are_whole(rss: Element) -> Iterator[object]:
    paths = ("channel/link", "channel/item/link", "channel/image/url", "channel/image/link")
    yield from (each for each in texts(rss, *paths) if not URI.fullmatch(each))


@rule_of(RULES)
def language_is_a_code(rss: Element) -> Iterator[object]:
    yield from (each for each in texts(rss, "channel/language") if not LANGUAGE.fullmatch(each))


@rule_of(RULES)
def image_is_that_of_the_channel(rss: Element) -> Iterator[object]:
    for image in rss.iterfind("channel/image"):
        for name in ("title", "link"):
            if image.findtext(name) != rss.findtext(f"channel/{name}"):
                yield image.findtext(name)
        if not (image.findtext("url") or "").endswith((".png", ".gif", ".jpg")):
            yield image.findtext("url")


@rule_of(RULES)
def dates_are_of_rfc_2822(rss: Element) -> Iterator[object]:
    for value in texts(rss, "channel/lastBuildDate", "channel/item/pubDate"):
        if not RFC_2822.fullmatch(value):
            yield value
        elif f"{parsedate_to_datetime(value):%a}" != value[:3]:
            yield f"{value} is no {value[:3]}"
        elif wrong_moment(parsedate_to_datetime(value)):
            yield f"{value} is not plausible"


@rule_of(RULES)
def titles_are_plain(rss: Element) -> Iterator[object]:
    plain = ("channel/title", "channel/description", "channel/item/title", "channel/item/category")
    yield from (each for each in texts(rss, *plain) if MARKUP.search(each) or not each.strip())


@rule_of(RULES)
def items_have_each_thing_once(rss: Element) -> Iterator[object]:
    for item in rss.iterfind("channel/item"):
        tags = Counter(each.tag for each in item)
        yield from (name for name in ITEM - {"category", CONTENT} if tags[name] != 1)


@rule_of(RULES)
def descriptions_come_before_texts(rss: Element) -> Iterator[object]:
    for item in rss.iterfind("channel/item"):
        tags = [each.tag for each in item]
        if CONTENT in tags and "description" not in tags[: tags.index(CONTENT)]:
            yield item.findtext("link")


@rule_of(RULES)
def guids_are_tag_uris_and_no_links(rss: Element) -> Iterator[object]:
    for guid in rss.iterfind("channel/item/guid"):
        if guid.get("isPermaLink") != "false" or not TAG_URI.fullmatch(guid.text or ""):
            yield guid.text


@rule_of(RULES)
def guids_differ(rss: Element) -> Iterator[object]:
    yield from repeated(texts(rss, "channel/item/guid"))


@rule_of(RULES)
def authors_have_names(rss: Element) -> Iterator[object]:
    yield from ("blank" for each in texts(rss, f"channel/item/{CREATOR}") if not each.strip())


@rule_of(RULES)
def texts_are_html_that_readers_keep(rss: Element) -> Iterator[object]:
    for text in texts(rss, "channel/item/description", f"channel/item/{CONTENT}"):
        yield from html_problems(text)


@rule_of(RULES)
def built_when_the_newest_entry_changed(rss: Element) -> Iterator[object]:
    built = [*texts(rss, "channel/lastBuildDate")]
    changed = [*texts(rss, "channel/item/pubDate")]
    newest = max(filter(RFC_2822.fullmatch, changed), key=parsedate_to_datetime, default=None)
    # RSS does not say when an entry changed after that.
    if newest and all(RFC_2822.fullmatch(each) for each in built):
        yield from (b for b in built if parsedate_to_datetime(b) < parsedate_to_datetime(newest))


@rule_of(RULES)
def nothing_is_blank_or_lost(rss: Element) -> Iterator[object]:
    yield from blank_or_lost(rss, "description", CONTENT)
