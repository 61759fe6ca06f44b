"""What the rules of more than one format need."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.entities import name2codepoint
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

ATOM = "{http://www.w3.org/2005/Atom}"
URI = re.compile(r"[a-z][a-z0-9+.-]*:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+")
TAG_URI = re.compile(r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d){0,2}:[\w;/?:@&=+$.!~*'()%,-]+")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
# What some readers take for HTML.
MARKUP = re.compile(rf"<[/a-zA-Z]|&#[x0-9]|&(?:{'|'.join(name2codepoint)}|apos)\b")
SAFE = {
    *("a", "abbr", "acronym", "article", "aside", "audio", "b", "bdi", "blockquote", "br", "hr"),
    *("caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details"),
    *("dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "header", "hgroup", "i", "img", "ins", "kbd", "li", "mark", "nav", "ol", "p"),
    *("pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "source", "span"),
    *("strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "time", "tr", "tt", "u", "ul", "var", "video", "wbr"),
}
ADDRESSES = {"href", "src", "poster", "cite", "srcset"}
RISKY = re.compile(r"on\w+|style|srcset|id|class|loading|data-.*|aria-.*")
PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
Rule = Callable[[Any], Iterator[object]]


def rule_of(rules: dict[str, Rule]) -> Callable[[Rule], Rule]:
    """Add the function to the rules, by its name."""

    def add(rule: Rule) -> Rule:
        rules[rule.__name__] = rule
        return rule

    return add


def html_problems(html: str) -> Iterator[str]:
    """What in an entry's HTML a reader or the validator minds."""
    try:
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)
    except ParseError as error:
        yield f"not HTML: {error}"
        return
    for element in root.iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag not in SAFE:
            yield f"unsafe element {element.tag}"
        for name, value in element.items():
            if RISKY.fullmatch(name):
                yield f"unsafe attribute {name}"
            if name in ADDRESSES and not re.match(r"[a-z]+:", value):
                yield f"relative address {value}"
    yield from (each for each in bad_characters(html))


def bad_characters(text: str) -> Iterator[str]:
    """Control characters, and the one that stands for a lost one."""
    yield from (
        repr(each) for each in re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]", text)
    )


def wrong_moment(moment: datetime) -> bool:
    """Whether no entry can be of that moment."""
    return not PLAUSIBLE[0] <= moment <= PLAUSIBLE[1]


def texts(root: Element, *paths: str) -> Iterator[str]:
    """The whole text of each element at the paths."""
    for path in paths:
        yield from ("".join(each.itertext()) for each in root.findall(path))


def repeated(values: Iterator[str]) -> Iterator[str]:
    """The values that are there more than once."""
    yield from (value for value, count in Counter(values).items() if count > 1)


def wrong_dates(value: str) -> Iterator[str]:
    """The date, unless RFC 3339 and reason allow it."""
    if not RFC_3339.fullmatch(value):
        yield value
    elif wrong_moment(datetime.fromisoformat(value)):
        yield f"{value} is not plausible"


def blank_or_lost(root: Element, *may_be: str) -> Iterator[object]:
    """Elements without text, but for those that may be; characters that stand for none."""
    for each in root.iter():
        empty = len(each) == 0 and not each.attrib and not (each.text or "").strip()
        if empty and each.tag not in may_be:
            yield f"{each.tag} is blank"
        yield from bad_characters(each.text or "")
