"""Find HTML in a post that the pages' security policy blocks, or that would harm a reader."""

import re
from collections.abc import Iterable, Iterator

from .markup import Tag

ADDRESSES = ("href", "action", "formaction", "xlink:href")
_LOADED = {"src", "poster", "data", "background", "lowsrc", "ping"}
# In SVG these load what others link to.
_LOADING = {"image", "use", "feimage"}
# In SVG these give other elements an address, or several.
_MOVING = {"set", "animate"}
_MOVED = {"to", "from", "by", "values"}
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
# What browsers leave out of an address before they look at it.
_IGNORED = re.compile(r"[\x00-\x20]")
REMEDIES = {
    "script": "scripts in a story do not run here; take it out",
    "style": "styles in a story do nothing here; put them into theme/css",
    "form": "a form in a story posts nowhere here; write the line [[cta name]], or link to it",
    "iframe": "a frame in a story stays empty here; link to what it shows",
    "object": "it stays empty here; link to what it shows",
    "embed": "it stays empty here; link to what it shows",
    "input": "a field in a story sends nothing here; write the line [[cta name]]",
    "textarea": "a field in a story sends nothing here; write the line [[cta name]]",
    "button": "a button in a story does nothing here; write a link",
    "select": "a field in a story sends nothing here; write the line [[cta name]]",
    "label": "a field in a story sends nothing here; write the words alone",
    "dialog": "it would lie over the page, and nothing here closes it; write the words alone",
    "marquee": "words that move are hard to read; write them alone",
    "font": "it does nothing here; put the look into theme/css",
    "noscript": "it has no place in a story; write the words alone",
    "template": "what stands in it is never shown; write the words alone",
    "main": "the page has one already, around the story; take it out",
    "body": "the page has one already; take it out",
    "head": "the page has one already; take it out",
    "html": "the page has one already; take it out",
    "applet": "it stays empty here; link to what it shows",
    "frame": "a frame in a story stays empty here; link to what it shows",
    "title": "it has no place in a story; take it out",
    "plaintext": "it would swallow the rest of the page; write <pre> and </pre>",
    "xmp": "it would show the page's own HTML; write <pre> and </pre>",
    "base": "it would lead every link of the page astray; take it out",
    "meta": "it has no place in a story; take it out",
    "link": "it has no place in a story; take it out",
}


def unwelcome(tag: Tag) -> Iterable[tuple[str, str]]:
    """What in the tag has no place in a story: as much of it as finds its line, and a remedy."""
    if tag.closing:
        return ()
    if tag.name in REMEDIES:
        written = tag.html[tag.start + 1 : tag.start + 1 + len(tag.name)]
        return ((f"<{written}", REMEDIES[tag.name]),)
    return _unwelcome_attributes(tag) if tag.rest else ()


def _unwelcome_attributes(tag: Tag) -> Iterator[tuple[str, str]]:
    for written, key, value in tag.written:
        if key == "style":
            yield written, "does nothing here; put the look into theme/css, or take it out"
        elif key.startswith("on"):
            yield written, "scripts in a story do not run here; take it out"
        elif (key in ADDRESSES or (tag.name in _MOVING and key in _MOVED)) and any(
            map(_SCRIPT.match, _IGNORED.sub("", value).split(";"))
        ):
            yield written, "is no address to lead a reader to; give one with https://"
        elif any(_ELSEWHERE.match(_as_read(each)) for each in _loaded(tag.name, key, value)):
            yield (
                written,
                "is on another site, from which pages here load nothing; link to it, or put "
                "the file into content/static",
            )
        elif key == "srcset" and "{" in value:
            yield written, "is not looked into; leave it out, the build makes the sizes by itself"


def scripts(tag: Tag) -> str:
    """What in a picture's tag is a script; empty for nothing."""
    if tag.name == "script":
        return "<script>"
    return next((written for written, key, _ in tag.written if key.startswith("on")), "")


def _as_read(address: str) -> str:
    """The address as browsers read it: without control signs, a backslash as a slash."""
    return _IGNORED.sub("", address).replace("\\", "/")


def _loaded(name: str, key: str, value: str) -> list[str]:
    """The addresses in the attribute from which a browser would load something at once."""
    if key == "srcset":
        return value.split(",")
    # Of the src of pictures the plugin "images" tells more.
    at_once = (key in _LOADED and name != "img") or (key in ADDRESSES and name in _LOADING)
    return [value] if at_once else []
