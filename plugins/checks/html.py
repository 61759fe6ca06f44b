"""What is wrong with the HTML that a post's Markdown has become."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from .heads import OR_WAIT
from .markup import BrokenHTMLError, Tag, tags
from .raw_markup import unwelcome

_VOID = "area base br col embed hr img input link meta param source track wbr plaintext"
VOID = frozenset(_VOID.split())
# HTML lets these end where their parent or the next one does.
_CLOSE_THEMSELVES = "li dt dd p rb rt rtc rp optgroup option colgroup thead tbody tfoot tr td th"
CLOSE_THEMSELVES = frozenset(_CLOSE_THEMSELVES.split())
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# In SVG and MathML a tag may close itself, in HTML it does not.
_SHAPES = "svg path circle ellipse rect line g use polygon polyline mspace"
_FOREIGN = frozenset(_SHAPES.split())
# Of the theme's page around a story.
OWN_IDS = frozenset(("Content", "Search", "Series", "related-stories-heading"))
VAGUE = frozenset(
    ("here", "click here", "click", "this", "this link", "link", "read more", "more", "page")
)
FILE_NAME = re.compile(
    r"\S+\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)|(?:IMG|DSC)\S*\d{3,}", re.I
)
_MARKUP = re.compile(r"<[^<>]*+>")


@dataclass(slots=True)
class Page:
    """What the HTML holds: ids, addresses that it leads to, and findings.

    Of each address ``links`` has the HTML attribute. A finding is the rule, the words, and what
    to look for in the Markdown to find the line.
    """

    ids: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    # Whether anything stands there but paragraphs: what is empty may be filled in later.
    elements: bool = False
    findings: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def tell(self, rule: str, words: str, *wanted: str) -> None:
        """Remember a finding; only its first ``wanted`` that the Markdown holds counts."""
        self.findings.append((rule, words, wanted))


def page_of(html: str) -> Page:
    """What stands in the HTML, and what is wrong with it."""
    page = Page()
    open_tags: list[Tag] = []
    names: Counter[str] = Counter()
    level = 1
    try:
        for tag in tags(html):
            for what, remedy in unwelcome(tag):
                value = what.partition("=")[2].strip("\"'")
                page.tell("raw-html", f"{what} {remedy}", what, value)
            page.elements |= tag.name not in ("p", "br", "hr")
            if tag.rest:
                _attributes(page, tag)
            if tag.closing:
                _close(page, tag, open_tags, names)
            elif tag.name not in VOID and not (tag.rest.endswith("/") and tag.name in _FOREIGN):
                open_tags.append(tag)
                names[tag.name] += 1
            if tag.name in HEADINGS and not tag.closing:
                level = _heading(page, tag, level)
    except BrokenHTMLError as broken:
        page.tell(
            "unbalanced-html",
            str(broken),
            html[broken.at : broken.at + 20].split("\n", maxsplit=1)[0],
        )
    for tag in open_tags:
        if tag.name not in CLOSE_THEMSELVES:
            _unclosed(page, tag)
    if not _MARKUP.sub("", html).strip() and not any(key == "href" for key, _ in page.links):
        if page.pictures:
            page.tell("only-picture", "no words but a picture; write what it is about")
        elif not page.elements:
            words = f"no words; write some below the empty line{OR_WAIT}"
            page.tell("empty-body", words)
    return page


def _attributes(page: Page, tag: Tag) -> None:
    """Ids, addresses and pictures."""
    found = tag.attributes
    if name := found.get("id", ""):
        if name in page.ids:
            words = f'the id "{name}" stands here twice; change one of them'
            page.tell("repeated-id", words, f'id="{name}"', f"#{name}", name)
        if name in OWN_IDS:
            words = f'the id "{name}" is the page\'s own; write another'
            page.tell("repeated-id", words, f'id="{name}"', f"#{name}", name)
        page.ids.add(name)
    if tag.name == "a" and "name" in found:
        page.ids.add(found["name"])
    if tag.name == "img":
        page.pictures += 1
        alt = found.get("alt", "").strip()
        if alt and FILE_NAME.fullmatch(alt):
            words = f'the words for a picture are a file\'s name, "{alt}"; write what it shows'
            page.tell("alt-file-name", words, f"![{alt}", alt)
    for key in ("href", "src", "poster"):
        if key in found:
            page.links.append((key, found[key].strip()))
    if tag.name == "a" and "href" in found:
        _link_words(page, tag, found)


def _link_words(page: Page, tag: Tag, found: dict[str, str]) -> None:
    """Links whose words say nothing, or that have none."""
    end = tag.html.find("</a", tag.end, tag.end + 2000)
    inside = tag.html[tag.end : max(end, tag.end)]
    words = unescape(_MARKUP.sub("", inside)).strip(" .!…→»\xa0").casefold()
    address = found["href"]
    if words in VAGUE:
        text = f'the link "{words}" does not say where it leads; link the words that do'
        page.tell("vague-link", text, f"]({address}", address)
    elif end >= 0 and not words and "<img" not in inside and "aria-label" not in found:
        page.tell(
            "empty-link",
            f"the link to {address} has no words; write some",
            f"[]({address}",
            address,
        )


def _close(page: Page, tag: Tag, open_tags: list[Tag], names: Counter[str]) -> None:
    """Take what the tag closes from the open ones; tell what it crosses."""
    if not names[tag.name]:
        # A browser makes these two into whole elements.
        if tag.name not in ("p", "br") and tag.name not in VOID:
            words = f"</{tag.name}> closes what this post did not open; take it out"
            page.tell("unbalanced-html", words, f"</{tag.name}")
        return
    while open_tags:
        last = open_tags.pop()
        names[last.name] -= 1
        if last.name == tag.name:
            return
        if last.name not in CLOSE_THEMSELVES:
            _unclosed(page, last)


def _unclosed(page: Page, tag: Tag) -> None:
    written = tag.html[tag.start : tag.end]
    words = f"{written} is not closed where it should be; write </{tag.name}>"
    page.tell("unbalanced-html", words, written, f"<{tag.name}")


def _heading(page: Page, tag: Tag, last: int) -> int:
    """The heading's level; told when it is the title's, or skips one."""
    level = int(tag.name[1])
    end = tag.html.find("</h", tag.end, tag.end + 2000)
    # Typogrify has changed blanks and quotation marks.
    text = unescape(_MARKUP.sub("", tag.html[tag.end : max(end, tag.end)]))
    first = re.split(r"[\W_]", text.strip())[0] if text.strip() else ""
    wanted = (f"{'#' * level} {text}", f"{'#' * level}{text}", f"{'#' * level} {first}", text)
    if level == 1:
        words = f'"# {text}" is a second title on the page; write ## for a part of the story'
        page.tell("second-h1", words, *wanted)
    elif level > last + 1:
        hashes = "#" * (last + 1)
        words = f'the heading "{text}" skips a level; write {hashes} before it'
        page.tell("skipped-heading", words, *wanted)
    return level
